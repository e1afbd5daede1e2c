"""Putting a mapping into force and going back: file and store change together, for every reader at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

import connectors
from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping import document
from bridge.store import leases, mappings, quarantine, runs
from bridge.store.engine import Store
from bridge.store.mappings import Origin
from bridge.store.mappings import Version as Version
from bridge.sync.landing import Turn
from bridge.sync.outcome import Counts, rfc3339
from bridge.sync.remap import Watch, is_in_force, lookups, remap
from bridge.usecases.mapping_places import Draft, beside, draft, meant, place, replaced, set_apart
from bridge.usecases.mapping_use import in_use
from bridge.usecases.workspace import Workspace
from connectors.contract import SourceConfig

NOTHING_BEFORE = Text(
    zh="来源 {source} 还没有更早的映射版本可以退回；pbridge mapping list --history 列出所有版本。",
    en="source {source} has no earlier version of its mapping to go back to; pbridge mapping list --history shows all.",
)
NO_SUCH_VERSION = Text(
    zh="来源 {source} 没有用过映射版本 {version}；用过的有：{known}。",
    en="source {source} never had the version {version} of its mapping; it had: {known}.",
)
COMMAND = "pbridge mapping"


class Applied(Struct, frozen=True):
    """What putting a version into force did for one source."""

    source: str
    file: str
    former: str | None
    version: str
    tasks: int
    """Stored payloads that were mapped again; 0 where the version was in force already."""
    created: int
    updated: int
    quarantined: int
    unread: tuple[tuple[str, str, str, int], ...]
    """(target, code, value, tasks) of what the mapping cannot read."""
    kept: str | None
    """A copy of what stood in the file and was in no version."""

    @property
    def is_new(self) -> bool:
        return self.former != self.version

    def as_json(self) -> dict[str, Any]:
        names = ("target", "code", "value", "tasks")
        return {
            "source": self.source,
            "file": self.file,
            "former_version": self.former,
            "version": self.version,
            "mapped_again": self.tasks,
            "created": self.created,
            "updated": self.updated,
            "quarantined": self.quarantined,
            "unread_values": [dict(zip(names, entry, strict=True)) for entry in self.unread],
            "kept_copy": self.kept,
        }


def publish(
    space: Workspace,
    file: Path,
    *,
    source: str | None = None,
    who: str | None = None,
    why: str | None = None,
    watch: Watch = lambda _: None,
) -> list[Applied]:
    """Check a file, put it where the settings look for it, and map everything stored with it: all or nothing."""
    wanted = draft(file)
    sources = meant(space, wanted, source)
    return _put_into_force(space, sources, wanted, ("publish", who, why), watch)


def roll_back(
    space: Workspace,
    name: str,
    *,
    to: str | None = None,
    who: str | None = None,
    why: str | None = None,
    watch: Watch = lambda _: None,
) -> list[Applied]:
    """The former or a named version again, as the newest entry of the history; the file is written likewise."""
    (source,) = space.sources((name,))
    with space.store() as store:
        version = _wanted(mappings.history(store, name), name, to)
    mapping = document.parse(version.text, name=version.version)
    path = space.settings.path(source.mapping) if source.mapping else Path()
    wanted = Draft(path, version.text.encode(), mapping)
    sources = beside(space, source) or (source,)
    return _put_into_force(space, sources, wanted, ("rollback", who, why), watch)


def _wanted(versions: Sequence[Version], source: str, to: str | None) -> Version:
    if to is None:
        if len(versions) < 2:
            raise UsageProblem(NOTHING_BEFORE, source=source)
        return versions[1]
    for version in versions:
        if to in (version.version, version.version.rpartition("-")[2], version.hash):
            return version
    known = ", ".join(dict.fromkeys(version.version for version in versions))
    raise UsageProblem(NO_SUCH_VERSION, source=source, version=to, known=known or "—")


def _put_into_force(
    space: Workspace,
    sources: tuple[SourceConfig, ...],
    wanted: Draft,
    by: tuple[Any, str | None, str | None],
    watch: Watch,
) -> list[Applied]:
    path = place(space, sources)
    with space.store(create=True) as store, ExitStack() as held:
        space.refuse_the_past(store)
        for source in sources:
            held.enter_context(leases.held(store, f"source:{source.name}", command=COMMAND))
        kept = set_apart(path, _known(store, sources, wanted), space.clock.now().astimezone(space.clock.timezone))
        with store.transaction():
            run = runs.start(store, "mapping", space.clock.today, space.clock.now())
            done = [_apply(space, store, source, wanted, run, by, kept, watch) for source in sources]
            runs.finish(store, run, space.clock.now())
            # The last step: a reader of the file and a reader of the store change sides together.
            held.enter_context(replaced(path, wanted.content))
    return done


def _known(store: Store, sources: Sequence[SourceConfig], wanted: Draft) -> frozenset[bytes]:
    """Contents that need no copy: that of the draft, and every version that was in force."""
    versions = (version for source in sources for version in mappings.history(store, source.name))
    return frozenset({wanted.content, *(version.text.encode() for version in versions)})


def _apply(
    space: Workspace,
    store: Store,
    source: SourceConfig,
    wanted: Draft,
    run: int,
    by: tuple[Any, str | None, str | None],
    kept: Path | None,
    watch: Watch,
) -> Applied:
    former = mappings.newest(store, source.name)
    mapping, (how, who, why) = wanted.mapping, by
    about = space.mapping_surroundings(source, lookups(store, source.name, mapping))
    origin = Origin(how, who, why, source.mapping)
    turn = Turn(store, source.name, run, mapping, about, origin=origin)
    stream = connectors.load(source.kind).task_stream
    counts = Counts() if is_in_force(turn) else remap(turn, stream, watch)
    mappings.accept(store, source.name, turn.at)
    return Applied(
        source.name,
        source.mapping,
        former.version if former else None,
        mapping.version,
        counts.fetched,
        counts.created,
        counts.updated,
        quarantine.count(store, source.name),
        tuple(mappings.problem_counts(store, source.name)),
        str(kept) if kept else None,
    )


class Standing(Struct, frozen=True):
    """The mapping of a source: what the file says, and what the stored tasks were mapped with."""

    source: str
    file: str
    version: str | None
    """That of the file; None where the file cannot be used."""
    active: Version | None
    """None before the first sync."""

    def as_json(self) -> dict[str, Any]:
        active = self.active
        return {
            "source": self.source,
            "file": self.file,
            "version": self.version,
            "active": active.version if active else None,
            **_told(active),
        }


def standings(space: Workspace) -> list[Standing]:
    """The mapping of each source."""
    stored: dict[str, Version | None] = {}
    if space.has_store:
        with space.store() as store:
            stored = {source.name: mappings.newest(store, source.name) for source in space.sources()}
    found = []
    for source in space.sources():
        used = in_use(space, source)
        version = None if used.refusal else used.mapping.version
        found.append(Standing(source.name, source.mapping or f"({source.kind})", version, stored.get(source.name)))
    return found


def histories(space: Workspace, names: Sequence[str] = ()) -> list[tuple[str, Version]]:
    """Every version that was in force, by source, newest first."""
    configs = space.sources(names)
    if not space.has_store:
        return []
    with space.store() as store:
        return [(source.name, version) for source in configs for version in mappings.history(store, source.name)]


def version_as_json(source: str, version: Version) -> dict[str, Any]:
    return {"source": source, "version": version.version, **_told(version)}


def _told(version: Version | None) -> dict[str, Any]:
    if version is None:
        return dict.fromkeys(("since", "how", "who", "why", "hash"))
    since: datetime = version.activated_at
    told = {"how": version.how, "who": version.who, "why": version.why, "hash": version.hash}
    return {"since": rfc3339(since), **told}
