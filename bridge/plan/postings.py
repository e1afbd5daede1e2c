"""For every scope term in use, the tasks it holds for: one pass over the tasks a term name, not one a milestone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from bridge.model import Person, Task, TaskKey
from bridge.plan import cells
from bridge.plan.identity import NOBODY, Everybody

Term = tuple[str, str]
"""(name, folded value)"""


Reading = tuple[Callable[[Task], Any], Callable[[Any], Iterable[str | None]]]
"""What to take from a task, hashable so that each distinct value is folded once; and the texts to compare in it."""


def _one(value: str | None) -> tuple[str | None]:
    return (value,)


def _assigned(people: Everybody) -> Callable[[tuple[str, Iterable[Person]]], Iterator[str]]:
    """Of every owner the id and the name, and those of the other accounts that are known to be theirs."""

    def texts(found: tuple[str, Iterable[Person]]) -> Iterator[str]:
        source, owners = found
        for person in owners:
            yield person.id
            yield person.name
            known = people.accounts.get((source, person.id))
            for (_, account), name in known.accounts if known else ():
                yield account
                yield name

    return texts


READINGS: Mapping[str, Reading] = {
    "source": (attrgetter("source"), _one),
    "project": (attrgetter("project.id", "project.key", "project.name"), tuple),
    "release": (attrgetter("release", "releases"), lambda found: (found[0], *found[1])),
    "sprint": (attrgetter("sprint"), _one),
    "phase": (attrgetter("phase"), _one),
    "tag": (attrgetter("tags"), tuple),
    "key": (attrgetter("key"), _one),
    # The canonical word and the vendor's own word: people write whichever they see.
    "kind": (attrgetter("kind", "kind_raw"), lambda found: (str(found[0]), found[1])),
}
ASSIGNEE = "assignee"
TERMS: tuple[str, ...] = (*READINGS, ASSIGNEE, "parent")


class Postings:
    """Positions of the tasks, gone ones left out, for which each wanted term holds."""

    def __init__(self, tasks: Sequence[Task], wanted: Iterable[Term], people: Everybody = NOBODY) -> None:
        self._tasks = tasks
        self._gone = {position for position, task in enumerate(tasks) if task.gone}
        self._found: dict[Term, set[int]] = {term: set() for term in wanted}
        self._all: set[int] | None = None
        for name in {name for name, _ in self._found}:
            if name == "parent":
                self._collect_descendants()
            elif name == ASSIGNEE:
                self._collect(name, attrgetter("source", "assignees"), _assigned(people))
            elif name in READINGS:
                self._collect(name, *READINGS[name])
            else:
                self._collect_field(name)
        if self._gone:
            self._found = {term: positions - self._gone for term, positions in self._found.items()}

    def of(self, name: str, value: str) -> set[int]:
        return self._found[(name, value)]

    def everything(self) -> set[int]:
        """What a scope of negated terms alone starts from."""
        if self._all is None:
            self._all = set(range(len(self._tasks))) - self._gone
        return self._all

    def _sets(self, name: str) -> dict[str, set[int]]:
        return {value: positions for (term, value), positions in self._found.items() if term == name}

    def _collect(self, name: str, take: Callable[[Task], Any], texts: Callable[[Any], Iterable[str | None]]) -> None:
        wanted = self._sets(name)
        hits: dict[Any, tuple[set[int], ...]] = {}
        for position, raw in enumerate(map(take, self._tasks)):
            sets = hits.get(raw)
            if sets is None:
                folded = {cells.fold(text) for text in texts(raw) if text}
                sets = hits[raw] = tuple(wanted[value] for value in folded & wanted.keys())
            for positions in sets:
                positions.add(position)

    def _collect_field(self, name: str) -> None:
        wanted = self._sets(name)
        texts = _field_reader(name.removeprefix("field."))
        for position, task in enumerate(self._tasks):
            for text in texts(task):
                if (positions := wanted.get(cells.fold(text))) is not None:
                    positions.add(position)

    def _collect_descendants(self) -> None:
        """Below a task at any depth, within its source; the chain may pass through tasks that are gone."""
        wanted = self._sets("parent")
        children: dict[TaskKey, list[int]] = {}
        for position, task in enumerate(self._tasks):
            if task.parent_id is not None:
                children.setdefault((task.source, task.parent_id), []).append(position)
        starts: dict[str, set[TaskKey]] = {value: set() for value in wanted}
        # A parent that was never read is still known by its children's word for it.
        names = [(node, node[1]) for node in children]
        names += [(task.ref, task.key) for task in self._tasks if task.key and task.ref in children]
        for node, name in names:
            if (found := starts.get(cells.fold(name))) is not None:
                found.add(node)
        for value, nodes in starts.items():
            wanted[value] |= self._below(nodes, children)

    def _below(self, starts: set[TaskKey], children: Mapping[TaskKey, Sequence[int]]) -> set[int]:
        below: set[int] = set()
        seen: set[TaskKey] = set()
        waiting = list(starts)
        while waiting:
            node = waiting.pop()
            if node in seen:  # a task may be its own ancestor in a broken source
                continue
            seen.add(node)
            below.update(children.get(node, ()))
            waiting += [self._tasks[position].ref for position in children.get(node, ())]
        return {position for position in below if self._tasks[position].ref not in starts}


def _field_reader(name: str) -> Callable[[Task], Iterable[str]]:
    """Values of one extra field; its name is folded like every name, found once a spelling."""
    spellings: dict[str, bool] = {}

    def read(task: Task) -> Iterator[str]:
        for written, value in task.fields.items():
            if written not in spellings:
                spellings[written] = cells.fold(written) == name
            if spellings[written]:
                yield from _spoken(value)

    return read


def _spoken(value: object) -> Iterator[str]:
    """A field's value as the texts a person may compare it with; a list or an object offers each of its own."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _spoken(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _spoken(part)
    elif value is not None:
        yield cells.shown(value)
