"""A stream of work becomes the lives of its items: when each was created, begun, moved, finished.

A life is a sequence of edits; the world applies those that lie before the demo's first look by itself.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import itemgetter
from random import Random
from typing import Any

from msgspec import Struct, field

from bridge.demo.days import Days
from bridge.demo.places import PLACE, PRIORITIES
from bridge.demo.shape import Own, Stream

BLOCKED = "阻塞"
_BUG = "修复"
_DAY_ENDS = 18


class Life(Struct):
    """One item. `above` is the life of its parent; `fields` are set at its creation, `edits` follow in time."""

    stream: Stream
    title: str
    kind: str
    created: datetime
    role: str = "leaf"
    above: Life | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    edits: list[tuple[datetime, Mapping[str, Any]]] = field(default_factory=list)
    blocks: list[tuple[datetime, Life]] = field(default_factory=list)
    """When it was said to stand in the way of which other one."""

    def then(self, at: datetime, **changes: Any) -> None:
        """A person edits the item, never before it was created; edits are told in any order."""
        insort(self.edits, (max(at, self.created + timedelta(minutes=7)), changes), key=itemgetter(0))


def lives(stream: Stream, days: Days, random: Random) -> tuple[Life, ...]:
    """All items of a stream, parents and the milestone's own item included."""
    return _Weaver(stream, days, random).weave()


