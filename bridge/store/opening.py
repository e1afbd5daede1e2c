"""Where a store is, and how it is opened there: a file of SQLite, or a database of PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeGuard

from bridge.store.engine import BUSY_TIMEOUT_S, Store

Place = Path | str
"""A file, or the address of a database in PostgreSQL. It may be sent to another process."""
SCHEME = "postgresql://"
_PASSWORD = re.compile(r"(://[^/@:]*):[^@]*@")
_PASSWORD_BEHIND = re.compile(r"([?&]password=)[^&]*")


def is_shared(place: Place) -> TypeGuard[str]:
    """Whether other machines may use the store too."""
    return isinstance(place, str)


def place_of(text: str) -> Place:
    """A place as a person writes it: an address, a path, or a path behind sqlite:///."""
    return text if text.startswith(SCHEME) else Path(text.removeprefix("sqlite:///"))


def named(place: Place) -> str:
    """A place in words; without its password."""
    return _PASSWORD_BEHIND.sub(r"\1***", _PASSWORD.sub(r"\1:***@", str(place)))


def opened(place: Place, *, read_only: bool = False, patience_s: float = BUSY_TIMEOUT_S) -> Store:
    """The store at a place; who is locked out by others waits for so long."""
    if not is_shared(place):
        return Store(Path(place), read_only=read_only, patience_s=patience_s)
    # Only here, because most installations have no PostgreSQL and everybody wants a quick start.
    from bridge.store.postgres import PostgresStore

    return PostgresStore(place, read_only=read_only, patience_s=patience_s)


def is_at(place: Place) -> bool:
    """Whether there is anything to open."""
    if not is_shared(place):
        return Store.is_at(Path(place))
    with opened(place, read_only=True) as store:
        return not store.is_empty
