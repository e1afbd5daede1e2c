"""The cells of the workbook as values, and which figures the sheet of delays shows of a milestone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from bridge.language import Lang, Text
from bridge.report.cells import day_of, one_line
from bridge.report.labels import label, sentence
from bridge.report.rows import Row
from bridge.report.wording import method_name

Item = Mapping[str, Any]


class Kind:
    """How a cell is written and shown; plain text, because half a million cells are asked for it."""

    TEXT = "text"
    NOTE = "note"
    SENTENCE = "sentence"
    """Over the whole width that is left."""
    TITLE = "title"
    BOLD = "bold"
    HEAD = "head"
    STATUS = "status"
    DAY = "day"
    NUMBER = "number"
    SIGNED = "signed"
    RATIO = "ratio"
    AMOUNT = "amount"
    MONEY = "money"
    LINK = "link"


class Cell(NamedTuple):
    """`more` is the currency of an amount or the address of a link; without a value the cell is empty.

    A tuple, because a large report makes half a million of them.
    """

    kind: str
    value: object
    more: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    width: float
    is_status: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A sheet that is read from top to bottom."""

    title: str
    widths: tuple[float, ...]
    lines: Sequence[Sequence[Cell]]
    statuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that is filtered; `series` are points to be drawn in the last column, one tuple a row."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    statuses: Mapping[str, str]
    frozen: int = 0
    series: Sequence[Sequence[float]] = ()


def line(value: str | None) -> Cell:
    """Text that is one clean line already."""
    return Cell(Kind.TEXT, value)


def text(value: str | None) -> Cell:
    return Cell(Kind.TEXT, None if value is None else one_line(value))


def day(value: str | date | None) -> Cell:
    return Cell(Kind.DAY, day_of(value) if isinstance(value, str) else value)


def status(status: str | None, statuses: Mapping[str, str]) -> Cell:
    return Cell(Kind.STATUS, None if status is None else statuses[status])


Reading = Callable[[Item, Row, Lang], Cell]


DELAYS: tuple[tuple[Text, float, Reading], ...] = (
    (Text("客户", "Customer"), 18, lambda item, row, lang: line(row.customer)),
    (Text("里程碑", "Milestone"), 28, lambda item, row, lang: line(row.name)),
    (Text("编号", "Key"), 9, lambda item, row, lang: line(row.key)),
    (Text("项目", "Deal"), 22, lambda item, row, lang: line(row.deal)),
    (
        Text("合同", "Contract"),
        7,
        lambda item, row, lang: text(label("contract_mark", lang) if row.is_contractual else None),
    ),
    (Text("负责人", "Owner"), 10, lambda item, row, lang: line(row.owner)),
    (Text("销售负责人", "Sales owner"), 11, lambda item, row, lang: text(item["sales_owner"])),
    (Text("交付负责人", "Delivery owner"), 11, lambda item, row, lang: text(item["delivery_owner"])),
    (Text("最初承诺", "First promise"), 12, lambda item, row, lang: day(item["promised"])),
    (Text("现行承诺", "Promise"), 12, lambda item, row, lang: day(item["baseline"])),
    (Text("工具中的日期", "Date in the tool"), 12, lambda item, row, lang: day(item["due_in_tool"])),
    (Text("预测 P50", "P50"), 12, lambda item, row, lang: day(row.p50)),
    (Text("预测 P85", "P85"), 12, lambda item, row, lang: day(row.p85)),
    (
        Text("推算方法", "Method"),
        16,
        lambda item, row, lang: text(
            None if item["forecast"]["method"] is None else method_name(item["forecast"]["method"], lang)
        ),
    ),
    (
        Text("按时把握", "On time"),
        9,
        lambda item, row, lang: Cell(Kind.RATIO, item["forecast"]["on_time_probability"]),
    ),
    (Text("实际完成", "Finished"), 12, lambda item, row, lang: day(row.actual)),
    (
        Text("延误（工作日）", "Slip (working days)"),
        9,
        lambda item, row, lang: Cell(Kind.SIGNED, row.slip and row.slip.workdays),
    ),
    (Text("延误（天）", "Slip (days)"), 9, lambda item, row, lang: Cell(Kind.SIGNED, row.slip and row.slip.days)),
    (
        Text("延误按", "Slip by"),
        9,
        lambda item, row, lang: text(label(f"slip_{row.slip.kind}", lang) if row.slip else None),
    ),
    (
        Text("付款金额", "Amount"),
        16,
        lambda item, row, lang: Cell(Kind.MONEY, item["amount"]["amount"], item["amount"]["currency"]),
    ),
    (
        Text("风险金额（按概率）", "At risk (weighted)"),
        16,
        lambda item, row, lang: Cell(Kind.MONEY, item["money"]["at_risk_expected"], item["money"]["currency"]),
    ),
    (
        Text("违约金估算（按 P85）", "Penalty estimate (P85)"),
        16,
        lambda item, row, lang: Cell(Kind.MONEY, item["money"]["penalty_p85"], item["money"]["currency"]),
    ),
    (
        Text("完成比例", "Done"),
        9,
        lambda item, row, lang: Cell(Kind.RATIO, row.done_ratio),
    ),
    (Text("未完成任务", "Open tasks"), 9, lambda item, row, lang: Cell(Kind.NUMBER, item["work"]["open"])),
    (
        Text("告知客户", "Customer informed"),
        12,
        lambda item, row, lang: day(item["note"]["customer_informed"]),
    ),
    (
        Text("原因", "Reasons"),
        70,
        lambda item, row, lang: line(" ".join(sentence(reason.text, lang) for reason in row.reasons) or None),
    ),
)
