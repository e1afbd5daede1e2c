"""What the settings say of a service: times as in every crontab, and the names to which its page answers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bridge import config
from bridge.errors import Problems
from bridge.scheduler import LATE_DIGEST, missed
from bridge.supervisor import hosts
from bridge.usecases.timetable import timetable, trigger, weekday_names

from .conftest import ZONE


def settings_with(tmp_path: Path, text: str) -> config.Settings:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return config.load(file)


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("0", "sun"),
        ("7", "sun"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("mon-fri", "mon,tue,wed,thu,fri"),
        ("*/2", "sun,tue,thu,sat"),
        ("5-7", "fri,sat,sun"),
        ("sat-mon", "sat,sun,mon"),
        ("1,3,sun", "mon,wed,sun"),
    ],
)
def test_days_of_the_week_count_from_sunday_as_in_every_crontab(field: str, names: str):
    assert weekday_names(field) == names


@pytest.mark.parametrize(
    "line",
    ["", "* * * *", "* * * * * *", "61 * * * *", "0 0 31 2 *", "0 0 * * 8", "0 0 * * mo", "a b c d e", "0 0 * * 1/0"],
)
def test_a_line_that_is_no_crontab_or_never_comes_is_refused(tmp_path: Path, line: str):
    with pytest.raises(ValueError):
        trigger(line, settings_with(tmp_path, ""))


def fires(tmp_path: Path, line: str, after: datetime, zone: str = "Asia/Shanghai") -> datetime:
    found = trigger(line, settings_with(tmp_path, f'[bridge]\ntimezone = "{zone}"\n'))
    moment: datetime = found.get_next_fire_time(None, after)
    return moment


def test_times_are_civil_times_of_the_settings(tmp_path: Path):
    noon = datetime(2026, 8, 24, 12, tzinfo=ZONE)

    assert fires(tmp_path, "30 2 * * *", noon) == datetime(2026, 8, 25, 2, 30, tzinfo=ZONE)
    assert fires(tmp_path, "30 2 * * *", noon, "UTC").isoformat() == "2026-08-25T02:30:00+00:00"
    assert fires(tmp_path, "0 9 * * 0", noon) == datetime(2026, 8, 30, 9, tzinfo=ZONE)


def test_of_a_day_of_the_month_and_a_day_of_the_week_either_is_enough(tmp_path: Path):
    noon = datetime(2026, 8, 24, 12, tzinfo=ZONE)

    assert fires(tmp_path, "0 9 1 * 5", noon) == datetime(2026, 8, 28, 9, tzinfo=ZONE)
    assert fires(tmp_path, "0 9 26 * 5", noon) == datetime(2026, 8, 26, 9, tzinfo=ZONE)


def test_an_empty_time_is_never(tmp_path: Path):
    times = timetable(settings_with(tmp_path, '[schedule]\nsync = ""\nfull_read = " "\n'))

    assert (times.sync, times.full_read) == (None, None)
    assert times.digest is not None


def test_every_wrong_time_is_told_at_once(tmp_path: Path):
    with pytest.raises(Problems) as told:
        timetable(settings_with(tmp_path, '[schedule]\nsync = "x"\ndigest = "99 9 * * *"\n'))

    assert len(told.value.problems) == 2


def test_the_page_answers_to_its_own_names_only(tmp_path: Path):
    alone = hosts(settings_with(tmp_path, ""))
    public = hosts(settings_with(tmp_path, '[web]\npublic_url = "https://bridge.example.cn/x"\n'))
    bound = hosts(settings_with(tmp_path, '[web]\nhost = "192.0.2.7"\n'))

    assert alone == ["127.0.0.1", "localhost", "[::1]"]
    assert public == [*alone, "bridge.example.cn"]
    assert bound == [*alone, "192.0.2.7"]


def test_a_digest_from_monday_to_friday_comes_on_make_up_saturdays_too(tmp_path: Path):
    friday = datetime(2026, 2, 13, 12, tzinfo=ZONE)

    times = timetable(settings_with(tmp_path, ""))
    other = timetable(settings_with(tmp_path, '[schedule]\ndigest = "0 9 * * mon"\n'))

    assert times.digest is not None and other.digest is not None
    assert times.digest.get_next_fire_time(None, friday) == datetime(2026, 2, 14, 9, tzinfo=ZONE)
    assert other.digest.get_next_fire_time(None, friday) == datetime(2026, 2, 16, 9, tzinfo=ZONE)


def test_the_summary_of_the_week_has_a_time_of_its_own_and_is_looked_at_every_day(tmp_path: Path):
    monday = datetime(2026, 8, 24, 12, tzinfo=ZONE)

    times = timetable(settings_with(tmp_path, '[schedule]\nweekly = "30 8 * * mon"\n'))
    never = timetable(settings_with(tmp_path, '[schedule]\nweekly = ""\n'))

    assert times.weekly is not None and never.weekly is None
    # Monday may be off: which day it is, the calendar says when the time has come.
    assert times.weekly.get_next_fire_time(None, monday) == datetime(2026, 8, 25, 8, 30, tzinfo=ZONE)
    with pytest.raises(Problems):
        timetable(settings_with(tmp_path, '[schedule]\nweekly = "0 9 * * someday"\n'))


@pytest.mark.parametrize(("hour", "is_missed"), [(8, False), (9, True), (17, True)])
def test_a_service_that_was_down_at_the_time_of_the_digest_sends_it_late(tmp_path: Path, hour: int, is_missed: bool):
    now = datetime(2026, 8, 24, hour, 0, 1, tzinfo=ZONE)

    first = missed(timetable(settings_with(tmp_path, "")).digest, ZONE, now)

    assert first == (now + LATE_DIGEST if is_missed else None)
    assert missed(None, ZONE, now) is None
