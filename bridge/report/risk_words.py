"""The words around risks, and the small matrix of those that are alive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bridge.language import Text

STATES = {
    "triggered": Text(zh="已触发", en="struck"),
    "open": Text(zh="监控中", en="watched"),
    "candidate": Text(zh="待确认", en="to decide"),
    "eased": Text(zh="信号已消失", en="signal gone"),
    "closed": Text(zh="已关闭", en="closed"),
    "dismissed": Text(zh="已否决", en="dismissed"),
}
MATRIX = Text(zh="概率＼影响", en="probability \\ impact")
ANSWERS = {
    "response": Text(zh="应对", en="response"),
    "action": Text(zh="措施", en="action"),
    "owner": Text(zh="负责人", en="owner"),
    "due": Text(zh="截止", en="due date"),
}
PROBABILITIES = (
    (Decimal("0.5"), Text(zh="高（≥50%）", en="high (≥50%)")),
    (Decimal("0.2"), Text(zh="中（20–50%）", en="middle (20–50%)")),
    (Decimal(0), Text(zh="低（<20%）", en="low (<20%)")),
)
IMPACTS = (
    (Decimal(3), Text(zh="≤3 天", en="≤3 d")),
    (Decimal(10), Text(zh="4–10 天", en="4–10 d")),
    (Decimal("Infinity"), Text(zh=">10 天", en=">10 d")),
)
UNKNOWN = Text(zh="未估", en="not estimated")
Cells = tuple[tuple[str, ...], ...]


def matrix(live: Iterable[Mapping[str, Any]]) -> Sequence[tuple[Text, Cells]]:
    """Keys by probability and days of delay, the likely ones first: for each band a cell for each of `IMPACTS`, then one
    for what has no figure. A band of those without a probability is there only where there are any."""
    cells: dict[tuple[Text, Text], list[str]] = {}
    for row in live:
        cells.setdefault((band(row["probability"]), reach(row["impact_days"])), []).append(row["key"])
    bands = [text for _, text in PROBABILITIES]
    if any(at is UNKNOWN for at, _ in cells):
        bands.append(UNKNOWN)
    reaches = [*(text for _, text in IMPACTS), UNKNOWN]
    return [(at, tuple(tuple(cells.get((at, far), ())) for far in reaches)) for at in bands]


def band(probability: float | None) -> Text:
    if probability is None:
        return UNKNOWN
    return next(text for least, text in PROBABILITIES if Decimal(str(probability)) >= least)


def reach(days: str | None) -> Text:
    if days is None:
        return UNKNOWN
    return next(text for most, text in IMPACTS if Decimal(days) <= most)
