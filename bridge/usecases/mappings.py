"""What is wrong with a mapping file, by itself and over what is stored, before anything depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bridge.errors import UsageProblem
from bridge.language import Phrase, Text
from bridge.mapping import document, lint, row_lint
from bridge.mapping.outcome import Payload
from bridge.store import raw
from bridge.store.engine import Store
from bridge.sync.remap import lookups
from bridge.usecases.workspace import NOT_UTF8, Workspace
from connectors import load
from connectors.contract import SourceConfig

NO_FILE = Text(
    zh="读不到映射文件 {path}：{why}。请更正路径；pbridge mapping list 列出在用的文件。",
    en="the mapping file {path} cannot be read: {why}. Correct the path; pbridge mapping list shows the files in use.",
)
NO_SUCH_KIND = Text(
    zh="映射文件 {path} 属于 {kind}，但设置里没有这种来源。",
    en="the mapping file {path} is for {kind}, but no source has that kind.",
)


def check(space: Workspace, file: Path | None = None) -> dict[str, tuple[Phrase, ...]]:
    """Source name -> problems of its mapping (or of `file`) over the stored payloads; a file that is wrong raises."""
    found = {}
    for source in _concerned(space, file):
        mapping = _parsed(file) if file else space.mapping(source)[0]
        found[source.name] = _over_payloads(space, source, mapping)
    return found


def _concerned(space: Workspace, file: Path | None) -> list[SourceConfig]:
    if file is None:
        return list(space.sources())
    kind = _parsed(file).kind
    concerned = [source for source in space.sources() if source.kind == kind]
    if not concerned:
        raise UsageProblem(NO_SUCH_KIND, path=str(file), kind=kind)
    return concerned


def _parsed(file: Path) -> document.MappingFile:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise UsageProblem(NO_FILE, path=str(file), why=getattr(err, "strerror", None) or NOT_UTF8) from err
    return document.parse(text, name=str(file))


def _over_payloads(space: Workspace, source: SourceConfig, mapping: document.MappingFile) -> tuple[Phrase, ...]:
    if not space.has_store:
        return ()
    kind = load(source.kind)
    with space.store() as store:
        about = space.mapping_surroundings(source, lookups(store, source.name, mapping))
        payloads = _payloads(store, source, kind.task_stream)
        beside = row_lint.check(mapping, lambda stream: _payloads(store, source, stream), about)
        return (*lint.check(mapping, payloads, about), *beside)


def _payloads(store: Store, source: SourceConfig, stream: str) -> Iterator[Payload]:
    return (row.payload for row in raw.current(store, source.name, stream))
