"""A source made of plain lists, pulled into a real store: what the bridge does with pages, whatever connector sends them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from bridge.mapping import document
from bridge.mapping.apply import Surroundings
from bridge.store import memory, runs
from bridge.store.engine import Store
from bridge.store.opening import Place, opened
from bridge.sync.landing import Turn
from bridge.sync.outcome import SourceReport
from bridge.sync.pull import Pull, Wish
from bridge.sync.sweep import Guard
from connectors.contract import EVERYTHING, Found, Page, RawRecord, Reject, Scope, Tally

MAPPING = """
kind = "lists"
[task.id]
from = "id"
[task.title]
from = "title"
[task.project]
id.from = "project"
[task.status]
from = "state"
values = { open = "todo", done = "done" }
"""
START = datetime(2026, 8, 24, 1, tzinfo=UTC)


def row(number: int, project: str = "A", **changes: Any) -> dict[str, Any]:
    return {"id": f"t{number}", "title": f"Task {number}", "project": project, "state": "open", **changes}


class Lists:
    """A source whose scopes are lists of rows, shown a few at a time; `script` may put anything in their place."""

    streams: ClassVar[tuple[str, ...]] = ("words", "tasks", "releases")
    task_stream: ClassVar[str] = "tasks"
    optional_streams: ClassVar[frozenset[str]] = frozenset({"releases"})
    detail_streams: tuple[str, ...] = ()
    concurrency: int = 2
    beside: frozenset[str] = frozenset()
    portable: ClassVar[bool] = False
    most_finds: int = 0

    def __init__(self, **rows: Sequence[Mapping[str, Any]]) -> None:
        self.tally = Tally()
        self.rows: dict[str, list[Mapping[str, Any]]] = {name: list(value) for name, value in rows.items()}
        self.others: dict[str, list[Mapping[str, Any]]] = {"words": [], "releases": []}
        self.size = 2
        self.counted = True
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []
        self.script: Callable[[str, Scope, int], None] = lambda stream, scope, page: None
        self.rejected: dict[str, tuple[Reject, ...]] = {}
        self.about: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
        self.elsewhere: list[Found] = []
        self._lock = threading.Lock()

    def scopes(self, stream: str) -> Iterable[Scope]:
        return [Scope(name, name) for name in self.rows] if stream == "tasks" else [EVERYTHING]

    def expect(self, stream: str, cursors: Mapping[str, Mapping[str, Any]]) -> None:
        self.expected = (stream, dict(cursors))

    def pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        with self._lock:
            self.asked.append((stream, scope.id, cursor))
        rows = self.rows[scope.id] if stream == "tasks" else self.others[stream]
        at = int(cursor.get("at", 0))
        for number, first in enumerate(range(at, len(rows), self.size)):
            self.tally.requests += 1
            self.script(stream, scope, number)
            shown = rows[first : first + self.size]
            yield Page(self._records(stream, shown), {"at": first + self.size})
        self.script(stream, scope, 99)
        rejected = self.rejected.get(scope.id, ())
        yield Page((), {}, complete=not rejected, rejected=rejected, counted=self.counted)

    def details(self, stream: str, scope: Scope, task: str) -> tuple[RawRecord, ...]:
        self.tally.requests += 1
        self.script(stream, Scope(task), 0)
        return self._records(stream, self.about.get(stream, {}).get(task, []))

    def find(self, ids: Sequence[str]) -> tuple[Found, ...]:
        with self._lock:
            self.asked.append(("find", ",".join(ids), {}))
        shown = {str(row["id"]): (scope, row) for scope, rows in self.rows.items() for row in rows}
        here = [Found(shown[i][0], RawRecord("tasks", i, None, shown[i][1])) for i in ids if i in shown]
        return (*here, *(entry for entry in self.elsewhere if entry.record.external_id in ids))

    def close(self) -> None:
        """Nothing is held open."""

    def _records(self, stream: str, rows: Sequence[Mapping[str, Any]]) -> tuple[RawRecord, ...]:
        return tuple(RawRecord(stream, row["id"], None, row) for row in rows)


@dataclass
class Puller:
    """Pulls one source again and again, a day later each time."""

    store: Store
    now: datetime = START
    mapping: str = MAPPING
    facts: dict[str, str] = field(default_factory=dict)

    def pull(
        self, source: Lists, *, full: bool = False, confirmed: bool = False, per_minute: int = 1000
    ) -> SourceReport:
        return self._begin(source, full, confirmed, per_minute).run()

    def reread(self, source: Lists, *tasks: str) -> SourceReport:
        return self._begin(source, False, False, 1000).reread(tasks)

    def _begin(self, source: Lists, full: bool, confirmed: bool, per_minute: int) -> Pull:
        self.now += timedelta(days=1)
        run = runs.start(self.store, "sync", date(2026, 8, 24), self.now)
        about = Surroundings("lists", ZoneInfo("Asia/Shanghai"), self.now, {}, {})
        turn = Turn(self.store, "lists", run, document.parse(self.mapping, name="lists.toml"), about)
        self.facts = memory.of(self.store, "lists") | self.facts
        wish = Wish(Guard(0.5, confirmed), full=full, per_minute=per_minute)
        connector: Any = source
        return Pull(connector, turn, wish, lambda *_, **__: None, self.facts)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """What the store knows, less what depends on when it learnt it."""
        queries = {
            "tasks": "SELECT id, scope, gone, data FROM tasks ORDER BY id",
            "raw": "SELECT stream, external_id, hash FROM raw_records WHERE superseded_at IS NULL ORDER BY 1, 2",
            "sightings": "SELECT * FROM sightings",
        }
        return {name: list(self.store.rows(sql)) for name, sql in queries.items()}

    def gone(self) -> set[str]:
        return {key for key, _, gone, _ in self.tables()["tasks"] if gone}


@pytest.fixture
def puller(place: Place) -> Iterator[Puller]:
    with opened(place) as store:
        store.upgrade()
        yield Puller(store)
