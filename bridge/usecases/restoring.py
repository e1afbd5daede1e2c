"""A backup in the place of the store: proved and brought up to date before, swapped at once, the former store kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from bridge.errors import BridgeError, UsageProblem
from bridge.language import Phrase, Sayable, Text
from bridge.store import backups, swap
from bridge.store.backups import Copied
from bridge.store.engine import NEWER, NOT_OURS, Damaged, Store
from bridge.usecases.workspace import Workspace

NO_FILE = Text(
    zh="没有备份文件 {path}，没有做任何事。请检查文件名。",
    en="there is no backup {path}, so nothing was done. Check its name.",
)
ITSELF = Text(
    zh="{path} 就是正在使用的数据库，没有做任何事。请写备份文件的名字。",
    en="{path} is the database in use, so nothing was done. Name a backup.",
)
REFUSED = Text(
    zh="{path} 不能用来恢复：{why}。现在的数据库没有改动。",
    en="{path} cannot be restored: {why}. The present database was left as it is.",
)
FOREIGN = Text(zh="它不是本程序的数据库，请换一个备份文件", en="it is no database of this program; name another backup")
TOO_NEW = Text(
    zh="它由更新的版本写成（{names}），请先升级程序", en="a newer version wrote it ({names}); upgrade the program first"
)
BROKEN = Text(zh="它已损坏（{why}），请换一个更早的备份", en="it is damaged ({why}); name an earlier backup")


class Restored(Struct, frozen=True):
    """What stands in the place of the store now. `kept_as` is where the former store is, None where there was none."""

    path: str
    source: str
    kept_as: str | None
    steps: tuple[str, ...]
    """Taken to bring an older backup up to date."""
    schema: str
    bytes: int
    rows: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        return {
            "file": self.source,
            "database": self.path,
            "kept_as": self.kept_as,
            "upgraded": list(self.steps),
            "schema": self.schema,
            "bytes": self.bytes,
            "rows": dict(self.rows),
        }


def restore(space: Workspace, file: Path, *, copied: Copied) -> Restored:
    """Put the contents of a backup in the place of the store; whatever goes wrong, the store is what it was."""
    path, source = space.store_file, file.expanduser().absolute()
    if not source.is_file():
        raise UsageProblem(NO_FILE, path=str(source))
    if path.exists() and source.samefile(path):
        raise UsageProblem(ITSELF, path=str(source))
    path.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    aside = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    with backups.in_the_making(path) as part:
        _copy(source, part, copied, called=path)
        steps = _upgrade(part)
        if path.exists():
            backups.resemble(part, path)
        backups.last(part)
        is_kept = swap.replace(path, part, aside, now)
    found = backups.prove(path)
    kept_as = str(aside) if is_kept else None
    return Restored(str(path), str(source), kept_as, steps, found.schema, found.bytes, found.rows)


def _copy(source: Path, part: Path, copied: Copied, *, called: Path) -> None:
    """The contents of a backup that is ours and whole, as a file of our own."""
    try:
        with Store(source, read_only=True) as store:
            if store.schema == "":
                raise UsageProblem(NOT_OURS, path=str(source))
            backups.copy(store, part, copied, called=called)
        backups.prove(part)
    except (UsageProblem, Damaged) as err:
        raise UsageProblem(REFUSED, path=str(source), why=_why(err)) from err


def _why(err: BridgeError) -> Sayable:
    if err.text is NOT_OURS:
        return Phrase(FOREIGN, {})
    if err.text is NEWER:
        return Phrase(TOO_NEW, {"names": err.facts["names"]})
    return Phrase(BROKEN, {"why": err.facts.get("why", err)})


def _upgrade(part: Path) -> tuple[str, ...]:
    with Store(part) as store:
        steps = tuple(store.upgrade())
    backups.seal(part)
    if steps:
        backups.prove(part)
    return steps
