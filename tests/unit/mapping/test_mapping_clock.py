"""Instants and civil days are written as the calendar has them, and remembered within bounds."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.clock import MOST_REMEMBERED, Clock, written
from bridge.mapping.conversions import END, FIRST

NOW = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
SECONDS = st.integers(FIRST, END - 1)
# A zone whose clocks once went back at a minute past midnight, and one that skipped a whole day.
ZONES = ["Asia/Shanghai", "America/St_Johns", "Pacific/Apia", "UTC"]


@given(SECONDS | st.sampled_from([FIRST, END - 1, 1782403199, 951_782_400]))
def test_an_instant_is_written_as_the_calendar_has_it(seconds):
    assert written(seconds) == f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("zone", ZONES)
@given(seconds=SECONDS | st.integers(1_004_752_800, 1_004_760_000) | st.integers(1_325_200_000, 1_325_400_000))
def test_a_day_is_the_one_on_the_calendars_of_the_zone(zone, seconds):
    clock = Clock(NOW, ZoneInfo(zone))

    assert clock.day[seconds] == clock.day[seconds] == f"{datetime.fromtimestamp(seconds, ZoneInfo(zone)):%Y-%m-%d}"


def test_no_more_days_are_remembered_than_the_bound():
    clock = Clock(NOW, ZoneInfo("UTC"))

    days = {clock.day[FIRST + number * 86_400] for number in range(3 * MOST_REMEMBERED)}

    assert len(days) == 3 * MOST_REMEMBERED
    assert len(clock.day) <= MOST_REMEMBERED
