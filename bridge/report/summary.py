"""What the rows of a delay report say together: counts, money by currency, quality of the data behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from bridge.model import Colour, Kind, Status, Task, TaskKey, TaskLink
from bridge.plan.calendar import WorkCalendar
from bridge.reconcile.money import quarter_end
from bridge.reconcile.situation import Assessment, GoalState, Money, PullForward, RefusedMapping, SourceState
from bridge.reconcile.waits import doubts_of
from bridge.report import numbers
from bridge.report.entry import years_guessed
from bridge.report.practice import pull_forward_entries
from bridge.report.record import Entry, instant
from bridge.report.selection import folded

COUNTED = (Colour.RED, Colour.AMBER, Colour.GREEN, Colour.GREY, Colour.DONE)
"""The order in which the published document counts them."""

MONEY_FIGURES: dict[str, Callable[[Money], Decimal | None]] = {
    "at_risk_gross": lambda money: money.at_risk_gross,
    "at_risk_expected": lambda money: money.at_risk_expected,
    "leaving_quarter": lambda money: money.leaving_quarter,
    "penalty_today": lambda money: money.penalty_today,
    "penalty_p85": lambda money: money.penalty_p85,
}


def summary(rows: Sequence[Assessment]) -> Entry:
    """Counts by colour, customers affected, and each money figure by currency."""
    colours = Counter(row.colour for row in rows)
    affected = {
        folded(row.deal.customer)
        for row in rows
        if row.deal.customer is not None and row.colour in (Colour.RED, Colour.AMBER)
    }
    return {
        "milestones": len(rows),
        **{colour.value: colours[colour] for colour in COUNTED},
        "customers_affected": len(affected),
        **{name: money_by_currency(rows, name) for name in MONEY_FIGURES},
    }


def money_by_currency(rows: Sequence[Assessment], figure: str) -> dict[str, str]:
    """One of `MONEY_FIGURES` added up for each currency of the rows' deals."""
    currencies = sorted({row.deal.currency for row in rows})
    return {currency: _sum(rows, MONEY_FIGURES[figure], currency) for currency in currencies}


def _sum(rows: Iterable[Assessment], figure: Callable[[Money], Decimal | None], currency: str) -> str:
    return numbers.money_sum((figure(row.money) for row in rows if row.money.currency == currency), currency)


def goals(states: Iterable[GoalState]) -> list[Entry]:
    """What the plan states is given as stated; what was computed is rounded."""
    return [
        {
            "key": state.goal.key,
            "name": state.goal.name,
            "metric": state.goal.metric,
            "target": _stated(state.goal.target),
            "current": _stated(state.goal.current),
            "expected": numbers.quantity(state.expected),
            "gap": numbers.quantity(state.gap),
            "pipeline_needed": numbers.quantity(state.pipeline_needed),
            "pull_forward": pull_forward_entries(state.pull_forward),
        }
        for state in states
    ]


def pull_forward(found: Iterable[PullForward], rows: Sequence[Assessment], today: date) -> Entry:
    """What of the rows shown could be brought into today's calendar quarter, each currency by itself."""
    shown = {row.milestone.key for row in rows}
    listed = [one for one in found if one.milestone in shown]
    return {
        "until": quarter_end(today).isoformat(),
        "milestones": {
            currency: pull_forward_entries(one for one in listed if one.currency == currency)
            for currency in sorted({row.deal.currency for row in rows})
        },
    }


def _stated(value: Decimal | None) -> str | None:
    return None if value is None else numbers.plain(value)


def sources(states: Iterable[SourceState], now: datetime) -> list[Entry]:
    """How old and how complete the data is; a clock that ran backwards makes no data from the future."""
    return [
        {
            "name": state.name,
            "kind": state.kind,
            "as_of": None if state.as_of is None else instant(state.as_of),
            "age_minutes": None if state.as_of is None else max(int((now - state.as_of).total_seconds() // 60), 0),
            "outcome": state.outcome,
            "partial_scopes": list(state.partial_scopes),
            "refused_mapping": _refused(state.refused_mapping),
        }
        for state in states
    ]


def _refused(found: RefusedMapping | None) -> Entry | None:
    if found is None:
        return None
    since = instant(found.since)
    return {"file": found.file, "since": since, "problems": found.problems, "version_used": found.version}


def unlinked(
    rows: Iterable[Assessment],
    links: Mapping[str, tuple[TaskKey, ...]],
    tasks: Mapping[TaskKey, Task],
    tasks_without_milestone: int,
) -> Entry:
    """Milestones that nothing speaks for: no leaf in scope and no item of their own."""
    bare = [
        row.milestone.key
        for row in rows
        if not row.leaves and not any(tasks[ref].kind is Kind.MILESTONE for ref in links.get(row.milestone.key, ()))
    ]
    return {"milestones_without_tasks": sorted(bare), "tasks_without_milestone": tasks_without_milestone}


def data_quality(
    rows: Iterable[Assessment],
    links: Mapping[str, tuple[TaskKey, ...]],
    tasks: Mapping[TaskKey, Task],
    quarantined: int,
) -> Entry:
    """Over the open leaves of the rows shown, each counted once however many milestones it serves."""
    # A leaf is always a linked task; asking the few that are linked spares a look at all there are.
    wanted = {ref for row in rows for ref in links.get(row.milestone.key, ()) if f"{ref[0]}/{ref[1]}" in row.leaves}
    leaves = [tasks[ref] for ref in wanted if ref in tasks and tasks[ref].status is not Status.DONE]
    return {
        "unmapped_status": sum(task.status is Status.UNMAPPED for task in leaves),
        "quarantined": quarantined,
        "undated_ratio": numbers.share(sum(task.due_on is None for task in leaves), len(leaves)),
        "unassigned_ratio": numbers.share(sum(not task.assignees for task in leaves), len(leaves)),
    }


def link_quality(rows: Iterable[Assessment], tasks: Mapping[TaskKey, Task], links: Iterable[TaskLink]) -> Entry:
    """Links of the open leaves of the rows shown that order nothing, and why."""
    names = {name for row in rows for name in row.leaves}
    doubts = doubts_of(links, tasks, lambda ref: f"{ref[0]}/{ref[1]}" in names)
    return {
        "links_to_unknown_tasks": len(doubts.unknown),
        "links_without_direction": len(doubts.directionless),
        "links_unmapped": len(doubts.unmapped),
    }


def estimated_years(rows: Iterable[Assessment], today: date, calendar: WorkCalendar) -> list[int]:
    """Years whose working days are a guess and between which and today some date of the rows lies."""
    this_year = {today.year} if calendar.estimated(today.year) else set()
    return sorted({year for row in rows for year in years_guessed(row, today, calendar)} | this_year)
