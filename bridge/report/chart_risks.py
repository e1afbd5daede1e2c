"""Risks that are alive, by how likely they are and how many days they would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.language import Lang, Text
from bridge.report import charts
from bridge.report.cells import money_of, one_line
from bridge.report.charts import Chart, Option, told
from bridge.report.phrases import share_text
from bridge.report.risk_words import IMPACTS, MATRIX, PROBABILITIES, STATES

HIGH = 320
TITLE = Text("风险矩阵", "Risk matrix")
SAID = Text(
    "越靠右上越要紧；虚线是下面表格里各档的分界，菱形是已触发的",
    "What lies to the upper right matters most. The dashed lines part the bands of the table below; diamonds have struck",
)
NOTHING = Text(
    "还画不出：没有一项在管的风险同时写了概率和影响天数",
    "There is nothing to draw yet: no live risk states both a probability and days of delay",
)
LEFT = Text(
    "另有 {count} 项没有写概率或影响天数，只在表格里",
    "{count} more state no probability or no days of delay and stand in the table only",
)
IMPACT, PROBABILITY = Text("影响（天）", "impact (days)"), Text("概率", "probability")
LOOKS: Mapping[str, tuple[str, str]] = {
    "triggered": ("diamond", charts.PAINT["red"]),
    "open": ("circle", charts.LINK),
}


def risks(live: Sequence[Mapping[str, Any]], lang: Lang) -> Chart:
    """The table beside it is made by who shows it: it holds those without figures too."""
    placed = [row for row in live if row["probability"] is not None and row["impact_days"] is not None]
    left = len(live) - len(placed)
    return Chart(
        name="risks",
        title=TITLE.say(lang),
        said=SAID.say(lang) if placed else "",
        option=_option(placed, lang) if placed else None,
        columns=(MATRIX.say(lang),),
        blank=NOTHING.say(lang),
        remarks=(LEFT.say(lang, count=left),) if left and placed else (),
    )


def _option(placed: Sequence[Mapping[str, Any]], lang: Lang) -> Option:
    furthest = max(float(row["impact_days"]) for row in placed)
    limits = [{"yAxis": float(least) * 100} for least, _ in PROBABILITIES if least]
    limits += [{"xAxis": float(most)} for most, _ in IMPACTS if most.is_finite() and float(most) < furthest * 1.2]
    series = []
    for state, (symbol, paint) in LOOKS.items():
        rows = [row for row in placed if row["state"] == state]
        if rows:
            series.append(_points(STATES[state].say(lang), rows, symbol, paint, lang))
    series[0]["markLine"] = {
        "symbol": "none",
        "silent": True,
        "label": {"show": False},
        "lineStyle": {"color": charts.SOFT, "type": "dashed", "width": 1},
        "data": limits,
    }
    middle = {"nameLocation": "middle", "nameTextStyle": {"color": charts.SOFT, "align": "center"}}
    percent = {"color": charts.SOFT, "fontSize": 12, "formatter": "{value}%"}
    return charts.option(
        HIGH,
        *series,
        xAxis=charts.amounts(IMPACT.say(lang), min=0, nameGap=28, **middle),
        yAxis=charts.amounts(PROBABILITY.say(lang), min=0, max=100, axisLabel=percent),
        grid={"left": 8, "right": 40, "top": 64, "bottom": 30, "containLabel": True},
    )


def _points(name: str, rows: Sequence[Mapping[str, Any]], symbol: str, paint: str, lang: Lang) -> Option:
    data = []
    for row in rows:
        key, chance = one_line(row["key"]), float(row["probability"])
        tip = [
            f"{key} {one_line(row['cause'])}",
            told(PROBABILITY.say(lang), share_text(chance), lang),
            told(IMPACT.say(lang), row["impact_days"], lang),
        ]
        if row["expected_amount"] is not None and row["currency"] is not None:
            tip.append(money_of(row["expected_amount"], row["currency"]))
        data.append(charts.point(float(row["impact_days"]), round(chance * 100, 1), *tip, label={"formatter": key}))
    return {
        "type": "scatter",
        "name": name,
        "data": data,
        "symbol": symbol,
        "symbolSize": 15,
        "itemStyle": {"color": paint},
        "label": {"show": True, "position": "right", "color": charts.INK, "fontSize": 12},
        "labelLayout": {"moveOverlap": "shiftY"},
        "emphasis": {"disabled": True},
    }
