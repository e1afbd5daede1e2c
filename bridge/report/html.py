"""The delay report as one self-contained page: no request to anywhere, no script, readable on a phone and on paper.

Everything people wrote is escaped by the template engine; only http and https addresses become links. A server lays the
same parts out in a frame of its own: it takes them from `PARTS` and what they show from `shown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from typing import Any

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined, Template

from bridge.language import Lang
from bridge.report import overview
from bridge.report.cells import spoken_day
from bridge.report.labels import definitions, label, sentence
from bridge.report.rows import rows
from bridge.report.timeline import WIDTH, axis, timeline
from bridge.report.wording import headline

LOCALES: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}
LINKS_SHOWN = 6
BAR_WIDTH = 600
PARTS = ("base.css", "report.css", "drawings.html", "report_head.html", "report_rows.html", "report_foot.html")
"""Templates of this package that a server may include; they need what `shown` gives."""


def render(view: Mapping[str, Any], lang: Lang) -> str:
    """The same view and language always give the same bytes."""
    return _template().render(**shown(view, lang))


def shown(view: Mapping[str, Any], lang: Lang, arranged: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Everything the templates need. The rows are those of `arranged` where the reader wanted another order; what stands
    above them speaks of the worst first in any case."""
    found = rows(view, lang)
    listed = found if arranged is None else rows(arranged, lang)
    today = date.fromisoformat(view["as_of"])
    on = axis(found, today)
    goals = zip(overview.goal_states(view, lang), overview.goals(view, lang), strict=True)
    return {
        **words(today, lang),
        "headline": headline(view, lang),
        "dateline": overview.dateline(view, lang),
        "generated": overview.generated(view, lang),
        "counts": overview.counts(view, lang),
        "bar": _bar(view),
        "money": overview.money(view, lang),
        "affected": view["summary"]["customers_affected"],
        "concerns": overview.concerns(found, lang),
        "is_calm": bool(found) and not any(row.is_worrying for row in found),
        "rows": [(row, timeline(row, on, lang)) for row in listed],
        "heads": {},
        "week": None,
        "address": None,
        "axis": on,
        "months": on.months(lang),
        "width": WIDTH,
        "links_shown": LINKS_SHOWN,
        "goal_columns": overview.goal_columns(lang),
        "goals": [(*state, cells) for state, cells in goals],
        "pull_forward": overview.pull_forward(view, lang),
        "sources": overview.sources(view, lang),
        "remarks": overview.remarks(view, lang),
        "definitions": definitions(lang),
    }


def words(today: date, lang: Lang) -> dict[str, Any]:
    """How a template says a label, a day and a sentence, in one language."""
    return {
        "lang": LOCALES[lang],
        "say": partial(_say, lang),
        "day": lambda value: spoken_day(value, today, lang),
        "full_stop": lambda text: sentence(text, lang),
    }


def environment(loader: BaseLoader) -> Environment:
    """Every value is escaped, whatever the template is called, and a misspelt name fails instead of showing nothing."""
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def templates() -> PackageLoader:
    return PackageLoader("bridge.report")


@cache
def _template() -> Template:
    return environment(templates()).get_template("report.html")


def _say(lang: Lang, name: str, **facts: object) -> str:
    return label(name, lang, **facts)


def _bar(view: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """(status, where it begins, how wide): the shares of the statuses as one bar."""
    total = view["summary"]["milestones"]
    bar, begin = [], 0.0
    for status in overview.COUNTED:
        wide = BAR_WIDTH * view["summary"][status] / total if total else 0.0
        if wide:
            bar.append((status, round(begin, 2), round(wide, 2)))
        begin += wide
    return bar
