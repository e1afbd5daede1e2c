"""A mapping file and the sources it is for: read from disk, put where the settings look for it, put back if that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping import document
from bridge.mapping.document import MappingFile
from bridge.usecases.workspace import NOT_UTF8, Workspace
from connectors.contract import SourceConfig

NO_FILE = Text(
    zh="读不到映射文件 {path}：{why}。请更正路径；pbridge mapping list 列出在用的文件。",
    en="the mapping file {path} cannot be read: {why}. Correct the path; pbridge mapping list shows the files in use.",
)
NO_SUCH_KIND = Text(
    zh="映射文件 {path} 属于 {kind}，但设置里没有这种来源。",
    en="the mapping file {path} is for {kind}, but no source has that kind.",
)
OTHER_KIND = Text(
    zh="映射文件 {path} 属于 {kind}，而来源 {source} 的 kind 是 {wanted}。请换一个文件或来源。",
    en="the mapping file {path} is for {kind}, but the kind of source {source} is {wanted}. Choose another file or source.",
)
NO_PLACE = Text(
    zh='来源 {source} 没有映射文件（mapping 为空，用的是内置映射）。请在设置里写 mapping = "mappings/{kind}.toml"，再运行一次。',
    en="source {source} has no mapping file (mapping is empty, so the built-in one is used). Write "
    'mapping = "mappings/{kind}.toml" into its settings and run this again.',
)
SEVERAL_PLACES = Text(
    zh="来源 {sources} 各有自己的映射文件（{paths}）。请用 --source 说明是哪一个。",
    en="the sources {sources} have mapping files of their own ({paths}). Say with --source which one is meant.",
)
SHARED = Text(
    zh="来源 {source} 的映射文件 {path} 也用于 {others}，不能只改一个。请去掉 --source 一起发布，或在设置里给它们各自的文件。",
    en="the mapping file {path} of source {source} is also that of {others}, so it cannot be changed for one alone. Leave "
    "--source out to publish it for all, or give them files of their own in the settings.",
)


class Draft(Struct, frozen=True):
    """A checked mapping file that is not in force yet."""

    path: Path
    content: bytes
    mapping: MappingFile


def draft(path: Path) -> Draft:
    """The file as it is; one with any mistake is refused with all of them."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise UsageProblem(NO_FILE, path=str(path), why=getattr(err, "strerror", None) or NOT_UTF8) from err
    return Draft(path, content, document.parse(text, name=str(path)))


def meant(space: Workspace, file: Draft, name: str | None = None) -> tuple[SourceConfig, ...]:
    """The sources a file is for: the named one, those that have it as their own, else all of its kind."""
    if name is not None:
        (source,) = space.sources((name,))
        if source.kind != file.mapping.kind:
            facts = {"source": name, "kind": file.mapping.kind, "wanted": source.kind}
            raise UsageProblem(OTHER_KIND, path=str(file.path), **facts)
        return (source,)
    same_kind = tuple(source for source in space.sources() if source.kind == file.mapping.kind)
    if not same_kind:
        raise UsageProblem(NO_SUCH_KIND, path=str(file.path), kind=file.mapping.kind)
    own = tuple(source for source in same_kind if _is_at(space, source, file.path))
    return own or same_kind


def place(space: Workspace, sources: tuple[SourceConfig, ...]) -> Path:
    """The one file that the settings name for all of these sources and for no other."""
    for source in sources:
        if not source.mapping:
            raise UsageProblem(NO_PLACE, source=source.name, kind=source.kind)
    paths = {space.settings.path(source.mapping).resolve() for source in sources}
    if len(paths) > 1:
        names, files = (source.name for source in sources), sorted(map(str, paths))
        raise UsageProblem(SEVERAL_PLACES, sources=", ".join(names), paths=", ".join(files))
    others = [one.name for one in beside(space, sources[0]) if one not in sources]
    if others:
        facts = {"source": sources[0].name, "path": sources[0].mapping}
        raise UsageProblem(SHARED, others=", ".join(others), **facts)
    return space.settings.path(sources[0].mapping)


def beside(space: Workspace, source: SourceConfig) -> tuple[SourceConfig, ...]:
    """Every source that has the same mapping file, the given one included."""
    path = space.settings.path(source.mapping)
    return tuple(one for one in space.sources() if one.mapping and _is_at(space, one, path))


def _is_at(space: Workspace, source: SourceConfig, path: Path) -> bool:
    return bool(source.mapping) and space.settings.path(source.mapping).resolve() == path.resolve()


def set_apart(path: Path, known: frozenset[bytes], at: datetime) -> Path | None:
    """Copy what stands in a file to a place beside it, unless it is known; nothing that somebody wrote is lost."""
    from bridge.usecases.starting import write_new

    former = _content(path)
    if former is None or _plain(former) in {_plain(content) for content in known}:
        return None
    names = (
        f"{path.name}.{at:%Y%m%d-%H%M%S}{again}.bak" for again in chain(("",), (f"-{number}" for number in count(2)))
    )
    return next(copy for copy in map(path.with_name, names) if write_new(copy, former))


@contextmanager
def replaced(path: Path, content: bytes) -> Iterator[None]:
    """Put a content in a file's place as a whole; if the block fails, the former content is put back."""
    from bridge.usecases.starting import overwrite

    former = _content(path)
    if former == content:
        yield
        return
    mode = None if former is None else path.stat().st_mode & 0o7777
    path.parent.mkdir(parents=True, exist_ok=True)
    overwrite(path, content)
    if mode is not None:
        path.chmod(mode)
    try:
        yield
    except BaseException:
        if former is None:
            path.unlink(missing_ok=True)
        else:
            overwrite(path, former)
        raise


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _plain(content: bytes) -> bytes:
    """The content as its version knows it: without regard to the form of its line ends."""
    return content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
