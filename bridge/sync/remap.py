"""A new mapping, or a new name for something it looks up, applied to everything stored, without the network."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from bridge.errors import Problems
from bridge.mapping import document, options
from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Lookups
from bridge.mapping.paths import Path, getter
from bridge.store import mappings, quarantine, raw, replays, runs, tasks
from bridge.store.clockwork import stamp
from bridge.store.engine import Store, dumps
from bridge.sync.crew import outcomes
from bridge.sync.effort import refresh_effort
from bridge.sync.history import remap_events
from bridge.sync.landing import Turn
from bridge.sync.links import linked_alike, remap_links
from bridge.sync.outcome import Counts
from bridge.sync.replay import Outcome, Task

BATCH = 500
Cause = Literal["source", "mapping"]
Watch = Callable[[Outcome], None]


def looked_up(mapping: MappingFile) -> dict[str, set[Path]]:
    """Stream -> the paths at which the mapping reads it for names of things that payloads only refer to."""
    found: dict[str, set[Path]] = {}
    for rule in mapping.targets.values():
        for attempt in rule.attempts:
            if attempt.lookup is not None and attempt.lookup.option_of is None:
                for stream in attempt.lookup.streams:
                    found.setdefault(stream, set()).update(attempt.lookup.paths)
    return found


def lookups(store: Store, source: str, mapping: MappingFile) -> Lookups:
    """Stream -> external id -> payload, for everything the mapping may look up."""
    plain = {
        stream: {row.external_id: row.payload for row in raw.current(store, source, stream)}
        for stream in sorted(looked_up(mapping))
    }
    return plain | options.tables(mapping, lambda stream: (row.payload for row in raw.current(store, source, stream)))


def basis(mapping: MappingFile, found: Lookups, settings: Mapping[str, str]) -> str:
    """A fingerprint of everything besides the payload that decides what a task looks like."""
    values: dict[str, Any] = {}
    for stream, paths in sorted(looked_up(mapping).items()):
        getters = [getter(path) for path in sorted(paths, key=lambda path: path.text)]
        values[stream] = {key: [get(row) for get in getters] for key, row in sorted(found.get(stream, {}).items())}
    for table in map(options.name, sorted(options.wanted(mapping))):
        values[table] = found.get(table, {})
    text = dumps([mapping.version, values, sorted(settings.items())])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_in_force(turn: Turn) -> bool:
    """Whether the stored tasks are as this mapping, with what it looks up now, makes them."""
    now = basis(turn.mapping, turn.about.lookups, turn.about.settings)
    return runs.mapping_basis(turn.store, turn.source) == now


def remap_if_needed(turn: Turn, stream: str) -> Counts:
    """Map every stored payload again where the mapping or what it looks up has changed."""
    if is_in_force(turn):
        return Counts()
    with turn.store.transaction():
        return remap(turn, stream)


def remap(
    turn: Turn, stream: str, watch: Watch = lambda _: None, order: Sequence[tuple[int, int, int]] | None = None
) -> Counts:
    """Map every stored payload again and put the mapping into force; call it inside one transaction.

    Until that ends, every other connection sees everything as it was. `watch` is told of each stretch; `order` are all
    stretches in another order than that of their ids.
    """
    former = mappings.newest(turn.store, turn.source)
    cause: Cause = "mapping"
    if former is None or former.version == turn.mapping.version:
        cause = "source"
    task = task_of(turn, stream, cause)
    writer = Writer(turn, stream, cause)
    for outcome in outcomes(task, order or replays.stretches(turn.store, turn.source, stream, BATCH)):
        writer.write(outcome)
        watch(outcome)
    if former is not None and cause == "mapping" and not told_alike(former.text, turn.mapping.text):
        remap_events(turn)
    if former is None or not linked_alike(former.text, turn.mapping.text):
        remap_links(turn)
    if turn.mapping.effort is not None:
        refresh_effort(turn, turn.mapping.effort.stream)
    now = basis(turn.mapping, turn.about.lookups, turn.about.settings)
    mappings.activate(turn.store, turn.source, turn.mapping.version, now, turn.mapping.text, turn.at, turn.origin)
    return writer.counts


def task_of(turn: Turn, stream: str, cause: Cause = "mapping") -> Task:
    """What whoever replays stretches of a turn has to know."""
    return Task(turn.store.place, turn.source, stream, turn.mapping.text, turn.about, cause, _former(turn))


def _former(turn: Turn) -> str:
    """The mapping in force, where the stored tasks are as it would make them with what it looks up now; else empty."""
    former = mappings.newest(turn.store, turn.source)
    if former is None or former.version == turn.mapping.version:
        return ""
    try:
        mapping = document.parse(former.text, name=turn.source)
    except Problems:
        return ""  # the program understood it once; every row is mapped again
    now = basis(mapping, lookups(turn.store, turn.source, mapping), turn.about.settings)
    return former.text if runs.mapping_basis(turn.store, turn.source) == now else ""


def told_alike(former: str, text: str) -> bool:
    """Whether two mappings certainly read the vendor's own history alike, so that it need not be read again."""
    old, new = _history_of(former), _history_of(text)
    return old is not None and old == new


def _history_of(text: str) -> dict[str, Any] | None:
    """All of a file but the rules of fields of which no history is told."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    told = {name for part in document.get("history", []) for name in _names(part["field"])}
    for group, prefix in (("task", ""), ("fields", "fields.")):
        rules = document.get(group, {})
        document[group] = {name: rule for name, rule in rules.items() if prefix + name in told}
    return document


def _names(field: str | list[str]) -> list[str]:
    return [field] if isinstance(field, str) else field


class Writer:
    """Writes what stretches become, and counts it."""

    def __init__(self, turn: Turn, stream: str, cause: Cause) -> None:
        self.turn, self.stream, self.cause, self.counts = turn, stream, cause, Counts()

    def write(self, outcome: Outcome) -> None:
        turn, store, source = self.turn, self.turn.store, self.turn.source
        now = stamp(turn.at)
        placed = [row._replace(first_seen_at=row.first_seen_at or now) for row in outcome.placed]
        tasks.save(store, placed)
        replays.rewrite(store, outcome.rewritten)
        replays.edit(store, outcome.edited)
        for cut, rows in outcome.renamed.items():
            replays.rename(store, turn.mapping.version, cut, rows)
        replays.record(store, source, outcome.changes, at=turn.at, cause=self.cause, run=turn.run)
        replays.forget_problems(store, source, outcome.healed)
        replays.mend(store, source, outcome.mended)
        replays.save_problems(store, source, outcome.problems, turn.at)
        by_scope: dict[str, list[tuple[str, str, str]]] = {}
        for external_id, scope, reason, detail in outcome.held:
            by_scope.setdefault(scope, []).append((external_id, reason, detail))
        for scope, held in by_scope.items():
            quarantine.put(store, source, self.stream, scope, held, turn.at)
        quarantine.release(store, source, self.stream, outcome.released, turn.at)
        self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        new = set(outcome.new)
        changed = {key for key, *_ in outcome.changes}
        gone = {key for key, name, _, value in outcome.changes if name == "gone" and value == "true"}
        gone |= {row.task.id for row in outcome.placed if row.task.id in new and row.task.gone}
        self.counts.fetched += outcome.count
        self.counts.created += len(new - gone)
        self.counts.gone += len(gone)
        self.counts.updated += len(changed - gone)
        self.counts.quarantined += len(outcome.held)
        self.counts.unchanged += outcome.count - len(new) - len(changed - new) - len(outcome.held)
