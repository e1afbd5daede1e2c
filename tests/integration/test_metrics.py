"""`/metrics`: numbers out of the store, kept over restarts, the same as documented, and nobody's name among them."""

from __future__ import annotations

import re
import sqlite3
import threading
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bridge.store.engine import Store
from bridge.usecases.metric_names import FAMILIES
from bridge.usecases.metrics import Pulse, measure
from bridge.usecases.serving import Service
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.page import Reports
from bridge.web.probes import metrics_answer
from connectors.testing import Reply, Request

from .conftest import PAY, TODAY, Site, item, last_second

ROOT = Path(__file__).parents[2]
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def opened(site: Site) -> Workspace:
    return Workspace.open(site.folder / "config.toml", today=TODAY)


def scraped(site: Site) -> Samples:
    """What a monitoring system reads: (name, labels) -> value."""
    text = metrics_answer(measure(lambda: opened(site), Pulse(scheduler_up=True)), "en").get_data(as_text=True)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def at(found: Samples, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]


def test_the_numbers_of_the_runs_are_told_and_go_on_over_restarts(site: Site):
    site.advance(TODAY)
    first_run = site.run("sync", "--json").json["sources"]
    site.run("reconcile")
    first = scraped(site)
    second_run = site.run("sync", "--json").json["sources"]
    second = scraped(site)

    requests_of = [{one["source"]: one["requests"] for one in run} for run in (first_run, second_run)]
    sent = {"source": "pingcode", "outcome": "complete"}
    assert at(first, "pbridge_requests_total", **sent) == requests_of[0]["pingcode"]
    assert at(second, "pbridge_requests_total", **sent) == sum(counts["pingcode"] for counts in requests_of)
    assert at(first, "pbridge_rows_total", source="worktile", outcome="created") == first_run[1]["created"] >= 3
    assert at(second, "pbridge_source_runs_total", source="pingcode", mode="incremental", outcome="complete") >= 1
    assert at(second, "pbridge_run_duration_seconds_count", kind="sync") == 2
    assert at(second, "pbridge_run_duration_seconds_sum", kind="sync") > 0
    assert 0 <= at(second, "pbridge_data_age_seconds", source="pingcode") < 120
    assert at(second, "pbridge_source_outcome", source="pingcode", outcome="complete") == 1
    assert sum(value for (name, _), value in second.items() if name == "pbridge_milestones") == 2
    assert at(second, "pbridge_budget_used", source="pingcode") > 0
    assert at(second, "pbridge_budget_limit", source="pingcode") == 1_000_000
    assert at(second, "pbridge_quarantine_rows", source="pingcode") == 0
    assert at(second, "pbridge_outbox_queue_depth") == 0
    assert at(second, "pbridge_schema_version") == at(second, "pbridge_schema_expected")
    assert at(second, "pbridge_store_ready") == at(second, "pbridge_scheduler_up") == 1


def test_a_source_that_fails_is_told_by_its_code(site: Site):
    site.pingcode.faults = lambda request, number: Reply({"code": "100012", "message": "林悦 s3cret"}, 401)
    site.run("sync")

    found = scraped(site)

    assert at(found, "pbridge_source_outcome", source="pingcode", outcome="failed") == 1
    assert at(found, "pbridge_source_outcome", source="worktile", outcome="complete") == 1
    codes = {dict(labels)["code"] for (name, labels) in found if name == "pbridge_source_errors"}
    assert codes and all(re.fullmatch(r"[a-z_]+", code) for code in codes)


def test_open_findings_count_by_severity_and_those_acknowledged_apart(site: Site):
    site.pay.edit(item(PAY, 1).id, due=last_second(date(2026, 9, 20)))
    site.advance(TODAY)
    site.run("run")
    before = scraped(site)
    chosen = site.run("findings", "--json").json[0]
    until = ["--until", "2026-09-01", "--by", "王敏", "--reason", "已知"]
    said = site.run("acknowledge", chosen["milestone"], chosen["code"], *until)
    after = scraped(site)

    severity = chosen["severity"]
    assert said.code == 0, said.err
    assert at(before, "pbridge_findings", severity=severity, status="acknowledged") == 0
    assert at(after, "pbridge_findings", severity=severity, status="acknowledged") == 1
    opened_before = at(before, "pbridge_findings", severity=severity, status="open")
    assert at(after, "pbridge_findings", severity=severity, status="open") == opened_before - 1


