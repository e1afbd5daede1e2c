"""Who is who over all tools: recognised from the stored members, kept after each sync, never asked of the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

import connectors
from bridge.errors import BridgeError, UsageProblem
from bridge.language import Text
from bridge.mapping import document
from bridge.mapping.document import MappingFile
from bridge.store import people
from bridge.store.engine import Store
from bridge.store.people import Link
from bridge.usecases.mapping_use import in_use
from bridge.usecases.workspace import NOT_UTF8, Workspace, built_in_mappings, digest
from connectors.contract import SourceConfig

# A sync asks in every run whether anybody has changed, and mostly nobody has: what links people is loaded where it links.
if TYPE_CHECKING:
    from bridge.mapping.linking import Conflict, Decisions, Linked
    from bridge.mapping.members import Account
    from bridge.plan.identity import Everybody

__all__ = [
    "Known",
    "conflict_as_json",
    "file_text",
    "known_people",
    "look",
    "names_in",
    "renew",
    "undecided",
]

FILE = "people.toml"
"""Beside the settings; may be missing."""

NO_FILE = Text(
    zh="读不到人员文件 {path}：{why}。请改正权限或编码，或移走它。",
    en="the file of people {path} cannot be read: {why}. Correct its permissions or encoding, or move it away.",
)
UNDECIDED = Text(
    zh="有 {count} 处分不清是不是同一个人，已按不同的人处理；pbridge people check 会逐条列出。",
    en="in {count} case(s) it is not clear who is who; they count as different people until pbridge people check is empty.",
)
KEPT = Text(zh="人员仍按上一次的对应处理，因为：{why}", en="accounts stay linked as they were, because: {why}")


class Known(Struct, frozen=True):
    """Everybody by number, and what could not be decided."""

    persons: tuple[tuple[int, Linked], ...]
    conflicts: tuple[Conflict, ...]


def look(space: Workspace, sources: Sequence[str] = ()) -> Known:
    """Who is who by the members that are stored and the file as it is now; writes nothing."""
    from bridge.mapping.linking import people_of
    from bridge.mapping.numbering import numbered

    chosen = {source.name for source in space.sources(sources)}
    decisions = _decisions(space, file_text(space))
    with space.store() as store:
        found = people_of(accounts_in(space, store), decisions)
        persons = numbered(found.persons, _numbers(store), people.next_number(store))
    return Known(
        tuple(pair for pair in persons if any(one.source in chosen for one in pair[1].accounts)),
        tuple(one for one in found.conflicts if any(account.source in chosen for account in one.accounts)),
    )


def renew(
    space: Workspace, store: Store, at: datetime, mappings: Mapping[str, MappingFile] | None = None
) -> tuple[UsageProblem, ...]:
    """Link the accounts anew where a member, the file or a mapping has changed.

    A file that is wrong leaves everything as it was. `mappings` are those that the caller has read already, by source.
    """
    read = {
        source.name: (mappings or {}).get(source.name) or _mapping(space, source) for source in space.settings.sources
    }
    try:
        text = file_text(space)
        basis = _basis(space, store, text, read)
        if people.basis(store) == basis:
            return ()
        decisions = _decisions(space, text)
    except UsageProblem as err:
        return (UsageProblem(KEPT, why=err),)
    from bridge.mapping.linking import people_of
    from bridge.mapping.numbering import numbered

    found = people_of(_accounts(space, store, read), decisions)
    with store.transaction():
        persons = numbered(found.persons, _numbers(store), people.next_number(store))
        links = [
            Link(one.source, one.id, number, one.name, who.how[one.ref].value)
            for number, who in persons
            for one in who.accounts
        ]
        people.save(store, links, {number: who.name for number, who in persons}, basis, at)
    return (UsageProblem(UNDECIDED, count=len(found.conflicts)),) if found.conflicts else ()


def undecided(space: Workspace) -> UsageProblem | None:
    """What to say where somebody has to decide who is who; None where all is clear. A file that is wrong raises."""
    _decisions(space, file_text(space))
    try:
        count = len(look(space).conflicts) if space.has_store else 0
    except BridgeError:
        return None  # an old or a busy store is told by whatever needs it; without it nothing is known of anybody
    return UsageProblem(UNDECIDED, count=count) if count else None


def known_people(store: Store, before: str | None) -> Everybody:
    """Everybody as linked now, or as they were before an instant."""
    from bridge.plan.identity import everybody

    return everybody((link.ref, link.person, link.name) for link in people.links(store, before))


def names_in(space: Workspace, store: Store) -> Iterator[str]:
    """What people in the tools are called, so that it can be taken out of what is shown."""
    for account in accounts_in(space, store):
        if account.name != account.id:
            yield account.name


def person_as_json(number: int, who: Linked) -> dict[str, Any]:
    return {
        "person": number,
        "name": who.name,
        "confidence": who.confidence,
        "accounts": [
            {"source": one.source, "id": one.id, "name": one.name, "how": who.how[one.ref].value}
            for one in who.accounts
        ],
    }


def conflict_as_json(conflict: Conflict) -> dict[str, Any]:
    return {
        "code": conflict.code.value,
        "keys": [key.value for key in conflict.keys],
        "accounts": [{"source": one.source, "id": one.id, "name": one.name} for one in conflict.accounts],
    }


def accounts_in(space: Workspace, store: Store) -> list[Account]:
    """Every account once: the list of members goes before those that are only named by tasks."""
    return _accounts(space, store, {source.name: _mapping(space, source) for source in space.settings.sources})


def _accounts(space: Workspace, store: Store, mappings: Mapping[str, MappingFile]) -> list[Account]:
    found: dict[tuple[str, str], Account] = {}
    for source in space.settings.sources:
        for account in _members_of(space, store, source, mappings[source.name]):
            found.setdefault(account.ref, account)
    return list(found.values())


def _members_of(space: Workspace, store: Store, source: SourceConfig, mapping: MappingFile) -> Iterator[Account]:
    """As the mapping reads people; where it does not say how, as the connector knows its own lists."""
    from bridge.mapping.members import Fields, account_of, known_as

    reader = mapping.person
    if reader is None:
        for members in connectors.load(source.kind).members:
            fields = Fields(members.name, members.email, members.mobile, members.number)
            for identity, payload in people.members(store, source.name, members.stream):
                yield account_of(source.name, identity, payload, fields)
        return
    about = space.mapping_surroundings(source, {})
    for stream in reader.streams:
        for _, payload in people.members(store, source.name, stream):
            one = reader.read(payload, about, [])  # what cannot be read is told by `pbridge mapping check`
            if one is not None:
                yield known_as(source.name, one.id, one.name, one.email, one.mobile, one.employee_number)


def _streams(source: SourceConfig, mapping: MappingFile) -> tuple[str, ...]:
    reader = mapping.person
    return reader.streams if reader else tuple(one.stream for one in connectors.load(source.kind).members)


def _mapping(space: Workspace, source: SourceConfig) -> MappingFile:
    """The mapping in use; where there is none, which is told elsewhere, the one that ships with the program."""
    try:
        return in_use(space, source).mapping
    except UsageProblem:
        return document.parse(built_in_mappings()[source.kind], name=f"{source.kind}.toml")


def _numbers(store: Store) -> dict[tuple[str, str], int]:
    return {link.ref: link.person for link in people.links(store)}


def _basis(space: Workspace, store: Store, text: str, mappings: Mapping[str, MappingFile]) -> str:
    sources = space.settings.sources
    streams = [(source.name, stream) for source in sources for stream in _streams(source, mappings[source.name])]
    versions = " ".join(mappings[source.name].version for source in sources)
    return f"{people.fingerprint(store, streams)} {versions} {digest({FILE: text.encode()})}"


def file_text(space: Workspace) -> str:
    path = space.settings.path(FILE)
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as err:
        why = getattr(err, "strerror", None) or NOT_UTF8
        raise UsageProblem(NO_FILE, path=str(path), why=why) from err


def _decisions(space: Workspace, text: str) -> Decisions:
    from bridge.mapping import confirmed
    from bridge.mapping.linking import Decisions

    if not text:
        return Decisions()
    sources = [source.name for source in space.settings.sources]
    return confirmed.parse(text, name=FILE, sources=sources)
