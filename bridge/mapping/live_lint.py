"""A mapping against what a source lists of itself just now: its properties, and all values that a member may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from bridge.language import Phrase, Text
from bridge.mapping.declaration import Attempt, Rule
from bridge.mapping.document import MappingFile
from bridge.mapping.inheritance import section_of
from bridge.mapping.lint import attempt_of
from bridge.mapping.masking import masked
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.mapping.paths import Key, Path
from bridge.mapping.reference_lint import Known
from bridge.mapping.remarks import Remark
from bridge.mapping.rules import compiled
from bridge.mapping.words import ABSENT, shown

EACH = ".*"
"""`properties.*` in [listed]: the list tells which members the object may have."""

LIVE_UNMAPPED = Text(
    zh="{target}：来源的 {stream} 里有“{value}”（{name}），没有映射；请把它加进 values。",
    en='{target}: {stream} of the source has "{value}" ({name}), which is not mapped; add it to values.',
)
NOT_LIVE = Text(
    zh="{target}：刚读到的一个对象里没有 {path}；若它只在别的对象里有，可以不管。",
    en="{target}: the object just read has no {path}; where only others have it, nothing is wrong.",
)


def check(
    mapping: MappingFile,
    sample: Collection[str],
    rows_of: Mapping[str, Sequence[Payload]],
    about: Surroundings,
    *,
    partial: Collection[str] = (),
) -> Iterator[Remark]:
    """`sample` are the dotted keys of one live task; `rows_of` what the lists of `[listed]` hold just now.

    What a list does not have is only missing where it was read whole: `partial` are those that were not.
    """
    for member, stream in mapping.listed.items():
        rows = rows_of.get(stream, ())
        if not rows:
            continue
        if member.endswith(EACH):
            if stream not in partial:
                yield from _members(mapping, member.removesuffix(EACH), stream, Known.of(rows))
        else:
            yield from _values(mapping, member, stream, rows, about)
    if sample:
        yield from _absent(mapping, sample)


def _members(mapping: MappingFile, parent: str, stream: str, known: Known) -> Iterator[Remark]:
    """Properties that the mapping reads and nobody has defined."""
    for rule in mapping.targets.values():
        for attempt in rule.attempts:
            lookup = attempt.lookup
            if lookup is not None and lookup.option_of is not None and lookup.streams == (stream,):
                remark = known.missing((*attempt.keys, "lookup", "option_of"), stream, lookup.option_of)
                if remark is not None:
                    yield remark
        for attempt, path in _paths(rule) if not rule.optional else ():
            match path.steps:
                case (Key(first), Key(name), *_) if first == parent:
                    remark = known.missing(attempt.origin, stream, name)
                    if remark is not None:
                        yield remark


def _values(
    mapping: MappingFile, member: str, stream: str, rows: Iterable[Payload], about: Surroundings
) -> Iterator[Remark]:
    """Values that a list has and the mapping does not: each row is read as if a task had it."""
    for target, rule in mapping.targets.items():
        # A section of projects is for some projects, a list is for all of them.
        own = [(attempt, path) for attempt, path in _paths(rule) if not section_of(attempt) and _begins(path, member)]
        if not own or not any(attempt.values is not None for attempt, _ in own):
            continue
        read, found = compiled(rule), Counter[tuple[Problem, str]]()
        for row in rows:
            problems: list[Problem] = []
            goes_on = any(len(path.steps) > 1 for _, path in own)
            read({member: row if goes_on else row.get("id", row.get("_id"))}, about, problems)
            name = shown(str(row.get("name") or ""))
            found.update((problem, name) for problem in problems if problem.code == "unmapped_value")
        for (problem, name), _ in sorted(found.items(), key=lambda entry: (entry[0][1], entry[0][0].value)):
            if problem.value != ABSENT:
                keys = attempt_of(rule, problem.path).keys
                facts = {"target": target, "stream": stream, "value": masked(problem.value), "name": masked(name)}
                yield Remark.of("live_value_unmapped", (*keys, "values"), LIVE_UNMAPPED, **facts)


def _absent(mapping: MappingFile, sample: Collection[str]) -> Iterator[Remark]:
    """Rules of which a live object shows no member at all: of one object that proves nothing, but is worth a look."""
    first = {key.split(".")[0].removesuffix("[]") for key in sample}
    for target, rule in mapping.targets.items():
        paths = [path for _, path in _paths(rule)]
        if paths and not rule.optional and not any(_begins(path, name) for path in paths for name in first):
            text = Phrase(NOT_LIVE, {"target": target, "path": rule.label})
            yield Remark("not_in_sample", rule.attempts[0].origin, text, "info")


def _paths(rule: Rule) -> Iterator[tuple[Attempt, Path]]:
    for attempt in rule.attempts:
        for path in attempt.paths:
            yield attempt, path


def _begins(path: Path, member: str) -> bool:
    return path.steps[:1] == (Key(member),)
