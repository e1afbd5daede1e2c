"""Runs the contenders in turn, several times, each as a process seen from outside, and says which bars are met.

    python race.py [--contenders pbridge,bare] [--items 100000] [--rounds 3] [--latencies 0,20] [--json FILE]

A round of one contender: an empty folder, first load, one item in a hundred edited, a second run, a third with nothing
changed. Contenders take turns within a round, so that whatever else the machine does meets all of them.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import standings
from contenders import CONTENDERS, HERE, OURS, ROOT, Contender, Course, environment
from memory import Together
from standings import CHANGED, FIRST, NOTHING


class Spoiled(Exception):
    """A contender failed or lost rows: its time means nothing."""


@dataclass(frozen=True, slots=True)
class Lap:
    """One process: what it took, and what the server saw of it."""

    contender: str
    items: int
    latency_ms: float
    phase: str
    wall_s: float
    cpu_s: float
    peak_mib: float
    together_mib: float
    requests: int
    pages: int
    refused: int
    server_cpu_s: float
    stored_bytes: int
    rows_written: int | None
    """As the contender itself tells; None where it does not."""


@dataclass(frozen=True, slots=True)
class Server:
    """A loopback server process."""

    url: str
    items: int

    def control(self, verb: str, **query: float) -> dict[str, Any]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        connection.request("GET", f"/control/{verb}?{asked}")
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return answer


@contextmanager
def serving(items: int) -> Iterator[Server]:
    command = [sys.executable, str(HERE / "loopback.py"), "--items", str(items)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("pipes were asked for")
        try:
            yield Server(process.stdout.readline().split()[1], items)
        finally:
            process.stdin.close()


def timed(command: Sequence[str], folder: Path) -> tuple[float, float, float, float]:
    """Wall seconds, CPU seconds, peak MiB of the largest process and of all together, imports included.

    The peak of a process counts what its parent had in memory when it forked, so this runner stays small.
    """
    with (folder / "printed").open("wb") as out, (folder / "complaints").open("wb") as err:
        started = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=out, stderr=err)
        with Together(process.pid) as together:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Spoiled(f"{command[1:3]} ended with {process.returncode}: {(folder / 'complaints').read_text()[-2000:]}")
    peak = usage.ru_maxrss / 1024
    return wall, usage.ru_utime + usage.ru_stime, peak, max(peak, together.peak_mib)


def lap(contender: Contender, server: Server, course: Course, phase: str, edited: int) -> Lap:
    server.control("stats")
    wall, cpu, peak, together = timed(contender.command(course), course.folder)
    seen = server.control("stats")
    if (found := contender.rows(course.folder)) != (server.items, edited):
        raise Spoiled(f"{contender.name}, {phase}: {found} rows and edits, expected {(server.items, edited)}")
    return Lap(
        contender=contender.name,
        items=server.items,
        latency_ms=course.latency_ms,
        phase=phase,
        wall_s=round(wall, 3),
        cpu_s=round(cpu, 3),
        peak_mib=round(peak, 1),
        together_mib=round(together, 1),
        requests=seen["requests"],
        pages=seen["pages"],
        refused=seen["refused"],
        server_cpu_s=seen["cpu_s"],
        stored_bytes=sum(path.stat().st_size for path in course.folder.rglob("*.db*")),
        rows_written=_written(course.folder) if contender.name == OURS else None,
    )


def _written(folder: Path) -> int:
    told = json.loads((folder / "printed").read_text(encoding="utf-8"))["sources"][0]
    return sum(int(told[name]) for name in ("created", "updated", "gone", "revived", "quarantined"))


def round_of(contender: Contender, server: Server, latency_ms: float, folder: Path) -> Iterator[Lap]:
    """Three laps in an empty folder, which is removed afterwards."""
    server.control("reset")
    server.control("set", latency_ms=latency_ms)
    folder.mkdir(parents=True)
    course = Course(server.url, latency_ms, folder)
    try:
        yield lap(contender, server, course, FIRST, 0)
        edited = server.control("change")["changed"]
        yield lap(contender, server, course, CHANGED, edited)
        yield lap(contender, server, course, NOTHING, edited)
    finally:
        shutil.rmtree(folder)


def race(given: argparse.Namespace, chosen: Sequence[Contender], folder: Path) -> Iterator[Lap]:
    """Every lap of every round. What is slower than a cap allows runs on fewer items, and the table says so."""
    caps = dict(pair.split("=") for pair in given.caps.split(",") if pair)
    sizes = {c.name: min(given.items, int(caps.get(c.name, c.cap or given.items)) or given.items) for c in chosen}
    runs = [(c, sizes[c.name], latency) for latency in given.latencies for c in chosen]
    if OURS in sizes and given.small:
        # Whether memory grows with the number of items is asked of ours alone.
        runs.append((CONTENDERS[OURS], min(given.small, given.items), 0.0))
    with ExitStack() as stack:
        servers = {size: stack.enter_context(serving(size)) for size in {size for _, size, _ in runs}}
        for number in range(given.rounds):
            for contender, size, latency in runs:
                place = folder / f"{number}-{contender.name}-{size}-{latency:g}"
                yield from round_of(contender, servers[size], latency, place)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contenders", default=os.environ.get("BENCH_CONTENDERS", ",".join(CONTENDERS)))
    parser.add_argument("--items", default=os.environ.get("BENCH_ITEMS", "100000"), type=int)
    parser.add_argument("--small", default=os.environ.get("BENCH_SMALL", "10000"), type=int, help="0: not asked")
    parser.add_argument("--rounds", default=os.environ.get("BENCH_ROUNDS", "3"), type=int)
    parser.add_argument("--latencies", default=os.environ.get("BENCH_LATENCIES", "0,20"), help="milliseconds")
    parser.add_argument("--caps", default=os.environ.get("BENCH_CAPS", ""), help="items: dlt=0,singer=5000; 0: no cap")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench" / "race.json")
    parser.add_argument("--page", type=Path, help="write the tables into this page, between its two marks")
    given = parser.parse_args()
    given.latencies = [float(text) for text in given.latencies.split(",")]
    return given


def main() -> int:
    given = arguments()
    chosen = [CONTENDERS[name] for name in given.contenders.split(",")]
    # Bytecode is made before the first lap, as an installation makes it.
    subprocess.run([sys.executable, "-m", "compileall", "-q", "bridge", "connectors"], cwd=ROOT, check=False)
    laps = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for one in race(given, chosen, Path(folder)):
            laps.append(one)
            print(
                f"{one.contender:13} {one.items:>7,} {one.latency_ms:>3g} ms  {one.phase:16}{one.wall_s:>8.2f} s "
                f"{one.cpu_s:>7.2f} s CPU {one.peak_mib:>6.1f} MiB {one.together_mib:>6.1f} MiB together {one.requests:>5} requests",
                file=sys.stderr,
                flush=True,
            )
    given.json.parent.mkdir(parents=True, exist_ok=True)
    facts = {"date": datetime.now(UTC).date().isoformat(), "python": sys.version.split()[0], "cores": os.cpu_count()}
    given.json.write_text(json.dumps({**facts, "laps": [asdict(one) for one in laps]}, indent=1), encoding="utf-8")
    found = standings.page([asdict(one) for one in laps], facts)
    print(found)
    if given.page is not None:
        standings.put(found, given.page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
