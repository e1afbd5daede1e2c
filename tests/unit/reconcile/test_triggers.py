"""Triggers of risks: what is read of them, when they hold, and what their reason says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bridge.model import Colour
from bridge.plan.document import Risk
from bridge.reconcile.triggers import NO_COLOUR, NO_DATE, NO_MILESTONE, Condition, read
from bridge.report.wording import reason_text
from tests.replacing import replace

KEYS = {"m-1": "M-1", "m-2": "M-2"}


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("status:M-1=red", [Condition("status", "M-1", Colour.RED)]),
        (" Status : m-1 = Red ", [Condition("status", "M-1", Colour.RED)]),
        ("状态：M-1＝红", [Condition("status", "M-1", Colour.RED)]),
        ("overdue:M-2", [Condition("overdue", "M-2")]),
        ("逾期：M-2", [Condition("overdue", "M-2")]),
        ("date:2026-10-01", [Condition("date", day=date(2026, 10, 1))]),
        ("overdue:M-1; date:2026-10-01", [Condition("overdue", "M-1"), Condition("date", day=date(2026, 10, 1))]),
        ("厂商书面通知窗口变更", []),
        ("注意：两周内没有线路", []),
    ],
)
def test_three_forms_are_read_and_everything_else_stays_text(text, conditions):
    found = read(text, KEYS)

    assert (list(found.conditions), found.text, found.problems) == (conditions, text, ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("status:M-9=red", NO_MILESTONE),
        ("overdue:", NO_MILESTONE),
        ("status:M-1=pink", NO_COLOUR),
        ("status:M-1", NO_COLOUR),
        ("date:soon", NO_DATE),
        ("date:2026-13-01", NO_DATE),
    ],
)
def test_what_was_meant_to_be_a_condition_and_is_none_is_told(text, problem):
    found = read(text, KEYS)

    assert (found.conditions, found.problems) == ((), ((problem, text),))


def two_milestones(world, trigger, milestone="M-1", status="监控中"):
    """M-1 is fine; M-2 was promised for a day that has passed and is red."""
    world.deal("D-2")
    world.milestone("M-1")
    world.task("a", due="2026-08-28", milestone="M-1")
    world.milestone("M-2", deal="D-2", promised="2026-08-17", contractual=True)
    world.task("b", due="2026-08-28", milestone="M-2")
    world.rows = {"risks": (Risk("R-1", "D-1", "接口方延期", milestone=milestone, trigger=trigger, status=status),)}


def said(world, key="M-1", lang="zh"):
    row = world.row(key)
    return next((reason_text(one, row, lang) for one in row.findings if one.code == "RISK_TRIGGERED"), None)


@pytest.mark.parametrize(
    ("trigger", "sentence"),
    [
        ("status:M-2=red", "登记的风险已经触发：「接口方延期」（M-2 现在是“会失守”）"),
        ("overdue:M-2", "登记的风险已经触发：「接口方延期」（M-2 已逾期 5 个工作日）"),
        ("date:2026-08-24", "登记的风险已经触发：「接口方延期」（约定的 8 月 24 日已到）"),
        ("date:2026-09-24; overdue:M-2", "登记的风险已经触发：「接口方延期」（M-2 已逾期 5 个工作日）"),
        ("status:M-2=green", None),
        ("overdue:M-1", None),
        ("date:2026-08-25", None),
        ("两周内没有线路", None),
    ],
)
def test_a_trigger_strikes_by_the_fact_that_its_sentence_tells(world, trigger, sentence):
    two_milestones(world, trigger)

    assert said(world) == sentence


def test_the_fact_is_said_in_english_too(world):
    two_milestones(world, "overdue:M-2")

    assert said(world, lang="en") == "A registered risk has struck: “接口方延期” (M-2 is 5 working days overdue)"


def test_a_struck_risk_colours_the_milestone_that_it_is_registered_for_and_no_other(world):
    two_milestones(world, "status:M-2=red")

    assert (world.row("M-1").colour, world.row("M-1").own_colour) == (Colour.AMBER, Colour.AMBER)
    assert said(world, "M-2") is None


def test_a_risk_of_no_milestone_strikes_all_of_its_deal(world):
    two_milestones(world, "status:M-2=red", milestone=None)
    world.milestone("M-3")
    world.task("c", due="2026-08-28", milestone="M-3")

    assert [world.severity("RISK_TRIGGERED", key) for key in ("M-1", "M-2", "M-3")] == ["amber", None, "amber"]


def test_a_closed_risk_does_not_strike_and_done_work_is_not_struck(world):
    two_milestones(world, "status:M-2=red", status="已关闭")
    closed = said(world)
    world.rows = {"risks": (replace(world.rows["risks"][0], status="监控中"),)}
    world.milestone("M-1", actual="2026-08-20")

    assert (closed, said(world)) == (None, None)


def test_colours_are_those_before_any_trigger_so_that_two_risks_never_chase_each_other(world):
    world.milestone("M-1")
    world.task("a", due="2026-08-28", milestone="M-1")
    world.milestone("M-2")
    world.task("b", due="2026-08-28", milestone="M-2")
    watch = {"M-1": "status:M-2=amber", "M-2": "status:M-1=amber", "M-3": "date:2026-08-01"}
    world.milestone("M-3")
    world.rows = {"risks": tuple(Risk(f"R-{key}", "D-1", "x", milestone=key, trigger=watch[key]) for key in watch)}

    assert [world.severity("RISK_TRIGGERED", key) for key in watch] == [None, None, "amber"]


def test_a_risk_that_the_plan_calls_struck_and_whose_trigger_holds_is_told_once(world):
    two_milestones(world, "overdue:M-2", status="已触发")

    assert said(world) == "登记的风险已经触发：「接口方延期」（M-2 已逾期 5 个工作日）"


def test_the_money_of_a_struck_milestone_follows_its_new_colour(world):
    two_milestones(world, "overdue:M-2")
    world.milestone("M-1", amount=Decimal(100))

    assert world.row("M-1").money.at_risk_expected == Decimal(50)
