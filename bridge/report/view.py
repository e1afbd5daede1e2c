"""The delay report as the JSON document `delay-report/1`: everything a reader is shown, in every form, comes from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bridge.language import Lang
from bridge.model import Task, TaskKey
from bridge.reconcile.situation import Assessment, Portfolio, Result, Snapshot
from bridge.report import rollup, summary
from bridge.report.entry import Setting, entry
from bridge.report.practice import registers, witnesses
from bridge.report.promises import histories
from bridge.report.record import Entry, Record, instant
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
) -> dict[str, object]:
    """Filters cut rows first and everything else speaks of the rows shown; only the colours of deals, customers and goals
    ignore them.

    `since_snapshots` holds for each milestone its last snapshot on or before `since`; without `since` nothing is
    compared. The same arguments give the same document, keys in the same order.
    """
    rows = selected(
        result.assessments,
        customer=customer,
        owner=owner,
        sales_owner=sales_owner,
        narrowed=narrowed,
        people=portfolio.people,
        today=portfolio.today,
    )
    tasks = {record.task.ref: record.task for record in portfolio.tasks}
    setting = _setting(portfolio, result, lang, tasks, None if since is None else since_snapshots)
    return {
        "schema": SCHEMA,
        "as_of": portfolio.today.isoformat(),
        "generated_at": instant(generated_at),
        "timezone": portfolio.timezone.key,
        "calendar": {"estimated_years": summary.estimated_years(rows, portfolio.today, portfolio.calendar)},
        "sources": summary.sources(portfolio.sources, portfolio.now),
        "summary": summary.summary(rows),
        "goals": _goals(result, rows, is_filtered=any((customer, owner, sales_owner, narrowed.is_anything))),
        "customers": rollup.customers(rows, result),
        "pull_forward": summary.pull_forward(result.pull_forward, rows, portfolio.today),
        "milestones": [entry(row, setting) for row in rows],
        "unlinked": summary.unlinked(rows, result.links, tasks, result.tasks_without_milestone),
        "data_quality": {
            **summary.data_quality(rows, tasks.values(), quarantined),
            **summary.link_quality(rows, tasks, portfolio.links),
            "unannounced_year": portfolio.calendar.unannounced_year(portfolio.today),
        },
    }


def _setting(
    portfolio: Portfolio,
    result: Result,
    lang: Lang,
    tasks: Mapping[TaskKey, Task],
    compared: Mapping[str, Snapshot] | None,
) -> Setting:
    return Setting(
        lang=lang,
        tasks=tasks,
        witnesses=witnesses(tasks, portfolio.recorded.tickets),
        calendar=portfolio.calendar,
        deal_colours=result.deal_colours,
        today=portfolio.today,
        compared=compared,
        record=Record(portfolio, result),
        promises=histories(portfolio),
        registers=registers(portfolio, result),
    )


def _goals(result: Result, rows: Sequence[Assessment], *, is_filtered: bool) -> list[Entry]:
    """A filter keeps the goals that the deals shown serve; a goal's own figures stay those of the whole goal."""
    served = {row.deal.goal for row in rows}
    kept = [state for state in result.goals if not is_filtered or state.goal.key in served]
    return rollup.with_status(summary.goals(kept), result)
