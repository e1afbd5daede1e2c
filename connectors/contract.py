"""The contract of a source: what a connector is given, and what it promises to yield.

A connector knows HTTP and its own vendor. It yields raw records, never interprets them, and never imports `bridge`.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from connectors.errors import ConnectorError, SignInFailed
from connectors.meanings import Definitions, Glossary, Members


class SourceConfig(BaseModel):
    """Settings every source has; a connector's own model adds to it. Unknown keys are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, pattern=r"^[^\s:|]+$")
    kind: str
    base_url: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    client_secret_expires: date | None = None
    """The day on which the secret ends, where an admin knows it; no vendor tells."""
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


class Allowance(Protocol):
    """How many requests a credential may still send; everything that uses the credential shares one."""

    def reserve(self) -> float:
        """Take the next place; returns the seconds to wait before using it."""
        ...

    def block(self, seconds: float) -> None:
        """The vendor wants nothing for so long: nobody gets a place before."""
        ...

    def blocked_for(self) -> float:
        """Seconds for which the vendor still wants nothing; 0 where it has not said so."""
        ...

    def resize(self, per_minute: int) -> None:
        """The vendor has told its limit; a larger one than the settings allow changes nothing."""
        ...


Allowances = Callable[[str, int], Allowance]
"""The allowance of a credential (an opaque key) of so many requests in any minute."""


class Surroundings(Struct, frozen=True):
    """What a connector may know of the world: the clock of the run, the civil zone, and the wish to stop."""

    timezone: ZoneInfo
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    stop: threading.Event = field(default_factory=threading.Event)
    memory: MutableMapping[str, str] = field(default_factory=dict)
    """What the connector wants to know again in its next run, such as the path generation it found; no secrets."""
    allowances: Allowances | None = None
    """Allowances shared with other processes; None: those of this process alone."""


class RawRecord(NamedTuple):
    """One object exactly as the source sent it, plus how to recognise it again."""

    stream: str
    external_id: str
    updated_at: datetime | None
    payload: Mapping[str, Any]


class Reject(Struct, frozen=True):
    """A row that is no object or names no id: kept aside, so that the rows beside it are not lost with it.

    `excerpt` is the redacted beginning of the row. A pull that met one cannot be `complete`: any object may be this one.
    """

    reason: str
    excerpt: str


class Page(Struct, frozen=True):
    """A batch safe to commit: after storing it, `cursor` is where to resume.

    `complete` on the last page of a pull says that the pull saw every object of the scope that exists.
    """

    records: tuple[RawRecord, ...]
    cursor: Mapping[str, Any]
    complete: bool = False
    rejected: tuple[Reject, ...] = ()
    counted: bool = True
    """Beside `complete`: the source also told how many objects there are. Where it does not, one absence proves nothing."""


class Found(Struct, frozen=True):
    """A task that was asked for by its id, and the scope in which it is now."""

    scope: str
    record: RawRecord


class Scope(Struct, frozen=True):
    """A part of a stream that is read, committed and judged on its own: a project, or all (`id` empty)."""

    id: str
    name: str = ""
    key: str | None = None


EVERYTHING = Scope(id="")


class CheckFinding(Struct, frozen=True):
    """Something a check saw: `code` is stable, `detail` is redacted text for an admin."""

    code: str
    detail: str
    severity: str = "error"


class Sample(Struct, frozen=True):
    """The keys of one object of a stream as the source sent it, without a single value: safe to show and to send on.

    Keys are dotted, an array step is `[]`; each has the names of the JSON types that were met.
    """

    stream: str
    keys: Mapping[str, tuple[str, ...]]


class Check(Struct, frozen=True):
    """What a source answered when asked whether it can be read; nothing was stored."""

    signed_in: bool
    projects: tuple[Scope, ...] = ()
    profile: str | None = None
    clock_offset_s: float | None = None
    findings: tuple[CheckFinding, ...] = ()
    samples: tuple[Sample, ...] = ()
    """One of each stream, where they were asked for."""

    @property
    def ok(self) -> bool:
        return self.signed_in and not any(f.severity == "error" for f in self.findings)


class Tally(threading.local):
    """What reading has cost so far in the thread that asks, which is the thread that reads one scope at a time."""

    def __init__(self) -> None:
        self.requests = 0
        self.retries = 0
        self.slept_seconds = 0.0


