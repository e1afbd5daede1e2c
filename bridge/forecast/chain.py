"""The open leaves of a milestone as a network of linked work: when it ends, and which chain decides that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from bridge.forecast.network import LinkCycle, Position, driving_chain, finish, schedule
from bridge.forecast.quantity import exact
from bridge.model import Task, TaskKey
from bridge.plan.calendar import WorkCalendar

TaskLinks = Mapping[TaskKey, Iterable[tuple[TaskKey, int]]]
"""Task -> its finish-to-start predecessors, each with its lag in working days."""


@dataclass(frozen=True, slots=True)
class WorkNetwork:
    """The scheduled network. `float_to_commitment` in working days is what all of it may still slip before the
    commitment is missed, negative when it already is, None without a commitment. `driver` is the chain that decides
    the end, first to last. `cycle` names tasks that wait for each other; then there is no `finish_on`."""

    finish_on: date | None
    positions: Mapping[TaskKey, Position]
    float_to_commitment: int | None = None
    driver: tuple[TaskKey, ...] = ()
    cycle: tuple[TaskKey, ...] = ()


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
    end = int(finish(positions))
    return WorkNetwork(
        finish_on=max(calendar.add_workdays(origin, end), today),
        positions=positions,
        float_to_commitment=None if deadline is None else deadline - end,
        driver=driving_chain(positions, inside),
    )


def _remaining(task: Task, today: date, calendar: WorkCalendar, hours_per_day: float) -> int | None:
    """Working days of work left in an open task, None where nothing says so; overdue work has none planned."""
    if task.remaining_hours is not None:
        return max(ceil(exact(task.remaining_hours) / exact(hours_per_day)), 0)
    if task.due_on is None:
        return None
    yesterday = today - timedelta(days=1)
    return max(calendar.workdays(max(task.start_on or yesterday, yesterday), task.due_on), 0)
