"""The risk register: rows of the plan, candidates with the figures that are known, decisions, and what they weigh."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.plan.document import Feedback, Risk, Tier
from bridge.reconcile import rules
from bridge.reconcile.candidates import SIGNALS, candidates
from bridge.reconcile.recorded import Noted, Recorded, Verdict
from bridge.reconcile.risk_register import register
from bridge.reconcile.run import assess
from bridge.report.practice import cause, risk_entry
from tests.replacing import replace

MONDAY = datetime(2026, 8, 24, 3, tzinfo=UTC)
TODAY = date(2026, 8, 24)


def rows_of(world, *verdicts):
    portfolio = replace(world.portfolio(), recorded=Recorded(verdicts={one.candidate: one for one in verdicts}))
    return {row.key: row for row in register(portfolio, assess(portfolio).assessments)}


def blocked(world, count=1):
    world.milestone()
    for number in range(count):
        world.task(f"stuck{number}", due="2026-08-28", blocked=True, seen="2026-08-21", created="2026-08-21")


def verdict(key="M-1:BLOCKED", confirmed=False, measure=1, severity="amber", **noted):
    code = key.rpartition(":")[2]
    then = Noted(code, "D-1", "M-1", severity, Decimal(measure), {"zh": "当时", "en": "then"}, **noted)
    return Verdict(key, confirmed, "王敏", "因为", MONDAY, then)


def test_a_signal_of_an_open_milestone_is_a_candidate(world):
    blocked(world)

    row = rows_of(world)["M-1:BLOCKED"]

    assert (row.state, row.origin, row.deal, row.milestone) == ("candidate", "candidate", "D-1", "M-1")
    assert cause(row, "zh") == "1 项任务被阻塞，最久的已有 1 个工作日：「任务 stuck0」"
    assert row.category.say("en") == "dependency"
    assert row.evidence == (("pingcode", "stuck0"),)


def test_figures_that_nobody_states_are_unknown(world):
    blocked(world)

    row = rows_of(world)["M-1:BLOCKED"]

    assert (row.probability, row.impact_days, row.impact_amount) == (None, None, None)
    assert (row.expected_days, row.expected_amount) == (None, None)


def test_figures_come_from_the_forecast_the_slip_and_the_penalty(world):
    """Seven weeks, two of which finish five: P(on time by 2 September) is 2/7, and 85 % is sure after six weeks."""
    world.deal(amount=Decimal(100000), penalty_rate=(Tier(1, Decimal("0.001")),))
    world.milestone(promised="2026-09-02", contractual=True)
    world.task("stuck", blocked=True)
    world.finished(5, on="2026-07-08", prefix="x")
    world.finished(5, on="2026-07-15", prefix="y")

    found, row = rows_of(world)["M-1:BLOCKED"], world.row()

    assert found.probability == Decimal("0.7143")
    assert found.impact_days == row.slip.forecast.days > 0
    assert found.impact_amount == row.money.penalty_p85 > 0
    assert found.expected_days == (found.probability * found.impact_days).quantize(Decimal("0.01"))


def test_a_done_milestone_suggests_nothing(world):
    blocked(world)
    world.milestone(actual="2026-08-20")

    assert rows_of(world) == {}


def test_feedback_to_a_deal_is_one_candidate_however_many_milestones_it_has(world):
    for key in ("M-1", "M-2"):
        world.milestone(key)
        world.task(key, due="2026-08-28", milestone=key)
    world.rows = {"feedback": (Feedback("D-1", date(2026, 8, 1), "慢"), Feedback("D-1", date(2026, 8, 3), "旧"))}

    row = rows_of(world)["D-1:FEEDBACK_OPEN"]

    assert (len(rows_of(world)), row.milestone) == (1, None)
    assert cause(row, "zh") == "2 条客户反馈还没有关闭（从 8 月 1 日起）"


def test_a_source_in_doubt_is_one_candidate_for_all_that_it_touches(world):
    for key in ("M-1", "M-2"):
        world.milestone(key, scope="source:pingcode")
    world.sources = [replace(world.sources[0], as_of=None, outcome="failed")]

    row = rows_of(world)["SOURCE_STALE:pingcode"]

    assert (row.deal, row.milestone, row.cause.measure) == (None, None, Decimal(2))
    assert (
        cause(row, "en")
        == "Never read completely: PingCode; the data behind this is incomplete. pbridge check tells why"
    )


def test_a_dismissed_candidate_does_not_return_as_it_was(world):
    blocked(world)

    assert rows_of(world, verdict())["M-1:BLOCKED"].state == "dismissed"


@pytest.mark.parametrize(
    ("measure", "severity", "state"),
    [(1, "amber", "candidate"), (2, "amber", "dismissed"), (2, "grey", "candidate"), (1, "red", "dismissed")],
)
def test_it_returns_when_it_is_worse_than_it_was_then(world, measure, severity, state):
    """Two tasks are blocked now, for a short time: amber."""
    blocked(world, 2)

    row = rows_of(world, verdict(measure=measure, severity=severity))["M-1:BLOCKED"]

    assert row.state == state
    assert row.verdict.author == "王敏"


def test_a_decision_holds_while_the_signal_is_away(world):
    world.milestone()
    world.task("a", due="2026-08-28")

    assert rows_of(world, verdict())["M-1:BLOCKED"].state == "dismissed"


def test_a_confirmed_risk_is_watched_while_its_signal_is_there_and_eased_after_it(world):
    blocked(world)
    watched = rows_of(world, verdict(confirmed=True))["M-1:BLOCKED"]
    world.records.clear()
    world.task("a", due="2026-08-28")

    eased = rows_of(world, verdict(confirmed=True))["M-1:BLOCKED"]

    assert (watched.state, watched.origin, eased.state) == ("open", "confirmed", "eased")
    assert cause(eased, "en") == "then"


def test_what_nobody_answers_is_incomplete_until_it_is_over(world):
    blocked(world)
    world.rows = {
        "risks": (
            Risk("R-1", "D-1", "a", response="减轻", owner="林悦"),
            Risk("R-2", "D-1", "b", response="减轻", action="驻场", owner="林悦", due=date(2026, 9, 1)),
            Risk("R-3", "D-1", "c", status="已关闭"),
        )
    }

    found = rows_of(world)

    assert {key: row.incomplete for key, row in found.items()} == {
        "R-1": ("action", "due"), "R-2": (), "R-3": (), "M-1:BLOCKED": (),
    }  # fmt: skip


def test_the_register_puts_what_struck_first_and_then_what_weighs_most(world):
    world.milestone()
    world.rows = {
        "risks": (
            Risk("R-1", "D-1", "a", probability=Decimal("0.5"), impact_amount=Decimal(100)),
            Risk("R-2", "D-1", "b", probability=Decimal("0.1"), impact_amount=Decimal(900)),
            Risk("R-3", "D-1", "c", probability=Decimal("0.9"), impact_days=Decimal(3)),
            Risk("R-4", "D-1", "d", status="已触发"),
            Risk("R-5", "D-1", "e", status="closed", impact_amount=Decimal(10**6), probability=Decimal(1)),
        )
    }

    assert list(rows_of(world)) == ["R-4", "R-2", "R-1", "R-3", "R-5"]


def test_expected_yen_have_no_decimals_and_are_rounded_once(world):
    world.deal(currency="JPY")
    world.milestone()
    world.rows = {
        "risks": (
            Risk(
                "R-1",
                "D-1",
                "a",
                probability=Decimal("0.3"),
                impact_amount=Decimal("48.3"),
                impact_days=Decimal("2.15"),
            ),
        )
    }

    entry = risk_entry(rows_of(world)["R-1"], TODAY, "zh")

    assert (entry["impact_amount"], entry["expected_amount"], entry["expected_days"]) == ("48", "14", "0.65")


def test_a_trigger_that_the_program_cannot_see_holds_neither_nor(world):
    world.milestone()
    triggers = {"R-1": "厂商来函", "R-2": "date:2026-08-24", "R-3": "date:2026-09-24", "R-4": "date:soon", "R-5": None}
    world.rows = {"risks": tuple(Risk(key, "D-1", "x", trigger=text) for key, text in triggers.items())}

    found = {key: risk_entry(row, TODAY, "en")["trigger"] for key, row in rows_of(world).items()}

    assert {key: entry and (entry["holds"], entry["fact"]) for key, entry in found.items()} == {
        "R-1": (None, None),
        "R-2": (True, "the day it was set for, 24 Aug, has come"),
        "R-3": (False, None),
        "R-4": (None, None),
        "R-5": None,
    }
    assert found["R-4"]["problems"] == ['the date in "date:soon" cannot be read; write it like date:2026-10-01']


@given(st.integers(1, 6), st.integers(0, 6))
def test_a_dismissed_candidate_returns_exactly_when_more_is_blocked_than_then(make_world, then, now):
    world = make_world()
    blocked(world, now)

    row = rows_of(world, verdict(measure=then))["M-1:BLOCKED"]

    assert (row.state == "candidate") == (now > then)


def test_every_signal_measures_a_fact_that_its_reason_has(world):
    """A misspelt fact would make a signal that can never worsen."""
    written = "".join(path.read_text(encoding="utf-8") for path in Path(rules.__file__).parent.glob("*.py"))

    assert [signal.measure for signal in SIGNALS.values() if f"{signal.measure}=" not in written] == []
    assert candidates(world.portfolio(), ()) == ()
