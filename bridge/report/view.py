"""The delay report as the JSON document `delay-report/1`: everything a reader is shown, in every form, comes from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bridge.language import Lang
from bridge.reconcile.situation import Assessment, Portfolio, Result, Snapshot
from bridge.report import rollup, summary
from bridge.report.basis import Basis, basis
from bridge.report.entry import Setting, entry
from bridge.report.record import Entry, instant
from bridge.report.selection import EVERYTHING, Narrowed, selected

SCHEMA = "delay-report/1"


def build(
    portfolio: Portfolio,
    result: Result,
    *,
    lang: Lang,
    generated_at: datetime,
    customer: str | None = None,
    owner: str | None = None,
    sales_owner: str | None = None,
    narrowed: Narrowed = EVERYTHING,
    since: date | None = None,
    since_snapshots: Mapping[str, Snapshot] | None = None,
    quarantined: int = 0,
    looked_up: Basis | None = None,
    aged_at: datetime | None = None,
) -> dict[str, object]:
    """Filters cut rows first and everything else speaks of the rows shown; only the colours of deals, customers and goals
    ignore them.

    `since_snapshots` holds for each milestone its last snapshot on or before `since`; without `since` nothing is
    compared. `looked_up` is the basis of these two, for whoever makes several documents of them; `aged_at` is when the
    age of the data is told, else the instant of the evaluation. The same arguments give the same document, keys in the
    same order.
    """
    people, today = portfolio.people, portfolio.today
    wanted = {"customer": customer, "owner": owner, "sales_owner": sales_owner}
    rows = selected(result.assessments, **wanted, narrowed=narrowed, people=people, today=today)
    seen = selected(result.assessments, sales_owner=sales_owner, people=people)
    base = looked_up or basis(portfolio, result)
    setting = _setting(portfolio, result, lang, base, None if since is None else since_snapshots)
    return {
        "schema": SCHEMA,
        "as_of": portfolio.today.isoformat(),
        "generated_at": instant(generated_at),
        "timezone": portfolio.timezone.key,
        "calendar": {"estimated_years": summary.estimated_years(rows, portfolio.today, portfolio.calendar)},
        "sources": summary.sources(portfolio.sources, aged_at or portfolio.now),
        "summary": summary.summary(rows),
        "goals": _goals(result, rows, is_filtered=any((*wanted.values(), narrowed.is_anything))),
        "customers": rollup.customers(rows, result, seen),
        "pull_forward": summary.pull_forward(result.pull_forward, rows, portfolio.today),
        "milestones": [entry(row, setting) for row in rows],
        "unlinked": summary.unlinked(rows, result.links, base.tasks, result.tasks_without_milestone),
        "data_quality": {
            **summary.data_quality(rows, result.links, base.tasks, quarantined),
            **summary.link_quality(rows, base.tasks, portfolio.links),
            "unannounced_year": portfolio.calendar.unannounced_year(portfolio.today),
        },
    }


def _setting(
    portfolio: Portfolio, result: Result, lang: Lang, base: Basis, compared: Mapping[str, Snapshot] | None
) -> Setting:
    return Setting(
        lang=lang,
        tasks=base.tasks,
        witnesses=base.witnesses,
        calendar=portfolio.calendar,
        deal_colours=result.deal_colours,
        today=portfolio.today,
        compared=compared,
        record=base.record,
        promises=base.promises,
        registers=base.registers,
    )


def _goals(result: Result, rows: Sequence[Assessment], *, is_filtered: bool) -> list[Entry]:
    """A filter keeps the goals that the deals shown serve; a goal's own figures stay those of the whole goal."""
    served = {row.deal.goal for row in rows}
    kept = [state for state in result.goals if not is_filtered or state.goal.key in served]
    return rollup.with_status(summary.goals(kept), result)
