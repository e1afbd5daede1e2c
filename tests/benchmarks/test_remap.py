"""How fast everything stored is mapped again, how much memory that takes, and how long a preview takes."""

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
SHIPPED = (ROOT / "mappings" / "pingcode.toml").read_text(encoding="utf-8")
RENAMED = SHIPPED.replace('completed = "done"', 'completed = "doing"')
ANOTHER_FIELD = SHIPPED + '\n[fields.known_as]\nfrom = "identifier"\n'
CONFIG = """
[database]
url = "sqlite:///bridge.db"

[[sources]]
name = "pingcode"
kind = "pingcode"
base_url = "http://127.0.0.1:1"
client_id = "demo"
client_secret = "env:SECRET"

[plan]
file = "plan.toml"
"""
DEAL = '[[deals]]\nkey = "D-1"\nname = "bench"\namount = 1000000\n'
MILESTONE = """
[[milestones]]
key = "M-{number}"
deal = "D-1"
name = "milestone {number}"
promised = 2026-{month:02d}-{day:02d}
amount = 1000
scope = 'source:pingcode project:PRJ{letter} sprint:"迭代 {sprint}"'
"""
MILESTONES = 100


def command(*arguments: str, cwd: Path = ROOT) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SECRET": "demo"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def remapped(folder: Path, count: int, text: str = RENAMED) -> dict[str, Any]:
    """A store of so many items, and what mapping them all again took."""
    folder.mkdir()
    (folder / "new.toml").write_text(text, encoding="utf-8")
    command(str(HERE / "stored.py"), str(folder / "bridge.db"), str(count))
    told = json.loads(command(str(HERE / "remapping.py"), str(folder / "bridge.db"), str(folder / "new.toml")))
    alone, together = told["peak_mb"]
    print(
        f"{told['rows']:,} rows, {told['changed']:,} changed: {told['seconds']:.2f} s, "
        f"{told['rows'] / told['seconds']:,.0f}/s, CPU {told['cpu']:.1f} s, peak {alone:.0f} MB, with its crew {together:.0f} MB"
    )
    return told


@pytest.mark.slow
def test_some_thousand_rows_are_mapped_again_in_bounded_memory(tmp_path: Path):
    told = remapped(tmp_path / "some", 2_000)

    assert told["rows"] == 2_000
    assert 0 < told["changed"] < 2_000
    assert max(told["peak_mb"]) < 150


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [RENAMED, ANOTHER_FIELD, SHIPPED + "# only a comment\n"],
    ids=["many change", "all change", "nothing changes"],
)
def test_a_hundred_thousand_rows_are_mapped_again_at_twenty_thousand_a_second(tmp_path: Path, text: str):
    few, many = (remapped(tmp_path / str(count), count, text) for count in (20_000, 100_000))

    assert many["rows"] == 100_000
    assert many["rows"] / many["seconds"] >= 20_000
    assert all(after < before * 1.3 for before, after in zip(few["peak_mb"], many["peak_mb"], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [10, 60])
def test_a_preview_of_a_hundred_thousand_takes_ten_seconds_or_says_that_it_is_a_sample(tmp_path: Path, seconds: int):
    command(str(HERE / "stored.py"), str(tmp_path / "bridge.db"), "100000")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "new.toml").write_text(RENAMED, encoding="utf-8")
    plan = [
        MILESTONE.format(number=n, month=9 + n % 3, day=1 + n % 28, letter=chr(65 + n % 20), sprint=n % 30)
        for n in range(MILESTONES)
    ]
    (tmp_path / "plan.toml").write_text(DEAL + "".join(plan), encoding="utf-8")
    command("-m", "bridge", "--quiet", "--today", "2026-08-24", "plan", "import", "plan.toml", cwd=tmp_path)

    started = time.monotonic()
    options = ["--quiet", "--today", "2026-08-24", "--seconds", str(seconds), "--json"]
    found = json.loads(command("-m", "bridge", "mapping", "preview", "new.toml", *options, cwd=tmp_path))
    took = time.monotonic() - started

    (source,) = found["sources"]
    print(
        f"preview: {took:.1f} s, {source['examined']:,} of {source['rows']:,} rows, judged: {found['why_not'] or 'all'}"
    )
    assert took < seconds + 5
    assert source["sampled"] is (source["examined"] < 100_000)
    assert found["milestones_judged"] or found["why_not"] in ("sampled", "no_time")
