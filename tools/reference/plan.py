"""The tables and columns of the sales plan."""

from __future__ import annotations

from bridge.plan.tables import TABLES, Column, Table
from tools.reference import markdown
from tools.reference.markdown import code, table

ABOUT = """\
工作簿（`.xlsx`）、`.csv` 文件夹或一个 `.toml`，三者的表和列相同。表名和列名用中文或英文都可以，次序不限；不认识的列作为备注保留。
`pbridge plan template plan.xlsx` 生成带说明的空工作簿。**必填**：这一列必须有，每格都要填；**列必有**：这一列必须有，格可以空着。
范围的写法见[管理员指南](../guide-admin.md)，第一次承诺的日期怎样被保护见[给销售负责人的指南](../guide-lead.md)。

A workbook (`.xlsx`), a folder of `.csv` or one `.toml`, with the same tables and columns. Names may be Chinese or English,
in any order; unknown columns are kept as notes. `pbridge plan template plan.xlsx` writes an empty workbook with advice.
**Required**: the column must be there and every cell filled; **column**: the column must be there, cells may be blank."""


def page() -> str:
    return markdown.page("销售计划的表和列 The sales plan", ABOUT, [_section(one) for one in TABLES])


def _section(one: Table) -> str:
    rows = [_row(column) for column in one.columns]
    return f"## {one.zh} {code(one.name)}\n\n" + table(
        ("列", "Column", "必填 Required", "填什么", "What goes there"), rows
    )


def _row(column: Column) -> tuple[str, ...]:
    required = "**必填 required**" if column.filled else "列必有 column" if column.required else ""
    points = f"（{code(column.points_to)}）" if column.points_to else ""
    return column.zh, code(column.name), required, column.kind.hint.zh + points, column.kind.hint.en + points
