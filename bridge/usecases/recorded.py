"""What is known beside the plan and the tasks, now or as it was known before an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping.document import MappingFile, parse
from bridge.mapping.outcome import Problem, Surroundings
from bridge.plan.document import Plan
from bridge.reconcile.recorded import Contact, Recorded, Ticket
from bridge.reconcile.register import Note
from bridge.store import plans, practice, runs, statements, versions
from bridge.store.engine import Store
from bridge.usecases.planning import NO_PLAN_YET
from bridge.usecases.workspace import Workspace

NOBODY = Text(
    zh="{option} 是空的；请写上姓名或理由，记录要说得清是谁、为什么。",
    en="{option} is blank; write the name or the reason: a record must say who and why.",
)


# The same text is read for what projects claim and for tickets, and in a service in every run.
@lru_cache(maxsize=16)
def mapping_of(text: str, name: str) -> MappingFile:
    """A mapping that was in force, read once."""
    return parse(text, name=name)


def recorded(
    space: Workspace, store: Store, plan: Plan, names: Iterable[str], before: str | None, now: datetime
) -> Recorded:
    """Tickets of these sources as their mapping reads them, contacts, and decisions on risks."""
    unread: list[str] = []
    tickets = tuple(_tickets(space, store, names, before, now, unread))
    contacts = (*practice.contacts(store, before), *_told(plan, statements.every_version(store, before)))
    return Recorded(tickets, contacts, practice.verdicts(store, before), len(unread))


def _told(plan: Plan, notes: Iterable[Note]) -> Iterator[Contact]:
    """Who tells a customer of a delay has talked to them; a version that only repeats the day tells nothing new."""
    deals = {milestone.key: milestone.deal for milestone in plan.milestones}
    last: dict[str, date | None] = {}
    for note in notes:
        day = note.customer_informed
        if day is not None and day != last.get(note.milestone) and note.milestone in deals:
            yield Contact(deals[note.milestone], "customer", day, note.by, note.recorded_at)
        last[note.milestone] = day


def _tickets(
    space: Workspace, store: Store, names: Iterable[str], before: str | None, now: datetime, unread: list[str]
) -> Iterator[Ticket]:
    """Read from what the sources sent by the mapping in force, so that a new mapping or a past day needs no copy."""
    links = practice.links(store, before)
    for source in names:
        text = versions.mapping_text(store, source, before)
        reader = None if text is None else mapping_of(text, source).feedback
        if reader is None:
            continue
        about = Surroundings(source, space.clock.timezone, now, lookups={}, settings={})
        for stream in reader.streams:
            for identity, payload in versions.contents(store, source, stream, before):
                problems: list[Problem] = []
                found = reader.read(payload, about, problems)
                if problems:
                    unread.append(identity)
                if found is None:
                    continue
                ticket = Ticket(source, **{name: getattr(found, name) for name in _READ})
                linked = links.get((source, ticket.id))
                yield ticket if linked is None else replace(ticket, linked=linked[0], linked_by=linked[1])


_READ = ("id", "key", "url", "date", "text", "score", "customer", "deal", "milestone", "owner", "due", "status")


def source_names(space: Workspace, store: Store) -> list[str]:
    """Those of the settings, then those that were read once and are not configured any more."""
    configured = [source.name for source in space.settings.sources]
    return configured + [name for name in runs.sources(store) if name not in configured]


def plan_and_recorded(space: Workspace, store: Store) -> tuple[Plan, Recorded]:
    """What registers are made of, without the tasks."""
    newest = plans.newest(store)
    if newest is None:
        raise UsageProblem(NO_PLAN_YET)
    return newest.plan, recorded(space, store, newest.plan, source_names(space, store), None, space.clock.now())


def writable(space: Workspace) -> Store:
    """The store to record in; one that is not there yet is not made for it, for it would know of nothing."""
    return space.store(create=space.has_store)


@contextmanager
def recording(space: Workspace, store: Store, kind: str) -> Iterator[datetime]:
    """One record of a person in one transaction and on the run's own day; gives its instant."""
    space.refuse_the_past(store)
    at = space.clock.now()
    with store.transaction():
        run = runs.start(store, kind, space.clock.today, at)
        yield at
        runs.finish(store, run, at)


def said(option: str, text: str) -> str:
    """What a person gave, which may not be blank."""
    if not text.strip():
        raise UsageProblem(NOBODY, option=option)
    return text.strip()
