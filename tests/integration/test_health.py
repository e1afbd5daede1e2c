"""How the service itself fares: what keeps it from working, and what somebody should look at before that happens."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from bridge.language import LANGUAGES, Text
from bridge.store import clock_jobs
from bridge.store.engine import Store
from bridge.supervisor import Live
from bridge.usecases import health
from bridge.usecases.ledger import Ledger
from bridge.usecases.metrics import measure
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app

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


# --- Notices with a life -------------------------------------------------------------------------------------------


def status(site: Site, *arguments: str, today: date = TODAY) -> dict[str, Any]:
    """What `pbridge status` tells as JSON."""
    document: dict[str, Any] = site.run("status", *arguments, "--json", "--lang", "en", today=today).json
    return document


def test_a_notice_opens_is_answered_for_worsens_and_is_over(read: Site):
    said = ("--by", "王敏", "--reason", "系统升级")
    days = [TODAY + timedelta(days=n) for n in (2, 3, 4)]
    assert read.run("status", "--lang", "en").out == "everything is well.\n"

    read.run("reconcile", today=days[0])
    opened_then = status(read, today=days[0])["notices"]
    answered = read.run("status", "acknowledge", "data_old", "pingcode", "--until", str(days[2]), *said, today=days[0])
    quiet = read.run("reconcile", "--lang", "en", today=days[1])
    calm = status(read, today=days[1])
    counted = dict(samples(read, days[1]))
    worse = read.run("status", "--lang", "en", today=days[2])
    told = status(read, today=days[2])
    read.advance(days[2])
    assert read.run("run", "--quiet", today=days[2]).code == 0
    over = status(read, "--since", str(days[2]), today=days[2])

    assert {(one["code"], one["place"], one["state"]) for one in opened_then} == {
        ("data_old", "pingcode", "opened"),
        ("data_old", "worktile", "opened"),
    }
    assert answered.code == 0 and "王敏" in answered.out
    states = {one["place"]: (one["state"], one["since"], one["acknowledged"]) for one in calm["notices"]}
    assert states["worktile"] == ("unchanged", str(days[0]), None)
    assert states["pingcode"][:2] == ("acknowledged", str(days[0])) and states["pingcode"][2]["by"] == "王敏"
    assert "data of worktile" in quiet.err and "data of pingcode" not in quiet.err
    assert counted["data_old"] == 1
    assert worse.code == 1 and "severe" in worse.out and "worse" in worse.out
    assert {(one["state"], one["severity"], one["worsened_on"]) for one in told["notices"]} == {
        ("worsened", "error", str(days[2]))
    }
    assert over["notices"] == [] and over["well"]
    assert {(one["place"], one["since"], one["cleared_on"]) for one in over["former"]} == {
        (place, str(days[0]), str(days[2])) for place in ("pingcode", "worktile")
    }


def samples(site: Site, today: date) -> list[tuple[str, float]]:
    """Code -> how many notices of it the numbers for a monitoring system tell."""
    (one,) = (one for one in measure(lambda: opened(site, today)) if one.name == "pbridge_concerns")
    return [(labels[0], numbers[0]) for labels, numbers in one.samples]


def test_an_answer_can_be_taken_back_and_only_what_there_is_can_be_answered_for(read: Site):
    later, said = TODAY + timedelta(days=2), ("--by", "王敏", "--reason", "已知")
    asked = ("status", "acknowledge", "data_old", "pingcode")
    read.run("reconcile", today=later)

    done = [
        read.run(*asked, *more, *said, "--lang", "en", today=later).code
        for more in (["--withdraw"], ["--until", str(TODAY)], [], ["--until", str(later)], ["--withdraw"])
    ]
    unknown = read.run("status", "acknowledge", "disk_full", "disk", "--until", str(later), *said, today=later)

    assert done == [2, 2, 2, 0, 0]
    assert unknown.code == 2 and "data_old pingcode" in unknown.err
    assert all(one["acknowledged"] is None for one in status(read, today=later)["notices"])


def test_without_a_store_the_status_says_so_and_ends_with_1(site: Site):
    found = site.run("status", "--lang", "en")

    assert found.code == 1 and "pbridge run" in found.out


def test_how_old_data_may_be_is_what_the_settings_say_on_the_pages_too(read: Site):
    config = read.folder / "config.toml"
    later = TODAY + timedelta(days=2)

    def page() -> str:
        services = Live(lambda: opened(read, later), tuple)
        client = create_app(services, opened=services.opened).test_client()
        return client.get("/?lang=en", base_url="http://localhost").get_data(as_text=True)

    by_default = page()
    read.write("config.toml", config.read_text(encoding="utf-8") + "[rules]\nsource_stale_hours = 72\n")
    with_setting = page()

    assert "The data is too old" in by_default and "The data is too old" not in with_setting
    assert status(read, today=later)["notices"] == []
