"""How completely something was read, with counts: by scope, by stream, by source, by run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import asdict

from bridge.sync.reading import Cost
from connectors.errors import ConnectorError

Outcome = Literal["complete", "partial", "failed"]
Mode = Literal["full", "incremental"]


class Counts(Struct):
    """What reading cost and found. `gone` and `revived` count tasks that left or came back."""

    requests: int = 0
    fetched: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    gone: int = 0
    revived: int = 0
    quarantined: int = 0
    retries: int = 0
    slept_seconds: float = 0.0

    def add(self, other: Counts) -> None:
        for name in Counts.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def spend(self, cost: Cost) -> None:
        self.requests += cost.requests
        self.retries += cost.retries
        self.slept_seconds += cost.slept_seconds

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        return {**values, "slept_seconds": round(self.slept_seconds, 1)}


class Failure(Struct, frozen=True):
    code: str
    message: str

    @classmethod
    def of(cls, err: ConnectorError) -> Failure:
        return cls(err.code, str(err))

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message}


class StreamReport(Struct):
    """One scope of one stream."""

    stream: str
    scope: str
    scope_names: tuple[str, ...] = ()
    outcome: Outcome = "complete"
    counts: Counts = field(default_factory=Counts)
    error: Failure | None = None
    pending: int | None = None
    """Of what is read a little in each run: how many tasks are still to come."""

    def spend(self, cost: Cost) -> None:
        self.counts.spend(cost)

    def fail(self, err: ConnectorError) -> None:
        self.error = Failure.of(err)
        self.outcome = "partial" if self.counts.fetched else "failed"

    def as_json(self) -> dict[str, Any]:
        return {
            "stream": self.stream,
            "scope": self.scope,
            "name": next(iter(self.scope_names[1:]), ""),
            "outcome": self.outcome,
            **self.counts.as_json(),
            **({} if self.pending is None else {"pending": self.pending}),
            "error": self.error.as_json() if self.error else None,
        }


class SourceReport(Struct):
    """One source in one run. `as_of` is the end of its last complete read."""

    source: str
    mode: Mode = "incremental"
    streams: list[StreamReport] = field(default_factory=list)
    error: Failure | None = None
    as_of: datetime | None = None
    unlisted: tuple[str, ...] = ()
    """Scopes that hold tasks of former runs but are not listed by the source any more."""
    unavailable: dict[str, str] = field(default_factory=dict)
    """Optional streams that the server or the app does not have, and why."""
    held: int = 0
    """Rows in quarantine after the run, whichever run put them there."""
    refused_mapping: str | None = None
    """Where the mapping file cannot be used: the version of the last valid one, which was used instead."""
    overhead: Counts = field(default_factory=Counts)
    """What signing in and listing the scopes cost, outside any scope."""

    @property
    def outcome(self) -> Outcome:
        """Failed: nothing could be read at all."""
        is_troubled = self.error is not None or any(stream.outcome != "complete" for stream in self.streams)
        if not is_troubled:
            return "complete"
        came = any(stream.outcome == "complete" or stream.counts.fetched for stream in self.streams)
        return "partial" if came else "failed"

    @property
    def counts(self) -> Counts:
        return total([self.overhead, *(stream.counts for stream in self.streams)])

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "outcome": self.outcome,
            "mode": self.mode,
            **self.counts.as_json(),
            "as_of": rfc3339(self.as_of),
            "error": self.error.as_json() if self.error else None,
            "unlisted": list(self.unlisted),
            "unavailable": dict(self.unavailable),
            "in_quarantine": self.held,
            "refused_mapping": self.refused_mapping,
            "streams": [stream.as_json() for stream in self.streams],
        }


class SyncReport(Struct, frozen=True):
    """One `pbridge sync`."""

    started_at: datetime
    finished_at: datetime
    sources: tuple[SourceReport, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "started_at": rfc3339(self.started_at),
            "finished_at": rfc3339(self.finished_at),
            "sources": [source.as_json() for source in self.sources],
        }


def total(parts: Iterable[Counts]) -> Counts:
    result = Counts()
    for part in parts:
        result.add(part)
    return result


def rfc3339(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
