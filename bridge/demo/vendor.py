"""One simulated vendor as a process of its own: serves the demo's world on loopback, and lets time pass when told to.

Speaks lines: it prints `listening URL` once, reads `advance INSTANT` from its input and answers `at INSTANT`. When the
input ends (its parent is gone), it ends too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bridge.demo.programme import programme
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import Handler, World, serve
from connectors.worktile.simulator import WorktileSimulator

CLIENT_ID = "demo"
CLIENT_SECRET = "demo-secret"  # noqa: S105 - opens nothing but the simulator of this process


def vendor(kind: str, today: date, seed: int, zone: ZoneInfo) -> tuple[World, Handler]:
    """The demo's world of one tool, and what answers for it."""
    content = programme(today, seed=seed, timezone=zone)
    if kind == "pingcode":
        world = content.pingcode
        return world, PingCodeSimulator(world, client_id=CLIENT_ID, client_secret=CLIENT_SECRET).handle
    world = content.worktile
    return world, WorktileSimulator(world, client_id=CLIENT_ID, client_secret=CLIENT_SECRET).handle


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bridge.demo.vendor")
    parser.add_argument("kind", choices=("pingcode", "worktile"))
    parser.add_argument("--today", type=date.fromisoformat, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timezone", type=ZoneInfo, default=ZoneInfo("Asia/Shanghai"))
    parser.add_argument("--port", type=int, default=0)
    wish = parser.parse_args(arguments)
    world, handle = vendor(wish.kind, wish.today, wish.seed, wish.timezone)
    with ExitStack() as stack:
        try:
            url = stack.enter_context(serve(handle, wish.port))
        except OSError as err:
            _say(f"port {wish.port}: {err.strerror}")
            sys.exit(1)
        _say(f"listening {url}")
        for line in sys.stdin:
            verb, _, value = line.strip().partition(" ")
            if verb == "advance":
                world.advance_to(datetime.fromisoformat(value))
                _say(f"at {value}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
