"""Which tasks lie below which: walked down level by level for all wanted parents, or up from a single task."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import compress
from operator import attrgetter

from bridge.model import Task, TaskKey
from bridge.plan import cells


class Descent:
    """The trees of all tasks; a chain stays within its source and may pass through tasks that are gone or unknown."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        self._parents = list(map(attrgetter("parent_id"), tasks))

    def below(self, wanted: Collection[str]) -> dict[str, set[int]]:
        """Folded id or key of a parent -> positions of its descendants at any depth, without the parent itself."""
        starts = self._starts(frozenset(wanted))
        children = self._children({node for nodes in starts.values() for node in nodes})
        return {value: self._of(nodes, children) for value, nodes in starts.items()}

    def _starts(self, wanted: frozenset[str]) -> dict[str, set[TaskKey]]:
        """The parents that a value names. One that was never read is still known by its children's word for it."""
        starts: dict[str, set[TaskKey]] = {value: set() for value in wanted}
        known = [parent for parent in set(self._parents) if parent]
        named = {parent: value for parent, value in zip(known, cells.folded(known), strict=True) if value in wanted}
        for position in self._at(named):
            parent = self._parents[position]
            starts[named[parent]].add((self._tasks[position].source, parent))
        is_parent = frozenset(self._parents).__contains__
        parents = list(compress(self._tasks, map(is_parent, map(attrgetter("id"), self._tasks))))
        for task, value in zip(parents, cells.folded([task.key for task in parents]), strict=True):
            if value in starts and value:
                starts[value].add(task.ref)
        return starts

    def _children(self, roots: set[TaskKey]) -> dict[TaskKey, list[int]]:
        """Of the roots and of everything below them; one look over all tasks a level, however many roots there are."""
        children: dict[TaskKey, list[int]] = {}
        level = roots
        while level:
            names = frozenset(identity for _, identity in level)
            following: set[TaskKey] = set()
            for position in self._at(names):
                task = self._tasks[position]
                node = (task.source, self._parents[position])
                if node in level:
                    children.setdefault(node, []).append(position)
                    following.add((task.source, task.id))
            level = {node for node in following if node not in children and node not in roots}
        return children

    def _at(self, names: Collection[str]) -> Iterator[int]:
        return compress(range(len(self._parents)), map(names.__contains__, self._parents))

    def _of(self, starts: set[TaskKey], children: Mapping[TaskKey, Sequence[int]]) -> set[int]:
        below: set[int] = set()
        seen: set[TaskKey] = set()
        waiting = list(starts)
        while waiting:
            node = waiting.pop()
            if node in seen:  # a task may be its own ancestor in a broken source
                continue
            seen.add(node)
            found = children.get(node, ())
            below.update(found)
            waiting += [self._tasks[position].ref for position in found]
        return {position for position in below if self._tasks[position].ref not in starts}


def above(task: Task, of: Callable[[TaskKey], Task | None]) -> Iterator[tuple[TaskKey, Task | None]]:
    """Everything above a task, nearest first, the task itself left out; None stands for one that was never read."""
    seen = {task.ref}
    at: Task | None = task
    while at is not None and at.parent_id is not None:
        node = (at.source, at.parent_id)
        if node in seen:
            return
        seen.add(node)
        at = of(node)
        yield node, at
