"""What only shows when rows are seen together: keys used twice, keys of nothing, milestones in a circle."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from bridge.language import Text
from bridge.plan import cells
from bridge.plan.entries import Entry
from bridge.plan.grids import Form, Ledger
from bridge.plan.tables import BY_NAME, Column

KEY_TWICE: Mapping[Form, Text] = {
    "sheet": Text(
        zh="编号“{value}”已在第 {other} 行用过；每行的编号必须不同，请改写其中一个",
        en='the key "{value}" is already used in row {other}; keys must differ, change one of them',
    ),
    "entry": Text(
        zh="编号“{value}”已在第 {other} 条用过；每条的编号必须不同，请改写其中一个",
        en='the key "{value}" is already used in entry {other}; keys must differ, change one of them',
    ),
}
UNKNOWN_KEY = Text(
    zh="“{value}”不是“{table}”表中的编号；请改正，或先在该表中加上它",
    en='"{value}" is no key of the table "{table}"; correct it, or add it there first',
)
UNKNOWN_KEY_NEAR = Text(
    zh="“{value}”不是“{table}”表中的编号；可能想写“{nearest}”，否则请先在该表中加上它",
    en='"{value}" is no key of the table "{table}"; did you mean "{nearest}"? Otherwise add it there first',
)
CYCLE = Text(
    zh="前置成环：{value}；请去掉其中一个前置",
    en="the milestones wait for each other: {value}; remove one of these dependencies",
)

Tables = Mapping[str, list[Entry] | None]
"""Table name -> its rows; None for a table that is there but could not be read."""


def check(tables: Tables, ledger: Ledger) -> None:
    """Add every problem between rows to the ledger, in the order of the tables."""
    keys = {name: _keys(found or [], ledger) for name, found in tables.items()}
    for found in tables.values():
        for entry in found or []:
            _check_references(entry, tables, keys, ledger)
    _check_cycles(tables.get("milestones") or [], ledger)


def _keys(found: list[Entry], ledger: Ledger) -> dict[str, Entry]:
    first: dict[str, Entry] = {}
    for entry in found:
        key = entry.values.get("key")
        if key is None:
            continue
        if key in first:
            ledger.refuse(entry.place("key"), KEY_TWICE[entry.grid.form], value=key, other=first[key].number)
        else:
            first[key] = entry
    return first


def _check_references(entry: Entry, tables: Tables, keys: Mapping[str, Mapping[str, Entry]], ledger: Ledger) -> None:
    for column in entry.grid.table.columns:
        target = column.points_to
        # A table whose header is broken has told its own problem; its keys are not known here.
        if target is None or (target in tables and tables[target] is None):
            continue
        known = keys.get(target, {})
        for value in _named(entry, column):
            if value not in known:
                _refuse_key(entry, column.name, value, target, known, ledger)


def _named(entry: Entry, column: Column) -> tuple[str, ...]:
    value = entry.values.get(column.name, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _refuse_key(entry: Entry, column: str, value: str, target: str, known: Mapping[str, Entry], ledger: Ledger) -> None:
    some = next(iter(known.values()), None)
    table = some.grid.sheet if some else BY_NAME[target].title("zh")
    folded = {cells.fold(key): key for key in known}
    near = difflib.get_close_matches(cells.fold(value), folded, n=1, cutoff=0.6)
    facts = {"value": value, "table": table}
    if near:
        ledger.refuse(entry.place(column), UNKNOWN_KEY_NEAR, **facts, nearest=folded[near[0]])
    else:
        ledger.refuse(entry.place(column), UNKNOWN_KEY, **facts)


def _check_cycles(milestones: list[Entry], ledger: Ledger) -> None:
    entries = {entry.values["key"]: entry for entry in reversed(milestones) if "key" in entry.values}
    waits = {key: entry.values.get("depends_on", ()) for key, entry in entries.items()}
    for members in _cycles(waits):
        ledger.refuse(entries[members[0]].place("depends_on"), CYCLE, value=" → ".join((*members, members[0])))


def _cycles(waits: Mapping[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """Circles that share no milestone, each from predecessor to successor."""
    rest = dict(waits)
    while True:
        try:
            TopologicalSorter(rest).prepare()
        except CycleError as error:
            members: list[str] = error.args[1][:-1]
            yield members
            rest = {key: before for key, before in rest.items() if key not in members}
        else:
            return
