"""Weeks in minutes: people edit every day, the whole loop runs every day, and every report is what the tools would say.

`make soak` lives through four weeks (`SOAK_DAYS`); three days are part of every test run.
"""

from __future__ import annotations

import gc
import os
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.notify.robots import WeComRobot
from connectors.testing import serve

from .conftest import PAY, TODAY, ZONE, Site, item, last_second

DAYS = int(os.environ.get("SOAK_DAYS", "28"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
TOKEN = "t0ken-0123456789abcdef"
WECOM = """
[[notify]]
name = "sales"
kind = "wecom"
url = "{url}/cgi-bin/webhook/send?key={token}"
intranet_hosts = ["127.0.0.1"]
"""
WARM_UP = 10
"""Days until everything that is loaded once, or kept for a while, is there."""


def live(site: Site, day: date, chance: random.Random) -> None:
    """People of both tools work on the evening before: dates move, tasks end and begin."""
    site.advance(day - timedelta(days=1), 20)
    world = site.pay
    open_items = sorted(key for key, one in world.items.items() if one.state != "done")
    for key in chance.sample(open_items, min(3, len(open_items))):
        world.edit(key, due=last_second(day + timedelta(days=chance.randrange(-4, 20))))
    world.edit(chance.choice(open_items), state=chance.choice(["done", "doing"]))
    number = 1_000 + len(world.items)
    due = last_second(day + timedelta(days=chance.randrange(12)))
    world.add(item(PAY, number, created_at=world.now, updated_at=world.now, due=due))


def due_day(due: datetime | None) -> date | None:
    return None if due is None else due.astimezone(ZONE).date()


def truth(site: Site) -> dict[str, tuple[str, date | None]]:
    """What the simulated world knows, worked out without the program."""
    return {one.key: (str(one.state), due_day(one.due)) for one in site.pay.items.values()}


def told(site: Site, day: date) -> dict[str, tuple[str, date | None]]:
    rows = site.run("tasks", "--source", "pingcode", "--json", today=day).lines
    return {row["key"]: (row["status"], row["due_on"] and date.fromisoformat(row["due_on"])) for row in rows}


def check(site: Site, day: date) -> None:
    """The tasks, and the milestone that they decide, counted a second time from the world alone."""
    known = truth(site)
    assert told(site, day) == known, day
    report = site.run("report", "--json", today=day).json
    (entry,) = [one for one in report["milestones"] if one["key"] == "M-1"]
    open_days = [due for state, due in known.values() if state != "done"]
    late = [due for due in open_days if due is not None and due < day]
    work: dict[str, Any] = entry["work"]
    assert (work["tasks"], work["open"], work["overdue"]) == (len(known), len(open_days), len(late)), day
    # Open work that is due after the promise is a slip, whatever else is said: such a milestone is never green.
    slips = [due for due in open_days if due is not None and due > date(2026, 9, 1)]
    if slips or day > date(2026, 9, 1):
        assert entry["status"] != "green", day


def memory() -> int:
    """Bytes that this process holds now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def weeks(site: Site, days: int) -> tuple[list[int], list[int]]:
    """(memory, size of the store) at the end of each day."""
    chance, held, sizes = random.Random(SEED), [], []
    robot = WeComRobot(token=TOKEN)
    with serve(robot.handle) as url:
        config = site.folder / "config.toml"
        config.write_text(config.read_text(encoding="utf-8") + WECOM.format(url=url, token=TOKEN), encoding="utf-8")
        config.chmod(0o600)
        for number in range(days):
            day = TODAY + timedelta(days=number)
            live(site, day, chance)
            loop = (
                ["run", "--quiet"],
                ["notify"],
                ["db", "prune"],
                ["db", "backup", str(site.folder / "b.db"), "--force"],
            )
            for command in loop:
                done = site.run(*command, today=day)
                assert done.code == 0, (day, command, done.err)
            check(site, day)
            held.append(memory())
            sizes.append((site.folder / "data" / "bridge.db").stat().st_size)
    workdays = {TODAY + timedelta(days=n) for n in range(days) if (TODAY + timedelta(days=n)).weekday() < 5}
    assert len(robot.received) >= len(workdays)
    return held, sizes


@pytest.mark.slow
def test_a_few_days_are_told_as_they_were(site: Site):
    weeks(site, 3)


@pytest.mark.slow
def test_weeks_are_told_as_they_were_in_memory_that_stays_flat(site: Site):
    held, sizes = weeks(site, DAYS)

    assert held[-1] <= 1.05 * held[min(WARM_UP, len(held) - 2)]
    # docs/store.md: with five edits a day a store grows by less than 40 KB a day.
    first = min(WARM_UP, len(sizes) - 2)
    assert (sizes[-1] - sizes[first]) / (len(sizes) - 1 - first) < 40_000
