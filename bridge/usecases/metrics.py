"""What a monitoring system may know of the service: numbers out of the store, without a name of a person or a customer.

Everything is read from the store when it is asked for, so that no counter is lost when the service starts anew.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time
from typing import Literal

from msgspec import Struct

from bridge import __version__
from bridge.errors import BridgeError
from bridge.language import Text
from bridge.model import SEVERITY_ORDER, Severity
from bridge.reconcile.findings import is_quiet
from bridge.store import clock_jobs, depths, engine, findings, runs, statements, tallies
from bridge.store.engine import Store
from bridge.store.tables import STEPS
from bridge.usecases import health, notices
from bridge.usecases.budget_use import budget_use
from bridge.usecases.metric_names import FAMILIES
from bridge.usecases.workspace import Workspace

Labels = tuple[str, ...]
Samples = dict[Labels, float]
OUTCOMES = ("complete", "partial", "failed")
ROWS = ("created", "updated", "unchanged", "gone", "revived", "quarantined")
SEVERITIES = tuple(severity.value for severity in Severity)
STATES = ("waiting", "sending", "sent", "dead", "unclear")


class Measured(Struct, frozen=True):
    """One metric with its samples; those of a summary are (count, sum)."""

    name: str
    kind: Literal["counter", "gauge", "summary"]
    about: Text
    labels: Labels
    samples: tuple[tuple[Labels, tuple[float, ...]], ...]


class Pulse(Struct, frozen=True):
    """What only the running process knows."""

    scheduler_up: bool


def measure(opened: Callable[[], Workspace], pulse: Pulse | None = None) -> list[Measured]:
    """Every metric that can be told now. Without a store, or with one that cannot be read, those of the process remain."""
    found: dict[str, Samples] = {
        "pbridge_build_info": {(__version__, platform.python_version(), engine.SQLITE): 1},
        "pbridge_schema_expected": {(): int(STEPS[-1][1:4])},
        "pbridge_store_ready": {(): 0},
    }
    if pulse is not None:
        found["pbridge_scheduler_up"] = {(): int(pulse.scheduler_up)}
    durations: dict[Labels, tuple[float, float]] = {}
    try:
        space = opened()
        with space.store(patience_s=health.PATIENCE_S) as store, store.snapshot():
            durations = {(one.kind,): (one.runs, one.seconds) for one in tallies.of_runs(store)}
            told = dict(_of_store(space, store))
        found |= {**told, **_of_budgets(space), "pbridge_store_ready": {(): 1}}
    except BridgeError:
        # That it is not ready is the message, and /readyz says why.
        durations = {}
    return [*_measured(found, durations)]


def _measured(found: dict[str, Samples], durations: dict[Labels, tuple[float, float]]) -> Iterator[Measured]:
    for name, kind, labels, about in FAMILIES:
        many: Iterable[tuple[Labels, tuple[float, ...]]]
        if kind == "summary":
            many = durations.items()
        else:
            many = ((values, (number,)) for values, number in found.get(name, {}).items())
        yield Measured(name, kind, about, labels, tuple(sorted(many)))


def _of_store(space: Workspace, store: Store) -> Iterator[tuple[str, Samples]]:
    yield "pbridge_schema_version", {(): depths.schema(store)}
    yield from _of_tallies(store)
    yield from _of_sources(space, store)
    yield from _of_queues(space, store)
    colours = depths.milestones(store)
    yield "pbridge_milestones", {(colour.value,): colours.get(colour.value, 0) for colour in SEVERITY_ORDER}
    yield "pbridge_findings", _findings(space, store)
    yield from _of_service(space, store)


def _of_service(space: Workspace, store: Store) -> Iterator[tuple[str, Samples]]:
    found = Counter(one.concern.code for one in notices.told(space, store) if not one.is_quiet)
    yield "pbridge_concerns", {(code,): found[code] for code in health.CODES}
    jobs = clock_jobs.listed(store)
    counted = ("done", "failed", "skipped", "missed")
    yield "pbridge_job_runs", {(job.name, how): getattr(job, how) for job in jobs for how in counted}
    ends: Samples = {(job.name,): job.finished_at.timestamp() for job in jobs if job.finished_at is not None}
    yield "pbridge_job_last_end_timestamp_seconds", ends
    days = {(one.name,): one.client_secret_expires for one in space.settings.sources if one.client_secret_expires}
    zone = space.clock.timezone
    expire: Samples = {labels: datetime.combine(day, time(), zone).timestamp() for labels, day in days.items()}
    yield "pbridge_secret_expires_timestamp_seconds", expire
    disk = health.disk_of(space)
    yield "pbridge_disk_used_ratio", {} if disk is None else {(): disk.used_ratio}
    yield "pbridge_store_bytes", {(): store.size}


def _of_tallies(store: Store) -> Iterator[tuple[str, Samples]]:
    """The counters: each a sum of sums over what its labels leave out."""
    every = tallies.of_sources(store)
    yield (
        "pbridge_source_runs",
        _summed(((one.source, one.mode, one.outcome), one.sums["runs"]) for one in every),
    )
    yield "pbridge_requests", _summed(((one.source, one.outcome), one.sums["requests"]) for one in every)
    yield "pbridge_request_retries", _summed(((one.source,), one.sums["retries"]) for one in every)
    yield "pbridge_request_sleep_seconds", _summed(((one.source,), one.sums["slept_seconds"]) for one in every)
    yield "pbridge_rows", _summed(((one.source, row), one.sums[row]) for one in every for row in ROWS)
    kinds = tallies.of_runs(store)
    yield "pbridge_run_last_duration_seconds", {(one.kind,): one.last_seconds for one in kinds}
    yield "pbridge_run_last_timestamp_seconds", {(one.kind,): one.last_at.timestamp() for one in kinds}


def _of_sources(space: Workspace, store: Store) -> Iterator[tuple[str, Samples]]:
    now = space.clock.now()
    ages: Samples = {}
    outcomes: Samples = {}
    errors: Samples = {}
    for source in space.settings.sources:
        last = runs.latest(store, source.name)
        if last is None:
            continue
        if last.as_of is not None:
            ages[source.name,] = _seconds(last.as_of, now)
        outcomes |= {(source.name, outcome): int(outcome == last.outcome) for outcome in OUTCOMES}
        errors |= {(source.name, code): 1 for code in _codes(last)}
    yield "pbridge_data_age_seconds", ages
    yield "pbridge_source_outcome", outcomes
    yield "pbridge_source_errors", errors


def _codes(last: runs.SourceRun) -> set[str]:
    """What went wrong in a run, by code; the words beside it may hold anything and stay here."""
    entries = [last.report, *last.report.get("streams", [])]
    return {entry["error"]["code"] for entry in entries if entry.get("error")}


def _of_queues(space: Workspace, store: Store) -> Iterator[tuple[str, Samples]]:
    held, hinted = depths.quarantine(store), depths.hints(store)
    names = [source.name for source in space.settings.sources]
    yield "pbridge_quarantine_rows", {(name,): held.get(name, 0) for name in sorted({*names, *held})}
    yield "pbridge_hints_queue_depth", {(name,): hinted.get(name, 0) for name in sorted({*names, *hinted})}
    parcels = depths.outbox(store)
    kinds = sorted({entry.kind for entry in space.settings.notify} | {kind for kind, _ in parcels})
    yield (
        "pbridge_notifications",
        {(kind, state): parcels.get((kind, state), 0) for kind in kinds for state in STATES},
    )
    waiting = sum(count for (_, state), count in parcels.items() if state in ("waiting", "sending"))
    oldest = depths.oldest_waiting(store)
    yield "pbridge_outbox_queue_depth", {(): waiting}
    yield "pbridge_outbox_oldest_seconds", {(): 0 if oldest is None else _seconds(oldest, space.clock.now())}


def _findings(space: Workspace, store: Store) -> Samples:
    """Open ones by severity, those somebody answers for apart; the rule is that of `pbridge findings`."""
    quiet = Counter(
        episode.severity.value
        for (milestone, code), said in statements.acknowledgements(store).items()
        for episode in findings.episodes(store, milestone)
        if episode.code == code and is_quiet(episode, said, space.clock.today)
    )
    found: Samples = {}
    every = depths.open_findings(store)
    for severity in SEVERITIES:
        found[severity, "acknowledged"] = quiet[severity]
        found[severity, "open"] = every.get(severity, 0) - quiet[severity]
    return found


def _of_budgets(space: Workspace) -> dict[str, Samples]:
    """What each source's credential has sent in the last minute; sources that share one show the same."""
    found = budget_use(space)
    return {
        "pbridge_budget_limit": {(name,): use.limit for name, use in found.items()},
        "pbridge_budget_used": {(name,): use.sent for name, use in found.items()},
        "pbridge_budget_blocked_seconds": {(name,): use.blocked_s for name, use in found.items()},
    }


def _summed(parts: Iterable[tuple[Labels, float]]) -> Samples:
    total: Samples = {}
    for labels, number in parts:
        total[labels] = total.get(labels, 0) + number
    return total


def _seconds(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