class _Weaver:
    def __init__(self, stream: Stream, days: Days, random: Random) -> None:
        self.stream, self.days, self.random = stream, days, random
        self.place = PLACE[stream.project]
        self.finished = tuple(sorted(_finishing_days(stream, days)))
        self.touched = days.busy(days.today - timedelta(days=stream.touched or 1))

    def weave(self) -> tuple[Life, ...]:
        leaves = [self._finished(nth, day) for nth, day in enumerate(self.finished)]
        waiting = [self._open(nth) for nth in range(len(self.stream.open_due))]
        self._link(waiting)
        leaves += waiting
        leaves += self._odd_ones()
        parents = self._parents(leaves)
        own = [self._own(self.stream.own, leaves)] if self.stream.own else []
        return (*parents, *own, *leaves)

    # leaves

    def _finished(self, nth: int, done_on: date) -> Life:
        days, random = self.days, self.random
        took = random.randint(2, 5)
        start = days.shift(done_on, -took)
        # Late as it may be, nobody began it after it was due.
        gap = random.randint(1, 5) if self.stream.ahead else -min(random.randint(0, 4), took)
        due = None if nth < self.stream.undated else days.shift(done_on, gap)
        leaf = self._leaf(nth, start, due)
        self._begin(leaf, start)
        left = {"remaining_hours": 0.0} if "remaining_hours" in leaf.fields else {}
        leaf.then(self._moment(done_on), state="done", state_name=None, **left)
        return leaf

    def _open(self, nth: int) -> Life:
        stream, days = self.stream, self.days
        offset = stream.open_due[nth]
        due = None if offset is None else days.ahead(offset)
        doing = nth < stream.doing
        stuck = stream.blocked == "long" and nth == 0
        start = self._start_of_open(due, doing, stuck)
        moved = sum(push.workdays for push in stream.pushes) if self._is_pushed(nth) else 0
        leaf = self._leaf(len(self.finished) + nth, start, days.shift(due, -moved) if due else None, nth)
        if doing and start:
            self._begin(leaf, start)
        if stuck:
            leaf.then(days.instant(days.between(3), 11, 20), tags=(*stream.tags, BLOCKED))
        elif doing:
            leaf.then(self._moment(self.touched), **_progress(leaf))
        if moved and due:
            _push(leaf, stream.pushes, days.shift(due, -moved), days)
        return leaf

    def _start_of_open(self, due: date | None, doing: bool, stuck: bool) -> date | None:
        days = self.days
        if stuck:
            return days.ahead(-30)
        if doing:
            return days.shift(min(self.touched, due or self.touched), -self.random.randint(2, 6))
        if due is None:
            return None
        begin = days.shift(due, -self.random.randint(4, 7))
        return begin if due <= days.today else max(begin, days.ahead(1))

    def _is_pushed(self, nth: int) -> bool:
        return bool(self.stream.pushes) and nth >= len(self.stream.open_due) - self.stream.pushed

    def _leaf(self, place: int, start: date | None, due: date | None, nth_open: int | None = None) -> Life:
        stream = self.stream
        kind = "bug" if stream.titles[place].startswith(_BUG) else "task"
        sprint = None if not stream.sprints else stream.sprints[0 if nth_open is None else -1]
        leaf = Life(stream, stream.titles[place], kind, self._created(start, nth_open))
        leaf.fields = self._shared() | {"sprint": sprint, "assignee": self._assignee(place, nth_open)}
        leaf.fields |= {"priority": self.random.choice(PRIORITIES[self.place.tool])}
        leaf.fields |= self._dates(start, due) | self._effort()
        if nth_open is not None and nth_open < len(stream.left):
            # Whoever is at work on a task halves what is left of it.
            hours = stream.left[nth_open] * (2 if nth_open < stream.doing else 1)
            leaf.fields |= {"estimate_hours": hours, "remaining_hours": hours}
        return leaf

    def _link(self, waiting: list[Life]) -> None:
        at = self.days.instant(self.days.between(self.stream.chained), 16, 5)
        for chain in self.stream.chains:
            for first, last in pairwise(chain):
                waiting[first].blocks.append((at, waiting[last]))

    def _created(self, start: date | None, nth_open: int | None) -> datetime:
        stream, days, random = self.stream, self.days, self.random
        if stream.born is not None:
            return days.instant(days.between(stream.born), 8, random.randrange(60))
        if nth_open is not None and self._is_late_addition(nth_open):
            return days.instant(days.between(2 * nth_open % 6 + 1), 10, random.randrange(60))
        wanted = days.shift(start or days.first, -random.randint(3, 14))
        latest = days.first - timedelta(days=random.randint(1, 60))
        return days.instant(days.quiet(min(wanted, latest)), random.randint(9, 16), random.randrange(60))

    def _is_late_addition(self, nth_open: int) -> bool:
        last = len(self.stream.open_due) - 1
        return last - self.stream.grows <= nth_open < last

    def _assignee(self, place: int, nth_open: int | None) -> str | None:
        """Nobody has taken the last open tasks of a stream that has unassigned ones."""
        if nth_open is not None and nth_open >= len(self.stream.open_due) - self.stream.unassigned:
            return None
        return self.stream.team[place % len(self.stream.team)]

    def _dates(self, start: date | None, due: date | None) -> dict[str, Any]:
        days = self.days
        if due and start and start > due:
            start = due
        return {
            "start": days.instant(start, 9) if start else None,
            "due": days.instant(due, _DAY_ENDS) if due else None,
        }

    def _effort(self) -> dict[str, Any]:
        hours = float(self.random.choice((4, 6, 8, 8)))
        points = float(self.random.choice((1, 2, 3, 5)))
        by_unit: dict[str, dict[str, Any]] = {
            "hours": {"estimate_hours": hours, "remaining_hours": hours},
            "points": {"story_points": points},
            "both": {"estimate_hours": hours, "remaining_hours": hours, "story_points": points},
            "none": {},
        }
        return by_unit[self.stream.unit]

    def _odd_ones(self) -> Iterator[Life]:
        stream, days = self.stream, self.days
        for titles, at, change in (
            (stream.cancelled, 2, {"state": "cancelled"}),
            (stream.archived, 3, {"archived": True}),
            (stream.deleted, 6, {"deleted": True}),
        ):
            for title in titles:
                leaf = self._leaf(0, days.ahead(4), days.ahead(8))
                leaf.title = title
                leaf.then(days.instant(days.between(at), 14, 30), **change)
                yield leaf
        if stream.blocked == "new":
            leaf = self._leaf(len(stream.titles) - 1, days.ahead(3), days.ahead(12))
            leaf.created = days.instant(days.between(7), 10, 10)
            leaf.fields["tags"] = (*stream.tags, BLOCKED)
            yield leaf

    # what stands above the leaves

    def _parents(self, leaves: list[Life]) -> list[Life]:
        stream = self.stream
        if stream.root is None:
            return []
        upper, lower = self.place.levels
        stories = [self._above(title, lower, group) for title, group in self._groups(leaves)]
        loose = [leaf for leaf in leaves if leaf.above is None]
        root = self._above(stream.root, upper, [*stories, *loose])
        root.role = "root"
        return [root, *stories]

    def _groups(self, leaves: list[Life]) -> Iterator[tuple[str, list[Life]]]:
        for story in self.stream.stories:
            group = [leaf for leaf in leaves if leaf.title.startswith(f"{story}：")]
            if group:
                yield story, group

    def _above(self, title: str, kind: str, below: list[Life]) -> Life:
        """A parent is created before its children, begun with the first and done after the last."""
        parent = Life(self.stream, title, kind, min(child.created for child in below) - timedelta(hours=2), "story")
        parent.fields = self._shared() | {"assignee": self.stream.team[0], "priority": PRIORITIES[self.place.tool][1]}
        begun = [at for child in below for at, changes in child.edits if changes.get("state") == "doing"]
        ended = [_end(child) for child in below if not _is_dropped(child)]
        if begun:
            parent.then(min(begun), state="doing")
        if ended and all(ended):
            parent.then(max(at for at in ended if at) + timedelta(minutes=30), state="done")
        for child in below:
            child.above = parent
        return parent

    def _own(self, own: Own, leaves: list[Life]) -> Life:
        days = self.days
        due = days.shift(days.ahead(own.due), -sum(push.workdays for push in own.pushes))
        created = min(leaf.created for leaf in leaves) - timedelta(hours=3)
        life = Life(self.stream, own.title, "milestone", created, "own")
        life.fields = self._shared() | {"assignee": self.stream.team[0], "due": days.instant(due, _DAY_ENDS)}
        _push(life, own.pushes, due, days)
        if own.done:
            life.then(max(at for leaf in leaves if (at := _end(leaf))) + timedelta(minutes=40), state="done")
        return life

    def _shared(self) -> dict[str, Any]:
        stream = self.stream
        return {"tags": stream.tags, "release": stream.release, "phase": stream.phase, "sprint": None}

    def _begin(self, leaf: Life, start: date) -> None:
        at = self.days.instant(self.days.quiet(start), 9, self.random.randrange(60))
        leaf.then(at, state="doing", state_name=self.random.choice(self.place.working))

    def _moment(self, day: date) -> datetime:
        return self.days.instant(day, self.random.randint(11, 17), self.random.randrange(60))


