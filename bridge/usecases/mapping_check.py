"""What is wrong with a mapping file: in itself, over the payloads that are stored, and against the source as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec import Struct

import connectors
from bridge.errors import Problems, UsageProblem
from bridge.language import Lang, Sayable
from bridge.mapping import lint, options, reference_lint, row_lint
from bridge.mapping.document import MappingFile
from bridge.mapping.ledger import FileProblem
from bridge.mapping.outcome import Payload, Surroundings
from bridge.mapping.remarks import Remark
from bridge.store import sampling
from bridge.store.engine import Store
from bridge.sync.remap import lookups
from bridge.usecases.mapping_places import NO_SUCH_KIND, draft
from bridge.usecases.workspace import Workspace
from connectors import contract
from connectors.contract import SourceConfig

MOST_ROWS = 20_000
"""Of each stream. More rows of one installation rarely hold a form that these do not, and a person is waiting."""


class Problem(Struct, frozen=True):
    """One thing to know of a mapping, with its position in the file; `info` asks for nothing."""

    file: str
    line: int
    column: int
    code: str
    severity: str
    text: Sayable

    @property
    def is_remark(self) -> bool:
        return self.severity == "info"

    def as_json(self, lang: Lang) -> dict[str, Any]:
        place = {"file": self.file, "line": self.line, "column": self.column}
        return {**place, "code": self.code, "severity": self.severity, "text": self.text.say(lang)}


class Looked(Struct, frozen=True):
    """How many rows of a stream were looked at, of how many that are stored."""

    stream: str
    rows: int
    total: int


class Checked(Struct, frozen=True):
    """The mapping of one source; `source` is empty where the file is too wrong to tell for which it is."""

    source: str
    file: str
    problems: tuple[Problem, ...]
    looked: tuple[Looked, ...] = ()

    @property
    def is_fine(self) -> bool:
        return all(problem.is_remark for problem in self.problems)

    def as_json(self, lang: Lang) -> dict[str, Any]:
        return {
            "source": self.source or None,
            "file": self.file,
            "looked_at": [{"stream": one.stream, "rows": one.rows, "of": one.total} for one in self.looked],
            "problems": [problem.as_json(lang) for problem in self.problems if not problem.is_remark],
            "remarks": [problem.as_json(lang) for problem in self.problems if problem.is_remark],
        }


def check(space: Workspace, file: Path | None = None, *, live: bool = False, most: int | None = None) -> list[Checked]:
    """The mapping of each source, or this file for each source of its kind, over at most so many rows of each stream.
    Writes nothing."""
    limit = MOST_ROWS if most is None else most
    return list(_of_file(space, file, live, limit)) if file else list(_of_sources(space, live, limit))


def _of_sources(space: Workspace, live: bool, most: int) -> Iterator[Checked]:
    for source in space.sources():
        name = source.mapping or f"{source.kind}.toml"
        try:
            mapping, _ = space.mapping(source)
        except Problems as problems:
            yield Checked(source.name, name, tuple(_mistakes(problems, name)))
        else:
            yield _examined(_Looks(space, source, mapping, most), name, live)


def _of_file(space: Workspace, file: Path, live: bool, most: int) -> Iterator[Checked]:
    name = str(file)
    try:
        mapping = draft(file).mapping
    except Problems as problems:
        yield Checked("", name, tuple(_mistakes(problems, name)))
        return
    concerned = [source for source in space.sources() if source.kind == mapping.kind]
    if not concerned:
        raise UsageProblem(NO_SUCH_KIND, path=name, kind=mapping.kind)
    for source in concerned:
        yield _examined(_Looks(space, source, mapping, most), name, live)


def _mistakes(problems: Problems, name: str) -> Iterator[Problem]:
    for one in problems.problems:
        if isinstance(one, FileProblem):
            yield Problem(name, one.place.line, one.place.column, one.code, "error", one.what)


def _examined(looks: _Looks, name: str, live: bool) -> Checked:
    space, source, mapping = looks.space, looks.source, looks.mapping
    remarks: list[Remark] = []
    if space.has_store:
        with space.store() as store:
            remarks += looks.remarks(store)
    if live:
        # Only who asks for it pays for what talks to sources.
        from bridge.usecases.mapping_live import against_source

        remarks += against_source(space, source, mapping, looks.about)
    # What is stored and what the source tells just now may be wrong in the same way.
    remarks = list({(one.code, one.keys, one.text.text.en, str(one.text.facts)): one for one in remarks}.values())
    ordered = sorted(remarks, key=lambda one: (mapping.place(one.keys).line, mapping.place(one.keys).column))
    return Checked(source.name, name, tuple(_placed(mapping, name, ordered)), tuple(looks.looked))


def _placed(mapping: MappingFile, name: str, remarks: Sequence[Remark]) -> Iterator[Problem]:
    for remark in remarks:
        place = mapping.place(remark.keys)
        yield Problem(name, place.line, place.column, remark.code, remark.severity, remark.text)


@dataclass(slots=True)
class _Looks:
    """A look at everything of one source that concerns its mapping."""

    space: Workspace
    source: SourceConfig
    mapping: MappingFile
    most: int
    about: Surroundings = field(init=False)
    looked: list[Looked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.about = self.space.mapping_surroundings(self.source, {})

    def remarks(self, store: Store) -> Iterator[Remark]:
        mapping, source = self.mapping, self.source
        found = lookups(store, source.name, mapping)
        self.about = about = self.space.mapping_surroundings(source, found)
        kind = connectors.load(source.kind)
        yield from lint.check(mapping, self._payloads(store, kind.task_stream), about)
        yield from row_lint.check(mapping, lambda stream: self._payloads(store, stream), about)
        properties = {stream: self._payloads(store, stream) for stream in sorted(options.wanted(mapping))}
        yield from reference_lint.check(mapping, self._streams(store), found, properties)

    def _payloads(self, store: Store, stream: str) -> Iterator[Payload]:
        look = sampling.look(store, self.source.name, stream, self.most)
        yield from look.payloads()
        if look.total:
            self.looked.append(Looked(stream, look.looked, look.total))

    def _streams(self, store: Store) -> frozenset[str]:
        """All that the source has by its settings, and all that was ever read of it."""
        surroundings = contract.Surroundings(self.space.clock.timezone)
        connector = connectors.load(self.source.kind)(self.source, surroundings)
        try:
            known = {*connector.streams, *connector.detail_streams}
        finally:
            connector.close()
        return frozenset(known.union(sampling.streams(store, self.source.name)))
