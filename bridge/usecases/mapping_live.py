"""A mapping against the source as it is now: one object of it, and the lists in which it says what there may be."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec.structs import replace

import connectors
from bridge.language import Phrase, Text
from bridge.mapping import live_lint, options
from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Payload, Surroundings
from bridge.mapping.positions import Keys
from bridge.mapping.remarks import Remark
from bridge.usecases.checking import Counting, examine
from bridge.usecases.codes import in_words
from bridge.usecases.workspace import Workspace
from connectors import contract
from connectors.contract import Check, Connector, SourceConfig
from connectors.errors import ConnectorError

MOST_S = 30.0
MOST_SCOPES = 50
"""A list of each project is read of so many projects: a person is waiting, and others use the same allowance."""

UNREACHABLE = Text(zh="没有读到来源 {source}：{why}", en="the source {source} was not read: {why}")
NOT_LISTED = Text(zh="没有读到来源的列表 {stream}：{why}", en="the list {stream} of the source was not read: {why}")
NOT_ALL = Text(
    zh="列表 {stream}：看了 {looked} 个项目，共 {total} 个。",
    en="list {stream}: looked at {looked} of {total} projects.",
)
NOTHING_LISTED = Text(
    zh="映射文件没有 [listed]，只与来源的一个对象比较。",
    en="the file has no [listed]: only one object was compared with.",
)


def against_source(space: Workspace, source: SourceConfig, mapping: MappingFile, about: Surroundings) -> list[Remark]:
    """What the source tells beside what is stored. Reads only, and stores nothing."""
    answer = next(check for _, check in examine(space, (source.name,), samples=True).sources)
    if not answer.signed_in:
        finding = next(iter(answer.findings))
        facts = {"source": source.name, "why": in_words(finding.code, finding.detail)}
        return [Remark.of("source_unreachable", ("kind",), UNREACHABLE, **facts)]
    listed = _Lists(space, source, mapping)
    rows = listed.read()
    stream = connectors.load(source.kind).task_stream
    names = {name: {_id(row): row for row in found} for name, found in rows.items()}
    texts = {key: table for key, table in options.tables(mapping, lambda name: rows.get(name, ())).items() if table}
    about = replace(about, lookups={**about.lookups, **names, **texts})
    found = live_lint.check(mapping, _keys(answer, stream), rows, about, partial=listed.partial)
    return [*listed.remarks, *found]


def _keys(answer: Check, stream: str) -> frozenset[str]:
    return frozenset(key for sample in answer.samples if sample.stream == stream for key in sample.keys)


def _id(row: Payload) -> str:
    return str(row.get("id") or row.get("_id") or "")


class _Lists:
    """Reads the lists of `[listed]`, each of as many projects as time allows."""

    def __init__(self, space: Workspace, source: SourceConfig, mapping: MappingFile) -> None:
        self._space = space
        self._source = source
        self._mapping = mapping
        self._until = time.monotonic() + MOST_S
        self.remarks: list[Remark] = []
        self.partial: set[str] = set()
        """Lists that were not read whole."""

    def read(self) -> Mapping[str, list[Payload]]:
        if not self._mapping.listed:
            self._note("nothing_listed", ("kind",), NOTHING_LISTED)
            return {}
        found: dict[str, list[Payload]] = {}
        with Counting(self._space) as counting:
            surroundings = contract.Surroundings(self._space.clock.timezone, allowances=counting.shared)
            connector = connectors.load(self._source.kind)(self._source, surroundings)
            try:
                for member, stream in self._mapping.listed.items():
                    if stream in connector.streams and stream not in found:
                        found[stream] = list(self._rows(connector, member, stream))
            finally:
                connector.close()
        return found

    def _rows(self, connector: Connector, member: str, stream: str) -> Iterator[Payload]:
        """Every row once: most are the same in all projects."""
        met: set[tuple[str, str]] = set()
        try:
            scopes = tuple(connector.scopes(stream))
            for number, scope in enumerate(scopes):
                if number >= MOST_SCOPES or time.monotonic() > self._until:
                    self.partial.add(stream)
                    self._note("sampled", ("listed", member), NOT_ALL, stream=stream, looked=number, total=len(scopes))
                    return
                for page in islice(connector.pages(stream, scope, {}), MOST_SCOPES):
                    for record in page.records:
                        key = (_id(record.payload), str(record.payload.get("options")))
                        if key not in met:
                            met.add(key)
                            yield record.payload
        except ConnectorError as err:
            self.partial.add(stream)
            facts = {"stream": stream, "why": in_words(err.code, str(err))}
            self.remarks.append(Remark.of("list_unread", ("listed", member), NOT_LISTED, **facts))

    def _note(self, code: str, keys: Keys, text: Text, **facts: object) -> None:
        self.remarks.append(Remark(code, keys, Phrase(text, facts), "info"))
