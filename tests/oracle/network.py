"""Open work that waits for open work: by the longest way to each task and from it, followed one link at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil

from .civil import DAY, Days, Json, day, exact
from .linkage import sleeping

Ref = tuple[str, str]
Links = dict[tuple[Ref, Ref], date]
"""(before, after) -> the day on which this was first read."""
HOURS_A_DAY = 8


def ref(task: Json) -> Ref:
    return (task["source"], task["id"])


def stands(task: Json | None) -> bool:
    """Whether it can stand in the way of anything."""
    return task is not None and not task["gone"] and task["status"] != "done" and not sleeping(task)


def hindering(links: Links, tasks: list[Json]) -> Links:
    """Links between two tasks that are both to be done yet."""
    every = {ref(task): task for task in tasks}
    return {
        (before, after): since
        for (before, after), since in links.items()
        if before != after and stands(every.get(before)) and stands(every.get(after))
    }


def length_of(task: Json, today: date, days: Days) -> int | None:
    """Working days that are left of a task."""
    if task["remaining_hours"] is not None:
        return max(ceil(exact(task["remaining_hours"]) / HOURS_A_DAY), 0)
    due, start = day(task["due_on"]), day(task["start_on"])
    if due is None:
        return None
    return max(days.wd(max(start or today - DAY, today - DAY), due), 0)


@dataclass
class Network:
    """The open leaves of a milestone in the order in which they wait for each other."""

    open: list[Json]
    links: Links
    today: date
    days: Days
    commitment: date | None
    not_before: date | None

    def __post_init__(self) -> None:
        here = [ref(task) for task in self.open]
        inside = [pair for pair in self.links if pair[0] in here and pair[1] in here]
        self.before = {key: sorted(first for first, last in inside if last == key) for key in here}
        self.after = {key: [last for first, last in inside if first == key] for key in here}
        lengths = {ref(task): length_of(task, self.today, self.days) for task in self.open}
        tied = [key for key in here if self.before[key] or self.after[key]]
        self.is_one = bool(here) and 2 * len(tied) >= len(here) and None not in lengths.values()
        self.is_circle = self.is_one and any(self._comes_back(key) for key in here)
        self.chain: list[Ref] = []
        self.finish = self.slack = None
        if self.is_one and not self.is_circle:
            self.length = {key: length for key, length in lengths.items() if length is not None}
            self._schedule(here)

    def _comes_back(self, start: Ref) -> bool:
        seen, rest = set(), list(self.after[start])
        while rest:
            key = rest.pop()
            if key == start:
                return True
            if key not in seen:
                seen.add(key)
                rest += self.after[key]
        return False

    def end_of(self, key: Ref) -> int:
        """Working days from day 0 to its earliest finish."""
        return self.start_of(key) + self.length[key]

    def start_of(self, key: Ref) -> int:
        return max((self.end_of(first) for first in self.before[key]), default=0)

    def tail_of(self, key: Ref) -> int:
        """Working days of the longest way that follows it."""
        return max((self.length[last] + self.tail_of(last) for last in self.after[key]), default=0)

    def _schedule(self, here: list[Ref]) -> None:
        origin = max(self.today - DAY, self.not_before or self.today - DAY)
        self.whole = max(self.end_of(key) for key in here)
        self.finish = max(self.days.after(origin, self.whole), self.today)
        self.room = self.whole
        if self.commitment is not None:
            self.room = self.days.wd(origin, self.commitment)
            self.slack = self.room - self.whole
        at: Ref | None = next(key for key in here if self.end_of(key) == self.whole)
        while at is not None:
            self.chain.insert(0, at)
            begins = self.start_of(at)
            at = next((first for first in self.before[at] if self.end_of(first) == begins), None)

    def floats(self, key: Ref) -> tuple[int, int]:
        """What a task may slip before the commitment is missed, and before anything else moves."""
        nexts = [self.start_of(last) for last in self.after[key]] or [self.whole]
        return self.room - self.tail_of(key) - self.end_of(key), min(nexts) - self.end_of(key)
