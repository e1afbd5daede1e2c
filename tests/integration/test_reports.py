"""Judging and reading: the same data gives the same report, a past day stays as it was known, bad input changes nothing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from .conftest import PAY, PLAN, TODAY, Site, item, last_second

BEFORE = date(2026, 8, 17)


def without_clock(report: dict[str, Any]) -> dict[str, Any]:
    """A report less what depends on the time of day at which it was printed."""
    sources = [{k: v for k, v in s.items() if k not in {"as_of", "age_minutes"}} for s in report["sources"]]
    return {k: v for k, v in report.items() if k != "generated_at"} | {"sources": sources}


def run_day(site: Site, day: date) -> None:
    site.advance(day)
    assert site.run("sync", today=day).code == 0
    assert site.run("reconcile", today=day).code == 0


def milestone(report: dict[str, Any], key: str) -> dict[str, Any]:
    return next(row for row in report["milestones"] if row["key"] == key)


def test_one_command_pulls_judges_and_reports(site: Site):
    site.advance(TODAY)

    done = site.run("run")

    assert done.code == 0
    assert "联调完成" in done.out and "远帆零售" in done.out


def test_the_json_report_speaks_of_every_promise(site: Site):
    run_day(site, TODAY)

    report = site.run("report", "--format", "json").json

    assert report["schema"] == "delay-report/1"
    assert report["as_of"] == "2026-08-24"
    assert {row["key"] for row in report["milestones"]} == {"M-1", "M-2"}
    assert milestone(report, "M-1")["promised"] == "2026-09-01"
    assert milestone(report, "M-1")["work"]["tasks"] == 5
    assert [source["outcome"] for source in report["sources"]] == ["complete", "complete"]


def test_a_push_seen_between_two_days_shows_in_the_report_with_its_size(site: Site):
    run_day(site, BEFORE)
    site.advance(TODAY)
    for number in range(1, 6):
        site.pay.edit(item(PAY, number).id, due=last_second(date(2026, 9, 18)))
    run_day(site, TODAY)

    row = milestone(site.run("report", "--format", "json").json, "M-1")

    assert row["pushes"] == {"count": 1, "days": 21, "first_promise": "2026-08-28", "last_promise": "2026-09-18"}
    assert row["due_in_tool"] == "2026-09-18"
    assert row["slip"]["plan"] == {"workdays": 13, "days": 17}
    assert "DUE_AFTER_PROMISE" in [reason["code"] for reason in row["reasons"]]


def test_reading_the_report_writes_nothing_and_gives_the_same_twice(site: Site):
    run_day(site, TODAY)
    before = (site.folder / "data" / "bridge.db").read_bytes()

    first, second = (site.run("report", "--format", "json").json for _ in range(2))

    assert without_clock(first) == without_clock(second)
    assert (site.folder / "data" / "bridge.db").read_bytes() == before


def test_as_of_shows_a_past_day_exactly_as_it_was_printed_then(site: Site):
    run_day(site, BEFORE)
    then = site.run("report", "--format", "json", today=BEFORE).json
    site.pay.edit(item(PAY, 1).id, due=last_second(date(2026, 9, 30)), state="doing", title="改了标题")
    site.market.edit(next(iter(site.market.items)), deleted=True)
    site.write("plan.toml", PLAN.replace('name = "联调完成"', 'name = "联调改名"'))
    run_day(site, TODAY)

    now = site.run("report", "--format", "json").json
    looked_back = site.run("report", "--format", "json", "--as-of", BEFORE.isoformat()).json

    assert without_clock(looked_back) == without_clock(then)
    assert without_clock(now) != without_clock(then)


def test_before_the_first_record_there_is_nothing_to_look_at(site: Site):
    run_day(site, TODAY)

    refused = site.run("report", "--as-of", "2020-01-01")

    assert refused.code == 2
    assert "2026-08-24" in refused.err


def test_since_tells_what_changed(site: Site):
    run_day(site, BEFORE)
    site.pay.edit(item(PAY, 1).id, due=last_second(date(2026, 12, 30)))
    run_day(site, TODAY)

    row = milestone(site.run("report", "--format", "json", "--since", "2026-08-20").json, "M-1")

    assert row["change"]["since"] == "2026-08-17"


def test_filters_cut_rows_and_sums(site: Site):
    run_day(site, TODAY)

    nobody = site.run("report", "--format", "json", "--customer", "没有这家").json
    ours = site.run("report", "--format", "json", "--owner", " 王敏 ").json

    assert nobody["milestones"] == [] and nobody["summary"]["milestones"] == 0
    assert len(ours["milestones"]) == 2


@pytest.mark.parametrize("form", ["table", "html", "md", "csv"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_form_exists_in_both_languages(site: Site, form: str, lang: str):
    run_day(site, TODAY)

    printed = site.run("report", "--format", form, "--lang", lang)

    assert printed.code == 0
    assert "联调完成" in printed.out


def test_a_report_can_be_written_to_a_file(site: Site):
    run_day(site, TODAY)

    site.run("report", "--format", "html", "--out", str(site.folder / "report.html"))

    assert (site.folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_title_with_markup_is_shown_and_never_executed(site: Site):
    site.pay.edit(item(PAY, 1).id, title="<script>alert('x')</script> 🚀")
    site.write("plan.toml", PLAN.replace("联调完成", "<script>alert(1)</script>"))
    run_day(site, TODAY)

    page = site.run("report", "--format", "html").out

    assert "<script>alert" not in page


def test_moving_a_promise_needs_an_approval_and_the_first_promise_stays(site: Site):
    run_day(site, BEFORE)
    moved = site.write("plan.toml", PLAN.replace("2026-09-01", "2026-09-10"))
    site.advance(TODAY)

    refused = site.run("reconcile")
    allowed = site.run("plan", "import", str(moved), "--approved-by", "王敏", "--reason", "客户同意")
    site.run("sync")
    site.run("reconcile")
    row = milestone(site.run("report", "--format", "json").json, "M-1")

    assert refused.code == 2
    assert "M-1" in refused.err and "2026-09-01" in refused.err and "--approved-by" in refused.err
    assert allowed.code == 0
    assert (row["promised"], row["baseline"]) == ("2026-09-01", "2026-09-10")


def test_a_row_that_is_missing_from_a_new_plan_is_withdrawn_and_said_once(site: Site):
    run_day(site, BEFORE)
    site.write("plan.toml", PLAN.split('[[milestones]]\nkey = "M-2"')[0])
    site.advance(TODAY)
    site.run("sync")

    first, second = site.run("reconcile"), site.run("reconcile")

    assert "M-2" in first.err and "M-2" not in second.err
    assert [row["key"] for row in site.run("report", "--format", "json").json["milestones"]] == ["M-1"]


BAD_PLANS = {
    "a date that is none": (PLAN.replace("2026-09-01", '"2026-13-40"'), "2026-13-40"),
    "a date in words": (PLAN.replace("2026-09-01", '"3月5号"'), "3月5号"),
    "a bare number as date": (PLAN.replace("2026-09-01", "46266"), "46266"),
    "duplicate keys": (PLAN.replace('key = "M-2"', 'key = "M-1"'), "M-1"),
    "an unknown deal": (PLAN.replace('deal = "D-1"\nname = "市场发布"', 'deal = "D-9"\nname = "市场发布"'), "D-9"),
    "an amount with ¥ and commas": (PLAN.replace("amount = 300000", 'amount = "¥300,000"'), "¥300,000"),
    "an unknown scope term": (PLAN.replace("project:PAY", "projekt:PAY"), "projekt"),
    "no TOML": ("= nothing", "plan.toml"),
    "nothing in it": ("", "plan.toml"),
}


@pytest.mark.parametrize("what", BAD_PLANS)
def test_a_bad_plan_is_refused_with_place_and_value_and_changes_nothing(site: Site, what: str):
    run_day(site, BEFORE)
    good = site.run("plan", "show", "--json").json
    text, named = BAD_PLANS[what]
    site.write("plan.toml", text)
    site.advance(TODAY)

    refused = site.run("reconcile")

    assert refused.code == 2
    assert "plan.toml" in refused.err and named in refused.err
    assert site.run("plan", "show", "--json").json == good


def test_a_file_that_is_no_workbook_is_refused(site: Site):
    fake = site.folder / "fake.xlsx"
    fake.write_bytes(b"not a workbook")

    refused = site.run("plan", "import", str(fake))

    assert refused.code == 2
    assert "fake.xlsx" in refused.err


def test_the_plan_goes_out_and_in_again_unchanged(site: Site):
    site.run("plan", "import", str(site.folder / "plan.toml"))
    shown = site.run("plan", "show", "--json").json

    for name in ("copy.xlsx", "copy.toml", "copy"):
        assert site.run("plan", "export", str(site.folder / name)).code == 0
        assert site.run("plan", "import", str(site.folder / name)).code == 0
        assert site.run("plan", "show", "--json").json == shown


def test_an_existing_file_is_never_overwritten_by_a_template(site: Site):
    refused = site.run("plan", "template", str(site.folder / "plan.toml"))

    assert refused.code == 2
    assert (site.folder / "plan.toml").read_text(encoding="utf-8") == PLAN


def test_check_tells_what_is_fine_and_what_is_not(site: Site, monkeypatch: pytest.MonkeyPatch):
    fine = site.run("check", "--json")
    monkeypatch.setenv("WT_SECRET", "wrong")
    wrong = site.run("check", "--json")

    assert fine.code == 0, fine.out
    assert wrong.code == 1
    assert {c["code"] for c in wrong.json["checks"] if not c["ok"]} == {"sign_in_failed"}
    assert not (site.folder / "data").exists()


def test_an_unreachable_host_is_told_from_a_wrong_secret(site: Site):
    text = (site.folder / "config.toml").read_text()
    site.write("config.toml", re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", text, count=1))

    found = site.run("check", "--source", "pingcode", "--json")

    assert found.code == 1
    assert [c["code"] for c in found.json["checks"] if not c["ok"]] == ["unreachable"]


def test_nothing_reachable_ends_with_three(site: Site):
    text = (site.folder / "config.toml").read_text()
    site.write("config.toml", re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", text))

    done = site.run("sync")

    assert done.code == 3
    assert "base_url" in done.err


def test_a_database_that_is_none_is_refused_in_plain_words(site: Site):
    (site.folder / "data").mkdir()
    (site.folder / "data" / "bridge.db").write_bytes(b"this is no database at all, only text" * 50)

    refused = site.run("report")

    assert refused.code == 2
    assert "bridge.db" in refused.err and "Traceback" not in refused.err


def test_a_report_before_anything_was_recorded_says_what_to_do(site: Site):
    refused = site.run("report")

    assert refused.code == 2
    assert "pbridge run" in refused.err


def test_the_store_can_be_verified(site: Site):
    run_day(site, TODAY)

    assert site.run("db", "verify").code == 0
    assert site.run("db", "upgrade").code == 0


def test_no_secret_is_kept_anywhere(site: Site, tmp_path: Path):
    run_day(site, TODAY)
    site.run("sync", "--verbose")

    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())

    assert b"s3cret" not in kept


def test_a_mapping_that_misses_a_value_is_told_by_check(site: Site):
    run_day(site, TODAY)

    assert site.run("mapping", "check").code == 0
    assert [row["source"] for row in site.run("mapping", "list", "--json").json] == ["pingcode", "worktile"]


def test_the_report_is_written_as_a_workbook_or_piped(site: Site):
    run_day(site, TODAY)
    path = site.folder / "report.xlsx"

    done = site.run("report", "--format", "xlsx", "--out", str(path))

    assert done.code == 0 and "report.xlsx" in done.err
    assert path.read_bytes()[:2] == b"PK"
