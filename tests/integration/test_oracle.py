"""The delay report of random programmes, through commands only, equals what an independent reading of the rules gives.

`ORACLE_SEEDS=200 pytest tests/integration/test_oracle.py` looks at many more programmes; `ORACLE_FIRST` moves the first.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tools.reference.schema import document
from tools.reference.schema_words import closed

from ..oracle.civil import Days, Json, local_day
from ..oracle.comparison import differences
from ..oracle.history import Known
from ..oracle.judge import Source
from ..oracle.programme import PROJECTS, Day, Programme, calendar_csv, toml
from ..oracle.report import Wish, delay_report
from .conftest import PLAN, Site

ROOT = Path(__file__).parent.parent.parent
SCHEMA = Draft202012Validator(closed(document()))
FIRST, SEEDS = int(os.environ.get("ORACLE_FIRST", "1")), int(os.environ.get("ORACLE_SEEDS", "3"))
PINGCODE_EXTRAS = """
[task.progress]
from = "properties.share"
convert = "percent"
optional = true

[task.milestone]
from = "properties.contract"
optional = true
"""
SETTINGS = """
[calendar]
overrides = "calendar.csv"

[rules]
"""


class Story:
    """One programme lived through: the installation, and what the oracle saw of it."""

    def __init__(self, site: Site, programme: Programme) -> None:
        self.site, self.programme = site, programme
        self.known = Known(Days(programme.overrides), programme.rules)
        self.read_at: dict[str, datetime | None] = {"pingcode": None, "worktile": None}
        self.lost: dict[str, list[Json]] = {"pingcode": [], "worktile": []}
        self._settle()

    def _settle(self) -> None:
        config = self.site.folder / "config.toml"
        text = config.read_text(encoding="utf-8")
        for name in ("pingcode", "worktile"):
            text = text.replace(f'kind = "{name}"', f'kind = "{name}"\nmapping = "mappings/{name}.toml"')
        rules = "".join(f"{name} = {value}\n" for name, value in self.programme.rules.items())
        config.write_text(text + SETTINGS + rules, encoding="utf-8")
        (self.site.folder / "mappings").mkdir()
        for name in ("pingcode", "worktile"):
            usual = (ROOT / "mappings" / f"{name}.toml").read_text(encoding="utf-8")
            self.site.write(f"mappings/{name}.toml", usual + PINGCODE_EXTRAS)
        self.site.write("calendar.csv", calendar_csv(self.programme.overrides.items()))

    def live(self, day: Day, is_first: bool) -> Json:
        """Edits, reads and a reconcile of one day; returns the report printed at its end."""
        for turn in range(day.syncs):
            self._edit(day, turn)
            if not is_first or turn:
                self.programme.edit(day.day)
            self._sync(day)
            if not is_first:
                # Only the last run of a day is its snapshot.
                self._reconcile(day.day)
        self._plan(day.day, is_first)
        self._reconcile(day.day)
        report = self.report(day.day)
        self.known.snapshots[day.day] = report
        return report

    def report(self, today: date, *arguments: str) -> Json:
        done = self.site.run("report", "--format", "json", *arguments, today=today)
        assert done.code in (0, 1), done.err
        found: Json = done.json
        assert [error.message for error in SCHEMA.iter_errors(found)] == []
        return found

    def _reconcile(self, today: date) -> None:
        assert self.site.run("reconcile", today=today).code in (0, 1)

    def _edit(self, day: Day, turn: int) -> None:
        for world in self.programme.worlds.values():
            world.advance_to(self.programme.instant(day.day, 7 + turn))

    def _sync(self, day: Day) -> None:
        self.programme.call()
        lost = PROJECTS[day.unreadable].id if day.unreadable else None
        for simulator in (self.site.pingcode, self.site.worktile):
            simulator.unreadable_projects = {lost} if lost else set()
        done = self.site.run("sync", "--json", today=day.day)
        assert done.code == int(lost is not None), done.err
        for source in done.json["sources"]:
            name = source["source"]
            world = self.programme.worlds[name]
            is_whole = lost not in world.projects
            assert source["outcome"] == ("complete" if is_whole else "partial")
            self.lost[name] = [] if is_whole else [_reference(lost)]
            if is_whole:
                self.read_at[name] = datetime.fromisoformat(done.json["finished_at"])
        rows = [*self.site.run("tasks", "--json").lines, *self.site.run("tasks", "--gone", "--json").lines]
        self.known.observations.append((day.day, rows))
        changes = self.site.run("changes", "--json").lines
        self.known.entries.append((day.day, [change for change in changes if change["how"] == "activity"]))
        self._read_links(day.day)
        listed = self.programme.worlds["pingcode"].projects.values()
        self.known.calls.append((day.day, {("pingcode", project.id): project.state for project in listed}))

    def _read_links(self, today: date) -> None:
        """As the two tools' answers were read, which is not what is judged here."""
        with closing(sqlite3.connect(self.site.folder / "data" / "bridge.db")) as db:
            rows = db.execute("SELECT source, predecessor, successor FROM task_links WHERE kind = 'blocks'").fetchall()
        for source, before, after in rows:
            self.known.links.setdefault(((source, before), (source, after)), today)

    def _plan(self, today: date, is_first: bool) -> None:
        moved = False if is_first else self.programme.replan(today)
        self.site.write("plan.toml", toml(self.programme.plan))
        approval = ("--approved-by", "王敏", "--reason", "客户同意") if moved else ()
        path = str(self.site.folder / "plan.toml")
        done = self.site.run("plan", "import", path, *approval, today=today)
        assert done.code == 0, done.err
        self.known.plans.append((today, self.site.run("plan", "show", "--json", today=today).json))

    def expected(self, report: Json, today: date, wish: Wish | None = None) -> Json:
        sources = [Source(name, self.read_at[name], self.lost[name]) for name in ("pingcode", "worktile")]
        return delay_report(self.known, sources, today, datetime.fromisoformat(report["generated_at"]), wish)

    def wrong(self, today: date, *arguments: str, wish: Wish | None = None) -> list[str]:
        """Where a report printed now differs from the expected one."""
        report = self.report(today, *arguments)
        said = " ".join((str(today), *arguments))
        return [f"{said} {line}" for line in differences(self.expected(report, today, wish), report)]

    def replayed(self) -> Iterator[tuple[date, Json, Json]]:
        """(day, task as read that day, task as the recorded changes say it was)."""
        state = {(task["source"], task["id"]): dict(task) for task in self.known.observations[-1][1]}
        left = self.site.run("changes", "--json").lines
        last = dict(self.known.observations)
        told = {change["field"] for change in left if change["how"] == "activity"}
        lost = {day.day: PROJECTS[day.unreadable].id for day in self.programme.days if day.unreadable}
        for day, tasks in sorted(last.items(), reverse=True):
            while left and (local_day(left[-1]["at"]) or day) > day:
                change = left.pop()
                state[change["source"], change["id"]][change["field"]] = change["old"]
            for task in tasks:
                then = state[task["source"], task["id"]]
                # What was moved where nothing could be read is dated by its vendor, although it was not read that day.
                unknown = told if task["project"]["id"] == lost.get(day) else set[str]()
                yield day, _tracked(task, unknown), _tracked(then, unknown)