class Connector(Protocol):
    """One vendor. `pages` resumes at `cursor`; `{}` means from the start.

    A pull that began at `{}` and finished, even across interruptions, is a complete read of its scope.
    A source without an update filter returns `{}` as its last cursor, so that each pull is complete.
    `pages` and `details` may be called by several threads at once, for different scopes and tasks.
    """

    config_type: ClassVar[type[SourceConfig]]
    task_stream: ClassVar[str]
    detail_streams: ClassVar[tuple[str, ...]]
    """What can only be asked one task at a time; read for open and changed tasks, a few in each run."""
    concurrency: ClassVar[int]
    """How many scopes may be read at once."""
    beside: ClassVar[frozenset[str]]
    """Streams that may be read at the same time as the one listed before them: they need nothing that it tells."""
    portable: ClassVar[bool]
    """Whether an instance in another process may read tasks in place of this one: it keeps nothing of them for later."""
    most_finds: ClassVar[int]
    """How many tasks `find` may be asked for in one run."""
    members: ClassVar[tuple[Members, ...]]
    """The streams of people."""
    glossaries: ClassVar[tuple[Glossary, ...]]
    definitions: ClassVar[tuple[Definitions, ...]]
    """The streams that say what the keys and values of a task mean."""
    tally: Tally

    def __init__(self, config: Any, surroundings: Surroundings) -> None: ...

    # Attributes of a class, or of an instance where settings add streams; nobody sets them from outside.
    @property
    def streams(self) -> tuple[str, ...]:
        """In the order of reading: those before the task stream help to understand tasks, those after it follow them."""
        ...

    @property
    def optional_streams(self) -> frozenset[str]:
        """Streams that a server, an edition or an app's permissions may lack: unavailable, not failed."""
        ...

    def check(self, *, samples: bool = False) -> Check:
        """Sign in and look around with reads only; problems are findings, not exceptions."""
        ...

    def scopes(self, stream: str) -> Iterable[Scope]:
        """The parts of `stream` that can be read now, in a stable order."""
        ...

    def expect(self, stream: str, cursors: Mapping[str, Mapping[str, Any]]) -> None:
        """Told which scopes are about to be read from which cursors, so that one request may answer for many."""
        ...

    def pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        """The records of one scope since `cursor`, in batches that are safe to commit."""
        ...

    def details(self, stream: str, scope: Scope, task: str) -> tuple[RawRecord, ...]:
        """Every record of a detail stream that belongs to one task; the former ones that are missing are withdrawn."""
        ...

    def find(self, ids: Sequence[str]) -> tuple[Found, ...]:
        """Those of these tasks that the source still shows, wherever they are now. Raises where it cannot tell."""
        ...

    def hinted(self, body: Any) -> tuple[str, ...]:
        """Task ids that a webhook's body (JSON, a form as an object, or text) may speak of. Nothing is trusted in it."""
        ...

    def close(self) -> None:
        """Give connections back; the connector is not used afterwards."""
        ...


class PlainSource(ABC):
    """A connector of a vendor that has lists and nothing else: `scopes` and `pages` are all it has to say itself.

    Single tasks are found in the lists, which is slow and true; there are no details, and no hint names a task.
    """

    task_stream: ClassVar[str] = "tasks"
    optional_streams: ClassVar[frozenset[str]] = frozenset()
    detail_streams: ClassVar[tuple[str, ...]] = ()
    concurrency: ClassVar[int] = 1
    beside: ClassVar[frozenset[str]] = frozenset()
    portable: ClassVar[bool] = False
    most_finds: ClassVar[int] = 100
    members: ClassVar[tuple[Members, ...]] = ()
    glossaries: ClassVar[tuple[Glossary, ...]] = ()
    definitions: ClassVar[tuple[Definitions, ...]] = ()

    @abstractmethod
    def scopes(self, stream: str) -> Iterable[Scope]: ...

    @abstractmethod
    def pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]: ...

    def check(self, *, samples: bool = False) -> Check:
        """Whether one can sign in and list the scopes of the tasks."""
        try:
            return Check(signed_in=True, projects=tuple(self.scopes(self.task_stream)))
        except ConnectorError as err:
            return Check(not isinstance(err, SignInFailed), findings=(CheckFinding(err.code, str(err)),))

    def expect(self, stream: str, cursors: Mapping[str, Mapping[str, Any]]) -> None:  # noqa: B027 - a default
        """Every request is about one scope."""

    def details(self, stream: str, scope: Scope, task: str) -> tuple[RawRecord, ...]:
        raise LookupError(f"there is no detail stream {stream!r}")

    def find(self, ids: Sequence[str]) -> tuple[Found, ...]:
        wanted = set(ids)
        found = {
            record.external_id: Found(scope.id, record)
            for scope in (self.scopes(self.task_stream) if wanted else ())
            for page in self.pages(self.task_stream, scope, {})
            for record in page.records
            if record.external_id in wanted
        }
        return tuple(found.values())

    def hinted(self, body: Any) -> tuple[str, ...]:
        return ()

    def close(self) -> None:  # noqa: B027 - a default
        """Nothing is held that would have to be given back."""
