"""A backup while everything else goes on: one moment of the store in one file, proved before it gets its name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.store import backups
from bridge.store.backups import Copied
from bridge.store.engine import Store
from bridge.usecases.workspace import NO_STORE, Workspace

ITSELF = Text(
    zh="{path} 就是正在使用的数据库，备份不能写到它自己上。请换个文件名。",
    en="{path} is the database in use; a backup cannot be written onto it. Name another file.",
)
A_FOLDER = Text(zh="{path} 是文件夹，请写文件名。", en="{path} is a folder; name a file.")


class BackedUp(Struct, frozen=True):
    """A backup that was proved. `moment` is when it was begun: what was committed later is not in it."""

    path: str
    moment: datetime
    schema: str
    bytes: int
    sha256: str
    rows: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        return {
            "file": self.path,
            "at": f"{self.moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "schema": self.schema,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "rows": dict(self.rows),
        }


def backup(space: Workspace, file: Path, *, force: bool = False, copied: Copied) -> BackedUp:
    """Write a backup of the store to `file`; another file of that name is replaced with `force` only."""
    path = space.store_file
    if not space.has_store:
        raise UsageProblem(NO_STORE, path=str(path))
    target = file.expanduser().absolute()
    _refuse_place(path, target, force=force)
    with Store(path, read_only=True) as store:
        return keep(store, target, force=force, copied=copied)


def keep(store: Store, target: Path, *, force: bool = False, copied: Copied) -> BackedUp:
    """A proved backup of an open store, whatever its schema."""
    moment = datetime.now(UTC)
    with backups.in_the_making(target) as part:
        backups.copy(store, part, copied, called=target)
        found = backups.prove(part)
        backups.resemble(part, store.path)
        backups.publish(part, target, force=force)
    return BackedUp(str(target), moment, found.schema, found.bytes, found.sha256, found.rows)


def _refuse_place(path: Path, target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise UsageProblem(A_FOLDER, path=str(target))
    store = path.resolve()
    taken = {store, *(store.with_name(store.name + suffix) for suffix in backups.COMPANIONS)}
    if target.resolve() in taken or (target.exists() and target.samefile(path)):
        raise UsageProblem(ITSELF, path=str(target))
    if target.exists() and not force:
        raise UsageProblem(backups.EXISTS, path=str(target))


def unwatched(done: int, pages: int) -> None:
    """Nobody looks on."""
