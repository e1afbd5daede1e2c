"""Judging again after edits: what comes out is what a judgement from the start gives, and only what is concerned is redone."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bridge.plan.document import Plan
from bridge.reconcile import incremental
from bridge.reconcile.incremental import Judge
from bridge.reconcile.register import Note, Register
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Portfolio
from tests.replacing import replace
from tests.unit.reconcile.portfolios import NOW, TODAY, histories


@given(histories())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_judging_again_after_any_edits_gives_what_judging_from_the_start_gives(history: list[Portfolio]):
    judge = Judge()

    for portfolio in history:
        assert judge.judge(portfolio) == assess(portfolio)


def test_every_part_of_the_portfolio_and_of_the_plan_is_classified():
    """Whoever adds a part says whether it concerns all milestones, or how the ones it concerns are found (`news`)."""
    assert {part.name for part in fields(Portfolio)} == (
        incremental.GLOBAL | incremental.OWN | incremental.MOMENT | incremental.TOLD
    )
    assert {part.name for part in fields(Plan)} == incremental.PLAN_OF_ALL | incremental.PLAN_OF_SOME


def test_a_part_that_nobody_classified_makes_everything_be_judged_from_the_start(
    world: Any, monkeypatch: pytest.MonkeyPatch
):
    world.milestone()
    world.task("1")
    judge = Judge()
    judge.judge(world.portfolio())
    monkeypatch.setattr(incremental, "OWN", incremental.OWN - {"snapshots"})

    judge.judge(world.portfolio())

    assert judge.judged == 1


def test_what_nothing_concerns_is_not_judged_again(world: Any):
    world.milestone()
    world.milestone("M-2")
    world.task("1", owners=("林悦",))
    world.task("2", owners=("王磊",), milestone="M-2")
    judge = Judge()
    portfolio = world.portfolio()
    judge.judge(portfolio)
    first, second = portfolio.tasks
    later = replace(second, task=replace(second.task, due_on=date(2026, 9, 20)))

    judge.judge(replace(portfolio, tasks=(first, later)))

    assert judge.judged == 1


def test_a_note_that_tells_when_the_customer_was_informed_is_news_of_its_milestone_alone(world: Any):
    for number in (1, 2):
        world.milestone(f"M-{number}", promised="2026-08-10", contractual=True)
        world.task(str(number), milestone=f"M-{number}")
        world.snapshot("2026-08-18", colour="red", key=f"M-{number}")
    judge, portfolio = Judge(), world.portfolio()
    judge.judge(portfolio)
    noted = replace(portfolio, register=Register(notes={"M-1": Note("M-1", "王敏", NOW, customer_informed=TODAY)}))

    result = judge.judge(noted)

    assert result == assess(noted)
    untold = {
        row.milestone.key for row in result.assessments if "CUSTOMER_NOT_INFORMED" in {f.code for f in row.findings}
    }
    assert (judge.judged, untold) == (1, {"M-2"})
