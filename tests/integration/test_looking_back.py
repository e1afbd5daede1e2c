"""Whatever people and tools do on a day, the report of that day can be printed again on every later one.

`LOOKING_BACK_SEEDS=50 pytest tests/integration/test_looking_back.py` lives through many more programmes.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from bridge.usecases import portfolio

from .conftest import PAY, PLAN, REGISTERS, TODAY, Site, item, last_second, local, ticket

SEEDS = int(os.environ.get("LOOKING_BACK_SEEDS", "2"))
MAPPING = (Path(__file__).parent.parent.parent / "mappings" / "pingcode.toml").read_text(encoding="utf-8")
DAYS = [TODAY + timedelta(days=number) for number in (0, 1, 3, 4, 7)]
BY = ("--by", "王敏", "--reason", "已知")


class Life:
    """Days on which tools and people do something at random; how each kind of step ended is counted."""

    def __init__(self, shop: Site, seed: int) -> None:
        self.shop, self.random = shop, random.Random(seed)
        self.done: Counter[str] = Counter()
        self.day, self.hour = TODAY, 9
        config = (shop.folder / "config.toml").read_text(encoding="utf-8")
        shop.write("config.toml", config.replace('kind = "pingcode"', 'kind = "pingcode"\nmapping = "reading.toml"'))
        shop.write("reading.toml", MAPPING)

    def live(self, day: date) -> dict[str, Any]:
        self.day, self.hour = day, 9
        steps: list[Callable[[], tuple[str, ...] | None]] = [
            self.edit, self.link, self.open_a_ticket, self.replan, self.acknowledge, self.override, self.note,
            self.decide, self.contact, self.link_a_ticket, self.announce, self.publish, self.refuse, self.call,
        ]  # fmt: skip
        self._run("run", "--quiet")
        for step in self.random.sample(steps, k=6):
            self._take(step)
        if self.random.random() < 0.7:  # else the day ends with what people said after its last judgement
            self._run("run", "--quiet")
        return self.report()

    def report(self, *arguments: str) -> dict[str, Any]:
        done = self.shop.run("report", "--json", *arguments, today=self.day)
        assert done.code in (0, 1), done.err
        found: dict[str, Any] = done.json
        return {**found, "generated_at": None}

    def _take(self, step: Callable[[], tuple[str, ...] | None]) -> None:
        command = step()
        if command is None:
            return
        done = self.shop.run(*command, today=self.day)
        assert done.code in (0, 1, 2), done.err  # what does not fit the day is refused, and the store stays as it was
        self.done[step.__name__] += done.code == 0

    def _run(self, *command: str) -> None:
        self.hour += 1
        self.shop.advance(self.day, self.hour)
        done = self.shop.run(*command, today=self.day)
        assert done.code in (0, 1), done.err

    def edit(self) -> None:
        for number in self.random.sample(range(1, 6), k=2):
            due = last_second(self.day + timedelta(days=self.random.randint(-5, 40)))
            changes = self.random.choice(
                [{"due": due}, {"state": "doing"}, {"state": "done"}, {"due": None, "tags": ("阻塞",)}]
            )
            self.shop.pay.edit(item(PAY, number).id, **changes)

    def link(self) -> None:
        first, last = self.random.sample(range(1, 6), k=2)
        links = ((self.random.choice(["block", "blocked_by", "dependency"]), item(PAY, last).id),)
        self.shop.pay.edit(item(PAY, first).id, links=links, remaining_hours=8.0)

    def call(self) -> None:
        """Somebody says of the whole project how it goes."""
        project = structs.replace(PAY, state=self.random.choice(["正常", "预警", "延期"]))
        self.shop.pay.projects = {**self.shop.pay.projects, PAY.id: project}

    def open_a_ticket(self) -> None:
        self.shop.pay.also.append(ticket(self.random.randint(3, 9), updated_at=local(self.day, self.hour)))

    def replan(self) -> tuple[str, ...]:
        promised = self.day + timedelta(days=self.random.randint(1, 30))
        plan = PLAN.replace("2026-09-01", str(promised)).replace("300000", str(300_000 + self.day.day))
        self.shop.write("plan.toml", plan + REGISTERS)
        return ("plan", "import", str(self.shop.folder / "plan.toml"), "--approved-by", "王敏", "--reason", "客户同意")

    def refuse(self) -> tuple[str, ...]:
        return ("plan", "refuse", "M-1", "--because", "R-1", *BY)

    def acknowledge(self) -> tuple[str, ...]:
        code = self.random.choice(["CONTACT_DUE", "FEEDBACK_OPEN", "STALE", "OVERDUE", "RISK_TRIGGERED"])
        return ("acknowledge", "M-1", code, "--until", str(self.day + timedelta(days=2)), *BY)

    def override(self) -> tuple[str, ...]:
        colour, until = self.random.choice(["amber", "green", "red"]), self.day + timedelta(days=3)
        return ("override", self.random.choice(["M-1", "M-2"]), colour, "--until", str(until), *BY)

    def note(self) -> tuple[str, ...]:
        key = self.random.choice(["M-1", "M-2"])
        return ("note", key, "--informed", str(self.day), "--recovery-plan", f"第 {self.day.day} 版", "--by", "林悦")

    def decide(self) -> tuple[str, ...]:
        found = self.shop.run("risks", "--json", "--state", "candidate", today=self.day).json["risks"]
        key = self.random.choice([row["key"] for row in found] or ["D-1:FEEDBACK_OPEN"])
        return ("risks", self.random.choice(["confirm", "dismiss"]), key, *BY)

    def contact(self) -> tuple[str, ...]:
        return ("contacts", "done", "D-1", "customer", "--by", "苏晓岚")

    def link_a_ticket(self) -> tuple[str, ...]:
        return ("feedback", "link", "pingcode:POR-T1", self.random.choice(["M-1", "M-2", "-"]), "--by", "苏晓岚")

    def announce(self) -> tuple[str, ...]:
        """The running year, announced a little otherwise each time."""
        free = self.day + timedelta(days=self.random.randint(1, 9))
        days = [{"name": "休息", "date": str(free), "isOffDay": True}]
        days.append({"name": "补班", "date": self.random.choice(["2026-09-05", "2026-09-12"]), "isOffDay": False})
        path = self.shop.write("2026.json", json.dumps({"year": 2026, "days": days}))
        return ("calendar", "import", str(path), "--by", "王敏")

    def publish(self) -> tuple[str, ...]:
        """What is in progress counts as not begun from now on, or as begun again."""
        reading = MAPPING.replace('in_progress = "doing"', f'in_progress = "{self.random.choice(["todo", "doing"])}"')
        path = self.shop.write("new.toml", f"{reading}\n# {self.day} {self.hour}\n")
        return ("mapping", "publish", str(path), "--source", "pingcode", *BY)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_day_can_be_printed_again_as_it_was_printed_then(shop: Site, seed: int):
    life = Life(shop, seed)
    printed = {}
    for day in DAYS:
        printed[day] = life.live(day)
        assert life.report("--as-of", str(day)) == printed[day], f"as of today, {day}"

    again = {day: life.report("--as-of", str(day)) for day in DAYS}

    for day in DAYS:
        assert _lasting(again[day]) == _lasting(printed[day]), day
    assert life.done.total() > len(DAYS) * 2, life.done


FORGETFUL = {
    "the plan": (portfolio, "_plan"),
    "approved moves": (portfolio.plans, "baselines"),
    "refused moves": (portfolio.plans, "decisions"),
    "what sources were read": (portfolio, "_state"),
    "what projects were called": (portfolio, "_claims"),
    "risks": (portfolio, "register"),
    "links": (portfolio.links, "known"),
    "tickets and what was written": (portfolio, "recorded"),
    "the calendar": (portfolio, "_calendar"),
    "changes of tasks": (portfolio.tasks, "tasks_on"),
}
"""What looks up a part of a past day; each is made to tell of the present instead."""


def _of_now(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """The same, but knowing nothing of days: its instant (the one text that begins like a year) is left out."""

    def told(*given: Any, **named: Any) -> Any:
        return look_up(*(None if isinstance(one, str) and one[:2] == "20" else one for one in given), **named)

    return told


def _tasks_of_now(look_up: Callable[..., Any]) -> Callable[..., Any]:
    return lambda store, _day, zone: look_up(store, date(2099, 1, 1), zone)


@pytest.mark.slow
def test_each_part_of_a_past_day_that_is_told_as_of_now_is_noticed(shop: Site, monkeypatch: pytest.MonkeyPatch):
    life, printed = Life(shop, seed=1), {}
    steps = [life.edit, life.link, life.open_a_ticket, life.replan, life.note, life.decide, life.link_a_ticket]
    for day in DAYS:
        printed[day] = life.live(day)
        for step in (*steps, life.announce, life.refuse, life.call):
            life._take(step)
        life._run("run", "--quiet")
        printed[day] = life.report()

    unnoticed = []
    for part, (place, name) in FORGETFUL.items():
        with monkeypatch.context() as patch:
            forgetful = _tasks_of_now if name == "tasks_on" else _of_now
            patch.setattr(place, name, forgetful(getattr(place, name)))
            if all(_lasting(life.report("--as-of", str(day))) == _lasting(printed[day]) for day in DAYS[:-1]):
                unnoticed.append(part)

    assert unnoticed == []


def _lasting(report: dict[str, Any]) -> dict[str, Any]:
    """A report less the ages of its sources, which are counted from when it was printed."""
    sources = [{**row, "age_minutes": None} for row in report["sources"]]
    return {**report, "sources": sources}
