"""A whole store moved to another place, between a file and PostgreSQL or back, and compared there before it counts."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from bridge.errors import Unavailable, UsageProblem
from bridge.language import Text
from bridge.store import leases, transfer
from bridge.store.engine import Store
from bridge.store.opening import Place, is_at, named, opened, place_of
from bridge.store.tables import BY_NAME
from bridge.store.transfer import Contents, Watch
from bridge.usecases.workspace import NEEDS_UPGRADE

NOTHING_THERE = Text(
    zh="{place} 里没有本程序的数据，没有做任何事。请检查地址。",
    en="there is no store at {place}, so nothing was done. Check the address.",
)
NOT_EMPTY = Text(
    zh="{place} 已经有数据（表 {table}），没有覆盖任何内容。请给一个空的数据库或新的文件名。",
    en="{place} is not empty (table {table}), so nothing was written. Name an empty database or a new file.",
)
SAME_PLACE = Text(
    zh="{place} 就是来源，不能复制到它自己。没有做任何事。",
    en="{place} is where the copy would come from. Nothing was done; name another place.",
)
DIFFERENT = Text(
    zh="复制后 {table} 表与原来的不同（{before} 行，{after} 行），已全部撤回。请把这件事报告给维护者。",
    en="table {table} differs after the copy ({before} rows, {after} rows), so all of it was undone. Please report this.",
)


class Moved(Struct, frozen=True):
    """Every table with what it holds, the same in both places."""

    source: str
    target: str
    tables: tuple[Contents, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    def as_json(self) -> Mapping[str, object]:
        tables = {one.table: {"rows": one.rows, "sha256": one.sha256} for one in self.tables}
        return {"from": self.source, "to": self.target, "rows": self.rows, "tables": tables}


def move(source: str, target: str, *, watch: Watch = transfer.unwatched) -> Moved:
    """Copy every row, compare counts and hashes of every table, and only then let it count.

    Nobody may be at work on the source: what was written meanwhile would be missing in the copy.
    """
    here, there = place_of(source), place_of(target)
    if named(here) == named(there):
        raise UsageProblem(SAME_PLACE, place=named(there))
    if not is_at(here):
        raise UsageProblem(NOTHING_THERE, place=named(here))
    with opened(here, read_only=True) as old:
        _refuse_unfit(old, here)
        with opened(there) as new:
            new.upgrade()
            return Moved(named(here), named(there), _copied(old, new, there, watch))


def _refuse_unfit(store: Store, place: Place) -> None:
    if not store.is_current:
        raise UsageProblem(NEEDS_UPGRADE, path=named(place))
    holder = leases.any_holder(store, store.now())
    if holder is not None:
        raise holder


def _copied(old: Store, new: Store, place: Place, watch: Watch) -> tuple[Contents, ...]:
    with old.snapshot(), new.transaction():
        table = transfer.filled(new)
        if table is not None:
            raise UsageProblem(NOT_EMPTY, place=named(place), table=table)
        read = transfer.copy(old, new, watch)
        for before in read:
            after = transfer.contents(new, BY_NAME[before.table])
            if after != before:
                raise Unavailable(DIFFERENT, table=before.table, before=before.rows, after=after.rows)
        new.settle()
    return read
