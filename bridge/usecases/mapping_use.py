"""Which mapping a source is read with: its file, or the last valid version where the file cannot be used."""

from __future__ import annotations

from msgspec import Struct

from bridge.errors import Problems, UsageProblem
from bridge.language import Text
from bridge.mapping import document
from bridge.mapping.document import MappingFile
from bridge.store import mappings
from bridge.store.engine import Store
from bridge.store.mappings import Origin, Refusal
from bridge.usecases.workspace import Workspace
from connectors.contract import SourceConfig

WRONG_KIND = Text(
    zh="来源 {source} 的映射文件 {path} 属于 {kind}，而来源的 kind 是 {wanted}。请更正 mapping，或文件里的 kind。",
    en="the mapping file {path} of source {source} is for {kind}, but the kind of the source is {wanted}. Correct mapping, or "
    "kind in the file.",
)
GONE = Text(
    zh="来源 {source} 的映射文件 {path} 不见了。请放回文件；pbridge mapping rollback 可以恢复任何一个版本。",
    en="the mapping file {path} of source {source} is not there any more. Put it back; pbridge mapping rollback restores any "
    "version.",
)
GOES_ON = Text(
    zh="{problem}\n来源 {source} 继续使用最后一个有效的映射版本 {version}（{since} 起）；改好文件后，下次同步会自动采用。",
    en="{problem}\nSource {source} goes on with the last valid mapping, version {version} (since {since}); once the file is "
    "corrected, the next sync takes it up.",
)


class InUse(Struct, frozen=True):
    """A mapping with where it comes from, and what somebody should know about that."""

    mapping: MappingFile
    origin: Origin
    remark: UsageProblem | None = None
    refusal: Refusal | None = None
    """Set where the file cannot be used and the last valid version stands in."""


def in_use(space: Workspace, source: SourceConfig) -> InUse:
    """The mapping of a source now. Without a valid file nor a former version it raises what is wrong with the file."""
    try:
        mapping, remark = space.mapping(source)
        _refuse_other_kind(space, source, mapping)
    except UsageProblem as err:
        former = _last_valid(space, source)
        if former is None:
            raise
        return _former(space, source, former, err)
    if not source.mapping:
        return InUse(mapping, Origin("built_in"))
    if remark is None:
        return InUse(mapping, Origin("file", file=source.mapping))
    # The built-in mapping stands in for a copy that was never made, but not for one that somebody took away.
    former = _last_valid(space, source)
    if former is None or former.how in (None, "built_in"):
        return InUse(mapping, Origin("built_in", file=source.mapping), remark)
    gone = UsageProblem(GONE, source=source.name, path=str(space.settings.path(source.mapping)))
    return _former(space, source, former, gone)


def keep_refusal(space: Workspace, store: Store, source: str, used: InUse) -> None:
    """Write down whether the file could be used; where that is as before nothing is written."""
    standing = mappings.refused(store, source)
    if used.refusal is None and standing is None:
        return
    with store.transaction():
        if used.refusal is None:
            mappings.accept(store, source, space.clock.now())
        else:
            mappings.refuse(store, source, used.refusal)


def _refuse_other_kind(space: Workspace, source: SourceConfig, mapping: MappingFile) -> None:
    if mapping.kind != source.kind:
        path = str(space.settings.path(source.mapping)) if source.mapping else ""
        raise UsageProblem(WRONG_KIND, source=source.name, path=path, kind=mapping.kind, wanted=source.kind)


def _last_valid(space: Workspace, source: SourceConfig) -> mappings.Version | None:
    if not space.has_store:
        return None
    with space.store() as store:
        versions = mappings.history(store, source.name)
    for version in versions:
        try:
            document.parse(version.text, name=version.version)
        except Problems:
            continue  # written for another version of the program
        return version
    return None


def _former(space: Workspace, source: SourceConfig, former: mappings.Version, err: UsageProblem) -> InUse:
    since = former.activated_at.astimezone(space.clock.timezone)
    count = len(err.problems) if isinstance(err, Problems) else 1
    refusal = Refusal(source.mapping, space.clock.now(), count, former.version)
    remark = UsageProblem(GOES_ON, problem=err, source=source.name, version=former.version, since=f"{since:%F %H:%M}")
    mapping = document.parse(former.text, name=former.version)
    return InUse(mapping, Origin(former.how or "file", former.who, former.why, former.file), remark, refusal)