def _tracked(task: Json, without: Collection[str]) -> Json:
    untracked = {"updated_at", "mapping_version", *without}
    return {name: value for name, value in task.items() if name not in untracked}


def _reference(project: str | None) -> Json:
    found = next(one for one in PROJECTS.values() if one.id == project)
    return {"id": found.id, "key": found.key, "name": found.name}


@contextmanager
def story(seed: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Story]:
    programme = Programme(seed)
    with ExitStack() as stack:
        site = Site(folder, programme.worlds["pingcode"], programme.worlds["worktile"], stack, capsys)
        site.start()
        yield Story(site, programme)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PC_SECRET", "pc-s3cret+/=")
    monkeypatch.setenv("WT_SECRET", "wt-s3cret+/=")
    monkeypatch.setattr("connectors.http.sleep_using_event", lambda stop: lambda seconds: None)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_the_report_is_what_the_text_of_the_rules_says(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with story(seed, tmp_path, capsys) as told:
        printed = {}
        wrong: list[str] = []
        for number, day in enumerate(told.programme.days):
            printed[day.day] = told.live(day, is_first=number == 0)
            wrong += told.wrong(day.day)
        last, since = max(printed), min(printed) + timedelta(days=seed % 9 - 1)
        later = last + timedelta(days=seed % 9)

        wrong += told.wrong(last, "--customer", " 远帆", wish=Wish(customer="远帆"))
        wrong += told.wrong(last, "--owner", "王敏", wish=Wish(owner="王敏"))
        wrong += told.wrong(later, "--since", str(since), wish=Wish(since=since))
        for day, before in printed.items():
            again = told.report(later, "--as-of", str(day))
            if _lasting(before) != _lasting(again):
                wrong += [f"as of {day}", *differences(before, again)]
        wrong += [f"{day} replayed {then}, read {task}" for day, task, then in told.replayed() if then != task]

        assert not wrong, "\n".join(wrong)


def _lasting(report: Json) -> Json:
    """A report less what depends on the time of day at which it was printed."""
    sources = [{"name": row["name"], "outcome": row["outcome"]} for row in report["sources"]]
    return {**report, "generated_at": None, "sources": str(sources)}


def test_a_milestone_withdrawn_later_that_day_has_no_snapshot_of_the_day(site: Site):
    first, today = date(2026, 8, 17), date(2026, 8, 24)
    site.advance(first)
    site.run("sync", today=first)
    site.run("reconcile", today=first)
    site.write("plan.toml", PLAN[: PLAN.rindex("[[milestones]]")])
    site.run("reconcile", today=first)
    site.write("plan.toml", PLAN)
    site.run("reconcile", today=today)

    rows = site.run("report", "--format", "json", "--since", str(first), today=today).json["milestones"]

    assert {row["key"]: row["change"] and row["change"]["since"] for row in rows} == {"M-1": "2026-08-17", "M-2": None}
