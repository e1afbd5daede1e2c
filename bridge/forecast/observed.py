"""What was observed of a task over time: first dates, completion, and the value of a field on a day.

Values come from the change log: the value before the first change of a field is the value first seen. Two kinds of
entry are read specially:

* A vendor activity may be older than our first sight of the task. The value before it then stood since the task was
  created, or since the day before the activity where the creation is not known.
* A change with cause `mapping` is our reading that changed, not the date. It counts as a value, but in the series of a
  date (baselines, pushes) the values before it are moved by the same number of days, so it is never a move by people
  and the moves before it keep their size.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from heapq import heappop, heappush
from operator import itemgetter
from typing import Literal, Protocol

from msgspec.structs import replace

from bridge.model import Change, Status, Task

DateField = Literal["start_on", "due_on"]
DueSeries = list[tuple[date, date | None]]
"""(local day, due date at its end or None), one point a day, oldest first."""
_UNDATED = 0
"""No day has this number."""


class Observed(Protocol):
    """A task with its history; `changes` in order of `at`."""

    @property
    def task(self) -> Task: ...

    @property
    def first_seen(self) -> datetime: ...

    @property
    def changes(self) -> Sequence[Change]: ...


def local_day(instant: datetime, zone: tzinfo) -> date:
    """The civil date of an aware instant in `zone`."""
    return instant.astimezone(zone).date()


def first_day(instants: Collection[datetime], zone: tzinfo) -> date | None:
    """The earliest civil date of these instants, None without any."""
    if not instants:
        return None
    # A clock that is put back may repeat the end of a day, so the first instant alone does not decide.
    end = min(instants) + timedelta(days=1)
    return min(local_day(instant, zone) for instant in instants if instant < end)


def completion_date(record: Observed, zone: tzinfo, today: date | None = None) -> date | None:
    """Local date of `completed_at` of a done task, else the day `done` was observed; None while it is not done.

    "Observed" is the last change of status to done, else the first sight. With `today`, a vendor's instant in the
    future counts as today.
    """
    task = record.task
    if task.status is not Status.DONE:
        return None
    instant = task.completed_at
    if instant is None:
        turns = (change.at for change in reversed(record.changes) if _turned_done(change))
        instant = next(turns, record.first_seen)
    day = local_day(instant, zone)
    return day if today is None else min(day, today)


def baseline_date(record: Observed) -> date | None:
    """The first `due_on` ever observed, None if there never was one."""
    return _first_date(record, "due_on")


def due_history(record: Observed, zone: tzinfo) -> tuple[date | None, DueSeries]:
    """`baseline_date` and `due_series` of a record, from one look at its changes."""
    first, moves = _values(record, "due_on")
    return _first_known(first, moves), _by_day(record, first, moves, zone)


def baseline_start(record: Observed) -> date | None:
    """The first `start_on` ever observed, None if there never was one."""
    return _first_date(record, "start_on")


def due_series(record: Observed, zone: tzinfo) -> DueSeries:
    """`due_on` day by day as it was observed: the first value on the day it was first known, then every later day
    on which it changed, with the last value of that day."""
    return _by_day(record, *_values(record, "due_on"), zone)


def _by_day(
    record: Observed, first: date | None, moves: Iterable[tuple[datetime, date | None]], zone: tzinfo
) -> DueSeries:
    points: dict[date, date | None] = {known_since(record, "due_on", zone): first}
    for instant, value in moves:
        points[local_day(instant, zone)] = value
    return list(points.items())


def latest_due_series(records: Iterable[Observed], zone: tzinfo) -> DueSeries:
    """The latest `due_on` over several tasks, day by day; None on days on which none of them had one.

    A task counts from the day it was first known. Equal neighbours are left out.
    """
    return _latest_of([due_series(record, zone) for record in records])


def latest_series(
    seen: Iterable[datetime], dues: Iterable[date | None], series: Iterable[DueSeries | None], zone: tzinfo
) -> DueSeries:
    """The same of tasks whose `series` are known already, None of those whose date never changed.

    Those that became known on one day count as one task.
    """
    found: list[DueSeries] = []
    first: dict[datetime, date | None] = {}
    for instant, due, moved in zip(seen, dues, series, strict=True):
        if moved is not None:
            found.append(moved)
        else:
            best = first.setdefault(instant, due)
            if due is not None and (best is None or due > best):
                first[instant] = due
    return _latest_of([[(local_day(instant, zone), due)] for instant, due in first.items()] + found)


def _latest_of(several: Iterable[DueSeries]) -> DueSeries:
    events = sorted(
        [(day, number, due) for number, series in enumerate(several) for day, due in series], key=itemgetter(0, 1)
    )
    # Days are numbers here, the latest one the least: many moves pass here for each milestone.
    current: dict[int, int] = {}
    latest: list[tuple[int, int]] = []
    points: dict[date, int] = {}
    for day, number, due in events:
        current[number] = behind = _UNDATED if due is None else -due.toordinal()
        if behind != _UNDATED:
            heappush(latest, (behind, number))
        while latest and current[latest[0][1]] != latest[0][0]:
            heappop(latest)
        points[day] = latest[0][0] if latest else _UNDATED
    return _without_repeats(points)


def field_on(record: Observed, field: str, day: date, zone: tzinfo) -> object:
    """The value of `field` at the end of `day`, in JSON values as recorded; None before the task was known."""
    changes = _changes(record, field)
    past = [change for change in changes if local_day(change.at, zone) <= day]
    if past:
        return past[-1].new
    if day < known_since(record, field, zone):
        return None
    return changes[0].old if changes else _json(getattr(record.task, field))


def known_since(record: Observed, field: str, zone: tzinfo) -> date:
    """The first day on which a value of `field` is known: first sight, or earlier by a vendor's own history."""
    seen = local_day(record.first_seen, zone)
    first = next((change.at for change in record.changes if change.field == field), None)
    if first is None or first > record.first_seen:
        return seen
    changed = local_day(first, zone)
    created = record.task.created_at
    if created is None or created > first:
        return changed - timedelta(days=1)
    return local_day(created, zone)


