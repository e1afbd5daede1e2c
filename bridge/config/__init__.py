"""config.toml -> `Settings`: every key known, every secret read from where it is kept, every problem told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bridge.config.reader import Reader
from bridge.config.sections import SECTIONS, NotifySection, Settings
from bridge.thresholds import Thresholds

__all__ = ["DEFAULT_FILE", "Settings", "load"]

DEFAULT_FILE = "config.toml"


def load(file: Path, *, secrets: bool = True, environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check settings; all problems at once as `Problems`.

    With `secrets=False` a secret that cannot be read now is no problem: for commands that contact no source.
    """
    reader = Reader(file, os.environ if environ is None else environ, secrets)
    document = reader.document()
    web = document.get("web")
    if isinstance(web, dict) and "oidc" in web:
        document["web.oidc"] = web.pop("oidc")
    sections = {name: reader.section(name, document.pop(name, {})) for name in SECTIONS}
    sources = tuple(
        source
        for number, table in enumerate(reader.tables(document, "sources"), 1)
        if (source := reader.source(number, table)) is not None
    )
    notify = tuple(
        entry
        for number, table in enumerate(reader.tables(document, "notify"), 1)
        if (entry := reader.validate(NotifySection, f"notify {number}", table)) is not None
    )
    reader.refuse_unknown(document, (*SECTIONS, "sources", "notify"), "")
    reader.refuse_duplicates(sources)
    reader.refuse_duplicate_channels([entry.name for entry in notify])
    reader.finish()
    rules, oidc = sections.pop("rules"), sections.pop("web.oidc")
    return Settings(
        file=file.absolute(),
        thresholds=Thresholds(**rules.model_dump()),
        sources=sources,
        notify=notify,
        oidc=oidc,  # type: ignore[arg-type]
        warnings=tuple(reader.warnings),
        **sections,  # type: ignore[arg-type]
    )
