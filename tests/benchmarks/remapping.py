"""Everything in a store mapped again, as a process of its own: prints what it took as JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

import stored
from memory import Together, own_peak_mib

import bridge.cli  # noqa: F401 - as the program itself begins
from bridge.store.engine import Store
from bridge.sync.remap import remap


def main(path: Path, text: str) -> None:
    with Store(path) as store:
        turn = stored.turn(store, stored.mapping(text), stored.NOW + timedelta(hours=1))
        started = time.monotonic()
        with Together(os.getpid()) as held, store.transaction():
            counts = remap(turn, stored.TASKS)
        seconds = time.monotonic() - started
    own = own_peak_mib()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = {
        "seconds": seconds,
        "rows": counts.fetched,
        "changed": counts.updated,
        "cpu": sum(one.ru_utime + one.ru_stime for one in used),
        "peak_mb": [own, max(own, held.peak_mib)],
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8"))
