"""Agreed contacts: when the next one is due, what was recorded beside the plan, and what a milestone shows of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Communication, Plan
from bridge.reconcile.contacts import by_deal, last_workday, next_contacts
from bridge.reconcile.recorded import Contact, Recorded
from bridge.reconcile.run import assess
from bridge.report import view
from tests.replacing import replace

CALENDAR = WorkCalendar.china()
NOON = datetime(2026, 8, 24, 4, tzinfo=UTC)


def weekly(last="2026-08-10", audience="customer", every=7, **fields):
    return Communication("D-1", audience, every, None if last is None else date.fromisoformat(last), **fields)


def made(on, by="苏晓岚", audience="customer", at=NOON):
    return Contact("D-1", audience, date.fromisoformat(on), by, at)


def following(*rows, made=()):
    return next_contacts(Plan(communications=rows), Recorded(contacts=tuple(made)), CALENDAR)


def test_the_next_contact_is_due_so_many_calendar_days_after_the_last():
    (found,) = following(weekly("2026-08-14"))

    assert (found.due, found.act_by) == (date(2026, 8, 21), date(2026, 8, 21))
    assert [found.overdue_days(date(2026, 8, day)) for day in (20, 21, 22, 31)] == [0, 0, 1, 10]
    assert [found.is_due(date(2026, 8, day)) for day in (21, 22)] == [False, True]


def test_a_due_date_in_a_holiday_stays_and_names_the_last_working_day_before_it():
    (found,) = following(weekly("2026-09-27"))

    assert (found.due, found.act_by) == (date(2026, 10, 4), date(2026, 9, 30))


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_the_day_to_act_is_a_working_day_up_to_the_due_date_with_none_between(day):
    found = last_workday(day, CALENDAR)

    assert CALENDAR.is_workday(found)
    assert found <= day
    assert CALENDAR.workdays(found, day) == 0


def test_never_having_talked_is_due_without_a_date():
    (found,) = following(weekly(None))

    assert (found.due, found.is_due(date(2026, 8, 24)), found.overdue_days(date(2026, 8, 24))) == (None, True, None)


def test_without_a_rhythm_there_is_no_next_contact():
    assert following(weekly(every=None)) == ()


@pytest.mark.parametrize(
    ("recorded", "last", "by"),
    [
        ([], "2026-08-10", None),
        (["2026-08-17"], "2026-08-17", "苏晓岚"),
        (["2026-08-03"], "2026-08-10", None),
        (["2026-08-20", "2026-08-12"], "2026-08-20", "苏晓岚"),
    ],
)
def test_the_newer_of_plan_and_record_counts(recorded, last, by):
    (found,) = following(weekly(), made=map(made, recorded))

    assert (str(found.last), found.last_by) == (last, by)


def test_a_contact_with_the_team_is_none_with_the_customer():
    customer, team = following(weekly(), weekly(audience="team"), made=[made("2026-08-20", audience="team")])

    assert (customer.last_by, team.last_by) == (None, "苏晓岚")


def test_of_a_deal_the_first_due_comes_first_and_customers_before_the_team():
    found = following(weekly("2026-08-12", "team"), weekly("2026-08-20", owner="b"), weekly("2026-08-12", owner="a"))

    assert [(one.audience, one.owner) for one in by_deal(found)["D-1"]] == [
        ("customer", "a"),
        ("team", None),
        ("customer", "b"),
    ]


def reported(world, *contacts):
    portfolio = replace(world.portfolio(), recorded=Recorded(contacts=contacts))
    document = view.build(portfolio, assess(portfolio), lang="zh", generated_at=NOON)
    return document["milestones"][0]


def test_a_recorded_contact_ends_the_reason_and_moves_the_next_date(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.rows = {"communications": (weekly("2026-08-10", owner="顾承志"),)}

    before, after = reported(world), reported(world, made("2026-08-21"))

    assert [reason["code"] for reason in before["reasons"]] == ["CONTACT_DUE"]
    assert before["next_contact"] == {
        "audience": "customer", "due": "2026-08-17", "owner": "顾承志", "overdue_days": 7,
    }  # fmt: skip
    assert after["reasons"] == []
    assert after["next_contact"] == {"audience": "customer", "due": "2026-08-28", "owner": "顾承志", "overdue_days": 0}


def test_a_deal_without_an_agreement_has_no_next_contact(world):
    world.milestone()

    assert reported(world)["next_contact"] is None
