"""How a piece of the demo's work is described: what there is to do, how fast it was done, what is still open.

Offsets are working days from the day the demo is shown, negative for the past.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Unit = Literal["hours", "points", "both", "none"]


def cross(topics: Iterable[str], steps: Iterable[str]) -> tuple[str, ...]:
    """Every topic with every step, topic by topic."""
    done = tuple(steps)
    return tuple(f"{topic}：{step}" for topic in topics for step in done)


class Push(Struct, frozen=True):
    """Somebody moves a due date by so many working days, in the interval after the nth look."""

    interval: int
    workdays: int


class Own(Struct, frozen=True):
    """The milestone's own item in the tool, due at `due` after its pushes."""

    title: str
    due: int
    pushes: tuple[Push, ...] = ()
    done: bool = False


class Stream(Struct, frozen=True):
    """The work of one milestone in one project; `milestone` is empty for work nobody promised."""

    milestone: str
    project: str
    titles: tuple[str, ...]
    team: tuple[str, ...]
    finished: str = "0000000000000"
    """Tasks finished in each of the last 13 Monday-Sunday weeks, oldest first, a digit a week."""
    older: int = 0
    """Tasks finished before those weeks, one every other week."""
    open_due: tuple[int | None, ...] = ()
    """When the open tasks are due; the last one stays open longest and carries the date of the whole."""
    doing: int = 0
    """So many of the open tasks, the earliest due, are being worked on."""
    ahead: bool = True
    """Tasks were finished before they were due; else after."""
    undated: int = 0
    """So many of the finished tasks never had a due date."""
    touched: int | None = None
    """Calendar days since anybody touched the tasks in work; None: the last working day."""
    pushes: tuple[Push, ...] = ()
    pushed: int = 1
    """The pushes move so many of the open tasks, from the last."""
    grows: int = 0
    """So many of the open tasks were added while the demo watched."""
    born: int | None = None
    """All of it was added in the interval after this look; None: before the first."""
    unassigned: int = 0
    blocked: Literal["long", "new"] | None = None
    cancelled: tuple[str, ...] = ()
    archived: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    root: str | None = None
    """Title of the item that holds all of it."""
    stories: tuple[str, ...] = ()
    """Titles of the items between the root and the tasks, each with an equal share of the titles."""
    own: Own | None = None
    sprints: tuple[str, ...] = ()
    """Finished tasks are in the first, open ones in the last."""
    release: str | None = None
    phase: str | None = None
    tags: tuple[str, ...] = ()
    unit: Unit = "hours"
    chains: tuple[tuple[int, ...], ...] = ()
    """Open tasks that were linked as blocking one another, by their place from 0, each chain in order."""
    chained: int = 7
    """The links were drawn in the interval after this look."""
    left: tuple[float, ...] = ()
    """Hours left of the open tasks now, where the work is estimated in hours; by chance if not said."""

    @property
    def tasks(self) -> int:
        """How many of the titles are used."""
        return self.older + sum(map(int, self.finished)) + len(self.open_due)
