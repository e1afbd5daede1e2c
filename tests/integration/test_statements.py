"""Findings over days, what people say of them, and what a report of today or of a past day makes of both."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from .conftest import PAY, PLAN, TODAY, Site, item, last_second

BEFORE = date(2026, 8, 21)
NEXT = date(2026, 8, 25)
LATER = date(2026, 8, 28)
LATE = last_second(date(2026, 9, 10))
BY = ("--by", "王敏", "--reason", "客户已同意")
OVERDUE = PLAN.replace("promised = 2026-09-01", "promised = 2026-08-19")


def run_day(site: Site, day: date) -> dict[str, Any]:
    site.advance(day)
    assert site.run("sync", today=day).code == 0
    done = site.run("reconcile", "--json", today=day)
    assert done.code == 0
    found: dict[str, Any] = done.json
    return found


def row(site: Site, *arguments: str, today: date = TODAY) -> dict[str, Any]:
    report = site.run("report", "--format", "json", *arguments, today=today).json
    found: dict[str, Any] = next(row for row in report["milestones"] if row["key"] == "M-1")
    return found


def reason(found: dict[str, Any], code: str) -> dict[str, Any]:
    return next(entry for entry in found["reasons"] if entry["code"] == code)


def life(found: dict[str, Any], code: str) -> tuple[str, str, str | None]:
    entry = reason(found, code)
    return entry["since"], entry["state"], entry["acknowledged_until"]


@pytest.fixture
def late(site: Site) -> Site:
    """M-1 is overdue from the first day on, which was a Friday; today is Monday."""
    site.write("plan.toml", OVERDUE)
    run_day(site, BEFORE)
    return site


def test_a_reconcile_tells_how_many_findings_opened_changed_and_cleared(late: Site):
    first, again = run_day(late, TODAY)["findings"], run_day(late, TODAY)["findings"]

    assert first == again
    assert first["opened"] == 0 and first["unchanged"] > 0


def test_a_report_between_two_reconciles_tells_the_state_and_writes_nothing(late: Site):
    for number in range(1, 6):
        late.pay.edit(item(PAY, number).id, due=LATE)
    late.advance(TODAY)
    late.run("sync")
    before = (late.folder / "data" / "bridge.db").read_bytes()

    found = row(late)

    assert life(found, "OVERDUE") == ("2026-08-21", "unchanged", None)
    assert life(found, "DUE_AFTER_PROMISE")[:2] == ("2026-08-21", "worsened")
    assert found["judged_since"] == "2026-08-21"
    assert (late.folder / "data" / "bridge.db").read_bytes() == before


def test_on_the_first_day_everything_has_just_opened_and_nothing_is_called_new(late: Site):
    found = row(late, today=BEFORE)
    printed = late.run("report", today=BEFORE).out

    assert {entry["state"] for entry in found["reasons"]} == {"opened"}
    assert found["judged_since"] is None
    assert "新出现" not in printed


def test_the_report_marks_what_is_new_or_worse_in_both_languages(late: Site):
    for number in range(1, 6):
        late.pay.edit(item(PAY, number).id, due=LATE)
    run_day(late, TODAY)

    for form in ("table", "md", "html"):
        chinese, english = (late.run("report", "--format", form, "--lang", lang).out for lang in ("zh", "en"))
        assert "（加重）" in chinese and "(worse)" in english, form


def test_an_acknowledged_finding_stays_listed_until_its_day_and_then_speaks_again(late: Site):
    run_day(late, TODAY)
    done = late.run("acknowledge", "M-1", "overdue", "--until", NEXT.isoformat(), *BY)

    assert done.code == 0 and "已过承诺日" in done.out
    assert life(row(late), "OVERDUE") == ("2026-08-21", "acknowledged", "2026-08-25")
    assert life(row(late, today=NEXT), "OVERDUE")[1] == "acknowledged"
    assert life(row(late, today=LATER), "OVERDUE") == ("2026-08-21", "unchanged", None)
    assert "已确认至8月25日" in re.sub(r"\s", "", late.run("report").out)
    assert "acknowledged until 25 Aug" in late.run("report", "--lang", "en").out


def test_an_acknowledgement_says_who_and_why_and_can_be_taken_back(late: Site):
    run_day(late, TODAY)
    late.run("acknowledge", "M-1", "OVERDUE", "--until", LATER.isoformat(), *BY)
    (found,) = late.run("findings", "--state", "acknowledged", "--json").json

    taken_back = late.run("acknowledge", "M-1", "OVERDUE", "--withdraw", *BY)
    again = late.run("acknowledge", "M-1", "OVERDUE", "--withdraw", *BY)

    assert (found["code"], found["acknowledged"]["by"], found["acknowledged"]["reason"]) == (
        "OVERDUE",
        "王敏",
        "客户已同意",
    )
    assert taken_back.code == 0
    assert life(row(late), "OVERDUE")[1] == "unchanged"
    assert again.code == 2 and "OVERDUE" in again.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("M-11", "OVERDUE", "--until", "2026-09-01", *BY), "M-1"),
        (("M-1", "OVERDU", "--until", "2026-09-01", *BY), "OVERDUE"),
        (("M-1", "OVERDUE", "--until", "2026-08-20", *BY), "2026-08-24"),
        (("M-1", "OVERDUE", *BY), "--until"),
        (("M-1", "OVERDUE", "--until", "2026-09-01", "--by", " ", "--reason", "x"), "--by"),
    ],
    ids=["milestone", "code", "past", "no day", "nobody"],
)
def test_an_acknowledgement_that_cannot_be_is_refused_with_a_remedy(late: Site, arguments: tuple[str, ...], said: str):
    run_day(late, TODAY)
    before = (late.folder / "data" / "bridge.db").read_bytes()

    refused = late.run("acknowledge", *arguments)

    assert refused.code == 2 and said in refused.err
    assert (late.folder / "data" / "bridge.db").read_bytes() == before


def test_a_colour_held_by_a_person_stands_beside_the_computed_one_until_its_day(late: Site):
    run_day(late, TODAY)
    done = late.run("override", "M-1", "green", "--until", NEXT.isoformat(), *BY)
    found = row(late)

    assert done.code == 0 and "正常" in done.out
    assert found["status"] == "red"
    assert {k: v for k, v in found["override"].items() if k != "recorded_at"} == {
        "status": "green",
        "by": "王敏",
        "reason": "客户已同意",
        "until": "2026-08-25",
    }
    assert row(late, today=LATER)["override"] is None
    assert "王敏判为「正常」，至 8月25日：客户已同意" in late.run("report").out
    assert "王敏 holds it to be “on track” until 25 Aug" in late.run("report", "--lang", "en").out


def test_a_colour_held_can_be_taken_back_but_what_is_done_is_not_a_matter_of_opinion(late: Site):
    late.run("override", "M-1", "green", "--until", LATER.isoformat(), *BY)

    taken_back = late.run("override", "M-1", "--withdraw", *BY)
    refused = [late.run("override", "M-1", *words, *BY) for words in (("done", "--until", "2026-09-01"), ("red",))]

    assert taken_back.code == 0
    assert row(late)["override"] is None
    assert [one.code for one in refused] == [2, 2]
    assert late.run("override", "M-1", "--withdraw", *BY).code == 2


def test_a_note_fills_the_report_and_each_version_is_kept(late: Site):
    late.run("note", "M-1", "--category", "customer", "--account", "customer", "--reason", "机房未就绪", "--by", "王敏")
    late.run("note", "M-1", "--recovery-plan", "先上云", "--recovery-date", "2026-09-08", "--by", "林悦")
    late.run("note", "M-1", "--clear", "account", "--informed", "2026-08-24", "--by", "王敏")

    note = row(late)["note"]
    versions = late.run("note", "M-1", "--json").json

    assert {key: value for key, value in note.items() if key != "recorded_at"} == {
        "reason": "机房未就绪",
        "recovery_plan": "先上云",
        "recovery_date": "2026-09-08",
        "customer_informed": "2026-08-24",
        "category": "customer",
        "account": None,
        "owner": None,
        "by": "王敏",
    }
    assert [version["by"] for version in versions] == ["王敏", "林悦", "王敏"]
    assert [version["account"] for version in versions] == [None, "customer", "customer"]
    assert "延误原因：机房未就绪（等客户）。补救：先上云（9月8日前赶上）。" in late.run("report").out
    assert "2026-08-24" in late.run("note", "M-1").out


def test_a_note_needs_an_author_and_something_to_say(late: Site):
    refused = [
        late.run("note", "M-1", "--reason", "没有作者"),
        late.run("note", "M-1", "--by", "王敏"),
        late.run("note", "M-1", "--informed", "2026-09-30", "--by", "王敏"),
    ]

    assert [one.code for one in refused] == [2, 2, 2]
    assert "--by" in refused[0].err and "2026-08-24" in refused[2].err
    assert late.run("note", "M-1", "--json").json == []


def test_the_newer_of_plan_and_note_says_when_the_customer_was_told(late: Site):
    run_day(late, TODAY)
    run_day(late, LATER)
    unheard = [entry["code"] for entry in row(late, today=LATER)["reasons"]]
    late.run("note", "M-1", "--informed", "2026-08-28", "--by", "王敏", today=LATER)
    told = row(late, today=LATER)
    late.write("plan.toml", OVERDUE.replace("contractual = true", "contractual = true\ncustomer_informed = 2026-08-01"))
    assert late.run("plan", "import", str(late.folder / "plan.toml"), today=LATER).code == 0

    assert "CUSTOMER_NOT_INFORMED" in unheard
    assert "CUSTOMER_NOT_INFORMED" not in [entry["code"] for entry in told["reasons"]]
    assert row(late, today=LATER)["note"]["customer_informed"] == "2026-08-28"


def test_a_past_day_shows_what_had_been_said_by_its_end_and_the_life_of_findings_then(late: Site):
    run_day(late, TODAY)
    late.run("override", "M-1", "amber", "--until", "2026-09-30", *BY)
    late.run("acknowledge", "M-1", "OVERDUE", "--until", "2026-09-30", *BY)
    late.run("note", "M-1", "--reason", "甲", "--by", "王敏")
    then = late.run("report", "--format", "json").json
    late.run("override", "M-1", "--withdraw", *BY, today=NEXT)
    late.run("acknowledge", "M-1", "OVERDUE", "--withdraw", *BY, today=NEXT)
    late.run("note", "M-1", "--reason", "乙", "--by", "林悦", today=NEXT)
    late.write("plan.toml", PLAN)
    late.run(
        "plan", "import", str(late.folder / "plan.toml"), "--approved-by", "李总", "--reason", "重新约定", today=NEXT
    )
    run_day(late, NEXT)

    looked_back = late.run("report", "--format", "json", "--as-of", TODAY.isoformat(), today=NEXT).json
    now = row(late, today=NEXT)

    assert looked_back["milestones"] == then["milestones"]
    assert life(looked_back["milestones"][0], "OVERDUE") == ("2026-08-21", "acknowledged", "2026-09-30")
    assert "OVERDUE" not in [entry["code"] for entry in now["reasons"]]
    assert (now["override"], now["note"]["reason"]) == (None, "乙")
    cleared = late.run("findings", "--milestone", "M-1", "--state", "cleared", "--json", today=NEXT).json
    assert [(entry["code"], entry["cleared_on"]) for entry in cleared if entry["code"] == "OVERDUE"] == [
        ("OVERDUE", "2026-08-25")
    ]


def test_findings_are_listed_by_milestone_state_and_day_in_both_languages(late: Site):
    for number in range(1, 6):
        late.pay.edit(item(PAY, number).id, due=LATE)
    run_day(late, TODAY)

    listed = late.run("findings", "--milestone", "M-1", "--json").json
    worse = late.run("findings", "--state", "worsened", "--json").json
    since = late.run("findings", "--since", TODAY.isoformat(), "--json").json

    assert {entry["milestone"] for entry in listed} == {"M-1"}
    assert [(entry["code"], entry["worsened_on"]) for entry in worse] == [("DUE_AFTER_PROMISE", "2026-08-24")]
    assert "OVERDUE" in {entry["code"] for entry in listed} - {entry["code"] for entry in since}
    assert "已过承诺日" in late.run("findings").out
    assert "past the promised date" in late.run("findings", "--lang", "en").out
    assert late.run("findings", "--milestone", "M-9").out == ""


def test_nothing_can_be_said_before_anything_is_recorded(site: Site):
    for words in (
        ("acknowledge", "M-1", "OVERDUE", "--until", "2026-09-01", *BY),
        ("note", "M-1", "--by", "x", "--owner", "y"),
    ):
        refused = site.run(*words)
        assert refused.code == 2 and "pbridge run" in refused.err
    assert not (site.folder / "data" / "bridge.db").exists()