def _finishing_days(stream: Stream, days: Days) -> Iterator[date]:
    weeks = len(stream.finished)
    for nth in range(stream.older):
        yield days.in_week(weeks + 1 + 2 * nth, nth)
    for back, count in zip(range(weeks, 0, -1), stream.finished, strict=True):
        for nth in range(int(count)):
            yield days.in_week(back, back + 2 * nth)


def _push(life: Life, pushes: tuple[Any, ...], due: date, days: Days) -> None:
    for push in pushes:
        due = days.shift(due, push.workdays)
        life.then(days.instant(days.between(push.interval), 15, 40), due=days.instant(due, _DAY_ENDS))


def _progress(leaf: Life) -> dict[str, Any]:
    """What somebody at work on a task changes in it."""
    if "remaining_hours" in leaf.fields:
        return {"remaining_hours": leaf.fields["remaining_hours"] / 2}
    return {"description": "本周进展：按计划推进，问题已在站会同步。"}


def _end(life: Life) -> datetime | None:
    return next((at for at, changes in life.edits if changes.get("state") == "done"), None)


def _is_dropped(life: Life) -> bool:
    return any(changes.get("state") == "cancelled" or changes.get("deleted") for _, changes in life.edits)


def in_order(life: Life) -> bool:
    """Whether the edits of a life lie after its creation and one after the other."""
    instants = [life.created, *(at for at, _ in life.edits)]
    return all(earlier < later for earlier, later in pairwise(instants))
