"""What was said against what is: claims, customers, feedback, contact, risks, penalties without a base."""

from datetime import date
from decimal import Decimal

import pytest

from bridge.model import Colour, ProjectRef
from bridge.plan.document import Communication, Feedback, Risk, Tier


def test_an_own_item_that_is_done_over_open_work_is_a_claim_and_not_done(world):
    world.milestone()
    world.own_item(status="done", completed="2026-08-20")
    world.task("a", due="2026-08-28")

    row = world.row()

    assert row.actual is None
    assert row.claimed == "done"
    assert row.colour == "amber"
    assert [finding.code for finding in row.findings] == ["CLAIM_MISMATCH"]


def test_an_actual_date_in_the_plan_over_open_work_is_done_and_the_only_reason(world):
    world.milestone(promised="2026-08-20", actual="2026-08-21", contractual=True)
    world.task("a", due="2026-08-28", owners=())

    row = world.row()

    assert row.colour == "done"
    assert [finding.code for finding in row.findings] == ["CLAIM_MISMATCH"]


def test_an_actual_date_in_the_future_is_ignored(world):
    world.milestone(actual="2026-08-25")
    world.task("a", due="2026-08-28")

    assert world.row().actual is None


def test_a_milestone_that_claims_to_be_fine_while_it_is_red_is_named(world):
    world.milestone(promised="2026-08-20", contractual=True)
    world.own_item(due="2026-08-31")
    world.task("a", due="2026-08-31")

    assert world.row().claimed == "green"
    assert "CLAIM_MISMATCH" in world.reasons()

    world.milestone(promised="2026-08-20", contractual=False)

    assert world.row().colour == "amber"
    assert "CLAIM_MISMATCH" not in world.reasons()


@pytest.mark.parametrize(("due", "claimed"), [("2026-08-24", "green"), ("2026-08-23", "red"), (None, None)])
def test_the_claim_is_read_from_the_date_of_the_own_item(world, due, claimed):
    world.milestone()
    world.own_item(due=due)

    assert world.row().claimed == claimed


@pytest.mark.parametrize(
    ("own_due", "project", "claimed"),
    [
        ("2026-08-31", "amber", "amber"),
        ("2026-08-31", "red", "red"),
        ("2026-08-20", "amber", "red"),
        (None, "amber", "amber"),
        (None, None, None),
    ],
)
def test_a_project_that_people_call_endangered_or_late_claims_it_for_the_milestones_with_work_in_it(
    world, own_due, project, claimed
):
    world.milestone()
    world.own_item(due=own_due)
    world.task("a", due="2026-08-28")
    if project:
        world.claims["pingcode", "p1"] = Colour(project)

    assert world.row().claimed == claimed


def test_a_project_in_which_nothing_is_in_scope_claims_nothing(world):
    world.milestone()
    world.own_item(due="2026-08-31")
    world.task("a", due="2026-08-28", status="cancelled")
    world.task("b", due="2026-08-28", project=ProjectRef("p2", "OPS", "运维"))
    world.claims["pingcode", "p1"] = Colour.RED
    world.claims["worktile", "p2"] = Colour.RED

    assert world.row().claimed == "green"


def test_the_trouble_of_a_project_does_not_touch_what_is_done(world):
    world.milestone()
    world.own_item(status="done", completed="2026-08-20")
    world.task("a", status="done", completed="2026-08-20")
    world.claims["pingcode", "p1"] = Colour.RED

    assert (world.row().colour, world.row().claimed) == ("done", "done")


def test_who_calls_the_project_late_does_not_claim_that_all_is_well(world):
    world.milestone(promised="2026-08-20", contractual=True)
    world.own_item(due="2026-08-31")
    world.task("a", due="2026-08-31")
    assert "CLAIM_MISMATCH" in world.reasons()

    world.claims["pingcode", "p1"] = Colour.AMBER

    assert "CLAIM_MISMATCH" not in world.reasons()


