"""Reported hours: windows the server allows, corrections found without a time of change, removals told once a week."""

import itertools
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.company import SimWorkload
from connectors.pingcode.workloads import MOST_DAYS, trailing, windows
from connectors.testing import Reply, SimProject, World, hex_id
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import LIN, NOW, OPS, PAY, an_item, pull

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = NOW.astimezone(SHANGHAI).date()


def hours(number, days_ago, item=None, **fields):
    at = NOW - timedelta(days=days_ago)
    return SimWorkload(hex_id("w", number), (item or an_item(1)).id, 7.5, at, LIN.id, **fields)


def a_world(*entries, projects=(PAY, OPS)):
    items = [an_item(1), an_item(1, OPS)]
    items = [item for item in items if item.project in {project.id for project in projects}]
    return World(now=NOW, people=[LIN], projects=projects, items=items, also=entries)


def asked(cloud):
    """The windows that were asked for, as civil days."""
    queries = [request.query for request in cloud.simulator.asked if request.path.endswith("/workloads")]
    return [tuple(_day(query[name]) for name in ("start_at", "end_at")) for query in queries]


def _day(second):
    return datetime.fromtimestamp(int(second), SHANGHAI).date()


@EVERY_PROFILE
def test_every_hour_since_a_project_began_is_read(tenant, profile):
    entries = [hours(n, days_ago) for n, days_ago in enumerate((0, 5, 88, 89, 178, 290, 300))]
    others = hours(99, 3, item=an_item(1, OPS))
    source = tenant(world=a_world(*entries, others), profile=profile).source(profile=profile)

    read = pull(source, "workloads")

    assert read.ids == {entry.id for entry in entries}
    assert read.complete
    (row,) = (record.payload for record in read.records if record.external_id == entries[0].id)
    assert (row["duration"], row["review_state"], row["report_by"]["display_name"]) == (7.5, "no_review", "林悦")
    assert row["principal"]["id"] == an_item(1).id


@EVERY_PROFILE
def test_windows_are_short_enough_and_leave_no_day_out(tenant, profile):
    cloud = tenant(world=a_world(hours(1, 250)), profile=profile)

    pull(cloud.source(profile=profile), "workloads")

    spans = asked(cloud)
    assert all((last - first).days < MOST_DAYS for first, last in spans)
    assert spans[0][0] <= (NOW - timedelta(days=300)).astimezone(SHANGHAI).date()
    assert [first for first, _ in spans[1:]] == [last + timedelta(days=1) for _, last in spans[:-1]]
    assert spans[-1][1] == TODAY


@EVERY_PROFILE
def test_hours_are_asked_for_by_the_words_of_the_generation(tenant, profile):
    cloud = tenant(world=a_world(hours(1, 2)), profile=profile)

    pull(cloud.source(profile=profile), "workloads")

    (query,) = {
        (r.query["principal_type"], r.query["pilot_id"]) for r in cloud.simulator.asked if "pilot_id" in r.query
    }
    assert query == ("workitem" if profile == "d" else "work_item", PAY.id)


def test_within_an_hour_nothing_is_asked_and_after_it_the_last_window_only(tenant):
    cloud = tenant(world=a_world(hours(1, 2), hours(2, 200)))
    source = cloud.source(profile="c")
    first = pull(source, "workloads")
    cloud.simulator.asked.clear()

    cloud.world.advance_to(NOW + timedelta(minutes=30))
    soon = pull(source, "workloads", cursor=first.cursor)
    unasked = asked(cloud)
    cloud.world.advance_to(NOW + timedelta(hours=2))
    later = pull(source, "workloads", cursor=first.cursor)

    assert (soon.records, soon.cursor, soon.complete, unasked) == ([], first.cursor, False, [])
    assert asked(cloud) == [(TODAY - timedelta(days=88), TODAY)]
    assert later.ids == {hex_id("w", 1)}
    assert not later.complete, "a part cannot tell what is missing from the whole"


def test_a_correction_is_found_although_nothing_tells_when_it_was_made(tenant):
    cloud = tenant(world=a_world(hours(1, 60)))
    source = cloud.source(profile="c")
    first = pull(source, "workloads")
    cloud.world.also[0].hours = 2.0
    cloud.world.advance_to(NOW + timedelta(hours=2))

    (record,) = pull(source, "workloads", cursor=first.cursor).records

    assert record.payload["duration"] == 2.0


def test_once_a_week_everything_is_read_so_that_what_was_removed_is_told(tenant):
    cloud = tenant(world=a_world(hours(1, 2), hours(2, 200)))
    source = cloud.source(profile="c")
    cursor = pull(source, "workloads").cursor
    cloud.world.also.pop(1)
    told = []

    for day in range(1, 9):
        cloud.world.advance_to(NOW + timedelta(days=day))
        part = pull(source, "workloads", cursor=cursor)
        cursor = part.cursor
        told.append(part.complete)

    assert told == [False] * 6 + [True] + [False]


def test_a_project_that_does_not_tell_when_it_began_is_read_four_hundred_days_back(tenant):
    old = SimProject(hex_id("OLD"), "OLD", "无日期")
    item = an_item(1, old)
    entries = [hours(1, 399, item=item), hours(2, 401, item=item)]
    world = World(now=NOW, people=[LIN], projects=[old], items=[item], also=entries)

    read = pull(tenant(world=world).source(profile="c"), "workloads", old.id)

    assert read.ids == {entries[0].id}


def test_a_young_project_is_asked_for_one_window(tenant):
    young = replace(PAY, created_at=NOW - timedelta(days=3))
    cloud = tenant(world=a_world(hours(1, 2), projects=(young,)))

    read = pull(cloud.source(profile="c"), "workloads")

    assert (read.ids, len(asked(cloud))) == ({hex_id("w", 1)}, 1)


def test_more_hours_in_a_window_than_a_page_holds_are_all_read(tenant):
    entries = [hours(n, n % 80) for n in range(350)]

    read = pull(tenant(world=a_world(*entries)).source(profile="c"), "workloads")

    assert len(read.ids) == 350
    assert read.complete


def test_a_window_that_fails_leaves_the_mark_where_it_was(tenant):
    cloud = tenant(world=a_world(hours(1, 2), hours(2, 200)))
    served = [0]

    def failing(request, n):
        served[0] += request.path.endswith("/workloads")
        return Reply({"code": "100001", "message": "x"}, 400) if served[0] == 3 else None

    cloud.simulator.faults = failing
    pages = cloud.source(profile="c").pages("workloads", next(iter(cloud.source().scopes("workloads"))), {})

    cursors = []
    with pytest.raises(Exception, match="100001"):
        cursors.extend(page.cursor for page in pages)

    assert cursors == []


@given(st.integers(0, 2000))
def test_any_age_is_cut_into_windows_that_touch(days):
    today = date(2026, 8, 24)
    first = today - timedelta(days=days)

    cut = list(windows(first, today))

    assert cut[0][0] == first and cut[-1][1] == today
    assert all(0 <= (last - start).days < MOST_DAYS for start, last in cut)
    assert all(later[0] - earlier[1] == timedelta(days=1) for earlier, later in itertools.pairwise(cut))
    assert (today - trailing(today)).days == MOST_DAYS - 1
