"""A store that holds many work items, as if they had just been read: what re-mapping and previewing are measured on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent))

import loopback_items as made

from bridge.mapping import document
from bridge.mapping.apply import Surroundings
from bridge.mapping.document import MappingFile
from bridge.store import runs
from bridge.store.engine import Store
from bridge.sync.landing import Turn, land
from bridge.sync.parcels import parcels
from bridge.sync.remap import lookups, remap_if_needed
from connectors.contract import RawRecord

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT / "mappings" / "pingcode.toml").read_text(encoding="utf-8")
NOW = datetime(2026, 8, 24, 1, tzinfo=UTC)
TASKS = "work_items"
AT_ONCE = 2_000


def mapping(text: str = SHIPPED) -> MappingFile:
    return document.parse(text, name="pingcode.toml")


def turn(store: Store, by: MappingFile, at: datetime = NOW) -> Turn:
    run = runs.start(store, "mapping", date(2026, 8, 24), at)
    about = Surroundings(
        "pingcode", ZoneInfo("Asia/Shanghai"), at, lookups(store, "pingcode", by), {"web_base_url": ""}
    )
    return Turn(store, "pingcode", run, by, about)


def filled(path: Path, count: int) -> None:
    """Make a store at `path` with so many work items, mapped as shipped, and the people they belong to."""
    with Store(path) as store:
        store.upgrade()
        with store.transaction():
            people = [made.user(number) for number in range(made.PEOPLE)]
            records = [RawRecord("users", person["id"], None, person) for person in people]
            land(turn(store, mapping()), "users", "", parcels(records), is_task=False, gone=set())
        now = turn(store, mapping())
        remap_if_needed(now, TASKS)
        items = _records(count)
        while batch := list(islice(items, AT_ONCE)):
            with store.transaction():
                land(now, TASKS, "", parcels(batch), is_task=True, gone=set())
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _records(count: int) -> Iterator[RawRecord]:
    for item in made.Maker(count, int(NOW.timestamp())).stock():
        payload = json.loads(item.body)
        yield RawRecord(TASKS, payload["id"], None, payload)


if __name__ == "__main__":
    filled(Path(sys.argv[1]), int(sys.argv[2]))
