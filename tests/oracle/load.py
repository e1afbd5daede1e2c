"""How full the next four weeks of each person are, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from .civil import DAY, Days, Json, day, exact, monday
from .linkage import fold, sleeping

HOURS_A_DAY = Fraction(8)


def hours_of(task: Json) -> Fraction:
    stated = task["remaining_hours"] if task["remaining_hours"] is not None else task["estimate_hours"]
    return exact(stated or 0)


def counted(tasks: list[Json]) -> list[Json]:
    """Open leaves of all sources that have an owner, a date and hours."""
    here = [task for task in tasks if not task["gone"]]
    parents = {(task["source"], task["parent_id"]) for task in here if not sleeping(task)}
    return [
        task
        for task in here
        if task["kind"] != "milestone"
        and (task["source"], task["id"]) not in parents
        and not sleeping(task)
        and task["status"] != "done"
        and task["assignees"]
        and task["due_on"]
        and hours_of(task) > 0
    ]


def spread(task: Json, today: date, days: Days) -> list[date]:
    """The days over which the hours are split evenly."""
    due = day(task["due_on"])
    assert due is not None
    if due < today:
        return [today]
    at = max(day(task["start_on"]) or today, today)
    found = []
    while at <= due:
        if days.works(at):
            found.append(at)
        at += DAY
    return found or [due]


def capacity_of(name: str, week: date, resources: list[Json], days: Days) -> Fraction:
    """Hours per day times the working days of a week, less leave."""
    mine = [row for row in resources if fold(row["owner"]) == name]
    a_day = next((exact(row["hours_per_day"]) for row in mine if row["hours_per_day"] is not None), HOURS_A_DAY)
    total = Fraction(0)
    for at in (week + n * DAY for n in range(7)):
        is_away = any(span["first"] <= at.isoformat() <= span["last"] for row in mine for span in row["leave"])
        if days.works(at) and not is_away:
            total += a_day
    return total


def overloaded(tasks: list[Json], resources: list[Json], today: date, days: Days, limit: Fraction) -> set[str]:
    """Names of those with more hours than the limit allows in this week or one of the three after it."""
    weeks = [monday(today) + timedelta(weeks=n) for n in range(4)]
    load: dict[tuple[str, date], Fraction] = {}
    for task in counted(tasks):
        on = spread(task, today, days)
        share = hours_of(task) / len(task["assignees"]) / len(on)
        for at in on:
            for person in task["assignees"]:
                place = (fold(person["name"]), monday(at))
                load[place] = load.get(place, Fraction(0)) + share
    found = set()
    for (name, week), hours in load.items():
        if week in weeks and hours > limit * capacity_of(name, week, resources, days):
            found.add(name)
    return found
