"""The content of the demo: how much there is, that it is the same every time, and that nothing in it is real."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import astuple

from bridge.demo.days import Days
from bridge.demo.life import in_order, lives
from bridge.demo.people import PEOPLE
from bridge.demo.programme import Programme, programme
from bridge.demo.tools import STREAMS
from bridge.plan import export, readers
from connectors.testing import SimItem

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAYS = (
    date(2026, 11, 23),  # a Monday
    date(2026, 11, 22),  # a Sunday
    date(2026, 10, 5),  # in the National Day holidays
    date(2026, 2, 14),  # a make-up Saturday before the Spring Festival
    date(2026, 2, 24),  # the first day after it
    date(2026, 12, 31),
    date(2027, 3, 1),  # a year nobody has announced
)


def items(content: Programme) -> list[SimItem]:
    return [item for world in (content.pingcode, content.worktile) for item in world.items.values()]


def advanced(today: date, seed: int = 1) -> Programme:
    content = programme(today, seed=seed, timezone=SHANGHAI)
    for day in content.observe:
        content.advance_to(day)
    return content


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_any_day_has_seven_deals_thirty_milestones_and_less_than_five_hundred_items(today: date):
    content = advanced(today)

    plan = content.plan

    assert (len(plan.goals), len(plan.deals), len(plan.milestones)) == (2, 7, 30)
    assert 430 <= len(items(content)) <= 480
    assert 12 <= len(content.pingcode.people) <= 16
    assert Counter(deal.currency for deal in plan.deals) == {"CNY": 6, "USD": 1}


@pytest.mark.parametrize("today", TODAYS[::3], ids=str)
def test_no_task_is_begun_after_the_day_on_which_it_was_first_due(today: date):
    content = advanced(today)

    changes = {key: told for world in (content.pingcode, content.worktile) for key, told in world.changes.items()}
    late = []
    for item in items(content):
        told = changes.get(item.id, [])
        due = next((change.old for change in told if change.field == "due"), item.due)
        begun = next((change.at for change in told if change.field == "state" and change.new == "doing"), None)
        if item.state == "done" and due and begun and begun.date() > due.date():
            late.append(item.key)

    assert late == []


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_the_demo_looks_on_strictly_later_days_that_end_today(today: date):
    content = programme(today, seed=1, timezone=SHANGHAI)

    days = content.observe

    assert len(days) <= 10
    assert all(earlier < later for earlier, later in pairwise(days))
    assert days[-1] == today
    assert content.instant_of(today).astimezone(SHANGHAI).strftime("%F %H:%M") == f"{today} 08:55"


def test_the_same_day_and_seed_give_the_same_worlds_byte_for_byte():
    first, second = advanced(date(2026, 11, 23)), advanced(date(2026, 11, 23))

    assert repr([astuple(item) for item in items(first)]) == repr([astuple(item) for item in items(second)])
    assert first.plan_versions == second.plan_versions


def test_another_seed_gives_other_details_and_the_same_milestones():
    first, second = advanced(date(2026, 11, 23), seed=1), advanced(date(2026, 11, 23), seed=2)

    assert [item.created_at for item in items(first)] != [item.created_at for item in items(second)]
    assert [row.promised for row in first.plan.milestones] == [row.promised for row in second.plan.milestones]


def test_the_story_holds_in_another_time_zone():
    content = programme(date(2026, 11, 23), seed=1, timezone=ZoneInfo("America/New_York"))

    for day in content.observe:
        content.advance_to(day)

    assert len(items(content)) == len(items(advanced(date(2026, 11, 23))))


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_nobody_edits_anything_on_a_day_on_which_the_demo_looks(today: date):
    content = programme(today, seed=1, timezone=SHANGHAI)
    seen = {}

    for day in content.observe:
        content.advance_to(day)
        seen[day] = [item.updated_at.astimezone(SHANGHAI).date() for item in items(content)]

    assert all(edited < day for day, edits in seen.items() for edited in edits)


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_every_item_lives_forward_from_its_creation(today: date):
    days = Days(today, SHANGHAI)

    told = [life for stream in STREAMS for life in lives(stream, days, Random(1))]

    assert [life.title for life in told if not in_order(life)] == []


def test_the_history_spans_at_least_five_months():
    today = date(2026, 11, 23)

    created = [item.created_at.date() for item in items(advanced(today))]

    assert min(created) < today - timedelta(days=150)
    assert max(created) > today - timedelta(days=14)


def test_every_stream_has_titles_enough_and_no_title_twice():
    titles = [title for stream in STREAMS for title in stream.titles[: stream.tasks]]

    assert [stream.milestone for stream in STREAMS if len(stream.titles) < stream.tasks] == []
    assert [title for title, times in Counter(titles).items() if times > 1] == []


def test_parents_come_before_children_and_every_reference_leads_somewhere():
    content = advanced(date(2026, 11, 23))

    for world in (content.pingcode, content.worktile):
        for item in world.items.values():
            assert item.project in world.projects
            assert item.assignee is None or item.assignee in world.people
            assert item.phase is None or world.items[item.phase].kind == "phase"
            assert item.parent is None or world.items[item.parent].created_at < item.created_at


def test_numbers_are_unique_within_a_project():
    keys = Counter(item.key for item in items(advanced(date(2026, 11, 23))))

    assert [key for key, times in keys.items() if times > 1] == []


def test_the_oddities_a_report_must_survive_are_there():
    found = items(advanced(date(2026, 11, 23)))

    assert any(item.deleted for item in found)
    assert any(item.archived for item in found)
    assert any(item.state == "cancelled" for item in found)
    assert any(item.assignee is None and item.state == "todo" for item in found)
    assert any(item.due is None and item.state == "todo" for item in found)
    assert any("<script>" in item.title and "🎉" in item.title for item in found)
    assert {"milestone", "phase", "epic", "story", "task", "bug"} <= {item.kind for item in found}


def test_nothing_looks_like_a_real_address_or_telephone_number():
    content = advanced(date(2026, 11, 23))

    text = repr((content.plan, [astuple(item) for item in items(content)]))
    mails = [person.email for person in content.pingcode.people.values()]

    assert re.findall(r"(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])", text) == []
    assert re.findall(r"[\w.]+@[\w.]+", text) == []
    assert all(mail.endswith(".example") for mail in mails)
    assert len({who.name for who in PEOPLE}) == len(PEOPLE)


def test_the_plan_is_what_a_workbook_of_it_reads_back_as():
    plan = programme(date(2026, 11, 23), seed=1, timezone=SHANGHAI).plan

    read = readers.read({"plan.xlsx": export.workbook(plan, "zh")})

    assert read.plan == plan
    assert read.notices == ()
