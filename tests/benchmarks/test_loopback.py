"""The server of the race answers as the API documents, and the race judges by the numbers it was given."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
small = pytest.mark.parametrize("loopback", [("--items", 1_500)], indirect=True)


@small
def test_filters_leave_what_a_slow_reading_of_them_leaves(loopback):
    everything = loopback.items()
    projects = sorted({row["project"]["id"] for row in everything})[:2]
    low, high = everything[200]["created_at"], everything[900]["created_at"]
    since, until = sorted((everything[300]["updated_at"], everything[700]["updated_at"]))

    created = loopback.items(project_ids=",".join(projects), created_between=f"{low},{high}")
    updated = loopback.items(updated_between=f"{since},{until}")
    both = loopback.items(created_between=f"{low},", updated_between=f",{until}")

    of_them = [row for row in everything if row["project"]["id"] in projects]
    assert len(everything) == 1_500
    assert created == [row for row in of_them if low <= row["created_at"] <= high]
    assert updated == [row for row in everything if since <= row["updated_at"] <= until]
    assert both == [row for row in everything if row["created_at"] >= low and row["updated_at"] <= until]


@small
def test_one_item_in_a_hundred_is_edited_later_than_everything_else_and_reset_takes_it_back(loopback):
    before = loopback.items()
    latest = max(row["updated_at"] for row in before)

    changed = loopback.control("change")["changed"]
    edited = loopback.items(updated_between=f"{latest + 1},")
    loopback.control("reset")

    assert changed == len(edited) == 15
    assert len({row["project"]["id"] for row in edited}) > 5
    assert all(row["title"].endswith("改") for row in edited)
    assert loopback.items() == before


@small
def test_an_unknown_token_path_or_secret_is_refused_as_documented(loopback):
    asked = {"grant_type": "client_credentials", "client_id": "bench", "client_secret": "wrong"}

    assert loopback.get("/v1/project/work_items", token="old")[0] == 401
    assert loopback.get("/v1/project/nothing")[:2] == (404, {"code": "100002", "message": "path"})
    assert loopback.get("/v1/auth/token", **asked)[1]["code"] == "100024"


@pytest.mark.parametrize("loopback", [("--items", 10, "--per-minute", 3)], indirect=True)
def test_the_fourth_request_of_a_minute_is_refused_and_told_when_to_return(loopback):
    answers = [loopback.get("/v1/project/projects") for _ in range(4)]

    assert [status for status, _, _ in answers] == [200, 200, 200, 429]
    assert 55 <= int(answers[-1][2]["x-pc-retry-after"]) <= 60
    assert loopback.control("stats")["refused"] == 1


@pytest.fixture
def standings(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(HERE))
    return importlib.import_module("standings")


def laps_of(name: str, seconds: float, **other: float) -> list[dict]:
    numbers = {
        "cpu_s": 1.0,
        "peak_mib": 80.0,
        "together_mib": 80.0,
        "requests": 1,
        "refused": 0,
        "stored_bytes": 1_000_000,
        "rows_written": 0,
    }
    who = {"contender": name, "items": 1_000, "latency_ms": 0.0}
    return [{**who, "phase": "first load", "wall_s": seconds * factor, **numbers, **other} for factor in (1, 9, 0.1)]


def test_a_bar_is_judged_by_the_median_of_the_rounds(standings):
    slow = standings.bars(standings.Standings([*laps_of("pbridge", 2.1), *laps_of("bare", 1.0), *laps_of("dlt", 2.2)]))
    fast = standings.bars(standings.Standings([*laps_of("pbridge", 1.9), *laps_of("bare", 1.0), *laps_of("dlt", 3.0)]))

    assert [bar.is_met for bar in slow] == [False, False, True, True]
    assert [bar.is_met for bar in fast] == [True, True, True, True]
    assert slow[0].measured == "1.05 × dlt"


def test_too_large_a_store_or_process_is_told(standings):
    found = standings.bars(
        standings.Standings(laps_of("pbridge", 1.0, peak_mib=90.1, together_mib=140.2, stored_bytes=2_000_001))
    )

    told = "90.1 MiB; all processes together 140.2 MiB"
    assert [(bar.measured, bar.is_met) for bar in found] == [(told, False), ("2,000", False)]


def test_a_contender_that_loses_rows_ends_the_race(tmp_path: Path):
    race = (HERE / "race.py").read_text(encoding="utf-8")
    broken = (HERE / "peers" / "bare_loop.py").read_text(encoding="utf-8").replace("PAGE = 100", "PAGE = 7")
    (tmp_path / "peers").mkdir()
    for name in ("loopback.py", "loopback_items.py", "loopback_stock.py", "standings.py", "contenders.py", "memory.py"):
        (tmp_path / name).write_text((HERE / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "race.py").write_text(race, encoding="utf-8")
    (tmp_path / "peers" / "bare_loop.py").write_text(
        broken.replace('-(-first["total"] // PAGE)', "2"), encoding="utf-8"
    )

    command = [
        sys.executable,
        "race.py",
        "--contenders",
        "bare",
        "--items",
        "50",
        "--rounds",
        "1",
        "--json",
        "race.json",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "Spoiled: bare, first load: (14, 0) rows and edits, expected (50, 0)" in done.stderr
