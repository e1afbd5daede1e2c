"""What stands beside a reason and a status: new, worse, acknowledged, a person's colour and note."""

import pytest

from bridge.report.overview import concerns
from bridge.report.rows import rows

LANGS = pytest.mark.parametrize(("lang", "words"), [("zh", ("（新出现）", "（加重）")), ("en", (" (new)", " (worse)"))])


def first(view, lang="zh"):
    return rows(view, lang)[0]


@LANGS
def test_a_reason_says_that_it_is_new_or_worse(sample, lang, words):
    marks = {reason.code: reason.mark for reason in first(sample(lang), lang).reasons}

    assert (marks["BLOCKED"], marks["FORECAST_LATE"], marks["OVERDUE"]) == (*words, "")


def test_on_the_first_day_of_a_milestone_nothing_is_called_new(sample):
    view = sample("zh")
    view["milestones"][0]["judged_since"] = None

    marks = {reason.code: reason.mark for reason in first(view).reasons}

    assert marks["BLOCKED"] == ""
    assert marks["DUE_AFTER_PROMISE"] == "（已确认至 9月5日）"


def test_what_has_opened_since_the_day_compared_with_is_new(sample):
    view = sample("zh")
    row = view["milestones"][0]
    row["change"] = {"since": "2026-08-10", "status": "amber", "forecast_workdays": 0}

    assert {reason.mark for reason in first(view).reasons if not reason.is_acknowledged} == {"（新出现）"}


def test_what_is_acknowledged_is_not_what_needs_attention_first(sample):
    view = sample("zh")
    row = view["milestones"][0]
    for reason in row["reasons"]:
        reason["state"], reason["acknowledged_until"] = "acknowledged", "2026-09-05"
    quiet = concerns(rows(view, "zh"), "zh")[0].text
    row["reasons"][0]["state"] = "unchanged"

    spoken = concerns(rows(view, "zh"), "zh")[0].text

    assert row["reasons"][0]["code"] == "BLOCKED" and "阻塞" in spoken
    assert "阻塞" not in quiet and quiet


def test_the_computed_status_stays_what_it_is_beside_a_persons(sample):
    row = first(sample("en"), "en")

    assert row.status == "red"
    assert row.override == (
        "Lin Yue holds it to be “at risk” until 31 Aug: The customer has agreed to a week more by word of mouth"
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, None),
        ({"category": "scope"}, "延误原因：需求变更"),
        ({"reason": "机房", "account": "customer"}, "延误原因：机房（客户责任）"),
        ({"recovery_date": "2026-09-08"}, "补救：9月8日前赶上"),
        ({"recovery_plan": "加人", "owner": "林悦"}, "补救：加人（林悦）"),
        ({"reason": "甲\n乙", "recovery_plan": "丙"}, "延误原因：甲 乙。补救：丙"),
    ],
)
def test_a_note_says_what_was_written_and_no_more(sample, fields, said):
    view = sample("zh")
    note = dict.fromkeys(view["milestones"][0]["note"])
    view["milestones"][0]["note"] = {**note, **fields}

    assert first(view).note == said
