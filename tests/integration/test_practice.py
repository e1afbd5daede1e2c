"""Risks, feedback with tickets, contacts and resources by commands, over a real store and real HTTP, now and as of a day."""

from __future__ import annotations

from datetime import date

import pytest

from .conftest import PAY, PLAN, SATURDAY, TODAY, item, local

TOMORROW = date(2026, 8, 25)


def reasons(report, key="M-1"):
    row = next(row for row in report["milestones"] if row["key"] == key)
    return {reason["code"]: reason for reason in row["reasons"]}


def test_tickets_stand_in_one_list_with_the_feedback_of_the_plan(shop):
    found = shop.run("feedback", "--json").json

    assert [(row["ref"], row["open"], row["deal"], row["age_days"]) for row in found["feedback"]] == [
        ("pingcode:POR-T1", True, None, 23),
        ("plan:1", True, "D-1", 4),
        ("pingcode:POR-T2", False, None, 23),
    ]
    assert found["unplaced"] == 2
    assert found["customers"] == [
        {"customer": "远帆零售", "voices": 3, "answers": 1, "mean_score": None, "open": 2, "oldest_days": 23}
    ]
    assert found["feedback"][0]["ticket"]["url"].startswith("https://")


def test_what_is_printed_of_feedback_says_what_belongs_to_nothing(shop):
    zh, en = shop.run("feedback", "--open"), shop.run("feedback", "--open", "--lang", "en")

    assert ("POR-T1" in zh.out, "POR-T2" in zh.out) == (True, False)
    assert "不足 5 条，不显示" in zh.out
    assert "2 条工单不属于计划里的任何项目" in zh.err
    assert "fewer than 5, not shown" in en.out


def test_a_ticket_linked_by_hand_is_a_reason_from_that_day_on(shop):
    before = reasons(shop.run("report", "--json").json, "M-2")["FEEDBACK_OPEN"]
    shop.run("reconcile", today=TOMORROW)
    assert shop.run("feedback", "link", "por-t1", "M-2", "--by", "王敏", today=TOMORROW).code == 0

    now = reasons(shop.run("report", "--json", today=TOMORROW).json, "M-2")["FEEDBACK_OPEN"]
    then = reasons(shop.run("report", "--json", "--as-of", str(TODAY), today=TOMORROW).json, "M-2")["FEEDBACK_OPEN"]

    assert now["text"] == "2 条客户反馈还没有关闭（从 8 月 1 日起）"
    assert [entry["key"] for entry in now["evidence"]] == ["POR-T1"]
    assert then == before
    assert before["evidence"] == []


def test_a_link_is_taken_back(shop):
    shop.run("feedback", "link", "pingcode:POR-T1", "M-2", "--by", "王敏")

    answered = shop.run("feedback", "link", "pingcode:POR-T1", "-", "--by", "王敏")

    assert (answered.code, shop.run("feedback", "--json").json["unplaced"]) == (0, 2)


def test_a_published_mapping_reads_all_tickets_anew_and_leaves_past_days_alone(shop):
    folder = shop.folder / "mappings"
    shop.run("init", str(shop.folder / "copy"))
    folder.mkdir()
    text = (shop.folder / "copy" / "mappings" / "pingcode.toml").read_text(encoding="utf-8")
    deal = 'status.from = "state.name"\ndeal.constant = "D-1"\n'
    draft = shop.write("draft.toml", text.replace('status.from = "state.name"\n', deal, 1))
    config = shop.folder / "config.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace(
            'kind = "pingcode"', 'kind = "pingcode"\nmapping = "mappings/pingcode.toml"'
        ),
        encoding="utf-8",
    )
    then = reasons(shop.run("report", "--json").json)["FEEDBACK_OPEN"]["text"]
    (folder / "pingcode.toml").write_text(text, encoding="utf-8")

    published = shop.run("mapping", "publish", str(draft), "--by", "王敏", "--reason", "工单都属于 D-1", today=TOMORROW)

    report = shop.run("report", "--json", today=TOMORROW).json
    past = shop.run("report", "--json", "--as-of", str(TODAY), today=TOMORROW).json
    assert published.code == 0, published.err
    assert shop.run("feedback", "--json", today=TOMORROW).json["unplaced"] == 0
    assert reasons(report)["FEEDBACK_OPEN"]["text"] == "2 条客户反馈还没有关闭（从 8 月 1 日起）"
    assert reasons(past)["FEEDBACK_OPEN"]["text"] == then == "1 条客户反馈还没有关闭（从 8 月 20 日起）"


