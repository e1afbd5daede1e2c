"""The demo shows by the real rules what it was made to show, whatever day it is and whatever the seed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bridge.demo.story import CHAINED, DESIGNED, FORECAST, TOO_LITTLE_HISTORY
from bridge.model import Colour
from bridge.plan.scope import parse
from bridge.reconcile.situation import Assessment

MONDAY = date(2026, 11, 23)
TODAYS = (
    (MONDAY, 1),
    (date(2026, 11, 22), 2),  # a Sunday
    (date(2026, 10, 5), 3),  # in the National Day holidays
    (date(2026, 2, 14), 4),  # a make-up Saturday before the Spring Festival
    (date(2026, 2, 24), 5),  # the first day after it
    (date(2026, 12, 31), 6),
)


def rows(played) -> dict[str, Assessment]:
    return {row.milestone.key: row for row in played.results[-1].assessments}


@pytest.mark.parametrize(("today", "seed"), TODAYS)
def test_every_milestone_has_its_designed_colour_and_reasons(play, today: date, seed: int):
    found = rows(play(today, seed))

    colours = {key: row.colour for key, row in found.items()}
    missing = {
        key: set(reasons) - {finding.code for finding in found[key].findings} for key, (_, reasons) in DESIGNED.items()
    }

    assert colours == {key: Colour(colour) for key, (colour, _) in DESIGNED.items()}
    assert {key: codes for key, codes in missing.items() if codes} == {}
    assert [key for key, row in found.items() if row.colour is Colour.GREEN and row.findings] == []


@pytest.mark.parametrize(("today", "seed"), TODAYS)
def test_some_milestones_have_p50_and_p85_and_others_say_why_not(play, today: date, seed: int):
    found = rows(play(today, seed))

    assert [key for key in FORECAST if found[key].forecast.method != "throughput"] == []
    assert [key for key in FORECAST if found[key].forecast.on_time_probability is None] == []
    assert {key: found[key].forecast.why_not for key in TOO_LITTLE_HISTORY} == TOO_LITTLE_HISTORY


@pytest.mark.parametrize(("today", "seed"), TODAYS)
def test_the_order_of_the_work_decides_where_tasks_are_linked(play, today: date, seed: int):
    found = rows(play(today, seed))

    assert [key for key, row in found.items() if row.network is not None] == [key for key in found if key in CHAINED]
    assert {key: found[key].forecast.method for key in CHAINED} == dict.fromkeys(CHAINED, "network")
    assert [len(found[key].network.chain) for key in CHAINED] == [6, 1]


@pytest.mark.parametrize(("today", "seed"), TODAYS)
def test_the_contractual_breach_costs_money_every_day_within_its_cap(play, today: date, seed: int):
    breach = rows(play(today, seed))["M-01"]

    assert breach.milestone.contractual
    assert breach.money.at_risk_expected == Decimal("480000.00")
    assert Decimal(0) < breach.money.penalty_today <= Decimal("0.05") * breach.deal.amount
    assert breach.money.penalty_p85 >= breach.money.penalty_today


@pytest.mark.parametrize(("today", "seed"), TODAYS)
def test_pushes_were_seen_between_the_looks(play, today: date, seed: int):
    found = rows(play(today, seed))

    counts = {key: row.pushes.count for key, row in found.items() if row.pushes.count}

    assert counts == {"M-01": 3, "M-04": 1, "M-07": 4, "M-24": 1}
    assert found["M-01"].pushes.first_promise < found["M-01"].pushes.last_promise


def test_an_agreed_new_date_stands_beside_the_first_promise(play):
    row = rows(play(MONDAY))["M-07"]

    assert row.first_promise < row.commitment
    assert row.slip.plan.days < 0 < row.slip_first.plan.days


def test_money_of_both_currencies_is_at_risk(play):
    at_risk = {row.money.currency for row in play(MONDAY).results[-1].assessments if row.money.at_risk_gross}

    assert at_risk == {"CNY", "USD"}


def test_a_milestone_done_late_has_its_slip_and_penalty(play):
    row = rows(play(MONDAY))["M-03"]

    assert row.slip.actual.days > 0
    assert row.money.penalty_today > 0


def test_a_milestone_done_by_the_plan_shows_the_work_that_is_still_open(play):
    row = rows(play(MONDAY))["M-08"]

    assert row.milestone.actual == row.actual
    assert row.work.open == 1


@pytest.mark.parametrize(("today", "seed"), TODAYS)
def test_no_colour_of_today_is_held_over_from_last_week(play, today: date, seed: int):
    last_week, this_week = play(today, seed).results[-2:]

    codes = {finding.code for row in this_week.assessments for finding in row.findings}
    green = {row.milestone.key for row in this_week.assessments if row.colour is Colour.GREEN}

    assert "RED_HELD" not in codes
    assert [
        row.milestone.key for row in last_week.assessments if row.colour is Colour.RED and row.milestone.key in green
    ] == []


@pytest.mark.parametrize(("today", "seed"), TODAYS)
def test_every_scope_selects_work_but_the_one_whose_work_is_not_planned_yet(play, today: date, seed: int):
    result = play(today, seed).results[-1]

    empty = [key for key, tasks in sorted(result.links.items()) if not tasks]

    assert empty == ["M-16"]
    assert 20 <= result.tasks_without_milestone <= 45


def test_scopes_use_the_whole_language(play):
    scopes = [parse(row.scope) for row in play(MONDAY).content.plan.milestones]

    used = {term.name for scope in scopes for terms in scope.alternatives for term in terms}

    assert {"source", "project", "release", "sprint", "phase", "tag", "parent", "key", "kind"} <= used
    assert any(len(scope.alternatives) > 1 for scope in scopes)
    assert any(term.negated for scope in scopes for terms in scope.alternatives for term in terms)


def test_one_milestone_stands_on_work_in_both_tools(play):
    links = play(MONDAY).results[-1].links

    assert {source for source, _ in links["M-05"]} == {"pingcode", "worktile"}
