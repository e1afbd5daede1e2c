"""Care of the store: bring its schema up to date, and prove that the file is whole."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from bridge.store.backups import Copied
from bridge.store.engine import Damaged, Store
from bridge.usecases.backing_up import BackedUp, keep
from bridge.usecases.workspace import Workspace


class Verified(Struct, frozen=True):
    """What a look at the file found; `problems` empty means whole and current."""

    path: str
    is_current: bool
    problems: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        return int(bool(self.problems) or not self.is_current)


class Upgraded(Struct, frozen=True):
    """Steps taken, and the backup from before; None where nothing was to be lost."""

    steps: tuple[str, ...]
    backup: BackedUp | None


def upgrade(space: Workspace, *, copied: Copied) -> Upgraded:
    """Apply pending migrations (all of them to a new file), after a backup of what is there beside the store."""
    path = space.settings.database_file
    with Store(path) as store:
        if store.is_empty or store.is_current:
            return Upgraded(tuple(store.upgrade()), None)
        number = store.schema.partition("_")[0]
        kept = keep(store, path.with_name(f"{path.stem}-{number}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"), copied=copied)
        return Upgraded(tuple(store.upgrade()), kept)


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
