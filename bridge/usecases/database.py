"""Care of the store: bring its schema up to date, and prove that the file is whole."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from bridge.store.backups import Copied
from bridge.store.engine import Damaged, Store
from bridge.store.opening import is_shared, named, opened
from bridge.usecases.backing_up import BackedUp, keep
from bridge.usecases.workspace import Workspace


class Verified(Struct, frozen=True):
    """What a look at the store found; `problems` empty means whole and current."""

    path: str
    is_current: bool
    problems: tuple[str, ...]
    is_file: bool = True
    """Whether the file was looked into. A server looks after its own files."""

    @property
    def exit_code(self) -> int:
        return int(bool(self.problems) or not self.is_current)


class Upgraded(Struct, frozen=True):
    """Steps taken, and the backup from before; None where nothing was to be lost."""

    steps: tuple[str, ...]
    backup: BackedUp | None


def upgrade(space: Workspace, *, copied: Copied) -> Upgraded:
    """Apply pending migrations (all of them to a new store), after a backup of what is there beside the file.

    On a server a step that fails undoes all of them; what goes back to before one that did not is a dump.
    """
    if space.settings.database.is_server:
        with opened(space.settings.database_place) as store:
            return Upgraded(tuple(store.upgrade()), None)
    path = space.settings.database_file
    with Store(path) as store:
        if store.is_empty or store.is_current:
            return Upgraded(tuple(store.upgrade()), None)
        number = store.schema.partition("_")[0]
        kept = keep(store, path.with_name(f"{path.stem}-{number}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"), copied=copied)
        return Upgraded(tuple(store.upgrade()), kept)


def verify(space: Workspace) -> Verified:
    """SQLite's own integrity check and the state of the schema; writes nothing."""
    if not space.has_store:
        raise space.no_store
    place = space.settings.database_place
    if is_shared(place):
        with opened(place, read_only=True) as store:
            return Verified(named(place), store.is_current, (), is_file=False)
    path = space.settings.database_file
    try:
        with Store(path, read_only=True) as store:
            return Verified(str(path), store.is_current, tuple(store.integrity_problems()))
    except Damaged as err:
        return Verified(str(path), True, (str(err.facts["why"]),))
