"""Which tasks belong to a milestone: the scope language, and the links it makes over all tasks at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from operator import attrgetter

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.model import Task, TaskKey
from bridge.plan import cells
from bridge.plan.document import Plan
from bridge.plan.identity import NOBODY, Everybody
from bridge.plan.postings import TERMS, Postings

_KNOWN = ", ".join((*TERMS, "field.<name>"))
_ACCEPTED_ZH = f"可用的条件：{_KNOWN}；写成 名称:值，值里有空格时加双引号"
_ACCEPTED_EN = f'known terms: {_KNOWN}; write name:value, and quote a value with blanks: sprint:"Sprint 9"'

UNKNOWN_TERM = Text(
    zh="范围“{scope}”中的“{term}”用了未知的条件“{name}”；" + _ACCEPTED_ZH,
    en='"{term}" in the scope "{scope}" uses the unknown term "{name}"; ' + _ACCEPTED_EN,
)
BARE_WORD = Text(
    zh="范围“{scope}”中的“{term}”不是条件；" + _ACCEPTED_ZH,
    en='"{term}" in the scope "{scope}" is not a term; ' + _ACCEPTED_EN,
)
NO_VALUE = Text(
    zh="范围“{scope}”中的“{term}”没有值；" + _ACCEPTED_ZH,
    en='"{term}" in the scope "{scope}" has no value; ' + _ACCEPTED_EN,
)
OPEN_QUOTE = Text(
    zh='范围“{scope}”中的“{term}”引号没有配对；请在值的两端各写一个双引号，例如 sprint:"Sprint 9"',
    en='the quotes of "{term}" in the scope "{scope}" do not match; '
    'put one double quote at each end of the value: sprint:"Sprint 9"',
)
EMPTY_ALTERNATIVE = Text(
    zh="范围“{scope}”中“|”的一侧没有条件（“{term}”）；请补上条件或去掉“|”",
    en='one side of "|" in the scope "{scope}" has no term ("{term}"); add one or remove the "|"',
)

# A chunk is a bar, or everything up to the next blank or bar that is not inside quotes.
_CHUNK = re.compile(r'\||(?:"[^"]*"?|“[^”]*”?|[^\s|"“])+')
_TERM = re.compile(
    r'(?P<minus>-?)(?P<name>(?:field\.(?:"[^"]*"|“[^”]*”))|[^\s:"“]*):(?P<value>.*)', re.DOTALL | re.IGNORECASE
)
_QUOTED = re.compile(r'"((?:[^"]|"")*)"|“([^”]*)”')


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; `value` is already folded for comparing."""

    name: str
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Selector:
    """A parsed scope: any of `alternatives`, in each of which all terms hold. None of them: selects nothing."""

    alternatives: tuple[tuple[Term, ...], ...] = ()

    def may_need(self, source: str) -> bool:
        """Whether a task of this source could be selected; only a positive `source:` term excludes one.

        An empty scope needs every source: a mapping file may tie a task of any of them to the milestone.
        """
        return not self.alternatives or any(_allows_source(terms, source) for terms in self.alternatives)

    def may_need_project(self, source: str, project: Sequence[str | None]) -> bool:
        """The same for a project of that source, given by its id, key and name as far as they are known."""
        names = {cells.fold(name) for name in project if name}
        return not self.alternatives or any(
            _allows_source(terms, source) and _positive(terms, "project") <= names for terms in self.alternatives
        )


@dataclass(frozen=True, slots=True)
class Links:
    """Milestone key -> its tasks in order of source and id; and the `key:` values that fitted several projects."""

    tasks: Mapping[str, tuple[TaskKey, ...]]
    ambiguous: Mapping[str, tuple[tuple[str, tuple[TaskKey, ...]], ...]]
    loose: bytes = b""
    """Of each task that was linked, in its order, whether no milestone has it."""


def _positive(terms: Iterable[Term], name: str) -> set[str]:
    return {term.value for term in terms if term.name == name and not term.negated}


def _allows_source(terms: Iterable[Term], source: str) -> bool:
    return _positive(terms, "source") <= {cells.fold(source)}


@lru_cache(maxsize=8192)
def parse(text: str) -> Selector:
    """The scope as written in a plan; an unknown or misspelled term is a `UsageProblem` naming it."""
    if not cells.clean(text):
        return Selector()
    alternatives: list[list[Term]] = [[]]
    # Full-width colons, bars, hyphens and blanks come from Chinese input methods and mean the plain ones.
    for chunk in _CHUNK.findall(cells.words(text)):
        if chunk == "|":
            alternatives.append([])
        else:
            alternatives[-1].append(_term(chunk, text))
    if not all(alternatives):
        raise UsageProblem(EMPTY_ALTERNATIVE, scope=cells.shown(text), term="|")
    return Selector(tuple(tuple(terms) for terms in alternatives))


