"""`python -m tools.sbom FILE` writes what an installation brings along as a CycloneDX bill of materials (JSON, 1.6).

It lists the packages of `docs/reference/licences.md`: the pinned version, the declared licence, and who needs whom.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from bridge import __version__
from tools.reference import licences

LICENCE = "Apache-2.0"


def bill() -> Bom:
    """The program and everything that is installed with it."""
    found, pinned = Bom(), licences.pinned()
    program = _component(licences.PROJECT, __version__, LICENCE, ComponentType.APPLICATION)
    found.metadata.component = program
    parts = {
        name: _component(name, pinned[name], licences.licence(name), ComponentType.LIBRARY)
        for name in sorted(licences.needed())
        if name in pinned
    }
    for part in parts.values():
        found.components.add(part)
    for name, owner in {licences.PROJECT: program, **parts}.items():
        found.register_dependency(owner, [parts[one] for one in sorted(licences.requires(name)) if one in parts])
    return found


def _component(name: str, version: str, licence: str, kind: ComponentType) -> Component:
    return Component(
        name=name,
        version=version,
        type=kind,
        bom_ref=f"{name}@{version}",
        purl=PackageURL("pypi", None, name, version),
        licenses=[LicenseFactory().make_from_string(licence)],
    )


def main(path: Path) -> None:
    text = make_outputter(bill(), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
