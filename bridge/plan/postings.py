"""For every scope term in use, how many tasks it holds for, which ones, and whether it holds for a given one.

A value that many tasks share is read once: it is counted, compared with what the plan asks for, and only the tasks of
values that are asked for are looked at one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import attrgetter, not_
from typing import Any, Protocol, cast

from bridge.model import Person, Task
from bridge.plan import cells
from bridge.plan.ancestry import Descent
from bridge.plan.identity import NOBODY, Everybody

Term = tuple[str, str]
"""(name, folded value)"""

Reading = tuple[Callable[[Task], Any], Callable[[Any], Iterable[str | None]]]
"""What to take from a task, hashable so that each distinct value is folded once; and the texts to compare in it."""


def _one(value: str | None) -> tuple[str | None]:
    return (value,)


def assigned(people: Everybody) -> Callable[[tuple[str, Iterable[Person]]], Iterator[str]]:
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
    "project": (attrgetter("project"), lambda found: (found.id, found.key, found.name)),
    "release": (attrgetter("release", "releases"), lambda found: (found[0], *found[1])),
    "sprint": (attrgetter("sprint"), _one),
    "phase": (attrgetter("phase"), _one),
    "tag": (attrgetter("tags"), tuple),
    "key": (attrgetter("key"), _one),
    # The canonical word and the vendor's own word: people write whichever they see.
    "kind": (attrgetter("kind._value_", "kind_raw"), tuple),
}
ASSIGNEE, PARENT = "assignee", "parent"
TERMS: tuple[str, ...] = (*READINGS, ASSIGNEE, PARENT)
_KEYED = frozenset({"key", PARENT})
_AT_ONCE = 4_096
# Objects that tasks share: told apart by which object they are, because to compare what is in them takes longer.
_SHARED = frozenset({"project", ASSIGNEE})


class Column(Protocol):
    """The terms of one name over all tasks, by their positions."""

    def count(self, value: str) -> int: ...

    def positions(self, values: Collection[str]) -> Mapping[str, Collection[int]]: ...

    def filtered(self, value: str, positions: Sequence[int], *, holds: bool) -> list[int]: ...


class Postings:
    """The columns that a plan asks for."""

    def __init__(
        self,
        tasks: Sequence[Task],
        wanted: Collection[Term],
        excluded: Collection[Term] = (),
        people: Everybody = NOBODY,
    ) -> None:
        """`wanted` are the terms that some alternative asks for, `excluded` those that one forbids."""
        asked, values = _by_name(wanted), _by_name((*wanted, *excluded))
        self._gone = frozenset(compress(range(len(tasks)), map(attrgetter("gone"), tasks)))
        keyed = _keyed(tasks, values.get("key", set()) | values.get(PARENT, set())) if values.keys() & _KEYED else {}
        forbidden = {name for name in values if name in READINGS and name not in asked and name != "key"}
        self._forbidden = {name: _Forbidden(name, tasks) for name in forbidden}
        self._columns = {
            name: _column(name, tasks, found, people, keyed) for name, found in values.items() if name not in forbidden
        }

    def count(self, name: str, value: str) -> int:
        """For how many tasks the term holds, gone ones included."""
        return self._columns[name].count(value)

    def rarest(self, terms: Iterable[Term]) -> Term | None:
        """Of terms that must all hold the one that holds for the fewest tasks; None without any."""
        return min(terms, key=lambda term: self.count(*term), default=None)

    def positions(self, terms: Iterable[Term]) -> dict[Term, Collection[int]]:
        """Of each term the tasks for which it holds; all that are needed at once, for each asking is a walk."""
        return {
            (name, value): positions
            for name, asked in _by_name(terms).items()
            for value, positions in self._columns[name].positions(asked).items()
        }

    def filtered(self, term: Term, positions: Sequence[int], *, holds: bool) -> list[int]:
        """Those of the positions for which the term holds, or does not."""
        name, value = term
        column = self._columns.get(name) or self._forbidden[name]
        return column.filtered(value, positions, holds=holds)

    def present(self, positions: Iterable[int]) -> list[int]:
        """Those of the positions whose task is not gone."""
        gone = self._gone
        return [position for position in positions if position not in gone] if gone else list(positions)


def _by_name(terms: Iterable[Term]) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for name, value in terms:
        values.setdefault(name, set()).add(value)
    return values


def _column(
    name: str, tasks: Sequence[Task], wanted: set[str], people: Everybody, keyed: Mapping[str, list[int]]
) -> Column:
    if name == PARENT:
        return _Listed(Descent(tasks).below(wanted, keyed))
    if name == "key":
        return _Listed({value: keyed[value] for value in wanted})
    if name == ASSIGNEE:
        return _Valued(name, list(map(attrgetter("source", "assignees"), tasks)), assigned(people), wanted)
    if name == "release" and not any(map(attrgetter("releases"), tasks)):
        return _Valued(name, list(map(attrgetter("release"), tasks)), _one, wanted)
    if name in READINGS:
        take, texts = READINGS[name]
        return _Valued(name, list(map(take, tasks)), texts, wanted)
    return _Listed(_fielded(tasks, name.removeprefix("field."), wanted))


class _Listed:
    """A column that is asked for single tasks: the positions of every wanted value."""

    def __init__(self, found: Mapping[str, Collection[int]]) -> None:
        self._found = {value: frozenset(positions) for value, positions in found.items()}

    def count(self, value: str) -> int:
        return len(self._found[value])

    def positions(self, values: Collection[str]) -> Mapping[str, Collection[int]]:
        return {value: self._found[value] for value in values}

    def filtered(self, value: str, positions: Sequence[int], *, holds: bool) -> list[int]:
        return _kept(positions, map(self._found[value].__contains__, positions), holds)


class _Forbidden:
    """A column that only forbids: it is asked of the few tasks that everything else selects, and never counted."""

    def __init__(self, name: str, tasks: Sequence[Task]) -> None:
        self._tasks, (self._take, self._texts) = tasks, READINGS[name]
        self._folded: dict[Any, frozenset[str]] = {}

    def filtered(self, value: str, positions: Sequence[int], *, holds: bool) -> list[int]:
        raws = list(map(self._take, map(self._tasks.__getitem__, positions)))
        for raw in set(raws) - self._folded.keys():
            self._folded[raw] = frozenset(cells.fold(text) for text in self._texts(raw) if text)
        hits = {raw for raw in set(raws) if value in self._folded[raw]}
        return _kept(positions, map(hits.__contains__, raws), holds)


class _Valued:
    """A column of values that many tasks share; positions are listed only of the values for which they are asked."""

    def __init__(
        self, name: str, raws: list[Any], texts: Callable[[Any], Iterable[str | None]], wanted: set[str]
    ) -> None:
        self._raws = _by_identity(name, raws)
        self._counts = Counter(self._raws)
        examples = dict(zip(self._raws, raws, strict=True)) if self._raws is not raws else None
        self._hits: dict[Hashable, frozenset[str]] = {}
        for raw in self._counts:
            said = raw if examples is None else examples[raw]
            held = frozenset(value for text in texts(said) if text and (value := cells.fold(text)) in wanted)
            if held:
                self._hits[raw] = held
        self._values: dict[str, set[Hashable]] = {value: set() for value in wanted}
        for raw, held in self._hits.items():
            for value in held:
                self._values[value].add(raw)

    def count(self, value: str) -> int:
        return sum(self._counts[raw] for raw in self._values[value])

    def positions(self, values: Collection[str]) -> Mapping[str, Collection[int]]:
        raws = self._raws
        listed: dict[Hashable, list[int]] = {raw: [] for value in values for raw in self._values[value]}
        for position in compress(range(len(raws)), map(listed.__contains__, raws)):
            listed[raws[position]].append(position)
        return {value: [at for raw in self._values[value] for at in listed[raw]] for value in values}

    def filtered(self, value: str, positions: Sequence[int], *, holds: bool) -> list[int]:
        values = map(self._raws.__getitem__, positions)
        return _kept(positions, map(self._values[value].__contains__, values), holds)


def _kept(positions: Sequence[int], fits: Iterator[bool], holds: bool) -> list[int]:
    return list(compress(positions, fits if holds else map(not_, fits)))


def _by_identity(name: str, raws: list[Any]) -> list[Hashable]:
    if name == ASSIGNEE:
        return [(source, id(owners)) for source, owners in raws]
    return list(map(id, raws)) if name in _SHARED else raws


def _keyed(tasks: Sequence[Task], wanted: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str | None, list[int]] = {value: [] for value in wanted}
    for begin in range(0, len(tasks), _AT_ONCE):
        keys = cells.folded([task.key for task in tasks[begin : begin + _AT_ONCE]])
        for at in compress(range(len(keys)), map(found.__contains__, keys)):
            found[keys[at]].append(begin + at)
    return cast(dict[str, list[int]], found)


def _fielded(tasks: Sequence[Task], name: str, wanted: set[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {value: set() for value in wanted}
    texts = field_reader(name)
    for position in compress(range(len(tasks)), map(attrgetter("fields"), tasks)):
        for text in texts(tasks[position]):
            if (positions := found.get(cells.fold(text))) is not None:
                positions.add(position)
    return found


def field_reader(name: str) -> Callable[[Task], Iterable[str]]:
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
