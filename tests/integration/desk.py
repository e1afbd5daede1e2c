"""A store into which one source is written run after run: vendor's history, hours and tasks, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bridge.mapping.apply import Surroundings
from bridge.mapping.document import MappingFile, parse
from bridge.model import Change
from bridge.store import details, runs, tasks
from bridge.store.details import Due
from bridge.store.engine import Store
from bridge.sync.effort import refresh_effort
from bridge.sync.history import record_events, remap_events
from bridge.sync.landing import Turn, land
from bridge.sync.outcome import Counts
from bridge.sync.parcels import parcels
from connectors.contract import RawRecord

MAPPING = (Path(__file__).parents[2] / "mappings" / "pingcode.toml").read_text(encoding="utf-8")
ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
T = 1786500000  # 2026-08-12
STATES = {"未开始": "pending", "进行中": "in_progress", "已完成": "completed"}


@dataclass
class Desk:
    """A store, and the source "pc" being written into it run after run."""

    store: Store
    mapping: MappingFile
    now: datetime = MONDAY
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def turn(self) -> Turn:
        run = runs.start(self.store, "sync", self.now.date(), self.now)
        return Turn(self.store, "pc", run, self.mapping, Surroundings("pc", ZONE, self.now, {}, {}))

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def task(self, key: str = "t1", **changes: Any) -> Counts:
        usual = {"id": key, "title": "联调", "project": {"id": "p1", "name": "支付"}, "state": state("未开始")}
        self.seen[key] = {**usual, **self.seen.get(key, {}), **changes}
        return self.rows("work_items", "p1", [self.seen[key]], is_task=True)

    def rows(self, stream: str, scope: str, rows: Sequence[dict[str, Any]], *, is_task: bool = False) -> Counts:
        records = [RawRecord(stream, row["id"], None, row) for row in rows]
        with self.store.transaction():
            return land(self.turn(), stream, scope, parcels(records), is_task=is_task, gone=set())

    def tell(self, stream: str, rows: Sequence[dict[str, Any]], key: str = "t1") -> int:
        self.rows(stream, key, rows)
        with self.store.transaction():
            details.mark_read(self.store, "pc", stream, Due(key, "p1", 0), self.now)
            return record_events(self.turn(), stream, key, rows)

    def remap(self, text: str) -> int:
        self.mapping = parse(text, name="own.toml")
        with self.store.transaction():
            return remap_events(self.turn())

    def add_up(self) -> int:
        with self.store.transaction():
            return refresh_effort(self.turn(), "workloads")

    def work(self, name: str, hours: object, key: str = "t1", review: str = "no_review") -> dict[str, Any]:
        return {"id": name, "principal": {"id": key}, "duration": hours, "review_state": review}

    def log(self, *fields: str, **wish: Any) -> list[Change]:
        return [change for change in tasks.changes(self.store, **wish) if not fields or change.field in fields]

    def moves(self, *fields: str, **wish: Any) -> list[tuple[str, object, object]]:
        return [(change.how, change.old, change.new) for change in self.log(*fields, **wish)]

    def spent(self, key: str = "t1") -> object:
        return tasks.known(self.store, "pc", [key])[key].data["spent_hours"]

    def rows_written(self) -> int:
        return self.store.db.conn.total_changes


def state(name: str) -> dict[str, str]:
    return {"name": name, "type": STATES[name]}


def transition(name: str, old: str | None, new: str, at: int = T) -> dict[str, Any]:
    return {"id": name, "from_state": None if old is None else state(old), "to_state": state(new), "created_at": at}


def due_moved(name: str, old: object, new: object, at: int = T, key: str = "end_at") -> dict[str, Any]:
    content = {"property_key": key, "origin": old, "target": new}
    return {"id": name, "template": "update-property", "content": content, "created_at": at}


def seconds(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=ZONE).timestamp())


def opened(folder: Path) -> Desk:
    store = Store(folder / "bridge.db")
    store.upgrade()
    return Desk(store, parse(MAPPING, name="pingcode.toml"))