def _changes(record: Observed, field: str) -> list[Change]:
    """The changes of one field, with what nobody told: a value at first sight that the vendor's entries do not lead to.

    Not everything that changes a task leaves an entry, and what we saw is not less true for that.
    """
    changes = [change for change in record.changes if change.field == field]
    if all(change.how == "diff" for change in changes):
        return changes
    changes = _joined(changes, record.first_seen)
    before = [change for change in changes if change.at <= record.first_seen]
    if all(change.how == "diff" for change in before):
        return changes
    after = changes[len(before) :]
    seen = after[0].old if after else _json(getattr(record.task, field))
    last = before[-1]
    if last.new == seen:
        return changes
    sight = Change(last.source, last.id, record.first_seen, field, last.new, seen, "diff", record.first_seen)
    return [*before, sight, *after]


def _joined(changes: list[Change], first_seen: datetime) -> list[Change]:
    """Changes of which each begins where the one before it ended, as far as what we saw tells.

    A difference that stays beside entries of its time begins with a value that no entry came from: it was left before
    they began, by a move that left no entry.
    """
    kept: list[Change] = []
    run = 0
    for change in changes:
        if change.how == "activity":
            kept.append(change)
            continue
        if change.cause == "source" and len(kept) > run:
            place = _place_of(change.old, kept, run, first_seen)
            if place < len(kept) and kept[place].old != change.old:
                kept.insert(place, replace(change, at=kept[place].at, new=kept[place].old))
            if place < len(kept) and kept[-1].new == change.new:
                run = len(kept)
                continue
        kept.append(change)
        run = len(kept)
    return kept


def _place_of(value: object, kept: Sequence[Change], run: int, first_seen: datetime) -> int:
    """Where among the entries since `run` a value that we saw stood: after the last that led to it, else in front.

    What is older than the first sight is in front of every value seen.
    """
    after = [number + 1 for number in range(run, len(kept)) if kept[number].new == value]
    older = [number + 1 for number in range(run, len(kept)) if kept[number].at <= first_seen]
    return max([run, *after, *older])


def _values(record: Observed, field: DateField) -> tuple[date | None, list[tuple[datetime, date | None]]]:
    """The first value of a date and its later values with their instants, as today's mapping reads them."""
    changes = _changes(record, field)
    if not changes:
        return getattr(record.task, field), []
    correction = timedelta(0)
    moves: list[tuple[datetime, date | None]] = []
    for change in reversed(changes):
        old, new = _as_date(change.old), _as_date(change.new)
        moves.append((change.at, new and new + correction))
        if change.cause == "mapping" and old is not None and new is not None:
            correction += new - old
    first = _as_date(changes[0].old)
    return first and first + correction, moves[::-1]


def _first_date(record: Observed, field: DateField) -> date | None:
    for change in record.changes:
        if change.field == field:
            break
    else:
        return record.task.due_on if field == "due_on" else record.task.start_on
    return _first_known(*_values(record, field))


def _first_known(first: date | None, moves: Iterable[tuple[datetime, date | None]]) -> date | None:
    return first or next((value for _, value in moves if value is not None), None)


def _turned_done(change: Change) -> bool:
    return change.field == "status" and change.new == Status.DONE.value


def _without_repeats(points: dict[date, int]) -> DueSeries:
    kept: DueSeries = []
    last: int | None = None
    for day, behind in points.items():
        if behind != last:
            kept.append((day, None if behind == _UNDATED else date.fromordinal(-behind)))
            last = behind
    return kept


def _as_date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _json(value: object) -> object:
    """A value of the task as the change log would hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Status) else value