def test_the_register_shows_what_the_plan_says_and_what_is_wrong_with_it(shop):
    found = shop.run("risks", "--json").json
    rows = {row["key"]: row for row in found["risks"]}

    assert (rows["R-1"]["state"], rows["R-1"]["expected_days"], rows["R-1"]["expected_amount"]) == (
        "open",
        "3",
        "500.13",
    )
    assert rows["R-1"]["trigger"] == {"text": "date:2026-08-25", "holds": False, "fact": None, "problems": []}
    assert rows["R-2"]["incomplete"] == ["response", "action", "owner", "due"]
    assert found["totals"]["expected_amount"] == {"CNY": "500.13"}
    printed = shop.run("risks").out
    assert "R-2 的触发条件只当作文字：“overdue:M-9”所说的里程碑不在计划里" in printed
    assert "R-2 不完整，还缺：应对、措施、负责人、截止。" in printed


def test_a_trigger_strikes_on_its_day_and_the_report_of_each_milestone_lists_its_risks(shop):
    today, tomorrow = (shop.run("report", "--json", today=day).json for day in (TODAY, TOMORROW))

    assert "RISK_TRIGGERED" not in reasons(today)
    assert reasons(tomorrow)["RISK_TRIGGERED"]["text"] == "登记的风险已经触发：「接口方延期」（约定的 8 月 25 日已到）"
    listed = {row["key"]: [risk["key"] for risk in row["risks"]] for row in tomorrow["milestones"]}
    assert listed == {"M-1": ["R-1", "R-2"], "M-2": ["R-2"]}


def test_a_candidate_is_confirmed_by_somebody_for_a_reason_and_then_stands_in_the_report(shop):
    shop.run("reconcile", today=TOMORROW)
    answer = ("--by", "王敏", "--reason", "客户已投诉", "--owner", "林悦", "--due", "2026-09-01")

    done = shop.run("risks", "confirm", "D-1:FEEDBACK_OPEN", *answer, today=TOMORROW)

    rows = shop.run("risks", "--json", "--milestone", "M-2", "--state", "open", today=TOMORROW).json["risks"]
    row = rows[0]
    assert done.code == 0, done.err
    assert [risk["key"] for risk in rows] == ["D-1:FEEDBACK_OPEN", "R-2"]
    assert (row["key"], row["origin"], row["owner"], row["due"]) == (
        "D-1:FEEDBACK_OPEN", "confirmed", "林悦", "2026-09-01",
    )  # fmt: skip
    assert (row["decided"]["by"], row["decided"]["reason"]) == ("王敏", "客户已投诉")
    assert row["incomplete"] == ["response", "action"]
    now = shop.run("report", "--json", today=TOMORROW).json["milestones"]
    then = shop.run("report", "--json", "--as-of", str(TODAY), today=TOMORROW).json["milestones"]
    assert ["D-1:FEEDBACK_OPEN" in [risk["key"] for risk in row["risks"]] for row in (*now, *then)] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_dismissed_candidate_comes_back_when_more_feedback_is_open(shop):
    assert shop.run("risks", "dismiss", "D-1:FEEDBACK_OPEN", "--by", "王敏", "--reason", "已知").code == 0
    dismissed = shop.run("risks", "--json", "--state", "dismissed").json["risks"]
    shop.run("feedback", "link", "POR-T1", "M-1", "--by", "王敏")

    back = shop.run("risks", "--json", "--state", "candidate").json["risks"]

    assert [row["key"] for row in dismissed] == ["D-1:FEEDBACK_OPEN"]
    assert "D-1:FEEDBACK_OPEN" in [row["key"] for row in back]
    assert "D-1:FEEDBACK_OPEN 曾被 王敏 否决，之后恶化了。" in shop.run("risks").out