def test_an_own_item_done_over_open_work_stays_a_mismatch_in_a_project_called_late(world):
    world.milestone()
    world.own_item(status="done", completed="2026-08-20")
    world.task("a", due="2026-08-28")
    world.claims["pingcode", "p1"] = Colour.RED

    assert world.row().claimed == "red"
    assert "CLAIM_MISMATCH" in world.reasons()


def red_since(world, *days, informed=None):
    world.milestone(promised="2026-08-10", contractual=True, customer_informed=informed)
    world.task("a")
    for on, colour in days:
        world.snapshot(on, colour=colour)


def test_a_customer_who_was_not_told_within_two_working_days_of_red(world):
    red_since(world, ("2026-08-18", "red"), ("2026-08-19", "amber"), ("2026-08-20", "red"), ("2026-08-21", "red"))
    assert world.severity("CUSTOMER_NOT_INFORMED") is None

    world.today = "2026-08-25"

    found = world.reasons()["CUSTOMER_NOT_INFORMED"]
    assert str(found.facts["since"]) == "2026-08-20"
    assert found.facts["red_for"] == 3


@pytest.mark.parametrize(("informed", "severity"), [("2026-08-18", None), ("2026-08-17", "amber")])
def test_what_the_customer_was_told_before_it_became_red_does_not_count(world, informed, severity):
    red_since(world, ("2026-08-18", "red"), informed=informed)

    assert world.severity("CUSTOMER_NOT_INFORMED") == severity


def test_feedback_is_open_until_its_status_closes_it(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    row = Feedback("D-1", date(2026, 8, 1), "登录太慢", milestone="M-1")
    world.rows = {"feedback": (row,)}
    assert world.severity("FEEDBACK_OPEN") == "amber"

    world.rows = {"feedback": (Feedback("D-1", date(2026, 8, 1), "登录太慢", milestone="M-1", status=" 已关闭 "),)}

    assert world.severity("FEEDBACK_OPEN") is None


def test_feedback_to_another_milestone_does_not_count_and_to_the_whole_deal_does(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.rows = {"feedback": (Feedback("D-1", date(2026, 8, 1), "慢", milestone="M-2"),)}
    assert world.severity("FEEDBACK_OPEN") is None

    world.rows = {"feedback": (Feedback("D-1", date(2026, 8, 1), "慢"),)}

    assert world.severity("FEEDBACK_OPEN") == "amber"


@pytest.mark.parametrize(
    ("every", "last", "severity"),
    [(7, date(2026, 8, 17), None), (7, date(2026, 8, 16), "amber"), (7, None, "amber"), (None, None, None)],
)
def test_contact_is_due_when_the_agreed_rhythm_was_missed(world, every, last, severity):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.rows = {"communications": (Communication("D-1", "customer", every, last),)}

    assert world.severity("CONTACT_DUE") == severity


def test_a_customer_who_waits_is_named_before_the_team(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    team, customer = Communication("D-1", "team", 1, date(2026, 1, 1)), Communication("D-1", "customer", 7)
    world.rows = {"communications": (team, customer)}

    assert world.reasons()["CONTACT_DUE"].facts["how"] == "customer"


@pytest.mark.parametrize(("status", "severity"), [("已触发", "amber"), ("监控中", None), (None, None)])
def test_a_risk_marked_as_having_come_true_is_a_reason(world, status, severity):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.rows = {"risks": (Risk("R-1", "D-1", "核心人员离职", milestone="M-1", status=status),)}

    assert world.severity("RISK_TRIGGERED") == severity


@pytest.mark.parametrize(("base", "severity"), [("deal", "amber"), ("milestone", None)])
def test_a_penalty_without_its_base_is_said(world, base, severity):
    world.deal(penalty_rate=(Tier(1, Decimal("0.001")),), penalty_base=base)
    world.milestone(contractual=True, amount=Decimal(1000))
    world.task("a", due="2026-08-28")

    assert world.severity("NO_PENALTY_BASE") == severity
    assert (world.row().money.penalty_today is None) == (base == "deal")
