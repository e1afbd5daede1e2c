"""How the service itself fares: what keeps it from working, and what somebody should look at before that happens."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from bridge.language import LANGUAGES, Text
from bridge.store import clock_jobs
from bridge.store.engine import Store
from bridge.usecases import health
from bridge.usecases.ledger import Ledger
from bridge.usecases.workspace import Workspace

from .conftest import TODAY, Site

Usage = namedtuple("Usage", "total used free")


def opened(site: Site, today: date = TODAY) -> Workspace:
    return Workspace.open(site.folder / "config.toml", today=today)


def codes(site: Site, today: date = TODAY) -> dict[str, str]:
    """Code -> place of everything somebody should look at; each can be said in both languages."""
    found = health.concerns(opened(site, today))
    assert all(one.text.say(lang) for one in found for lang in LANGUAGES)
    assert {one.code for one in found} <= set(health.CODES)
    return {one.code: one.place for one in found}


@pytest.fixture
def read(site: Site) -> Site:
    site.advance(TODAY)
    assert site.run("run", "--quiet").code == 0
    return site


def test_a_healthy_service_needs_nobody(read: Site):
    assert codes(read) == {}
    assert health.condition(lambda: opened(read)) == health.Condition((), ())


def test_data_that_have_grown_old_are_told_with_their_age(read: Site):
    later = TODAY + timedelta(days=3)

    assert codes(read, later)["data_old"] in {"pingcode", "worktile"}
    told = read.run("reconcile", "--lang", "en", today=later)
    assert "the data of pingcode are 72 h old" in told.err or "the data of pingcode are 71 h old" in told.err


def test_a_secret_is_spoken_of_thirty_days_before_it_ends(site: Site):
    text = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write(
        "config.toml", text.replace('kind = "pingcode"', 'kind = "pingcode"\nclient_secret_expires = 2026-09-20')
    )

    assert "secret_expires" not in codes(site, date(2026, 8, 20))
    assert codes(site, date(2026, 8, 21))["secret_expires"] == "pingcode"
    assert codes(site, date(2026, 9, 20))["secret_expired"] == "pingcode"
    checked = site.run("check", "--json", "--lang", "en", today=date(2026, 9, 21))
    line = next(one for one in checked.json["checks"] if one["code"] == "secret_expired")
    assert checked.code == 1 and not line["ok"] and "2026-09-20" in line["message"]


def test_a_disk_that_is_nearly_full_is_told(read: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1_000_000_000, 0, 100_000_000))
    full = codes(read)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1_000_000_000, 0, 101_000_000))

    assert full == {"disk_full": "disk"}
    assert codes(read) == {}


def test_the_calendar_of_the_next_year_is_asked_for_from_december_on(read: Site):
    assert "calendar_not_confirmed" not in codes(read, date(2029, 11, 30))
    assert codes(read, date(2029, 12, 1))["calendar_not_confirmed"] == "2030"


def test_what_keeps_the_service_from_working_is_told_apart(site: Site):
    def obstacles(*, scheduler: tuple[Text, ...] = ()) -> list[str]:
        found = health.condition(lambda: opened(site), lambda: scheduler)
        assert all(one.text.say(lang) for one in found.obstacles for lang in LANGUAGES)
        return [one.code for one in found.obstacles]

    assert obstacles() == ["store"]
    site.advance(TODAY)
    site.run("sync")
    assert obstacles() == []
    assert obstacles(scheduler=(Text(zh="停了", en="stopped"),)) == ["scheduler"]
    with Store(site.folder / "data" / "bridge.db") as store:
        store.execute("DELETE FROM _sqlite_migrations WHERE name = 'm014_watch'")
    assert obstacles() == ["schema"]
    (site.folder / "config.toml").write_text("[nonsense]\n", encoding="utf-8")
    assert obstacles() == ["settings"]


# --- Jobs of the clock ---------------------------------------------------------------------------------------------


def job(site: Site, name: str) -> clock_jobs.Job:
    return Ledger(lambda: opened(site)).known()[name]


def test_a_job_that_failed_is_told_until_it_succeeds(read: Site):
    ledger = Ledger(lambda: opened(read))
    ledger.began("digest", 0)
    ledger.ended("digest", RuntimeError("access_token=abc"))
    failed = codes(read)
    said = job(read, "digest").said
    ledger.began("digest", 0)
    ledger.ended("digest", None)

    assert failed == {"job_failed": "digest"}
    assert said == "RuntimeError"
    assert codes(read) == {}
    assert (job(read, "digest").done, job(read, "digest").failed) == (1, 1)


def test_a_time_that_was_left_out_or_missed_is_told_for_a_day(read: Site):
    now = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        ledger = Ledger(lambda: opened(read))
        ledger.began("full read pingcode", 3)
        ledger.ended("full read pingcode", None)
        ledger.skipped("sync worktile")
        told = codes(read)
    with time_machine.travel(now + timedelta(hours=25), tick=False):
        later = codes(read)

    assert told == {"job_missed": "full read pingcode", "job_skipped": "sync worktile"}
    assert "job_missed" not in later and "job_skipped" not in later
    assert (job(read, "full read pingcode").missed, job(read, "sync worktile").skipped) == (3, 1)


def test_a_job_whose_time_has_passed_without_a_service_is_overdue_for_a_week(read: Site):
    started = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
    with time_machine.travel(started, tick=False):
        ledger = Ledger(lambda: opened(read))
        ledger.began("sync pingcode", 0)
        ledger.ended("sync pingcode", None)

    found = {}
    for passed in (timedelta(minutes=16), timedelta(minutes=26), timedelta(days=8)):
        with time_machine.travel(started + passed, tick=False):
            found[passed] = codes(read).get("job_overdue")

    assert list(found.values()) == [None, "sync pingcode", None]


def test_a_store_that_cannot_be_written_stops_no_job(site: Site, caplog: pytest.LogCaptureFixture):
    (site.folder / "data").write_text("in the way", encoding="utf-8")
    ledger = Ledger(lambda: opened(site))

    ledger.began("digest", 0)
    ledger.ended("digest", None)

    assert ledger.known() == {}
    assert "could not be kept" in caplog.text
