"""What a vendor's own history says of a task: moves of its fields, each at the vendor's instant and told once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.model import Change, TaskKey


class Told(Struct, frozen=True):
    """The moves that rows of a detail stream tell of, oldest first, and what in them could not be read."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def streams(mapping: MappingFile) -> tuple[str, ...]:
    """The streams that tell of former values."""
    return tuple(dict.fromkeys(teller.stream for teller in mapping.histories))


def read(mapping: MappingFile, stream: str, task: str, payloads: Iterable[Payload], about: Surroundings) -> Told:
    """Every move of one task that these rows tell of; a row that cannot be read is skipped and reported, not guessed."""
    tellers = [teller for teller in mapping.histories if teller.stream == stream]
    problems: list[Problem] = []
    found: list[Change] = []
    for row in payloads if tellers else ():
        for teller in tellers:
            moved = teller.read(row, about, problems)
            if moved is not None:
                source, now = about.source, about.now
                found.append(
                    Change(
                        *(source, task, moved.at, teller.field, moved.old, moved.new, "activity", now), actor=moved.by
                    )
                )
    return Told(tuple(sorted(found, key=attrgetter("at"))), tuple(dict.fromkeys(problems)))


def events(
    mapping: MappingFile, stream: str, task: str, payloads: Iterable[Payload], about: Surroundings
) -> tuple[Change, ...]:
    """The moves alone."""
    return read(mapping, stream, task, payloads, about).changes


def each_once(changes: Iterable[Change], fields: Collection[str]) -> Iterator[Change]:
    """A change log in order of `at`, in which a move of these fields that both the vendor and we saw stands once.

    The vendor knows when it happened, so its entries stay and our difference goes: that of the same field which the
    entries since our last one lead through, from where it begins to where it ends. A difference that they do not lead
    through stays, for not everything that changes a task leaves an entry, and a value that we saw is not less true for
    that. What our reading of an entry was before the mapping changed is left out.
    """
    told: dict[tuple[TaskKey, str], _Told] = {}
    seen: dict[tuple[TaskKey, str], Change] = {}
    for _, moment in groupby(changes, key=attrgetter("at")):
        for change in _in_force(moment):
            if change.field not in fields:
                yield change
                continue
            key = (change.ref, change.field)
            if change.how == "activity":
                before = seen.pop(key, None)
                if before is not None and _was_seen_early(change, before):
                    if change.new != before.new:
                        seen[key] = replace(before, old=change.new)  # the next entry may lead on to what we saw
                    continue
                told.setdefault(key, _Told()).add(change)
            elif change.cause == "source":
                entries = told.pop(key, None)
                if entries is not None and entries.lead_through(change):
                    continue
                seen[key] = change
            elif key in told:
                told[key].read_anew(change)
            yield change


_LONGEST_RUN = timedelta(days=1)


class _Told:
    """Where the entries of one field since our last difference came from, and where they lead.

    Entries of which one does not begin where the one before it ended lead nowhere together: something between them
    left no entry, so of those in front of the gap nothing is known any more.
    """

    __slots__ = ("_from", "_is_read_anew", "_to")

    def __init__(self) -> None:
        self._from: list[object] = []
        self._to: object = None
        self._is_read_anew = False

    def add(self, entry: Change) -> None:
        if self._from and entry.old != self._to and not self._is_read_anew:
            self._from.clear()
        self._from.append(entry.old)
        self._to = entry.new

    def read_anew(self, change: Change) -> None:
        """A mapping calls where an entry came from by another value now."""
        self._is_read_anew = True
        if change.old in self._from:
            self._from.append(change.new)

    def lead_through(self, difference: Change) -> bool:
        """An entry from before we first saw the task begins elsewhere; one of those after it begins where we stood."""
        return self._to == difference.new and difference.old in self._from


def _was_seen_early(entry: Change, before: Change) -> bool:
    """A run's differences carry the instant at which it began, which may be just before what happened during it."""
    return before.old == entry.old and entry.at - before.at <= _LONGEST_RUN


def _in_force(moment: Iterable[Change]) -> Iterator[Change]:
    """Entries of one instant in their latest reading: one with cause `mapping` replaces those recorded before it."""
    entries = list(moment)
    latest: dict[tuple[TaskKey, str], Change] = {}
    for change in entries:
        if change.how == "activity" and change.cause == "mapping":
            latest[change.ref, change.field] = change
    for change in entries:
        if change.how == "diff":
            yield change
            continue
        newest = latest.get((change.ref, change.field))
        is_outdated = newest is not None and change.recorded_at < newest.recorded_at
        # A reading that finds no move any more is kept as one from and to the same value.
        if not is_outdated and change.old != change.new:
            # Only our reading is new; it is still the vendor's own move.
            yield replace(change, cause="source") if change.cause == "mapping" else change


def in_force(entries: Sequence[Change]) -> list[Change]:
    """Of recorded entries of a vendor's history those of the latest reading."""
    ordered = sorted(entries, key=attrgetter("at"))
    return [change for _, moment in groupby(ordered, key=attrgetter("at")) for change in _in_force(moment)]
