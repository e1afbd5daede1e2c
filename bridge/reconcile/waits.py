"""What waits for what: the links between tasks made sense of, and milestones in the order in which they wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import CycleError, TopologicalSorter

from bridge.forecast.chain import TaskLinks
from bridge.model import LinkKind, Task, TaskKey, TaskLink
from bridge.reconcile.linkage import in_scope, is_open
from bridge.reconcile.situation import LinkDoubts, TaskRecord


@dataclass(frozen=True, slots=True)
class Blocker:
    """Open work that stands in the way, and since when that is known."""

    record: TaskRecord
    since: datetime


@dataclass(frozen=True, slots=True)
class Waits:
    """The links between all tasks, told apart once."""

    predecessors: TaskLinks = field(default_factory=dict)
    """Open task -> the open work that must be finished before it, each with its lag in working days; a block is such
    an order too."""
    blockers: Mapping[TaskKey, tuple[Blocker, ...]] = field(default_factory=dict)
    """Open task -> what stands in its way."""


def waits_of(links: Iterable[TaskLink], records: Mapping[TaskKey, TaskRecord]) -> Waits:
    """Links between open tasks that say something of their order; one from a task to itself says nothing."""
    predecessors: dict[TaskKey, list[tuple[TaskKey, int]]] = {}
    blockers: dict[TaskKey, list[Blocker]] = {}
    for link in links:
        if link.kind is not LinkKind.BLOCKS and link.kind is not LinkKind.FINISH_TO_START:
            continue
        first, last = link.ends
        ahead, behind = records.get(first), records.get(last)
        if ahead is None or behind is None or ahead is behind or not (_stands_open(ahead) and _stands_open(behind)):
            continue
        predecessors.setdefault(last, []).append((first, link.lag))
        if link.kind is LinkKind.BLOCKS:
            blockers.setdefault(last, []).append(Blocker(ahead, link.seen_at))
    # Of equal chains the told one must not depend on the order in which links were stored.
    return Waits(
        {last: sorted(before) if len(before) > 1 else before for last, before in predecessors.items()},
        {last: tuple(sorted(found, key=_place) if len(found) > 1 else found) for last, found in blockers.items()},
    )


def _place(blocker: Blocker) -> TaskKey:
    return blocker.record.task.ref


def doubts_of(
    links: Iterable[TaskLink], tasks: Mapping[TaskKey, Task], is_wanted: Callable[[TaskKey], bool]
) -> LinkDoubts:
    """Links that order nothing, of those with an end among the open tasks that are wanted; each for one reason."""
    unknown, directionless, unmapped = [], [], []
    for link in links:
        if not any(end in tasks and is_open(tasks[end]) and is_wanted(end) for end in link.ends):
            continue
        if any(end not in tasks for end in link.ends):
            unknown.append(link)
        elif link.kind is LinkKind.UNMAPPED:
            unmapped.append(link)
        elif link.kind is LinkKind.DEPENDS:
            directionless.append(link)
    return LinkDoubts(tuple(unknown), tuple(directionless), tuple(unmapped))


def _stands_open(record: TaskRecord) -> bool:
    return is_open(record.task) and in_scope(record.task) and not record.task.gone


def in_order(waits: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Every key with those it waits for before it.

    A plan with a circle is refused at its import; should one be stored nevertheless, its members do not wait for each
    other, so that the rest of the plan can be judged.
    """
    rest = {key: tuple(one for one in before if one in waits and one != key) for key, before in waits.items()}
    while True:
        try:
            return tuple(TopologicalSorter(rest).static_order())
        except CycleError as error:
            circle = frozenset(error.args[1])
            rest = {
                key: tuple(one for one in before if not (key in circle and one in circle))
                for key, before in rest.items()
            }
