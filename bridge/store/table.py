"""How a table of the store is specified; the store is created and written from these specifications alone."""

from __future__ import annotations

from msgspec import Struct


class Table(Struct, frozen=True):
    """Columns in order (name -> SQLite type), the primary key, what may not be null, and the indexes."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    indexes: tuple[tuple[str, ...], ...] = ()
    since: int = 1
    """The migration that creates it."""

    @property
    def is_numbered(self) -> bool:
        """Whether the store gives each row a number as its key."""
        return self.key in (("id",), ("seq",)) and self.columns[self.key[0]] == "INTEGER"


def optional(*names: str) -> frozenset[str]:
    return frozenset(names)
