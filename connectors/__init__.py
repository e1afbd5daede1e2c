"""The sources that can be read: one folder each, found by name, listed nowhere else."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from connectors.contract import Connector


@cache
def available() -> tuple[str, ...]:
    """The kinds that `[[sources]] kind = …` may name."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if m.ispkg))


def load(kind: str) -> type[Connector]:
    """The connector class of a kind; an unknown kind raises `LookupError` naming the known ones."""
    if kind not in available():
        raise LookupError(f"unknown source kind {kind!r}; known: {', '.join(available())}")
    connector: type[Connector] = importlib.import_module(f"connectors.{kind}").CONNECTOR
    return connector