def _term(chunk: str, scope: str) -> Term:
    facts = {"scope": cells.shown(scope), "term": chunk}
    form = _TERM.fullmatch(chunk)
    if form is None or not form["name"]:
        raise UsageProblem(BARE_WORD, **facts)
    name = _name(form["name"])
    if name is None:
        raise UsageProblem(UNKNOWN_TERM, **facts, name=form["name"])
    value = form["value"]
    quoted = _QUOTED.fullmatch(value)
    if quoted is None and re.search('["“”]', value):
        raise UsageProblem(OPEN_QUOTE, **facts)
    if quoted is not None:
        value = (quoted[1] or quoted[2] or "").replace('""', '"')
    if not cells.clean(value):
        raise UsageProblem(NO_VALUE, **facts)
    return Term(name, cells.fold(value), negated=bool(form["minus"]))


def _name(written: str) -> str | None:
    """The term's canonical name, or None if there is no such term."""
    folded = cells.fold(written)
    if folded.startswith("field."):
        field = cells.fold(folded.removeprefix("field.").strip('"“”'))
        return f"field.{field}" if field else None
    return folded if folded in TERMS else None


def link(plan: Plan, tasks: Sequence[Task], people: Everybody = NOBODY, refs: Sequence[TaskKey] | None = None) -> Links:
    """Every milestone's tasks: selected by its scope, or mapped to its key, and not gone.

    `refs` are the keys of the tasks in their order, where they are at hand: then links hold the same objects.
    """
    refs = [(task.source, task.id) for task in tasks] if refs is None else refs
    selectors = {milestone.key: parse(milestone.scope) for milestone in plan.milestones}
    used = {term for one in selectors.values() for terms in one.alternatives for term in terms}
    wanted, excluded = ({(term.name, term.value) for term in used if term.negated is no} for no in (False, True))
    postings = Postings(tasks, wanted, excluded, people)
    begun = {terms: _first(terms, postings) for one in selectors.values() for terms in one.alternatives}
    candidates = postings.positions(term for term in begun.values() if term is not None)
    mapped = _mapped(tasks, selectors)
    loose = bytearray(b"\1") * len(tasks)
    chosen: dict[str, tuple[TaskKey, ...]] = {}
    ambiguous: dict[str, tuple[tuple[str, tuple[TaskKey, ...]], ...]] = {}
    for key, selector in selectors.items():
        found = set(mapped.get(key, ()))
        unclear: dict[str, set[int]] = {}
        for terms in selector.alternatives:
            first = begun[terms]
            selected = _selected(terms, first, candidates[first] if first else range(len(tasks)), postings)
            found.update(selected)
            for value in unclear_keys(terms, map(tasks.__getitem__, selected)):
                unclear.setdefault(value, set()).update(selected)
        for position in found:
            loose[position] = 0
        chosen[key] = _in_order(found, refs)
        if unclear:
            ambiguous[key] = tuple((value, _in_order(unclear[value], refs)) for value in sorted(unclear))
    return Links(chosen, ambiguous, bytes(loose))


def _mapped(tasks: Sequence[Task], keys: Mapping[str, object]) -> dict[str, list[int]]:
    mapped: dict[str, list[int]] = {}
    for position in compress(range(len(tasks)), map(keys.__contains__, map(attrgetter("milestone"), tasks))):
        task = tasks[position]
        if task.milestone is not None and not task.gone:
            mapped.setdefault(task.milestone, []).append(position)
    return mapped


def _first(terms: tuple[Term, ...], postings: Postings) -> tuple[str, str] | None:
    # Starting from the rarest term keeps the work near the size of the answer, however large a source is.
    wanted = [(term.name, term.value) for term in terms if not term.negated]
    return wanted[0] if len(wanted) == 1 else postings.rarest(wanted)


def _selected(
    terms: tuple[Term, ...], first: tuple[str, str] | None, candidates: Iterable[int], postings: Postings
) -> list[int]:
    selected = postings.present(candidates)
    # What few tasks fulfil is asked first, and of what is forbidden only those that are left.
    rest = [(term.name, term.value) for term in terms if not term.negated and (term.name, term.value) != first]
    for condition in sorted(rest, key=lambda term: postings.count(*term)) if len(rest) > 1 else rest:
        selected = postings.filtered(condition, selected, holds=True)
    for term in terms:
        if term.negated:
            selected = postings.filtered((term.name, term.value), selected, holds=False)
    return selected


def unclear_keys(terms: tuple[Term, ...], selected: Iterable[Task]) -> set[str]:
    """`key:` values whose tasks, after all other terms, still lie in several projects."""
    values = _positive(terms, "key")
    if not values or len({(task.source, task.project.id) for task in selected}) < 2:
        return set()
    return values


def _in_order(positions: Iterable[int], refs: Sequence[TaskKey]) -> tuple[TaskKey, ...]:
    # Tasks usually come in the order of their keys already, and then the second sort moves nothing.
    return tuple(sorted(map(refs.__getitem__, sorted(positions))))
