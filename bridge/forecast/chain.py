"""The open leaves of a milestone as a network of linked work: when it ends, and which chain decides that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil

from bridge.forecast.network import LinkCycle, Position, critical_paths, driving_chain, finish, schedule
from bridge.forecast.quantity import exact
from bridge.model import Task, TaskKey
from bridge.plan.calendar import WorkCalendar

TaskLinks = Mapping[TaskKey, Iterable[tuple[TaskKey, int]]]
"""Task -> its finish-to-start predecessors, each with its lag in working days."""


PATHS_TOLD = 20
"""Chains that decide the end can be very many."""


@dataclass(frozen=True, slots=True)
class WorkNetwork:
    """The scheduled network. `float_to_commitment` in working days is what all of it may still slip before the
    commitment is missed, negative when it already is, None without a commitment. `driver` is the chain that decides
    the end, first to last; `critical` are all such chains, at most `PATHS_TOLD`. `length` in working days is how long
    the remaining critical work takes. `dates` are the days on which each task of these chains should begin and end.
    `cycle` names tasks that wait for each other; then there is no `finish_on`."""

    finish_on: date | None
    positions: Mapping[TaskKey, Position]
    float_to_commitment: int | None = None
    driver: tuple[TaskKey, ...] = ()
    cycle: tuple[TaskKey, ...] = ()
    critical: tuple[tuple[TaskKey, ...], ...] = ()
    length: int | None = None
    dates: Mapping[TaskKey, tuple[date, date]] = field(default_factory=dict)


def work_network(
    tasks: Sequence[Task],
    links: TaskLinks,
    today: date,
    calendar: WorkCalendar,
    *,
    hours_per_day: float,
    commitment: date | None = None,
    not_before: date | None = None,
) -> WorkNetwork | None:
    """The network of open `tasks`, or None when it does not deserve the name.

    It does where at least half of the tasks have a link to another open one and the remaining duration of each is
    known: its remaining hours in days, rounded up, else the working days from its start (at the earliest today) to
    its due date. Day 0 begins today, or after `not_before`, the forecast of a milestone this one waits for.
    """
    open_keys = {task.ref for task in tasks}
    inside = {
        task.ref: {before: lag for before, lag in links.get(task.ref, ()) if before in open_keys and before != task.ref}
        for task in tasks
    }
    linked = {key for key, before in inside.items() if before} | {key for before in inside.values() for key in before}
    durations = {task.ref: _remaining(task, today, calendar, hours_per_day) for task in tasks}
    if not tasks or 2 * len(linked) < len(tasks):
        return None
    known = {key: length for key, length in durations.items() if length is not None}
    if len(known) < len(durations):
        return None
    origin = max(today - timedelta(days=1), not_before or date.min)
    deadline = None if commitment is None else calendar.workdays(origin, commitment)
    try:
        positions = schedule(known, inside, deadline=deadline)
    except LinkCycle as cycle:
        return WorkNetwork(None, {}, cycle=tuple(key for key in inside if key in cycle.members))
    end, driver = int(finish(positions)), driving_chain(positions, inside)
    critical = tuple(critical_paths(positions, inside, PATHS_TOLD))
    told = dict.fromkeys(key for chain in (driver, *critical) for key in chain)
    return WorkNetwork(
        finish_on=max(calendar.add_workdays(origin, end), today),
        positions=positions,
        float_to_commitment=None if deadline is None else deadline - end,
        driver=driver,
        critical=critical,
        length=end,
        dates={key: _dates(positions[key], origin, today, calendar) for key in told},
    )


def _dates(position: Position, origin: date, today: date, calendar: WorkCalendar) -> tuple[date, date]:
    """The first and the last working day of a task; of one without any work left both are the day it can end."""
    last = max(calendar.add_workdays(origin, int(position.ef)), today)
    return min(max(calendar.add_workdays(origin, int(position.es) + 1), today), last), last


def _remaining(task: Task, today: date, calendar: WorkCalendar, hours_per_day: float) -> int | None:
    """Working days of work left in an open task, None where nothing says so; overdue work has none planned."""
    if task.remaining_hours is not None:
        return max(ceil(exact(task.remaining_hours) / exact(hours_per_day)), 0)
    if task.due_on is None:
        return None
    yesterday = today - timedelta(days=1)
    return max(calendar.workdays(max(task.start_on or yesterday, yesterday), task.due_on), 0)
