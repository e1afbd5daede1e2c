"""Care of the store: bring its schema up to date, and prove that the file is whole."""

from __future__ import annotations

from msgspec import Struct

from bridge.store.engine import Damaged, Store
from bridge.usecases.workspace import Workspace


class Verified(Struct, frozen=True):
    """What a look at the file found; `problems` empty means whole and current."""

    path: str
    is_current: bool
    problems: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        return int(bool(self.problems) or not self.is_current)


def upgrade(space: Workspace) -> list[str]:
    """Apply pending migrations (all of them to a new file); returns their names."""
    with Store(space.settings.database_file) as store:
        return store.upgrade()


def verify(space: Workspace) -> Verified:
    """SQLite's own integrity check and the state of the schema; writes nothing."""
    path = space.settings.database_file
    if not space.has_store:
        space.store()
    try:
        with Store(path, read_only=True) as store:
            return Verified(str(path), store.is_current, tuple(store.integrity_problems()))
    except Damaged as err:
        return Verified(str(path), True, (str(err.facts["why"]),))
