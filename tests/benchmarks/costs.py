"""What one company costs in processor time, requests and bytes: the figures on which `tools/scale.py` reckons.

    python tests/benchmarks/costs.py [--items 100000] [--milestones 20]

reads a loopback vendor as a person would have it read, and prints JSON. Processor time is that of `pbridge` and all that
it starts, not of the vendor, so a busy machine changes it little.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import loopback_items as made
from contenders import NO_LIMIT, ROOT, Course, environment, settings

HERE = Path(__file__).parent
PLAN = '[[deals]]\nkey = "D-1"\nname = "D"\ncustomer = "C"\n'
MILESTONE = (
    '[[milestones]]\nkey = "M-{n}"\ndeal = "D-1"\nname = "M {n}"\npromised = 2027-01-15\n'
    'scope = "source:pingcode project:{project}"\n'
)
# A process that has judged once, as the service has, judges again when it is told to.
SERVED = """
import sys, time
from pathlib import Path
from bridge.usecases.evaluate import Memory, reconcile
from bridge.usecases.workspace import Workspace
memory = Memory()
for _ in range(3):
    began = time.process_time()
    reconcile(Workspace.open(Path(sys.argv[1])), memory)
    print(time.process_time() - began, flush=True)
    sys.stdin.readline()
"""


@contextmanager
def vendor(items: int) -> Iterator[str]:
    command = [sys.executable, str(HERE / "loopback.py"), "--items", str(items)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
        process.terminate()


def told(url: str, name: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/control/{name}", timeout=300) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def peak_mib(process: int) -> int:
    """The most memory that a process has held until now."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


class Company:
    """One installation; every command tells what it took."""

    def __init__(self, folder: Path, url: str, milestones: int, projects: list[str]) -> None:
        self.url = url
        self.config = settings(Course(url, 0, folder), NO_LIMIT)
        with self.config.open("a", encoding="utf-8") as more:
            more.write('\n[plan]\nfile = "plan.toml"\n')
        plan = [MILESTONE.format(n=n, project=projects[n % len(projects)]) for n in range(milestones)]
        (folder / "plan.toml").write_text(PLAN + "".join(plan), encoding="utf-8")
        self.peak_mib = 0
        self.store = folder / "data" / "bridge.db"

    def took(self, *words: str) -> dict[str, Any]:
        """Processor time in seconds, requests asked of the vendor, and bytes by which the store grew."""
        told(self.url, "stats")
        size, before = self._bytes(), os.times()
        command = [sys.executable, "-m", "bridge", "--config", str(self.config), "--quiet", *words]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        after = os.times()
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr)
        cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
        grown = self._bytes() - size
        return {"cpu_s": round(cpu_s, 2), "requests": told(self.url, "stats")["requests"], "bytes": grown}

    @contextmanager
    def served(self) -> Iterator[Callable[[], float]]:
        """Asks a process that goes on living to judge; told is what that took in seconds of its processor time."""
        command = [sys.executable, "-c", SERVED, str(self.config)]
        with subprocess.Popen(
            command, env=environment(), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            printed, asked = process.stdout, process.stdin
            assert printed is not None
            assert asked is not None

            def judged() -> float:
                said = round(float(printed.readline()), 2)
                self.peak_mib = peak_mib(process.pid)
                return said

            def again() -> float:
                asked.write("\n")
                asked.flush()
                return judged()

            judged()
            yield again
            process.kill()

    def _bytes(self) -> int:
        files = (self.store, self.store.with_name(self.store.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())


def measure(items: int, milestones: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, vendor(items) as url:
        projects = [made.project(number)["identifier"] for number in range(made.PROJECTS)]
        company = Company(Path(name), url, milestones, projects)
        found = {"first": company.took("sync"), "judge_first": company.took("reconcile")}
        found["unchanged"] = company.took("sync")
        with company.served() as judged:
            found["judge_same"] = {"cpu_s": judged()}
            told(url, "change")
            found["edited"] = company.took("sync")
            found["judge_edited"] = {"cpu_s": judged()}
            found["served_mib"] = company.peak_mib
        found["report"] = company.took("report", "--json")
        found["full"] = company.took("sync", "--full")
        found["start"] = company.took("--version")
    return {"items": items, "milestones": milestones, "python": sys.version.split()[0], **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--milestones", type=int, default=20)
    given = parser.parse_args()
    print(json.dumps(measure(given.items, given.milestones), indent=1))


if __name__ == "__main__":
    main()
