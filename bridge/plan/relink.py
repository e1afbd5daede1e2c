"""Links that follow edits: which milestones want one task, asked of the task, where only a few tasks have changed.

What this gives is what `scope.link` gives over all tasks; where an edit moves more than the task itself (a parent is
moved or renamed), it says so, and everything has to be linked anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter

from bridge.model import Task, TaskKey
from bridge.plan import cells
from bridge.plan.ancestry import above
from bridge.plan.document import Milestone
from bridge.plan.identity import Everybody
from bridge.plan.postings import ASSIGNEE, PARENT, READINGS, assigned, field_reader
from bridge.plan.scope import Term, parse, unclear_keys

Edit = tuple[Task | None, Task]
"""A task before and after; None before it was known."""
Condition = tuple[str, str]
_MOSTLY_RARE = ("key", PARENT, "project", "release", "sprint", "tag", "phase", ASSIGNEE)
_OF_A_TASK = attrgetter(
    "source", "project", "release", "releases", "sprint", "phase", "tags", "key", "kind", "kind_raw", "assignees",
    "parent_id", "milestone", "fields", "gone",
)  # fmt: skip


class Relinker:
    """Knows the scopes of a plan, and how many children every parent has; told of every edit in its order."""

    def __init__(self, milestones: Iterable[Milestone], people: Everybody, tasks: Iterable[Task]) -> None:
        self._people = people
        self._keys: set[str] = set()
        self._begun: dict[Condition | None, list[tuple[str, tuple[Term, ...]]]] = {}
        self._wanted: dict[str, set[str]] = {}
        self.with_keys: set[str] = set()
        """Milestones whose scope names tasks by key: only they can be ambiguous."""
        for milestone in milestones:
            self._keys.add(milestone.key)
            for terms in parse(milestone.scope).alternatives:
                self._remember(milestone.key, terms)
        self._folded: dict[tuple[str, object], frozenset[str]] = {}
        self._fields = {name: field_reader(name.removeprefix("field.")) for name in self._wanted if "." in name}
        self._children: Counter[tuple[str, str | None]] = Counter(
            map(attrgetter("source", "parent_id"), tasks) if PARENT in self._wanted else ()
        )

    def follows(self, edits: Iterable[Edit], of: Callable[[TaskKey], Task | None]) -> bool:
        """Take notice of edits; False where one of them moves tasks that were not edited, or may do so."""
        if PARENT not in self._wanted:
            return True
        follows = True
        for before, after in edits:
            is_moved = before is None or before.parent_id != after.parent_id
            if is_moved and before is not None:
                follows = self._count(before, -1, of) and follows
            if is_moved:
                follows = self._count(after, 1, of) and follows
            if (is_moved or before is None or before.key != after.key) and self._children[after.ref] > 0:
                follows = False
        return follows

    def is_same(self, before: Task, after: Task) -> bool:
        """Whether an edit can be of no importance to any scope."""
        return bool(_OF_A_TASK(before) == _OF_A_TASK(after))

    def milestones_of(self, task: Task, of: Callable[[TaskKey], Task | None]) -> frozenset[str]:
        """Keys of the milestones to which the task belongs."""
        if task.gone:
            return frozenset()
        held = self._held(task, of)
        found = {key for key, terms in self._candidates(held) if _fits(terms, held)}
        if task.milestone in self._keys:
            found.add(task.milestone)
        return frozenset(found)

    def unclear(
        self, milestone: str, tasks: Iterable[Task], of: Callable[[TaskKey], Task | None]
    ) -> tuple[tuple[str, tuple[TaskKey, ...]], ...]:
        """The `key:` values of a milestone that fit tasks of several projects, out of all tasks linked to it."""
        tasks = list(tasks)
        if len({(task.source, task.project.id) for task in tasks}) < 2:
            return ()
        selected: dict[tuple[Term, ...], list[Task]] = {}
        for task in tasks:
            held = self._held(task, of)
            for key, terms in self._candidates(held):
                if key == milestone and _fits(terms, held):
                    selected.setdefault(terms, []).append(task)
        unclear: dict[str, set[TaskKey]] = {}
        for terms, found in selected.items():
            for value in unclear_keys(terms, found):
                unclear.setdefault(value, set()).update(task.ref for task in found)
        return tuple((value, tuple(sorted(unclear[value]))) for value in sorted(unclear))

    def _remember(self, key: str, terms: tuple[Term, ...]) -> None:
        for term in terms:
            self._wanted.setdefault(term.name, set()).add(term.value)
            if term.name == "key" and not term.negated:
                self.with_keys.add(key)
        positive = [(term.name, term.value) for term in terms if not term.negated]
        first = min(positive, key=lambda condition: _rank(condition[0]), default=None)
        known = self._begun.setdefault(first, [])
        if (key, terms) not in known[-1:]:
            known.append((key, terms))

    def _candidates(self, held: set[Condition]) -> Iterator[tuple[str, tuple[Term, ...]]]:
        for condition in (None, *held):
            yield from self._begun.get(condition, ())

    def _count(self, task: Task, step: int, of: Callable[[TaskKey], Task | None]) -> bool:
        """Add or take away a child; False if its parent, of which a scope speaks, thereby becomes or ends to be one."""
        if task.parent_id is None:
            return True
        node = (task.source, task.parent_id)
        before = self._children[node]
        self._children[node] = before + step
        return (before > 0) is (before + step > 0) or self._names(node, of(node)).isdisjoint(self._wanted[PARENT])

    @staticmethod
    def _names(node: TaskKey, task: Task | None) -> set[str]:
        return {cells.fold(name) for name in (node[1], task.key if task is not None else None) if name}

    def _held(self, task: Task, of: Callable[[TaskKey], Task | None]) -> set[Condition]:
        """Every condition in use that holds for the task."""
        return {
            (name, value) for name, wanted in self._wanted.items() for value in self._values(name, task, of) & wanted
        }

    def _values(self, name: str, task: Task, of: Callable[[TaskKey], Task | None]) -> frozenset[str] | set[str]:
        if name == PARENT:
            own = self._names(task.ref, task) if self._children[task.ref] > 0 else set()
            return {value for node, at in above(task, of) for value in self._names(node, at)} - own
        if name in self._fields:
            return {cells.fold(text) for text in self._fields[name](task)}
        if name == "key":
            return {cells.fold(task.key)} if task.key else set()
        if name == ASSIGNEE:
            return {cells.fold(text) for text in assigned(self._people)((task.source, task.assignees)) if text}
        take, texts = READINGS[name]
        raw = take(task)
        found = self._folded.get((name, raw))
        if found is None:
            found = self._folded[name, raw] = frozenset(cells.fold(text) for text in texts(raw) if text)
        return found


def _rank(name: str) -> int:
    return _MOSTLY_RARE.index(name) if name in _MOSTLY_RARE else len(_MOSTLY_RARE)


def _fits(terms: Iterable[Term], held: set[Condition]) -> bool:
    return all(((term.name, term.value) in held) is not term.negated for term in terms)


def moved(
    links: Mapping[str, tuple[TaskKey, ...]], left: Mapping[str, set[TaskKey]], joined: Mapping[str, set[TaskKey]]
) -> dict[str, tuple[TaskKey, ...]]:
    """The links after some tasks left some milestones and joined others."""
    new = dict(links)
    for key in {*left, *joined}:
        gone = left.get(key, set())
        new[key] = tuple(sorted({ref for ref in links[key] if ref not in gone} | joined.get(key, set())))
    return new
