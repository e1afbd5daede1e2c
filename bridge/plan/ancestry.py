"""Which tasks lie below which: walked down level by level for all wanted parents, or up from a single task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress, count
from operator import attrgetter
from typing import cast

from bridge.model import Task, TaskKey
from bridge.plan import cells


class Descent:
    """The trees of all tasks; a chain stays within its source and may pass through tasks that are gone or unknown."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        # Parents are numbered, for numbers are looked up in a table much faster than texts in a set.
        self._numbers: defaultdict[str | None, int] = defaultdict(count().__next__)
        self._parents = list(map(self._numbers.__getitem__, map(attrgetter("parent_id"), tasks)))
        self._nodes: dict[int, TaskKey] = {}
        """Position -> key of those descendants that may be parents themselves."""

    def below(self, wanted: Collection[str], keyed: Mapping[str, Iterable[int]]) -> dict[str, set[int]]:
        """Folded id or key of a parent -> positions of its descendants at any depth, without the parent itself.

        `keyed` are the positions of tasks by folded key, of all keys that are wanted.
        """
        starts = self._starts(frozenset(wanted), keyed)
        children = self._children({node for nodes in starts.values() for node in nodes})
        return {value: self._of(nodes, children) for value, nodes in starts.items()}

    def _starts(self, wanted: frozenset[str], keyed: Mapping[str, Iterable[int]]) -> dict[str, set[TaskKey]]:
        """The parents that a value names. One that was never read is still known by its children's word for it."""
        starts: dict[str, set[TaskKey]] = {value: set() for value in wanted}
        known = [parent for parent in self._numbers if parent]
        named = {parent: value for parent, value in zip(known, cells.folded(known), strict=True) if value in wanted}
        for position in self._at(named):
            task = self._tasks[position]
            parent = cast(str, task.parent_id)
            starts[named[parent]].add((task.source, parent))
        for value in wanted:
            tasks = [self._tasks[position] for position in keyed.get(value, ())] if value else ()
            starts[value].update([task.ref for task in tasks if task.id in self._numbers])
        return starts

    def _children(self, roots: set[TaskKey]) -> dict[TaskKey, list[int]]:
        """Of the roots and of everything below them; one look over all tasks a level, however many roots there are."""
        children: dict[TaskKey, list[int]] = {}
        level = roots
        while level:
            following: set[TaskKey] = set()
            for position in self._at({identity for _, identity in level}):
                task = self._tasks[position]
                node = (task.source, cast(str, task.parent_id))
                if node in level:
                    children.setdefault(node, []).append(position)
                    if task.id in self._numbers:
                        following.add(self._nodes.setdefault(position, task.ref))
            level = {node for node in following if node not in children and node not in roots}
        return children

    def _at(self, names: Iterable[str]) -> Iterator[int]:
        """Positions of the tasks whose parent has one of these names."""
        is_named = bytearray(len(self._numbers))
        for name in names:
            number = self._numbers.get(name)
            if number is not None:
                is_named[number] = 1
        if not any(is_named):
            return iter(())
        return compress(range(len(self._parents)), map(is_named.__getitem__, self._parents))

    def _of(self, starts: set[TaskKey], children: Mapping[TaskKey, Sequence[int]]) -> set[int]:
        below: set[int] = set()
        seen: set[TaskKey] = set()
        themselves: set[int] = set()
        waiting = list(starts)
        while waiting:
            node = waiting.pop()
            if node in seen:  # a task may be its own ancestor in a broken source
                continue
            seen.add(node)
            found = children.get(node, ())
            below.update(found)
            for position in filter(self._nodes.__contains__, found):
                waiting.append(self._nodes[position])
                if self._nodes[position] in starts:
                    themselves.add(position)
        return below - themselves


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
