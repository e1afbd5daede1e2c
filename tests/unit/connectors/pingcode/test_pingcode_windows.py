"""Windows of time over a list in memory: every row once, whatever its distribution and order, at a bearable price."""

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.pingcode.api import Envelope
from connectors.pingcode.windows import FIRST_SECOND, Days, FilterIgnored, Seconds, Slicer, epoch

NOW = int(datetime(2026, 8, 24, tzinfo=UTC).timestamp())
DAY = 86_400
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Listed:
    """A server's list, as it answers to windows."""

    def __init__(self, times, order, grain, *, server_zone=SHANGHAI, ends_count=True, field="created_at"):
        self.rows = [{"id": str(number), field: at} for number, at in enumerate(times)]
        order(self.rows)
        self.field, self.grain = field, grain
        self.days = Days(server_zone)
        self.ends_count = ends_count
        self.asked = 0

    def first(self):
        return Envelope(tuple(self.rows[:100]), len(self.rows), 100)

    def ask(self, window, index):
        self.asked += 1
        low, high = self.grain.span(window.low, window.high)
        found = [row for row in self.rows if self._matches(row[self.field], low, high, window.is_last)]
        return Envelope(tuple(found[index * 100 : index * 100 + 100]), len(found), 100)

    def _matches(self, at, low, high, is_open):
        if isinstance(self.grain, Days):
            unit = self.days.unit
            return unit(low) <= unit(at) and (is_open or unit(at) <= unit(high))
        return low <= at <= high if self.ends_count else low < at < high

    def read(self):
        slicer = Slicer(self.ask, self.field, self.grain, grows=self.field == "updated_at")
        low, end = self.grain.unit(FIRST_SECOND), self.grain.unit(NOW + DAY)
        first = self.first()
        if first.is_whole:
            return [row["id"] for row in first.rows]
        return [row["id"] for part in slicer.slices(low, end, left=len(self.rows), first=first) for row in part.rows]


def oldest_first(rows):
    rows.sort(key=lambda row: next(iter(list(row.values())[1:])))


def newest_first(rows):
    oldest_first(rows)
    rows.reverse()


def shuffled(rows):
    random.Random(5).shuffle(rows)


ORDERS = [oldest_first, newest_first, shuffled]
TIMES = st.lists(
    st.one_of(st.integers(NOW - 400 * DAY, NOW), st.sampled_from([NOW - 9 * DAY, NOW - 9 * DAY + 1, NOW, NOW + 30])),
    max_size=60,
).flatmap(lambda times: st.integers(1, 9).map(lambda copies: times * copies))


@settings(max_examples=60, deadline=None)
@given(times=TIMES, order=st.sampled_from(ORDERS), ends_count=st.booleans(), in_days=st.booleans())
def test_every_row_is_met_once(times, order, ends_count, in_days):
    listed = Listed(times, order, Days(SHANGHAI) if in_days else Seconds(), ends_count=ends_count)

    assert sorted(listed.read()) == sorted(row["id"] for row in listed.rows)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("server_zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_tenant_in_another_zone_loses_nothing(order, server_zone):
    times = [NOW - 3600 * number for number in range(900)]
    listed = Listed(times, order, Days(SHANGHAI), server_zone=ZoneInfo(server_zone))

    assert sorted(listed.read()) == sorted(row["id"] for row in listed.rows)


def uniform(count):
    return [NOW - 7000 * number for number in range(count)]


def imported_at_once(count):
    return [NOW - 200 * DAY] * (count // 2) + uniform(count // 2)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("in_days", [False, True])
@pytest.mark.parametrize(("times", "most"), [(uniform, 40), (imported_at_once, 60)])
def test_a_long_list_costs_few_more_requests_than_it_has_pages(order, in_days, times, most):
    listed = Listed(times(2000), order, Days(SHANGHAI) if in_days else Seconds())

    assert len(listed.read()) == 2000
    assert listed.asked <= most


@pytest.mark.parametrize("count", [101, 150, 199])
def test_a_list_just_too_long_for_a_page_costs_four_requests_at_most(count):
    for order in ORDERS:
        listed = Listed(uniform(count), order, Seconds())
        listed.read()
        assert listed.asked <= 4


def test_rows_far_outside_the_window_show_that_the_filter_is_ignored():
    listed = Listed(uniform(300), oldest_first, Seconds())
    listed._matches = lambda *_: True

    with pytest.raises(FilterIgnored):
        listed.read()


def test_a_row_edited_after_it_matched_is_news_and_no_broken_filter():
    listed = Listed(uniform(300), oldest_first, Seconds(), field="updated_at")
    honest = listed.ask
    edited = {**listed.rows[40], "updated_at": NOW}

    def lagging(window, index):
        page = honest(window, index)
        return Envelope(tuple(edited if row["id"] == edited["id"] else row for row in page.rows), page.total, page.size)

    listed.ask = lagging

    assert set(listed.read()) == {row["id"] for row in listed.rows}


def test_a_short_page_that_claims_to_be_longer_is_walked():
    """`total` larger than what can be read: nothing is narrowed for ever, nothing is lost."""
    listed = Listed(uniform(300), oldest_first, Seconds())
    honest = listed.ask

    def boasting(window, index):
        page = honest(window, index)
        return Envelope(page.rows, (page.total or 0) + 50, page.size)

    listed.ask = boasting

    assert set(listed.read()) == {row["id"] for row in listed.rows}
    assert listed.asked < 100


@pytest.mark.parametrize("unset", [None, "", 0, "x", -1])
def test_what_is_no_time_is_none(unset):
    assert epoch(unset) is None


def test_a_day_begins_at_the_midnight_of_the_zone():
    days = Days(SHANGHAI)
    midnight = int(datetime(2026, 8, 24, tzinfo=SHANGHAI).timestamp())

    assert days.unit(midnight) == days.unit(midnight - 1) + 1
    assert days.span(days.unit(midnight), days.unit(midnight)) == (midnight, midnight + DAY - 1)
