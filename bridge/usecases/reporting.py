"""The unified delay report, in every form; reading it writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from bridge.language import Lang
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Portfolio, Result, Snapshot
from bridge.reconcile.staffing import Staffing, staffing
from bridge.report import csv, html, markdown, text, view, week
from bridge.report.basis import Basis, basis
from bridge.report.selection import EVERYTHING, Narrowed, owners, selected
from bridge.report.week import Then
from bridge.store import quarantine, snapshots
from bridge.store.clockwork import end_of
from bridge.usecases.json_text import dumps
from bridge.usecases.keeping import unswept
from bridge.usecases.portfolio import as_of, present
from bridge.usecases.workspace import Workspace

FORMATS = ("table", "json", "html", "xlsx", "md", "csv")
BINARY = frozenset({"xlsx"})
"""Forms that no terminal can show."""
View = Mapping[str, Any]


class ReportWish(Struct, frozen=True):
    """Which day, which rows, and what to compare with."""

    as_of: date | None = None
    since: date | None = None
    customer: str | None = None
    owner: str | None = None
    sales_owner: str | None = None
    """Whose deals alone are shown: what a person may see, not what they asked for."""
    narrowed: Narrowed = EVERYTHING


class Judged(Struct, frozen=True, dict=True, eq=False):
    """What one evaluation found: several reports may be made of it, for several readers."""

    portfolio: Portfolio
    result: Result
    quarantined: int
    compared: Mapping[str, Snapshot] | None = None
    staffed: dict[int, Staffing] = field(default_factory=dict)
    """What was made of it so far of the weeks of people, by their number."""

    @cached_property
    def basis(self) -> Basis:
        """What every report of it looks things up in; made when it is first asked for."""
        with unswept():
            return basis(self.portfolio, self.result)

    def staffing(self, weeks: int) -> Staffing:
        """So many weeks of everybody, worked out once."""
        if weeks not in self.staffed:
            self.staffed[weeks] = staffing(self.portfolio, weeks)
        return self.staffed[weeks]


class Choices(Struct, frozen=True):
    """What a reader can narrow the rows to: names as the plan writes them, each once, in order."""

    customers: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    deals: tuple[tuple[str, str], ...] = ()
    """Key and name."""


class Browsed(Struct, frozen=True):
    """The report of the rows that were asked for, and what else could be asked for."""

    document: View
    choices: Choices
    edition: int = 0
    """Reports of the same wish and edition have the same rows; 0 is of no edition."""
    before: Then | None = None
    """What was recorded a week earlier."""


def browse(space: Workspace, wish: ReportWish, lang: Lang | None = None) -> Browsed:
    """The report with what it can be narrowed to; of other people's deals neither says a word."""
    return browsed(space, judge(space, wish), wish, lang)


def browsed(space: Workspace, judged: Judged, wish: ReportWish, lang: Lang | None = None, edition: int = 0) -> Browsed:
    """The same, of what was judged already."""
    today = judged.portfolio.today
    with space.store() as store:
        before = snapshots.figures_between(store, today - week.OLDEST, today - week.WEEK)
    return Browsed(document(space, judged, wish, lang), _choices(judged, wish.sales_owner), edition, before)


def _choices(judged: Judged, own: str | None) -> Choices:
    seen = selected(judged.result.assessments, sales_owner=own, people=judged.portfolio.people)
    return Choices(
        customers=tuple(sorted({row.deal.customer for row in seen if row.deal.customer})),
        owners=tuple(sorted({name for row in seen for name in owners(row) if name})),
        deals=tuple(sorted({(row.deal.key, row.deal.name) for row in seen})),
    )


def build(space: Workspace, wish: ReportWish, lang: Lang | None = None) -> View:
    """The report as the JSON document of the published schema."""
    return document(space, judge(space, wish), wish, lang)


def judge(space: Workspace, wish: ReportWish) -> Judged:
    """Evaluate what is stored, whoever reads it; the wish says the day and what to compare with."""
    with space.store() as store, store.snapshot():
        portfolio = present(space, store) if wish.as_of is None else as_of(space, store, wish.as_of)
        before = None if wish.as_of is None else end_of(wish.as_of, space.clock.timezone)
        quarantined = quarantine.count(store, before=before)
        compared = None if wish.since is None else snapshots.on_or_before(store, min(wish.since, portfolio.today))
    return Judged(portfolio, assess(portfolio), quarantined, compared)


def document(space: Workspace, judged: Judged, wish: ReportWish, lang: Lang | None = None) -> View:
    """The report of the rows that the wish asks for."""
    return view.build(
        judged.portfolio,
        judged.result,
        lang=lang or space.lang,
        generated_at=space.clock.now(),
        customer=wish.customer,
        owner=wish.owner,
        sales_owner=wish.sales_owner,
        narrowed=wish.narrowed,
        since=wish.since,
        since_snapshots=judged.compared,
        quarantined=judged.quarantined,
        looked_up=judged.basis,
        aged_at=space.clock.now() if wish.as_of is None else None,
    )


def render(document: View, form: str, lang: Lang, *, width: int = 120, colour: bool = False) -> str:
    """The report as text in one of `FORMATS` that is no file."""
    if form == "json":
        return _json(document)
    if form == "html":
        return html.render(document, lang)
    if form == "md":
        return markdown.render(document, lang)
    if form == "csv":
        return csv.render(document, lang)
    return text.render(document, lang, width=width, colour=colour)


def content(document: View, form: str, lang: Lang) -> bytes:
    """The report as the bytes of a file, in any of `FORMATS`."""
    if form in BINARY:
        from bridge.report import excel  # loaded only where a workbook is made

        return excel.render(document, lang)
    return render(document, form, lang).encode("utf-8")


def _json(document: View) -> str:
    """One JSON document with a line for each key, and for each entry of a list: json's own indenting is slow and large."""
    return "{\n" + ",\n".join(f"  {dumps(key)}: {_spread(value)}" for key, value in document.items()) + "\n}\n"


def _spread(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return dumps(value)
    return "[\n" + ",\n".join(f"    {dumps(entry)}" for entry in value) + "\n  ]"
