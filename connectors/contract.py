"""The contract of a source: what a connector is given, and what it promises to yield.

A connector knows HTTP and its own vendor. It yields raw records, never interprets them, and never imports `bridge`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class SourceConfig(BaseModel):
    """Settings every source has; a connector's own model adds to it. Unknown keys are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, pattern=r"^[^\s:|]+$")
    kind: str
    base_url: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    mapping: str = ""
    projects: tuple[str, ...] = ()
    requests_per_minute: int = Field(default=150, ge=1, le=1_000_000)
    web_base_url: str = ""

    @field_validator("base_url", "web_base_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connector may know of the world: the clock of the run, the civil zone, and the wish to stop."""

    timezone: ZoneInfo
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One object exactly as the source sent it, plus how to recognise it again."""

    stream: str
    external_id: str
    updated_at: datetime | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A batch safe to commit: after storing it, `cursor` is where to resume.

    `complete` on the last page of a pull says that the pull saw every object of the scope that exists.
    """

    records: tuple[RawRecord, ...]
    cursor: Mapping[str, Any]
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of a stream that is read, committed and judged on its own: a project, or all (`id` empty)."""

    id: str
    name: str = ""
    key: str | None = None


EVERYTHING = Scope(id="")


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """Something a check saw: `code` is stable, `detail` is redacted text for an admin."""

    code: str
    detail: str
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """What a source answered when asked whether it can be read; nothing was stored."""

    signed_in: bool
    projects: tuple[Scope, ...] = ()
    profile: str | None = None
    clock_offset_s: float | None = None
    findings: tuple[CheckFinding, ...] = ()

    @property
    def ok(self) -> bool:
        return self.signed_in and not any(f.severity == "error" for f in self.findings)


@dataclass(slots=True)
class Tally:
    """What reading has cost so far."""

    requests: int = 0
    retries: int = 0
    slept_seconds: float = 0.0


class Connector(Protocol):
    """One vendor. `pages` resumes at `cursor`; `{}` means from the start.

    A pull that began at `{}` and finished, even across interruptions, is a complete read of its scope.
    A source without an update filter returns `{}` as its last cursor, so that each pull is complete.
    """

    config_type: ClassVar[type[SourceConfig]]
    streams: ClassVar[tuple[str, ...]]
    task_stream: ClassVar[str]
    tally: Tally

    def __init__(self, config: Any, surroundings: Surroundings) -> None: ...

    def check(self) -> Check:
        """Sign in and look around with reads only; problems are findings, not exceptions."""
        ...

    def scopes(self, stream: str) -> Iterable[Scope]:
        """The parts of `stream` that can be read now, in a stable order."""
        ...

    def pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        """The records of one scope since `cursor`, in batches that are safe to commit."""
        ...

    def close(self) -> None:
        """Give connections back; the connector is not used afterwards."""
        ...
