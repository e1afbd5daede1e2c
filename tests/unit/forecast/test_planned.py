"""The first plan as a weekly curve: where the weeks begin, how far time is, what a pause means."""

from datetime import UTC, date, timedelta
from fractions import Fraction

import pytest

from bridge.forecast.facts import facts_of
from bridge.forecast.planned import planned_work
from bridge.forecast.progress import planned_units, weigh
from bridge.model import Status

MONDAY = date(2026, 6, 1)
FRIDAYS = [MONDAY + timedelta(4 + 7 * week) for week in range(8)]


def work(leaves, today, calendar):
    facts = facts_of(leaves, UTC, today)
    weights = weigh(facts)
    return planned_work(facts, weights, planned_units(facts, weights), today, calendar)


def test_weeks_count_from_the_earliest_start_and_weight_falls_due_at_their_end(record, calendar):
    leaves = [
        record(start_on=MONDAY + timedelta(2), due_on=FRIDAYS[1], estimate_hours=4.0),
        record(due_on=FRIDAYS[2], estimate_hours=6.0),
        record(due_on=FRIDAYS[3] + timedelta(2), estimate_hours=10.0),
    ]

    plan = work(leaves, FRIDAYS[1], calendar)

    assert plan.begin == MONDAY
    assert plan.plan == (0, 4, 10, 20)
    assert (plan.at, plan.due_by_today) == (2, 1)


def test_without_any_start_the_earliest_date_begins_the_plan(record, calendar):
    plan = work([record(due_on=FRIDAYS[1]), record(due_on=FRIDAYS[2])], FRIDAYS[1], calendar)

    assert (plan.begin, plan.plan) == (MONDAY + timedelta(7), (1, 2))


def test_work_due_before_the_earliest_start_belongs_to_the_first_week(record, calendar):
    plan = work([record(start_on=FRIDAYS[2], due_on=FRIDAYS[3]), record(due_on=FRIDAYS[0])], FRIDAYS[1], calendar)

    assert (plan.begin, plan.plan) == (MONDAY + timedelta(14), (1, 2))


@pytest.mark.parametrize(
    ("today", "elapsed"),
    [
        (date(2026, 5, 20), 0),
        (date(2026, 6, 3), Fraction(3, 5)),
        (date(2026, 6, 7), 1),
        (date(2026, 6, 8), Fraction(6, 5)),
        # The Dragon Boat festival is off on Friday 19 June: Thursday ends the week.
        (date(2026, 6, 18), 3),
    ],
)
def test_the_running_week_counts_by_its_share_of_working_days(record, calendar, today, elapsed):
    assert work([record(start_on=MONDAY, due_on=FRIDAYS[5])], today, calendar).at == elapsed


def test_a_running_week_without_a_working_day_counts_whole(record, calendar):
    leaf = record(start_on=date(2026, 2, 9), due_on=date(2026, 3, 20))

    assert work([leaf], date(2026, 2, 17), calendar).at == 2


def test_half_the_pace_needs_double_the_time(record, calendar):
    leaves = [record(due_on=FRIDAYS[week], status=Status.TODO) for week in (1, 2, 3)]
    leaves.append(record(start_on=MONDAY, due_on=FRIDAYS[0], done_on=FRIDAYS[1]))

    plan = work(leaves, FRIDAYS[1], calendar)

    assert (plan.indices.es, plan.indices.spi_t, plan.indices.eac_t) == (1, 0.5, 8)
    assert plan.indices.tspi == pytest.approx(1.5)
    assert plan.finish(calendar) == calendar.add_workdays(MONDAY - timedelta(1), 40)


def test_a_pause_in_the_plan_is_no_lead(record, calendar):
    leaves = [
        record(start_on=MONDAY, due_on=FRIDAYS[0], done_on=FRIDAYS[0]),
        record(due_on=FRIDAYS[3]),
    ]

    pausing = work(leaves, FRIDAYS[1], calendar)

    assert pausing.plan == (1, 1, 1, 2)
    assert (pausing.indices.es, pausing.indices.spi_t) == (2, 1)
    assert pausing.finish(calendar) == calendar.add_workdays(MONDAY - timedelta(1), 20)


def test_earning_more_than_planned_is_a_lead(record, calendar):
    leaves = [record(due_on=FRIDAYS[week], done_on=FRIDAYS[1]) for week in range(3)]
    leaves.append(record(start_on=MONDAY, due_on=FRIDAYS[3]))

    assert work(leaves, FRIDAYS[1], calendar).indices.sv_t == 1


def test_nothing_earned_leads_nowhere(record, calendar):
    plan = work([record(due_on=FRIDAYS[0]), record(due_on=FRIDAYS[3])], FRIDAYS[1], calendar)

    assert plan.indices.spi_t == 0
    assert plan.finish(calendar) is None


def test_before_the_plan_begins_there_is_no_pace(record, calendar):
    plan = work([record(due_on=FRIDAYS[3], progress=0.5)], MONDAY, calendar)

    assert plan.indices.spi_t is None
    assert plan.finish(calendar) is None


def test_too_little_dated_weight_is_no_plan(record, calendar):
    assert work([record(due_on=FRIDAYS[0]), record()], MONDAY, calendar) is None
    assert work([], MONDAY, calendar) is None


def test_some_day_is_no_plan(record, calendar):
    assert work([record(start_on=MONDAY, due_on=date(9999, 12, 31))], MONDAY, calendar) is None


def test_only_dated_leaves_are_earned(record, calendar):
    leaves = [record(due_on=FRIDAYS[0]) for _ in range(4)] + [record(done_on=MONDAY)]

    assert work(leaves, MONDAY, calendar).earned == 0
