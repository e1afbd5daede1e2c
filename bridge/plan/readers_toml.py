"""One .toml file as tables: an array of tables each, under the same names as sheets and columns."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal

from bridge.language import Text
from bridge.plan import cells
from bridge.plan.grids import Grid, Ledger, Place, Row, known_tables

NOT_UTF8 = Text(
    zh="不是 UTF-8 编码的文本；请用 UTF-8 重新保存",
    en="this is not UTF-8 text; save it again as UTF-8",
)
BROKEN = Text(
    zh="TOML 语法有误：{detail}；请按提示的位置修正", en="the TOML is broken: {detail}; correct it at that place"
)
NOT_ENTRIES = Text(
    zh="应是若干条目，请写成 [[{value}]] 开头的段落，每条一段",
    en="it must be a list of entries; write each as a section headed [[{value}]]",
)


def grids(file: str, content: bytes, ledger: Ledger) -> list[Grid]:
    document = _parsed(file, content, ledger)
    if document is None:
        return []
    tables = known_tables([("entry", file, name) for name in document], ledger)
    found = []
    for _, sheet, table in tables:
        entries = document[sheet]
        if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
            found.append(Grid("entry", file, sheet, table, None, tuple(_rows(entries))))
        else:
            ledger.refuse(Place("entry", file, sheet), NOT_ENTRIES, value=sheet)
    return found


def _rows(entries: list[Mapping[str, object]]) -> list[Row]:
    return [
        Row(number, tuple(entry.items()))
        for number, entry in enumerate(entries, 1)
        if not all(cells.is_blank(value) for value in entry.values())
    ]


def _parsed(file: str, content: bytes, ledger: Ledger) -> dict[str, object] | None:
    place = Place("entry", file)
    try:
        # Decimal keeps 0.1 what it says; a binary float would not be the amount that was written.
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        ledger.refuse(place, NOT_UTF8)
    except tomllib.TOMLDecodeError as error:
        ledger.refuse(place, BROKEN, detail=error)
    return None