def test_without_a_store_it_answers_that_there_is_none(site: Site):
    found = scraped(site)

    assert at(found, "pbridge_store_ready") == 0
    assert ("pbridge_schema_version", ()) not in found
    assert any(name == "pbridge_build_info" for name, _ in found)


def test_a_store_that_another_program_has_locked_is_not_waited_for_long(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bridge.usecases.health.PATIENCE_S", 0.1)
    site.advance(TODAY)
    site.run("sync")
    with closing(sqlite3.connect(site.folder / "data" / "bridge.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        found = scraped(site)

    assert at(found, "pbridge_store_ready") == 0


def test_it_answers_while_a_sync_runs(site: Site):
    site.advance(TODAY)
    site.run("sync")
    slow, go_on = threading.Event(), threading.Event()

    def drag(request: Request, number: int) -> Reply | None:
        slow.set()
        go_on.wait(20)
        return None

    site.pingcode.faults = drag
    space = Workspace.open(site.folder / "config.toml", today=TODAY, secrets=True)
    service = Service(lambda: space, threading.Event())
    syncing = threading.Thread(target=service.sync, args=("pingcode",), daemon=True)
    syncing.start()
    assert slow.wait(20)
    found = scraped(site)
    go_on.set()
    syncing.join(20)

    assert at(found, "pbridge_store_ready") == 1


def test_nobody_is_named_and_nobody_has_to_log_in(site: Site):
    site.advance(TODAY)
    site.run("run")
    client = create_app(Reports(opened(site))).test_client()

    answer = client.get("/metrics", headers={"Host": "127.0.0.1"})

    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    text = answer.get_data(as_text=True)
    told = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for word in ("林悦", "王敏", "远帆零售", "支付", "pc-s3cret", "demo.worktile.com", str(site.folder)):
        assert word not in told


def test_the_sums_of_an_older_store_begin_with_the_runs_on_record(site: Site):
    site.advance(TODAY)
    site.run("sync")
    before = scraped(site)
    with Store(site.folder / "data" / "bridge.db") as store:
        for table in ("source_tallies", "run_tallies", "clock_jobs"):
            store.execute(f"DROP TABLE {table}")
        store.execute("DELETE FROM _sqlite_migrations WHERE name = 'm014_watch'")
    site.run("db", "upgrade")

    after = scraped(site)

    for name in ("pbridge_requests_total", "pbridge_rows_total", "pbridge_run_duration_seconds_count"):
        kept = {key: value for key, value in before.items() if key[0] == name}
        assert kept and {key: after[key] for key in kept} == kept


def documented() -> dict[str, tuple[str, tuple[str, ...], str, str]]:
    rows = re.findall(
        r"^\| `(pbridge_\w+)` \| (\w+) \| (.*?) \| (.*?) \| (.*?) \|$",
        (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return {name: (kind, tuple(re.findall(r"`(\w+)`", labels)), zh, en) for name, kind, labels, zh, en in rows}


def test_every_metric_is_documented_as_it_is():
    told = {
        name + ("_total" if kind == "counter" else ""): (kind, labels, about.zh, about.en)
        for name, kind, labels, about in FAMILIES
    }

    assert documented() == told


def test_every_metric_that_is_printed_is_a_known_one_with_its_labels(site: Site):
    site.advance(TODAY)
    site.run("run")

    known = {name: labels for name, (_, labels, _, _) in documented().items()}
    for name, labels in scraped(site):
        base = re.sub(r"_(count|sum)$", "", name) if name.startswith("pbridge_run_duration") else name
        assert tuple(sorted(label for label, _ in labels)) == tuple(sorted(known[base])), name


def test_a_label_from_the_settings_cannot_break_the_text(site: Site):
    text = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write("config.toml", text.replace('name = "pingcode"', 'name = "ping\\"co\\\\de"'))
    site.run("sync")

    names = {value for (_, labels) in scraped(site) for label, value in labels if label == "source"}

    assert 'ping"co\\de' in names


def test_the_page_of_metrics_is_for_monitoring_only(site: Site):
    client = create_app(Reports(opened(site))).test_client()

    refused = client.post("/metrics", headers={"Host": "127.0.0.1"})
    foreign = client.get("/metrics", headers={"Host": "evil.example"})

    assert (refused.status_code, foreign.status_code) == (405, 400)
