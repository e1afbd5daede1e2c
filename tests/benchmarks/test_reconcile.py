"""How long it takes to judge a large programme in full, again after edits, and from a store; and what memory it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONFIG = '[database]\nurl = "sqlite:///bridge.db"\n\n[plan]\nfile = "plan.toml"\n'


def measured(*arguments: object) -> dict[str, Any]:
    """The CPU seconds that a process of its own tells of."""
    command = [sys.executable, str(HERE / "judging.py"), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    if printed:
        print(f"{' '.join(map(str, arguments[:2]))}: {printed.strip()}")
    return json.loads(printed) if printed else {}


def test_a_small_programme_is_judged_again_only_where_it_changed():
    told = measured("judge", 10_000)

    assert told["nothing"]["milestones"] == 0
    assert 1 <= told["one_task"]["milestones"] <= 10


@pytest.mark.slow
def test_a_thousand_exact_forecasts_take_less_than_two_seconds():
    assert measured("forecasts")["forecasts"] < 2


@pytest.mark.slow
def test_a_million_tasks_are_judged_again_in_a_second_within_a_gigabyte_and_a_half():
    told = measured("judge", 1_000_000)

    # What edits all over the programme take is told in docs/performance.md; they need no more memory than the first.
    assert told["one_per_cent_all_over"]["peak_mib"] * 1024 * 1024 < 1.5e9
    assert told["one_task"]["cpu"] < 1
    assert told["one_per_cent_in_two_projects"]["cpu"] < 1
    assert told["one_per_cent_in_two_projects"]["milestones"] < 50


@pytest.mark.slow
def test_a_hundred_thousand_stored_tasks_are_loaded_and_judged(tmp_path: Path):
    measured("fill", 100_000, tmp_path / "bridge.db")
    told = measured("load", 100_000, tmp_path / "bridge.db")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "plan.toml").write_text("", encoding="utf-8")

    started = time.monotonic()
    command = [sys.executable, "-m", "bridge", "--quiet", "--today", "2026-08-24", "report", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(command, cwd=tmp_path, env=environment, check=True, stdout=subprocess.PIPE).stdout
    print(f"pbridge report over 100,000 stored tasks: {time.monotonic() - started:.1f} s")

    assert len(json.loads(printed)["milestones"]) == 100
    assert told["nothing_written"] < 0.1
