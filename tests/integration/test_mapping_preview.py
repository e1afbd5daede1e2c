"""A preview says what publishing would do, before it does, and writes nothing."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bridge.usecases import mapping_preview
from bridge.usecases.mapping_preview import WhyNot

from .conftest import TODAY, Site
from .test_mapping_versions import OTHER, RENAMED, SHIPPED, everything_stored, synced

__all__ = ["synced"]


def colours(site: Site) -> dict[str, tuple[str, str]]:
    rows = site.run("report", "--json").json["milestones"]
    return {row["key"]: (row["status"], row["money"]["at_risk_gross"]) for row in rows}


def previewed(site: Site, text: str, *options: str) -> Any:
    return site.run("mapping", "preview", str(site.write("new.toml", text)), "--json", *options)


def fields(found: dict[str, Any]) -> dict[str, int]:
    return {entry["field"]: entry["tasks"] for entry in found["fields"]}


DONE = SHIPPED.replace('pending = "todo"', 'pending = "done"')


def test_a_preview_tells_what_publishing_then_does(synced: Site):
    before = colours(synced)
    told = previewed(synced, DONE).json
    published = synced.run("mapping", "publish", str(synced.folder / "new.toml"), "--json").json

    (source,) = told["sources"]
    assert (source["rows"], source["examined"], source["sampled"]) == (5, 5, False)
    assert source["changed"] == published[0]["updated"] == 5
    assert source["version"] == published[0]["version"]
    after = colours(synced)
    shifts = {row["key"]: (row["before"], row["after"]) for row in told["milestones"]}
    expected = {key: (before[key][0], after[key][0]) for key in before if before[key] != after[key]}
    assert shifts == expected
    assert shifts
    money = {row["key"]: (row["at_risk_before"], row["at_risk_after"]) for row in told["milestones"]}
    sums = [sum(float(pair[side]) for pair in money.values()) for side in (0, 1)]
    assert [float(told[side]["CNY"]) for side in ("at_risk_before", "at_risk_after")] == sums
    assert all(money[key] == (before[key][1] or "0.00", after[key][1] or "0.00") for key in expected)


def test_a_preview_writes_nothing(synced: Site):
    stored = everything_stored(synced)
    file = (synced.folder / "mappings" / "pingcode.toml").read_bytes()

    assert previewed(synced, DONE).code == 0

    assert everything_stored(synced) == stored
    assert (synced.folder / "mappings" / "pingcode.toml").read_bytes() == file


def test_status_date_owner_and_milestone_are_told_of_also_where_they_stay(synced: Site):
    (source,) = previewed(synced, RENAMED).json["sources"]

    assert fields(source) == {"status": 5, "due_on": 0, "assignees": 0, "milestone": 0}
    example = source["fields"][0]["examples"][0]
    assert (example["key"], example["title"], example["old"], example["new"]) == ("PAY-1", "任务 1", "todo", "doing")
    assert len(source["fields"][0]["examples"]) == 3


def test_a_field_of_the_admins_own_is_told_of_by_its_name(synced: Site):
    (source,) = previewed(synced, SHIPPED + '\n[fields.region]\nconstant = "华东"\n').json["sources"]

    assert fields(source)["fields.region"] == 5
    assert "fields" not in fields(source)


def test_rows_that_would_go_to_quarantine_or_leave_it_are_told_of(synced: Site):
    lost = SHIPPED.replace('id.from = "project.id"', 'id.from = "project.nowhere"')

    into = previewed(synced, lost)
    synced.run("mapping", "publish", str(synced.folder / "new.toml"))
    out = previewed(synced, SHIPPED)

    assert into.code == 1
    assert (into.json["sources"][0]["to_quarantine"], into.json["sources"][0]["from_quarantine"]) == (5, 0)
    assert "project.nowhere" in into.json["sources"][0]["quarantine_examples"][0]["detail"]
    assert out.code == 0
    assert (out.json["sources"][0]["to_quarantine"], out.json["sources"][0]["from_quarantine"]) == (0, 5)


def test_a_limit_gives_a_sample_that_is_called_one_and_judges_no_milestone(synced: Site):
    done = previewed(synced, DONE, "--limit", "2")
    in_words = synced.run("mapping", "preview", str(synced.folder / "new.toml"), "--limit", "2", "--lang", "en").out

    (source,) = done.json["sources"]
    assert (source["examined"], source["rows"], source["sampled"]) == (2, 5, True)
    assert (done.json["milestones_judged"], done.json["why_not"], done.json["milestones"]) == (False, "sampled", [])
    assert "sampled 2 of 5" in in_words
    assert "No milestone was judged" in in_words


@pytest.mark.parametrize(("tick", "seconds", "why_not"), [(4.0, 13, "sampled"), (2.0, 17, "no_time")])
def test_a_preview_that_runs_out_of_time_says_how_far_it_came(
    synced: Site, monkeypatch: pytest.MonkeyPatch, tick: float, seconds: int, why_not: WhyNot
):
    clock = itertools.count(0.0, tick)
    monkeypatch.setattr(mapping_preview, "stretch_size", lambda _: 1)
    monkeypatch.setattr(mapping_preview, "time", SimpleNamespace(monotonic=lambda: next(clock)))

    found = previewed(synced, DONE, "--seconds", str(seconds)).json

    monkeypatch.undo()
    assert found["why_not"] == why_not
    (source,) = found["sources"]
    assert source["sampled"] is (why_not == "sampled")
    assert 1 <= source["examined"] <= 5
    assert found["milestones"] == []


def test_without_a_plan_tasks_are_counted_and_no_milestone_is_judged(site: Site):
    site.advance(TODAY)
    site.run("sync")

    found = previewed(site, RENAMED).json

    assert found["why_not"] == "no_plan"
    assert found["sources"][0]["changed"] == 5


def test_without_room_for_a_copy_tasks_are_counted_and_no_milestone_is_judged(
    synced: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    found = previewed(synced, RENAMED).json

    assert found["why_not"] == "no_copy"
    assert found["sources"][0]["examined"] == 5


def test_a_file_with_mistakes_is_refused_with_all_of_them(synced: Site):
    done = previewed(synced, "kind = 'pingcode'\nx = 1")

    assert done.code == 2
    assert "[x]" in done.err


def test_a_preview_is_read_in_both_languages(synced: Site):
    file = str(synced.write("new.toml", DONE))

    chinese = synced.run("mapping", "preview", file).out
    english = synced.run("mapping", "preview", file, "--lang", "en").out

    assert "看了全部 5 行" in chinese
    assert "M-1" in chinese
    assert "all 5 row(s)" in english
    assert "would change, money at risk" in english


def test_a_preview_is_quick_where_there_is_little(synced: Site):
    started = time.monotonic()

    previewed(synced, OTHER)

    assert time.monotonic() - started < 10
