"""A run belongs to the civil day on which it began, also where it goes on past midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import time_machine

from bridge.store.clockwork import end_of, stamp
from bridge.usecases.clock import Clock

ZONE = ZoneInfo("Asia/Shanghai")
SATURDAY = date(2026, 2, 14)  # a make-up working day


def test_what_is_written_after_midnight_is_known_as_of_the_day_on_which_the_run_began():
    with time_machine.travel(datetime(2026, 2, 14, 15, 59, 30, tzinfo=UTC), tick=False) as travelled:
        clock = Clock.at(ZONE)
        before = clock.now()
        travelled.shift(120)
        after = clock.now()

        assert clock.today == SATURDAY
        assert before < after < clock.running()
        assert stamp(after) < end_of(SATURDAY, ZONE)
        assert clock.running() == datetime(2026, 2, 14, 16, 1, 30, tzinfo=UTC)


def test_the_next_run_is_of_the_next_day_and_later_than_all_that_the_former_wrote():
    with time_machine.travel(datetime(2026, 2, 14, 15, 59, 30, tzinfo=UTC), tick=False) as travelled:
        former = Clock.at(ZONE)
        travelled.shift(120)
        later = Clock.at(ZONE)

        assert later.today == date(2026, 2, 15)
        assert former.now() < later.now()


def test_a_moved_run_ends_with_its_own_day_too():
    with time_machine.travel(datetime(2026, 11, 27, 15, 59, 30, tzinfo=UTC), tick=False) as travelled:
        clock = Clock.at(ZONE, SATURDAY)
        travelled.shift(120)

        assert clock.now().astimezone(ZONE).date() == SATURDAY
