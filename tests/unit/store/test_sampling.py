"""A look at a part of what is stored is a look at all of it: spread evenly, repeatable, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.store import raw, runs, sampling
from bridge.store.engine import Store
from bridge.store.packing import Packing

AT = datetime(2026, 8, 24, tzinfo=UTC)
ROWS = 3_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("sampling") / "bridge.db"
    with Store(path) as store:
        store.upgrade()
        contents = [raw.content(f"t{number}", {"id": f"t{number}", "number": number}) for number in range(ROWS)]
        with store.transaction():
            run = runs.start(store, "sync", AT.date(), AT)
            compared = raw.compare(store, "s", "tasks", contents)
            raw.save(store, Packing(store), "s", "tasks", "", compared, run=run, at=AT)
        yield store


def numbers(store: Store, most: int) -> list[int]:
    return [payload["number"] for payload in sampling.look(store, "s", "tasks", most).payloads()]


def test_what_is_little_is_looked_at_whole(store: Store):
    look = sampling.look(store, "s", "tasks", ROWS)

    assert [payload["number"] for payload in look.payloads()] == list(range(ROWS))
    assert (look.looked, look.total) == (ROWS, ROWS)


@pytest.mark.parametrize("most", [10, 100, 700, 2_999])
def test_of_more_as_many_as_wanted_are_taken_from_all_parts_alike(store: Store, most: int):
    found = numbers(store, most)

    assert most * 0.9 - 2 <= len(found) <= most
    thirds = [sum(1 for number in found if number // 1000 == part) for part in range(3)]
    assert max(thirds) - min(thirds) <= 3 + most // 50


def test_the_same_rows_are_taken_every_time(store: Store):
    assert numbers(store, 100) == numbers(store, 100)


def test_nothing_is_stored_of_another_stream(store: Store):
    look = sampling.look(store, "s", "none", 10)

    assert (list(look.payloads()), look.total) == ([], 0)
    assert sampling.streams(store, "s") == ("tasks",)
