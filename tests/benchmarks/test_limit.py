"""How much of a limit of requests a minute a first load uses, and that not one request is refused."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PER_MINUTE = 1_200
LEAST_SHARE = 0.95
SETTINGS = """
[[sources]]
name = "pingcode"
kind = "pingcode"
base_url = "{url}"
client_id = "bench"
client_secret = "env:BENCH_SECRET"
profile = "a"
requests_per_minute = {per_minute}
"""


def sync(url: str, folder: Path, per_minute: int) -> float:
    """Seconds of one `pbridge sync` that must find everything."""
    config = folder / "config.toml"
    config.write_text(SETTINGS.format(url=url, per_minute=per_minute), encoding="utf-8")
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "bridge", "--config", str(config), "--quiet", "sync", "--json"],
        cwd=ROOT,
        env={**os.environ, "BENCH_SECRET": "bench-secret"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return time.monotonic() - started


@pytest.mark.parametrize("loopback", [("--items", 3_000)], indirect=True)
@pytest.mark.slow
def test_the_loopback_server_is_read_completely(tmp_path: Path, loopback):
    sync(loopback.url, tmp_path, 1_000_000)

    seen = loopback.control("stats")
    assert seen["pages"] >= 30
    assert seen["items"] == 3_000


@pytest.mark.slow
@pytest.mark.parametrize("loopback", [("--items", 150_000, "--per-minute", PER_MINUTE)], indirect=True)
def test_a_first_load_uses_the_limit_of_a_minute_without_one_refusal(tmp_path: Path, loopback):
    seconds = sync(loopback.url, tmp_path, PER_MINUTE)

    seen = loopback.control("stats")
    # The last minute ends with the work, not with the clock.
    *whole, _rest = seen["minutes"]
    print(f"{seen['requests']} requests in {seconds:.1f} s, by minute {seen['minutes']}, {seen['refused']} refused")
    assert seen["refused"] == 0
    assert whole
    assert sum(whole) >= LEAST_SHARE * PER_MINUTE * len(whole)
