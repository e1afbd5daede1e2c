"""What a mapping refers to beside the payload: lists that the source must have, and members and options of their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from bridge.language import Text
from bridge.mapping import options
from bridge.mapping.declaration import Lookup
from bridge.mapping.document import MappingFile
from bridge.mapping.ledger import nearest
from bridge.mapping.outcome import Lookups, Payload
from bridge.mapping.paths import may_stand
from bridge.mapping.positions import Keys
from bridge.mapping.remarks import Remark
from bridge.mapping.words import fold

UNKNOWN_STREAM = Text(
    zh="来源没有名为“{value}”的列表；最接近的是“{near}”。请更正。",
    en='the source has no list "{value}"; the nearest is "{near}". Correct it.',
)
LOOKUP_NOWHERE = Text(
    zh="{stream} 的 {total} 行里都没有 {path}；请更正 lookup 的 path。",
    en="none of {total} rows of {stream} has {path}; correct path of lookup.",
)
UNKNOWN_PROPERTY = Text(
    zh="{stream} 里没有键为“{value}”的属性；最接近的是“{near}”（{name}）。请更正。",
    en='{stream} has no property with the key "{value}"; the nearest is "{near}" ({name}). Correct it.',
)
NO_OPTIONS = Text(
    zh="{stream} 里的属性“{value}”没有选项，不能查选项文字。请去掉 lookup。",
    en='the property "{value}" of {stream} has no options to look up. Remove the lookup.',
)


class Known(Struct, frozen=True):
    """Properties as a list of them tells: key -> name."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, rows: Iterable[Payload]) -> Known:
        found: dict[str, str] = {}
        for row in rows:
            for member in options.KEYS:
                if isinstance(key := row.get(member), str) and key:
                    found.setdefault(key, str(row.get("name") or key))
        return cls(found)

    def missing(self, keys: Keys, stream: str, value: str) -> Remark | None:
        """What to say where no property has this key; a key that is a property's name is told the key."""
        if not self.names or value in self.names:
            return None
        named = [key for key, name in self.names.items() if fold(name) == fold(value)]
        near = named[0] if named else nearest(value, self.names)
        facts = {"stream": stream, "value": value, "near": near, "name": self.names[near]}
        return Remark.of("unknown_property", keys, UNKNOWN_PROPERTY, **facts)


def check(
    mapping: MappingFile,
    streams: Collection[str],
    lookups: Lookups,
    rows_of: Mapping[str, Iterable[Payload]],
) -> Iterator[Remark]:
    """`streams` is all that the source has; `rows_of` has the properties that options are looked up in."""
    for keys, stream in _named(mapping):
        if streams and stream not in streams:
            yield Remark.of("unknown_stream", keys, UNKNOWN_STREAM, value=stream, near=nearest(stream, sorted(streams)))
    known = {stream: Known.of(rows) for stream, rows in rows_of.items()}
    for keys, lookup in _lookups(mapping):
        if lookup.option_of is not None:
            yield from _option(keys, lookup, lookup.option_of, known, lookups)
        elif (rows := [row for stream in lookup.streams for row in lookups.get(stream, {}).values()]) and not any(
            may_stand(path.steps, row) for row in rows for path in lookup.paths
        ):
            path = " | ".join(path.text for path in lookup.paths)
            facts = {"stream": lookup.label, "total": len(rows), "path": path}
            yield Remark.of("path_nowhere", (*keys, "path"), LOOKUP_NOWHERE, **facts)


def _option(keys: Keys, lookup: Lookup, wanted: str, known: Mapping[str, Known], lookups: Lookups) -> Iterator[Remark]:
    missing = [known[name].missing((*keys, "option_of"), name, wanted) for name in lookup.streams if name in known]
    if missing and all(missing):
        yield from (remark for remark in missing[:1] if remark is not None)
        return
    tables: list[Any] = [lookups.get(options.name(stream), {}).get(wanted) for stream in lookup.streams]
    if any(known[name].names for name in lookup.streams if name in known) and not any(tables):
        yield Remark.of("no_options", (*keys, "option_of"), NO_OPTIONS, stream=lookup.label, value=wanted)


def _lookups(mapping: MappingFile) -> Iterator[tuple[Keys, Lookup]]:
    for rule in mapping.targets.values():
        for attempt in rule.attempts:
            if attempt.lookup is not None:
                yield (*attempt.keys, "lookup"), attempt.lookup


def _named(mapping: MappingFile) -> Iterator[tuple[Keys, str]]:
    """Every list that the file names, and where."""
    for keys, lookup in _lookups(mapping):
        for index, stream in enumerate(lookup.streams):
            yield (*keys, "stream", index), stream
    for keys, stream in {teller.telling.keys: teller.stream for teller in mapping.histories}.items():
        yield (*keys, "stream"), stream
    for keys, section in ((("effort",), mapping.effort), (("project", "claim"), mapping.claim)):
        if section is not None:
            yield (*keys, "stream"), section.stream
    for entity in (mapping.person, mapping.feedback, mapping.links):
        for index, stream in enumerate(entity.streams if entity else ()):
            yield (entity.name if entity else "", "stream", index), stream
    for member, stream in mapping.listed.items():
        yield ("listed", member), stream
