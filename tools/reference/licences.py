"""Every package that an installation brings along: version and licence, as the installed packages declare them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

from tools.reference import markdown
from tools.reference.markdown import code, table

ROOT = Path(__file__).parents[2]
PROJECT = "progress-bridge"
OLDEST = {
    "python_version": "3.11",
    "python_full_version": "3.11.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
}
OF_PYTHON = "随 Python 而来 comes with Python"
ABOUT = """\
`pip install progress-bridge` 会带来的全部软件包，连同它们自己的依赖；只用于测试的不在其中。版本是 `constraints.txt` 里钉住的。
选它们的理由见[决定](../decisions.md)。`pbridge` 自己以 Apache-2.0 发布。

Everything that installing progress-bridge brings along, with the dependencies of dependencies; what only tests need is not
among it. Versions are those pinned in `constraints.txt`. Why each was chosen: [decisions](../decisions.md)."""

VENDORED = """\
以下文件是别人的，原样放在程序里，许可与声明在同一文件夹。
These files are others' work, inside the program unchanged, with licence and notice in the same folder."""
FILES = {"bridge/web/static/echarts/echarts.min.js": ("Apache ECharts 6.1.0", "Apache-2.0")}


def page() -> str:
    rows = [
        (code(name), pinned().get(name, OF_PYTHON), licence(name), wanted) for name, wanted in sorted(needed().items())
    ]
    return markdown.page(
        "软件包与许可 Packages and licences",
        ABOUT,
        [
            table(("软件包 Package", "版本 Version", "许可 Licence", "来自 Because of"), rows),
            VENDORED,
            table(("文件 File", "版本 Version", "许可 Licence", "SHA-256"), vendored()),
        ],
    )


def vendored() -> list[tuple[str, ...]]:
    """Files of others with what they are, as they stand here."""
    return [
        (code(path), version, licensed, code(sha256((ROOT / path).read_bytes()).hexdigest()))
        for path, (version, licensed) in FILES.items()
    ]


def needed() -> dict[str, str]:
    """Package -> who asked for it first, all the way down; extras left out."""
    found: dict[str, str] = {}
    waiting = [(name, "直接 directly") for name in requires(PROJECT)]
    while waiting:
        name, wanted = waiting.pop(0)
        if name not in found:
            found[name] = wanted
            waiting += [(one, code(name)) for one in sorted(requires(name))]
    return found


def requires(name: str) -> Iterator[str]:
    """What a package asks for by itself; extras left out."""
    # Asked for one platform, so that the page is the same wherever it is made.
    for one in map(Requirement, distribution(name).requires or ()):
        if one.marker is None or one.marker.evaluate({**OLDEST, "extra": ""}):
            yield _normal(one.name)


def pinned() -> dict[str, str]:
    """What `constraints.txt` says."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    return {_normal(name): version for name, _, version in (line.partition("==") for line in lines)}


def licence(name: str) -> str:
    """The expression that the package declares, else its classifiers, else the first line of its licence field."""
    told = distribution(name).metadata.json
    if expression := told.get("license_expression"):
        return str(expression)
    classifiers = [str(line) for line in told.get("classifier", ()) if str(line).startswith("License :: ")]
    written = str(told.get("license", "")).strip().split("\n")[0]
    return " · ".join(dict.fromkeys(line.rsplit(" :: ", 1)[1] for line in classifiers)) or written


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
