"""The cells of the workbook as values, and which figures the sheet of delays shows of a milestone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    """One cell of a sheet of lines; `more` is the currency of an amount; without a value the cell is empty."""

    kind: str
    value: object
    more: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    width: float
    kind: str = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Lines:
    """A sheet that is read from top to bottom."""

    title: str
    widths: tuple[float, ...]
    lines: Sequence[Sequence[Cell]]
    statuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that is filtered; `series` are points to be drawn in the last column, one tuple a row.

    The column says what its values are: text, a date, a number, `Money`, or a `cells.Link`; None is an empty cell.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[object]]
    statuses: Mapping[str, str]
    frozen: int = 0
    series: Sequence[Sequence[float]] = ()


Money = tuple[str, str]
"""Amount and currency."""


def text(value: str | None) -> str | None:
    return None if value is None else one_line(value)


def money(amount: str | None, currency: str) -> Money | None:
    return None if amount is None else (amount, currency)


Reading = Callable[[Item, Row, Lang], object]


DELAYS: tuple[tuple[Text, float, str, Reading], ...] = (
    (Text("客户", "Customer"), 18, Kind.TEXT, lambda item, row, lang: row.customer),
    (Text("里程碑", "Milestone"), 28, Kind.TEXT, lambda item, row, lang: row.name),
    (Text("编号", "Key"), 9, Kind.TEXT, lambda item, row, lang: row.key),
    (Text("项目", "Deal"), 22, Kind.TEXT, lambda item, row, lang: row.deal),
    (
        Text("合同", "Contract"),
        7,
        Kind.TEXT,
        lambda item, row, lang: label("contract_mark", lang) if row.is_contractual else None,
    ),
    (Text("负责人", "Owner"), 10, Kind.TEXT, lambda item, row, lang: row.owner),
    (Text("销售负责人", "Sales owner"), 11, Kind.TEXT, lambda item, row, lang: text(item["sales_owner"])),
    (Text("交付负责人", "Delivery owner"), 11, Kind.TEXT, lambda item, row, lang: text(item["delivery_owner"])),
    (Text("最初承诺", "First promise"), 12, Kind.DAY, lambda item, row, lang: day_of(item["promised"])),
    (Text("现行承诺", "Promise"), 12, Kind.DAY, lambda item, row, lang: row.promise),
    (Text("工具中的日期", "Date in the tool"), 12, Kind.DAY, lambda item, row, lang: row.due),
    (Text("预测 P50", "P50"), 12, Kind.DAY, lambda item, row, lang: row.p50),
    (Text("预测 P85", "P85"), 12, Kind.DAY, lambda item, row, lang: row.p85),
    (
        Text("推算方法", "Method"),
        16,
        Kind.TEXT,
        lambda item, row, lang: (
            None if item["forecast"]["method"] is None else text(method_name(item["forecast"]["method"], lang))
        ),
    ),
    (
        Text("按时把握", "On time"),
        9,
        Kind.RATIO,
        lambda item, row, lang: item["forecast"]["on_time_probability"],
    ),
    (Text("实际完成", "Finished"), 12, Kind.DAY, lambda item, row, lang: row.actual),
    (
        Text("延误（工作日）", "Slip (working days)"),
        14,
        Kind.SIGNED,
        lambda item, row, lang: row.slip and row.slip.workdays,
    ),
    (Text("延误（天）", "Slip (days)"), 9, Kind.SIGNED, lambda item, row, lang: row.slip and row.slip.days),
    (
        Text("延误按", "Slip by"),
        9,
        Kind.TEXT,
        lambda item, row, lang: label(f"slip_{row.slip.kind}", lang) if row.slip else None,
    ),
    (
        Text("付款金额", "Amount"),
        16,
        Kind.MONEY,
        lambda item, row, lang: money(item["amount"]["amount"], item["amount"]["currency"]),
    ),
    (
        Text("风险金额（按概率）", "At risk (weighted)"),
        16,
        Kind.MONEY,
        lambda item, row, lang: money(item["money"]["at_risk_expected"], item["money"]["currency"]),
    ),
    (
        Text("违约金估算（按 P85）", "Penalty estimate (P85)"),
        16,
        Kind.MONEY,
        lambda item, row, lang: money(item["money"]["penalty_p85"], item["money"]["currency"]),
    ),
    (Text("完成比例", "Done"), 9, Kind.RATIO, lambda item, row, lang: row.done_ratio),
    (Text("未完成任务", "Open tasks"), 9, Kind.NUMBER, lambda item, row, lang: item["work"]["open"]),
    (
        Text("告知客户", "Customer informed"),
        12,
        Kind.DAY,
        lambda item, row, lang: day_of(item["note"]["customer_informed"]),
    ),
    (
        Text("原因", "Reasons"),
        70,
        Kind.TEXT,
        lambda item, row, lang: " ".join(sentence(reason.text, lang) for reason in row.reasons) or None,
    ),
)
