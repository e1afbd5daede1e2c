"""The forecast of one milestone: order of methods, spread, P and why there is none."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.forecast.facts import facts_of
from bridge.forecast.outlook import Outlook, OutlookInputs, outlook
from bridge.forecast.progress import planned_units, weigh
from bridge.forecast.reference import ReferenceClass
from bridge.model import Status
from tests.replacing import replace

TODAY = date(2026, 8, 26)  # a Wednesday
LONG_AGO = date(2026, 1, 5)
IN_TWO_WEEKS = date(2026, 9, 9)


@pytest.fixture
def inputs(calendar, zone):
    def build(leaves=(), **facts):
        facts = {"commitment": IN_TWO_WEEKS, "due": None, "first_created": LONG_AGO, **facts}
        told = facts_of(leaves, zone, TODAY)
        weights = weigh(told)
        return OutlookInputs(
            today=TODAY,
            calendar=calendar,
            zone=zone,
            leaves=tuple(leaves),
            facts=told,
            weights=weights,
            planned=planned_units(told, weights),
            **facts,
        )

    return build


@pytest.fixture
def finished(record):
    """Leaves done in the weeks before today: `finished(2, 0, 1)` is 2, then none, then 1 in the last whole week."""

    def build(*weeks):
        last = date(2026, 8, 19)
        days = [last - timedelta(7 * ago) for ago in range(len(weeks))][::-1]
        return [record(done_on=day) for day, often in zip(days, weeks, strict=True) for _ in range(often)]

    return build


SIX_WEEKS_AGO = TODAY - timedelta(49)


def test_a_done_milestone_has_an_empty_forecast(inputs, record):
    assert outlook(inputs([record(done_on=LONG_AGO)], done=True, due=TODAY)) == Outlook()


def test_a_steady_pace_is_a_certain_forecast(inputs, finished, record, calendar):
    leaves = [*finished(2, 2, 2, 2, 2, 2), *(record() for _ in range(4))]

    view = outlook(inputs(leaves, first_created=SIX_WEEKS_AGO))

    assert view.method == "throughput"
    assert view.p50 == view.p85 == view.p95 == calendar.add_workdays(TODAY, 10) == IN_TWO_WEEKS
    assert (view.on_time_probability, view.samples, view.why_not) == (1, 6, None)


@pytest.mark.parametrize(
    ("commitment", "chance"),
    [
        # Seven items at 4 or 2 a week: never in one week, in two only by 4 + 4, in three unless 2 + 2 + 2.
        (IN_TWO_WEEKS - timedelta(1), 0),
        (IN_TWO_WEEKS, 1 / 4),
        (date(2026, 9, 16), 7 / 8),
        (TODAY, 0),
        (TODAY - timedelta(1), 0),
    ],
)
def test_the_chance_counts_whole_weeks_to_the_commitment(inputs, finished, record, commitment, chance):
    leaves = [*finished(4, 2, 4, 2, 4, 2), *(record() for _ in range(7))]

    view = outlook(inputs(leaves, first_created=SIX_WEEKS_AGO, commitment=commitment))

    assert (view.on_time_probability, view.why_not) == (chance, None)


@pytest.mark.parametrize(
    ("weeks", "created", "code"),
    [
        ((), TODAY, "no_history"),
        ((2, 2, 2, 2, 2), SIX_WEEKS_AGO + timedelta(7), "too_few_weeks"),
        ((0, 0, 0, 0, 0, 0), SIX_WEEKS_AGO, "no_finishes"),
        ((1, 2, 1, 2, 1, 2), SIX_WEEKS_AGO, "too_few_finishes"),
    ],
)
def test_too_little_history_gives_no_chance_and_says_so(inputs, finished, record, weeks, created, code):
    view = outlook(inputs([*finished(*weeks), record()], first_created=created, due=TODAY))

    assert view.why_not == code
    assert view.on_time_probability is None
    assert view.method != "throughput"


def test_without_linked_work_there_is_no_history(inputs):
    view = outlook(inputs(first_created=None))

    assert (view.method, view.p85, view.why_not, view.spread) == (None, None, "no_history", {})


def test_the_last_thirteen_weeks_are_the_history_unless_set_otherwise(inputs, finished, record):
    leaves = [*finished(30, *[1] * 13), record()]

    assert outlook(inputs(leaves)).samples == 13
    assert outlook(inputs(leaves, throughput_weeks=14)).samples == 14
    assert outlook(inputs(leaves, throughput_weeks=6)).why_not == "too_few_finishes"


def test_nothing_open_ends_today_but_promises_nothing(inputs, finished):
    view = outlook(inputs(finished(2, 2, 2, 2, 2, 2), first_created=SIX_WEEKS_AGO))

    assert (view.method, view.p50, view.p85, view.p95) == ("throughput", TODAY, TODAY, TODAY)
    assert (view.on_time_probability, view.why_not) == (None, "nothing_open")


def test_nothing_open_without_enough_history_falls_to_the_dates(inputs, finished):
    view = outlook(inputs(finished(1), due=IN_TWO_WEEKS))

    assert (view.method, view.p85, view.why_not) == ("due_dates", IN_TWO_WEEKS, "nothing_open")


@pytest.mark.parametrize(("commitment", "code"), [(None, "no_promise"), (TODAY - timedelta(1), "past_promise")])
def test_a_missing_or_past_promise_is_why_dates_have_no_chance(inputs, record, commitment, code):
    view = outlook(inputs([record(due_on=IN_TWO_WEEKS)], commitment=commitment, due=IN_TWO_WEEKS))

    assert (view.method, view.on_time_probability, view.why_not) == ("due_dates", None, code)


def test_a_throughput_without_a_promise_still_has_dates(inputs, finished, record):
    leaves = [*finished(2, 2, 2, 2, 2, 2), record()]

    view = outlook(inputs(leaves, first_created=SIX_WEEKS_AGO, commitment=None))

    assert view.p85 is not None
    assert (view.on_time_probability, view.why_not) == (None, "no_promise")


def test_beyond_ten_years_there_is_no_throughput(inputs, finished, record):
    leaves = [*finished(2, 2, 2, 2, 2, 2), *(record() for _ in range(2_000))]

    view = outlook(inputs(leaves, first_created=SIX_WEEKS_AGO, due=IN_TWO_WEEKS))

    assert (view.method, view.why_not) == ("due_dates", "beyond_horizon")


def test_due_dates_are_the_last_resort_and_never_in_the_past(inputs, record):
    view = outlook(inputs([record()], due=date(2026, 8, 3)))

    assert (view.method, view.p50, view.p85, view.p95) == ("due_dates", TODAY, TODAY, TODAY)


def planned_leaves(record, finished_weeks=1):
    """Four weeks of work from Monday 10 August, of which so many weeks are done; today is in week 3."""
    fridays = [date(2026, 8, 14) + timedelta(7 * week) for week in range(4)]
    return [
        record(
            start_on=date(2026, 8, 10),
            due_on=friday,
            status=Status.DONE if week < finished_weeks else Status.DOING,
            completed_at=None,
        )
        for week, friday in enumerate(fridays)
    ]


def test_earned_schedule_follows_where_there_is_no_throughput(inputs, record, calendar):
    leaves = planned_leaves(record)

    view = outlook(inputs(leaves, due=date(2026, 9, 4)))

    # AT = 2.6 weeks, ES = 1: four weeks of plan take 10.4 weeks, 52 working days.
    finish = calendar.add_workdays(date(2026, 8, 9), 52)
    assert (view.method, view.p50, view.p85, view.p95) == ("earned_schedule", finish, finish, finish)
    assert view.spread == {"due_dates": date(2026, 9, 4)}
    assert view.on_time_probability is None
    assert view.indices.spi_t == pytest.approx(1 / 2.6)
    assert view.baselined_by_today == 2


def test_an_early_end_is_not_believed_before_unstarted_work_is_due(inputs, record):
    leaves = planned_leaves(record, finished_weeks=3)
    due = leaves[3].task.due_on
    unstarted = [*leaves[:3], replace(leaves[3], task=replace(leaves[3].task, status=Status.TODO))]

    assert outlook(inputs(leaves, due=due)).p85 < due
    assert outlook(inputs(unstarted, due=due)).p85 == due


def test_earned_schedule_never_ends_before_today(inputs, record):
    leaves = [
        record(due_on=date(2026, 6, 5), status=Status.DONE),
        record(due_on=date(2026, 6, 5), progress=0.999),
    ]

    assert outlook(inputs(leaves)).p85 >= TODAY


def test_a_reference_class_speaks_before_due_dates_and_gives_a_chance(inputs, record, calendar):
    outcomes = tuple((10 + extra, 10) for extra in range(10))
    reference = ReferenceClass(TODAY, calendar.add_workdays(TODAY, 10), outcomes)

    view = outlook(inputs([record()], due=IN_TWO_WEEKS, reference=reference, commitment=date(2026, 9, 14)))

    assert (view.method, view.samples) == ("reference_class", 10)
    assert [view.p50, view.p85, view.p95] == [calendar.add_workdays(TODAY, days) for days in (14, 18, 19)]
    assert (view.on_time_probability, view.why_not) == (0.4, None)
    assert view.spread == {"due_dates": IN_TWO_WEEKS}


def test_a_network_goes_first_and_gives_no_chance(inputs, finished, record):
    leaves = [*finished(2, 2, 2, 2, 2, 2), record(id="a", remaining_hours=16.0), record(id="b", remaining_hours=8.0)]

    view = outlook(inputs(leaves, first_created=SIX_WEEKS_AGO, links={("pc", "b"): [(("pc", "a"), 0)]}))

    assert (view.method, view.p85, view.why_not) == ("network", date(2026, 8, 28), "method_gives_none")
    assert set(view.spread) == {"throughput"}
    assert view.network.driver == (("pc", "a"), ("pc", "b"))


def test_a_forecast_from_a_holiday_in_an_unannounced_year_is_given(inputs, finished, record, calendar):
    holiday = date(2028, 10, 2)
    moved = [record(done_on=holiday - timedelta(7 * week + 5)) for week in range(1, 13)]

    view = outlook(replace(inputs([*moved, record()]), today=holiday, commitment=date(2028, 12, 1)))

    assert calendar.estimated(2028)
    assert view.method is None or view.p85 > holiday


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    weeks=st.lists(st.integers(0, 4), max_size=15),
    still_open=st.integers(0, 20),
    shift=st.integers(-60, 90),
    due=st.none() | st.integers(-60, 90),
)
def test_no_forecast_is_in_the_past_and_a_missing_chance_is_explained(
    inputs, finished, record, weeks, still_open, shift, due
):
    planned = TODAY + timedelta(shift)
    leaves = [*finished(*weeks), *(record(due_on=planned) for _ in range(still_open))]

    view = outlook(
        inputs(leaves, commitment=planned, due=None if due is None else TODAY + timedelta(due), first_created=LONG_AGO)
    )

    dates = [day for day in (view.p50, view.p85, view.p95, *view.spread.values()) if day is not None]
    assert all(day >= TODAY for day in dates)
    assert dates[:3] == sorted(dates[:3])
    assert (view.on_time_probability is None) == (view.why_not is not None)
    assert (view.method is None) == (view.p85 is None)
    assert view.method not in view.spread
