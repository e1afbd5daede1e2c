"""How promises came to be what they are: versions and their differences, baselines, and what made somebody decide."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from .conftest import PLAN, TODAY, Site
from .test_reports import milestone, run_day, without_clock

LATER = date(2026, 8, 25)
REGISTERS = """
[[risks]]
key = "R-1"
deal = "D-1"
cause = "接口晚交"
milestone = "M-1"

[[risks]]
key = "R-2"
deal = "D-2"
cause = "别的项目"

[[feedback]]
deal = "D-1"
date = 2026-08-20
text = "希望推迟到国庆后"

[[feedback]]
deal = "D-1"
date = 2026-08-20
text = "联系人换了"
"""
WHOLE = PLAN + '\n[[deals]]\nkey = "D-2"\nname = "另一个"\n' + REGISTERS
MOVED = WHOLE.replace("2026-09-01", "2026-10-12")
APPROVED = ("--approved-by", "王敏", "--reason", "客户同意")


@pytest.fixture
def planned(site: Site) -> Site:
    site.write("plan.toml", WHOLE)
    run_day(site, TODAY)
    return site


def import_plan(site: Site, text: str, *more: str, today: date = LATER) -> Any:
    return site.run("plan", "import", str(site.write("plan.toml", text)), *more, today=today)


def rows(document: Any, key: str) -> Any:
    return next(row for row in document if row["milestone"] == key)


def report(site: Site, day: date, *more: str) -> dict[str, Any]:
    return site.run("report", "--format", "json", *more, today=day).json  # type: ignore[no-any-return]


def test_a_new_date_is_linked_to_the_risk_and_the_remark_that_moved_it_both_ways(planned: Site):
    done = import_plan(planned, MOVED, *APPROVED, "--because", "R-1", "--because", "D-1@2026-08-20")

    baselines = rows(planned.run("plan", "baselines", "--json", today=LATER).json, "M-1")["baselines"]
    plan = planned.run("plan", "show", "--json", today=LATER).json
    told = milestone(report(planned, LATER), "M-1")["baselines"]

    assert done.code == 0
    assert [(one["number"], one["promised"], one["workdays"]) for one in baselines] == [
        (0, "2026-09-01", None),
        (1, "2026-10-12", 25),
    ]
    assert (
        baselines[1]["because"]
        == told[1]["because"]
        == [
            {"kind": "risk", "reference": "R-1", "text": "接口晚交"},
            {"kind": "feedback", "reference": "D-1@2026-08-20", "text": "希望推迟到国庆后"},
        ]
    )
    assert (baselines[1]["approved_by"], baselines[1]["reason"]) == ("王敏", "客户同意")
    assert [(one["milestone"], one["baseline"]) for one in plan["risks"][0]["led_to"]] == [("M-1", 1)]
    assert [(row["reference"], len(row["led_to"])) for row in plan["feedback"]] == [
        ("D-1@2026-08-20", 1),
        ("D-1@2026-08-20#2", 0),
    ]


def test_a_remark_is_still_what_moved_the_date_when_the_rows_of_the_plan_change_places(planned: Site):
    import_plan(planned, MOVED, *APPROVED, "--because", "D-1@2026-08-20#1")
    head, first, second = MOVED.partition("[[feedback]]")[0], *MOVED.split("[[feedback]]")[1:]

    import_plan(planned, f"{head}[[feedback]]{second}\n[[feedback]]{first}")

    feedback = planned.run("plan", "show", "--json", today=LATER).json["feedback"]
    assert [(row["text"], len(row["led_to"])) for row in feedback] == [("联系人换了", 0), ("希望推迟到国庆后", 1)]


@pytest.mark.parametrize(
    ("text", "because", "said"),
    [
        (MOVED, ("R-9",), "R-9"),
        (MOVED, ("R-2",), "D-2"),
        (MOVED, ("D-1@2026-08-21",), "D-1@2026-08-20"),
        (WHOLE.replace("联调完成", "改名"), ("R-1",), "--because"),
        (WHOLE, ("R-1",), "--because"),
    ],
)
def test_a_cause_that_is_none_is_refused_and_nothing_is_imported(
    planned: Site, text: str, because: tuple[str], said: str
):
    before = (planned.folder / "data" / "bridge.db").read_bytes()

    refused = import_plan(planned, text, *APPROVED, *(part for key in because for part in ("--because", key)))

    assert refused.code == 2
    assert said in refused.err
    assert (planned.folder / "data" / "bridge.db").read_bytes() == before


def test_a_refusal_is_kept_with_its_reason_and_moves_nothing(planned: Site):
    done = planned.run(
        "plan", "refuse", "M-1", "--because", "D-1@2026-08-20", "--by", "王敏", "--reason", "合同节点", today=LATER
    )

    row = rows(planned.run("plan", "baselines", "M-1", "--json", today=LATER).json, "M-1")
    plan = planned.run("plan", "show", "--json", today=LATER).json
    (refused,) = milestone(report(planned, LATER), "M-1")["refused_moves"]
    assert done.code == 0
    assert len(row["baselines"]) == 1
    assert (row["refused"][0]["refused_by"], row["refused"][0]["reason"]) == ("王敏", "合同节点")
    assert refused["because"] == {"kind": "feedback", "reference": "D-1@2026-08-20", "text": "希望推迟到国庆后"}
    assert [one["decided"] for one in plan["feedback"][0]["led_to"]] == ["refused"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("M-9", "--because", "R-1", "--by", "a", "--reason", "b"), "M-9"),
        (("M-1", "--because", "R-2", "--by", "a", "--reason", "b"), "D-2"),
        (("M-1", "--because", "R-1", "--by", "a"), "--reason"),
        (("M-1", "--by", "a", "--reason", "b"), "--because"),
    ],
)
def test_half_a_refusal_is_none(planned: Site, arguments: tuple[str, ...], said: str):
    refused = planned.run("plan", "refuse", *arguments, today=LATER)

    assert refused.code == 2
    assert said in refused.err


def test_a_refusal_before_anything_was_recorded_creates_nothing(site: Site):
    refused = site.run("plan", "refuse", "M-1", "--because", "R-1", "--by", "a", "--reason", "b")

    assert refused.code == 2
    assert not (site.folder / "data").exists()


def test_a_past_day_knows_nothing_of_what_was_decided_later(planned: Site):
    then = report(planned, TODAY)
    import_plan(planned, MOVED, *APPROVED, "--because", "R-1")
    planned.run("plan", "refuse", "M-2", "--because", "D-1@2026-08-20", "--by", "a", "--reason", "b", today=LATER)

    now, looked_back = report(planned, LATER), report(planned, LATER, "--as-of", str(TODAY))

    assert without_clock(looked_back) == without_clock(then)
    assert milestone(now, "M-2")["refused_moves"] != []


@pytest.mark.parametrize("again", [WHOLE.replace('"M-1"', '"m-1"'), WHOLE.replace('"M-1"', '"Ｍ-1"')])
def test_a_promise_is_protected_however_its_key_is_spelled(planned: Site, again: str):
    moved = import_plan(planned, again.replace("2026-09-01", "2026-10-12"))
    same = import_plan(planned, again)
    approved = import_plan(planned, again.replace("2026-09-01", "2026-10-12"), *APPROVED, "--because", "R-1")

    key = planned.run("plan", "show", "--json", today=LATER).json["milestones"][0]["key"]
    row = milestone(report(planned, LATER), key)
    (told,) = planned.run("plan", "baselines", key, "--json", today=LATER).json
    assert moved.code == 2
    assert "2026-09-01" in moved.err
    assert same.code == approved.code == 0
    assert (row["promised"], row["baseline"]) == ("2026-09-01", "2026-10-12")
    assert [one["number"] for one in told["baselines"]] == [0, 1]
    assert told["baselines"][1]["because"][0]["reference"] == "R-1"


def test_a_promise_outlives_its_row_and_the_name_of_its_deal(planned: Site):
    without = WHOLE.replace(
        WHOLE[WHOLE.index("[[milestones]]") : WHOLE.index('[[milestones]]\nkey = "M-2"')], ""
    ).replace('milestone = "M-1"\n', "")
    renamed = WHOLE.replace("支付上线", "换了名字").replace('"D-1"', '"D-7"')
    assert import_plan(planned, without).code == 0
    (withdrawn,) = planned.run("plan", "baselines", "M-1", "--json", today=LATER).json

    moved = import_plan(planned, renamed.replace("2026-09-01", "2026-12-01"))
    back = import_plan(planned, renamed)

    assert (withdrawn["name"], withdrawn["baselines"][0]["promised"]) == (None, "2026-09-01")
    assert moved.code == 2
    assert back.code == 0
    assert milestone(report(planned, LATER), "M-1")["promised"] == "2026-09-01"


def test_two_versions_differ_in_rows_dates_names_money_and_the_rest(planned: Site):
    text = (
        MOVED.replace("联调完成", "联调通过")
        .replace("amount = 300000", "amount = 280000")
        .replace('sales_owner = "王敏"', 'sales_owner = "赵宁"')
        .replace('key = "R-2"', 'key = "R-3"')
    )
    import_plan(planned, text, *APPROVED)

    found = planned.run("plan", "diff", "--json", today=LATER).json

    assert (found["old"]["version"], found["new"]["version"]) == (1, 2)
    assert (found["added"], found["removed"]) == (
        {"risks": [{"key": "R-3", "name": None}]},
        {"risks": [{"key": "R-2", "name": None}]},
    )
    assert found["moved"] == [
        {
            "table": "milestones",
            "key": "M-1",
            "field": "promised",
            "old": "2026-09-01",
            "new": "2026-10-12",
            "workdays": 25,
            "days": 41,
        }
    ]
    assert [(one["old"], one["new"]) for one in found["renamed"]] == [("联调完成", "联调通过")]
    assert [(one["field"], one["old"], one["new"], one["currency"]) for one in found["money"]] == [
        ("amount", "300000", "280000", "CNY")
    ]
    assert [(one["table"], one["field"], one["new"]) for one in found["other"]] == [("deals", "sales_owner", "赵宁")]


def test_versions_are_named_by_number_day_or_file(planned: Site):
    file = str(planned.write("next.toml", MOVED))
    planned.run("plan", "import", file, *APPROVED, today=LATER)

    by_day = planned.run("plan", "diff", str(TODAY), str(LATER), "--json", today=LATER).json
    by_number = planned.run("plan", "diff", "1", "2", "--json", today=LATER).json
    against_file = planned.run("plan", "diff", str(planned.write("old.toml", WHOLE)), "--json", today=LATER).json
    file_first = planned.run("plan", "diff", str(planned.folder / "old.toml"), "2", "--json", today=LATER).json
    same = planned.run("plan", "diff", "2", file, "--lang", "en", today=LATER)
    listed = planned.run("plan", "versions", "--json", today=LATER).json

    assert by_day == by_number
    assert [one["workdays"] for one in by_number["moved"]] == [25]
    assert (against_file["old"]["version"], against_file["new"]["version"]) == (2, None)
    assert [one["workdays"] for one in against_file["moved"]] == [-25]
    assert [one["workdays"] for one in file_first["moved"]] == [25]
    assert (same.code, same.out, "no difference" in same.err) == (0, "", True)
    assert [(one["version"], one["milestones"], one["approved_by"]) for one in listed] == [(1, 2, None), (2, 2, "王敏")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("7",), "7"), (("2026-08-01",), "2026-08-24"), (("2026-13-01",), "2026-13-01"), ((), "plan diff")],
)
def test_a_version_that_is_not_there_is_told_with_what_there_is(planned: Site, arguments: tuple[str, ...], said: str):
    refused = planned.run("plan", "diff", *arguments, today=LATER)

    assert refused.code == 2
    assert said in refused.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_history_is_readable_in_both_languages(planned: Site, lang: str):
    import_plan(planned, MOVED, *APPROVED, "--because", "R-1")
    planned.run("plan", "refuse", "M-2", "--because", "D-1@2026-08-20", "--by", "赵宁", "--reason", "不行", today=LATER)

    said = {
        name: planned.run("plan", name, "--lang", lang, today=LATER).out
        for name in ("diff", "versions", "baselines", "show")
    }

    assert "+25" in said["diff"]
    assert "CNY" not in said["diff"]
    assert "B1" in said["baselines"]
    assert "R-1" in said["baselines"]
    assert "不行" in said["baselines"]
    assert "客户同意" in said["versions"]
    assert "希望推迟到国庆后" in said["show"]