def test_a_contact_that_was_made_ends_the_reason_but_not_on_days_before_it(shop):
    before = shop.run("report", "--json").json
    shop.run("reconcile", today=TOMORROW)

    done = shop.run("contacts", "done", "D-1", "客户", "--on", "2026-08-22", "--by", "苏晓岚", today=TOMORROW)

    now = shop.run("report", "--json", today=TOMORROW).json
    then = shop.run("report", "--json", "--as-of", str(TODAY), today=TOMORROW).json
    assert done.out == "已记录：D-1 与客户的沟通（苏晓岚）；下次最晚 2026-08-29\n"
    assert ("CONTACT_DUE" in reasons(before), "CONTACT_DUE" in reasons(now)) == (True, False)
    assert now["milestones"][0]["next_contact"]["due"] == "2026-08-29"
    assert [row["reasons"] for row in then["milestones"]] == [row["reasons"] for row in before["milestones"]]
    assert then["milestones"][0]["next_contact"] == before["milestones"][0]["next_contact"]


def test_who_tells_a_customer_of_a_delay_has_talked_to_them(shop):
    shop.run("reconcile", today=TOMORROW)
    shop.run("note", "M-1", "--informed", "2026-08-22", "--by", "苏晓岚", today=TOMORROW)
    shop.run("note", "M-1", "--reason", "接口方延期", "--by", "王敏", today=TOMORROW)

    (row,) = shop.run("contacts", "--json", today=TOMORROW).json["contacts"]
    then = shop.run("report", "--json", "--as-of", str(TODAY), today=TOMORROW).json

    assert (row["last"], row["last_by"], row["due"]) == ("2026-08-22", "苏晓岚", "2026-08-29")
    assert then["milestones"][0]["next_contact"]["due"] == "2026-08-17"


def test_contacts_are_listed_with_what_is_late(shop):
    (row,) = shop.run("contacts", "--json").json["contacts"]

    assert (row["due"], row["overdue_days"], row["is_due"], row["owner"]) == ("2026-08-17", 7, True, "王敏")
    assert "已过 7 天" in shop.run("contacts").out
    assert "7 d late" in shop.run("contacts", "--lang", "en").out
    assert shop.run("contacts", "--due-by", "2026-08-16", "--json").json["contacts"] == []


def test_resources_show_weeks_and_budgets(shop):
    shop.pay.add(item(PAY, 9, estimate_hours=16.0, updated_at=local(TODAY, 9)))
    shop.advance(TODAY, 10)
    shop.run("sync")

    found = shop.run("resources", "--weeks", "2", "--json").json

    (lin,) = [one for one in found["people"] if one["name"] == "林悦"]
    assert found["weeks"] == ["2026-08-24", "2026-08-31"]
    assert (lin["weeks"][0]["hours"], lin["weeks"][0]["capacity"], lin["weeks"][0]["ratio"]) == ("16", "40", 0.4)
    assert [task["key"] for task in lin["weeks"][0]["tasks"]] == ["PAY-9"]
    assert found["budgets"] == [
        {"deal": "D-1", "currency": "CNY", "kind": "资金", "owners": ["赵宁"], "budget": "1000.00", "used": "1250.00",
         "ratio": 1.25}
    ]  # fmt: skip
    assert "D-1 的资金已超预算。" in shop.run("resources").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["risks", "--deal", "D-9"], "D-9"),
        (["risks", "--milestone", "M-9"], "M-9"),
        (["risks", "confirm", "M-1:NONSENSE", "--by", "王敏", "--reason", "x"], "D-1:FEEDBACK_OPEN"),
        (["risks", "dismiss", "R-1", "--by", "王敏", "--reason", "x"], "R-1"),
        (["risks", "dismiss", "D-1:FEEDBACK_OPEN", "--by", " ", "--reason", "x"], "--by"),
        (["risks", "confirm", "D-1:FEEDBACK_OPEN", "--by", "王敏"], "--reason"),
        (["feedback", "--customer", "无名"], "远帆零售"),
        (["feedback", "link", "POR-T9", "M-1", "--by", "王敏"], "POR-T9"),
        (["feedback", "link", "POR-T1", "M-9", "--by", "王敏"], "M-9"),
        (["contacts", "done", "D-2", "customer", "--by", "王敏"], "D-1 customer"),
        (["contacts", "done", "D-1", "customer", "--by", "王敏", "--on", "2026-08-30"], "2026-08-30"),
        (["resources", "--weeks", "0"], "--weeks"),
    ],
)
def test_wrong_usage_does_nothing_and_says_what_is_known(shop, words, told):
    before = (shop.folder / "data" / "bridge.db").stat().st_size, shop.run("risks", "--json").out

    answered = shop.run(*words)

    assert (answered.code, answered.out) == (2, "")
    assert told in answered.err
    assert ((shop.folder / "data" / "bridge.db").stat().st_size, shop.run("risks", "--json").out) == before


