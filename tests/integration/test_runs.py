"""`pbridge runs`: the history of runs and of the jobs of the service, for people and for programs."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bridge.usecases.history import KINDS
from bridge.usecases.ledger import Ledger
from bridge.usecases.workspace import Workspace
from connectors.testing import Reply

from .conftest import TODAY, Site

ROOT = Path(__file__).parents[2]


@pytest.fixture
def read(site: Site) -> Site:
    site.advance(TODAY)
    assert site.run("run", "--quiet").code == 0
    return site


def test_runs_are_listed_newest_first_with_what_they_read(read: Site):
    sent = read.run("sync", "--json").json["sources"]
    listed = read.run("runs", "--json").json

    assert [run["kind"] for run in listed] == ["sync", "reconcile", "plan", "sync"]
    assert [run["id"] for run in listed] == sorted((run["id"] for run in listed), reverse=True)
    newest = listed[0]
    assert newest["today"] == TODAY.isoformat() and newest["finished_at"] and newest["seconds"] >= 0
    assert [one["source"] for one in newest["sources"]] == ["pingcode", "worktile"]
    assert [one["requests"] for one in newest["sources"]] == [one["requests"] for one in sent]
    assert newest["sources"][0]["outcome"] == "complete" and newest["sources"][0]["error"] is None
    assert listed[1]["sources"] == []


def test_runs_are_chosen_by_kind_source_and_number(read: Site):
    read.run("sync", "--source", "pingcode")

    assert {run["kind"] for run in read.run("runs", "--json", "--kind", "plan", "--kind", "sync").json} == {
        "plan",
        "sync",
    }
    assert len(read.run("runs", "--json", "--source", "worktile").json) == 1
    assert len(read.run("runs", "--json", "--limit", "2").json) == 2
    wrong = read.run("runs", "--kind", "snyc", "--lang", "en")
    assert wrong.code == 2 and "snyc" in wrong.err and "sync" in wrong.err


def test_a_run_that_failed_says_why_in_both_languages(site: Site):
    site.pingcode.faults = lambda request, number: Reply({"code": "100012", "message": "no"}, 401)
    site.run("sync", "--source", "pingcode")

    chinese, english = (site.run("runs", "--lang", lang).out for lang in ("zh", "en"))

    assert "失败" in chinese and "读取" in chinese
    assert ("failed" in english and "token_refused" in english) or "sign_in_failed" in english


def test_without_a_run_or_a_job_it_says_so(read: Site):
    nothing = read.run("runs", "--kind", "risk", "--lang", "en")
    no_jobs = read.run("runs", "--jobs", "--lang", "en")

    assert (nothing.out, nothing.err.strip()) == ("", "no run fits.")
    assert (no_jobs.out, no_jobs.err.strip()) == ("", "no service has run a job yet.")


def test_jobs_of_the_service_are_listed_with_how_they_ended(read: Site):
    ledger = Ledger(lambda: Workspace.open(read.folder / "config.toml", today=TODAY))
    for error in (None, RuntimeError()):
        ledger.began("full read pingcode", 2)
        ledger.ended("full read pingcode", error)
    ledger.began("sync pingcode", 0)

    job, under_way = read.run("runs", "--jobs", "--json").json
    shown = read.run("runs", "--jobs", "--lang", "zh").out

    assert (job["job"], job["outcome"], job["message"]) == ("full read pingcode", "failed", "RuntimeError")
    assert (job["done"], job["failed"], job["missed"], job["skipped"]) == (1, 1, 4, 0)
    assert under_way["outcome"] is None and under_way["finished_at"] is None
    assert "失败" in shown and "进行中或被中断" in shown


def test_every_kind_that_leaves_a_run_behind_has_a_name():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bridge" / "usecases").glob("*.py"))
    pattern = r'(?:runs\.start\((?:store|copy), |recording\(space, store, |writing\(space, )"(\w+)"'

    assert set(re.findall(pattern, sources)) == set(KINDS)


def test_a_past_day_stands_beside_the_real_time_of_its_runs(read: Site):
    days = {run["today"] for run in read.run("runs", "--json", today=date(2026, 9, 1)).json}

    assert days == {TODAY.isoformat()}
