"""Which milestones a change concerns: what each was judged by is compared with what it would be judged by now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bridge.model import TaskKey
from bridge.plan.document import Plan
from bridge.reconcile.case import Outline, Situation
from bridge.reconcile.layout import Ground
from bridge.reconcile.leaves import leaf_name
from bridge.reconcile.load import overloaded
from bridge.reconcile.rules import freshness
from bridge.reconcile.situation import Finding, Portfolio
from bridge.reconcile.waits import Waits

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Told:
    """What a milestone was told from elsewhere."""

    freshness: tuple[Finding, ...]
    """What is to be said of its sources."""
    is_unsettled: bool
    """Whether one of its tasks was updated after `now`."""


def told_of(at: Situation) -> Told:
    now = at.portfolio.now
    last = max(filter(None, at.facts.open(at.facts.updates)), default=now)
    return Told(_told_of_sources(at), is_unsettled=last > now)


def by_plan(before: Plan, after: Plan) -> Iterator[str]:
    """Milestones of which a row, or one of their deal, was added, taken away or written otherwise."""
    deals = _differing({row.key: row for row in before.deals}, {row.key: row for row in after.deals})
    for name in ("risks", "feedback", "communications"):
        rows = (getattr(before, name), getattr(after, name))
        if rows[0] != rows[1]:
            old, new = ([(row.deal, row) for row in some] for some in rows)
            deals |= {deal for deal, _ in (*old, *new) if _of(deal, old) != _of(deal, new)}
            yield from (milestone for some in rows for row in some if (milestone := getattr(row, "milestone", None)))
    known = {row.key: row for row in before.milestones}
    for row in after.milestones:
        if row.deal in deals or known.get(row.key) != row:
            yield row.key


def by_records(before: Portfolio, after: Portfolio) -> Iterator[str]:
    """Milestones whose promises, snapshots or notes differ."""
    yield from _differing(before.baselines, after.baselines)
    yield from _differing(before.snapshots, after.snapshots)
    yield from _differing(before.register.notes, after.register.notes)


def by_practice(before: Ground, after: Ground) -> Iterator[str]:
    """Milestones of which customers said something else, or whose next contacts differ."""
    for row in after.portfolio.plan.milestones:
        if before.practised.of(row) != after.practised.of(row):
            yield row.key


def by_waits(before: Waits, after: Waits) -> set[TaskKey]:
    """Tasks that wait for others, or for another state of the same ones; of what blocks a task it is told what blocks that."""
    found = _differing(before.predecessors, after.predecessors) | _differing(before.blockers, after.blockers)
    behind = (last for last, ahead in after.blockers.items() if any(one.record.task.ref in found for one in ahead))
    return {*found, *behind}


def by_claims(before: Portfolio, after: Portfolio, outlines: Mapping[str, Outline]) -> Iterator[str]:
    """Milestones with work in a project of which people say something else now."""
    projects = _differing(before.project_claims, after.project_claims)
    if projects:
        for key, outline in outlines.items():
            tasks = (record.task for record in outline.work.leaves)
            if any((task.source, task.project.id) in projects for task in tasks):
                yield key


def by_scope_then(refs: Iterable[TaskKey], outlines: Mapping[str, Outline]) -> Iterator[str]:
    """Milestones that once had one of these tasks: what was removed since is weighed as it is known today."""
    names = {leaf_name(ref) for ref in refs}
    for key, outline in outlines.items():
        if any(snapshot.leaves and not names.isdisjoint(snapshot.leaves) for snapshot in outline.snapshots):
            yield key


def by_time(situations: Mapping[str, Situation], told: Mapping[str, Told]) -> Iterator[str]:
    """Milestones for which it matters that time went on: a source grew old, or a task was updated after `now`."""
    for key, at in situations.items():
        if told[key].is_unsettled or _told_of_sources(at) != told[key].freshness:
            yield key


def _told_of_sources(at: Situation) -> tuple[Finding, ...]:
    return (*freshness.source_stale(at), *freshness.source_partial(at))


def by_others(ground: Ground, before: Ground, situations: Mapping[str, Situation]) -> Iterator[str]:
    """Milestones whose owners have more or less to do elsewhere, or of whose class another was finished."""
    if ground.ratios != before.ratios:  # few finished ones speak for those of other classes too
        yield from situations
        return
    for key, at in situations.items():
        name = at.milestone.class_
        if (name is not None and ground.finished.get(name) != before.finished.get(name)) or overloaded(
            at.owners, ground.loads, at.thresholds.load_amber
        ) != at.overloads:
            yield key


def with_successors(plan: Plan, keys: Iterable[str]) -> set[str]:
    """These milestones and all that wait for them, directly or not."""
    following: dict[str, list[str]] = {}
    for row in plan.milestones:
        for before in row.depends_on:
            following.setdefault(before, []).append(row.key)
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += following.get(key, ())
    return found


def _of(deal: str, rows: list[tuple[str, object]]) -> list[object]:
    return [row for owner, row in rows if owner == deal]


def _differing(before: Mapping[K, V], after: Mapping[K, V]) -> set[K]:
    return {key for key in {*before, *after} if before.get(key) != after.get(key)}