def test_history_is_not_written_backwards(shop):
    answered = shop.run("contacts", "done", "D-1", "customer", "--by", "王敏", today=SATURDAY)

    assert answered.code == 2
    assert str(TODAY) in answered.err


@pytest.mark.parametrize("command", ["risks", "feedback", "contacts", "resources"])
def test_without_a_record_every_register_says_what_to_run_first(site, command):
    answered = site.run(command)

    assert answered.code == 2
    assert "pbridge run" in answered.err


def test_reports_of_the_day_and_as_of_that_day_agree_after_all_of_it(shop):
    shop.run("risks", "confirm", "D-1:FEEDBACK_OPEN", "--by", "王敏", "--reason", "客户已投诉")
    shop.run("feedback", "link", "POR-T1", "M-1", "--by", "王敏")
    shop.run("contacts", "done", "D-1", "customer", "--by", "王敏")
    printed = shop.run("report", "--json").json
    shop.run("reconcile", today=TOMORROW)

    later = shop.run("report", "--json", "--as-of", str(TODAY), today=TOMORROW).json

    for name in ("summary", "goals", "pull_forward", "milestones", "unlinked"):
        assert later[name] == printed[name]


@pytest.mark.parametrize(
    "words",
    [
        ["risks", "confirm", "M-1:BLOCKED", "--by", "王敏", "--reason", "x"],
        ["feedback", "link", "POR-T1", "M-1", "--by", "王敏"],
        ["contacts", "done", "D-1", "customer", "--by", "王敏"],
    ],
)
def test_a_record_about_nothing_makes_no_store(site, words):
    answered = site.run(*words)

    assert answered.code == 2
    assert not (site.folder / "data" / "bridge.db").exists()


def test_a_risk_names_the_tickets_behind_it(shop):
    shop.run("feedback", "link", "POR-T1", "M-1", "--by", "王敏")

    (row,) = shop.run("risks", "--json", "--state", "candidate").json["risks"]

    assert [(entry["source"], entry["key"]) for entry in row["evidence"]] == [("pingcode", "POR-T1")]


def test_a_report_names_what_could_be_brought_into_the_period_of_a_goal(shop):
    """M-2 is due on 28 August; the goal ends on Wednesday the 26th."""
    goal = (
        '[[goals]]\nkey = "G-1"\nname = "八月回款"\ntarget = 1000\ncurrent = 0\nunit = "CNY"\ndue = 2026-08-26\n'
        "win_rate = 0.5\n\n"
    )
    plan = PLAN.replace('customer = "远帆零售"', 'customer = "远帆零售"\ngoal = "G-1"')
    plan = plan.replace('scope = "source:worktile"', 'scope = "source:worktile"\namount = 600.5')
    shop.write("plan.toml", goal + plan.replace("amount = 300000\n", ""))
    shop.run("reconcile")

    found = shop.run("report", "--json").json["goals"][0]

    assert (found["gap"], found["pipeline_needed"]) == ("1000", "2000")
    assert found["pull_forward"] == [{"key": "M-2", "amount": "600.50", "workdays": 2}]
    for form in ("table", "md", "html"):
        assert (
            "八月回款：期内还可争取提前完成 M-2（¥600.50，须提前 2 个工作日）"
            in shop.run("report", "--format", form).out
        )
