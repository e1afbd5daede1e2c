"""When the service does what: the crontab lines of [schedule], as triggers in the zone of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from bridge.config import Settings
from bridge.errors import Problems, UsageProblem
from bridge.language import Text

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

NOT_A_TIME = Text(
    zh="{path} [schedule] {name} 的值 {value} 不是 crontab 时间。请写五段：分 时 日 月 周，例如 {example}；留空表示不定时执行。",
    en="{path} [schedule] {name}: {value} is no crontab time. Write five fields: minute hour day month weekday, "
    "e.g. {example}; empty means never by itself.",
)
HEADING = Text(zh="设置文件 {path} 有 {count} 处问题：", en="{count} problem(s) in the settings file {path}:")
EXAMPLES = {
    "sync": "*/15 * * * *",
    "full_read": "30 2 * * *",
    "digest": "0 9 * * mon-fri",
    "weekly": "0 9 * * mon",
    "backup": "20 4 * * *",
    "prune": "40 4 * * *",
}
ALONE = ("digest", "weekly", "backup", "prune")
"""Jobs of the whole service, not of one source."""
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WEEKDAY_PART = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/(\d+))?")


class Timetable(Struct, frozen=True):
    """When what is done; None where the settings leave it empty."""

    sync: BaseTrigger | None
    full_read: BaseTrigger | None
    digest: BaseTrigger | None
    weekly: BaseTrigger | None = None
    backup: BaseTrigger | None = None
    prune: BaseTrigger | None = None


def timetable(settings: Settings) -> Timetable:
    """The times of [schedule], in the zone of the settings; all that cannot be understood is told at once."""
    triggers: dict[str, BaseTrigger | None] = {}
    problems = []
    for name, example in EXAMPLES.items():
        text = getattr(settings.schedule, name)
        try:
            line = {"digest": on_working_days, "weekly": every_day}.get(name, str)(text)
            found = trigger(line, settings) if text.strip() else None
            # A store on a server has no file: whoever runs the server makes its backups.
            triggers[name] = None if name == "backup" and settings.database.is_server else found
        except ValueError:
            facts = {"path": settings.file.name, "name": name, "value": repr(text), "example": example}
            problems.append(UsageProblem(NOT_A_TIME, **facts))
    if problems:
        raise Problems(HEADING, problems, path=str(settings.file), count=len(problems))
    return Timetable(**triggers)


def jobs_of(times: Timetable, sources: Iterable[str]) -> dict[str, BaseTrigger]:
    """Every job that has times, by the name under which it is told of."""
    every: dict[str, BaseTrigger | None] = {}
    for name in sources:
        every[f"sync {name}"] = times.sync
        every[f"full read {name}"] = times.full_read
    every |= {name: getattr(times, name) for name in ALONE}
    return {name: trigger for name, trigger in every.items() if trigger is not None}


def next_after(trigger: BaseTrigger, instant: datetime) -> datetime | None:
    """The first time of a trigger that is later than an instant."""
    found: datetime | None = trigger.get_next_fire_time(instant, instant + timedelta(microseconds=1))
    return found


def passed(trigger: BaseTrigger, since: datetime, until: datetime, most: int = 1_000) -> int:
    """How many times of a trigger lie after one instant and not after another; more than `most` are not counted."""
    count, at = 0, next_after(trigger, since)
    while at is not None and at <= until and count < most:
        count, at = count + 1, next_after(trigger, at)
    return count


def trigger(text: str, settings: Settings) -> BaseTrigger:
    """A crontab line as a trigger. Raises `ValueError` where it is none, or names a time that never comes."""
    from apscheduler.triggers.combining import OrTrigger  # only loaded by who keeps a timetable
    from apscheduler.triggers.cron import CronTrigger

    zone = settings.timezone
    fields = text.lower().split()
    if len(fields) != 5:
        raise ValueError("not five fields")
    minute, hour, day, month, weekday = fields
    times = {"minute": minute, "hour": hour, "month": month, "timezone": zone}
    days = {"day": day} if day != "*" else {}
    weekdays = {"day_of_week": weekday_names(weekday)} if weekday != "*" else {}
    if days and weekdays:
        # As in every cron: of a day and a weekday, either is enough.
        found: BaseTrigger = OrTrigger([CronTrigger(**times, **days), CronTrigger(**times, **weekdays)])
    else:
        found = CronTrigger(**times, **(days or weekdays or {"day": "*"}))
    if found.get_next_fire_time(None, datetime.now(zone)) is None:
        raise ValueError("never")
    return found


def on_working_days(text: str) -> str:
    """Monday to Friday means the working days: a make-up Saturday is one, and what runs leaves a holiday out itself."""
    fields = text.lower().split()
    return " ".join([*fields[:4], "*"]) if len(fields) == 5 and fields[4] in ("mon-fri", "1-5") else text


def every_day(text: str) -> str:
    """At its time on each day: which one is the day of the summary says the calendar, for the named one may be off."""
    fields = text.lower().split()
    if len(fields) == 5:
        weekday_names(fields[4])
    return " ".join([*fields[:4], "*"]) if len(fields) == 5 and fields[2] == "*" else text


def days_of_week(text: str) -> frozenset[int]:
    """The weekdays (Monday is 0) that a crontab line names; every one where it names none or cannot be understood."""
    fields = text.lower().split()
    try:
        names = weekday_names(fields[4]).split(",") if len(fields) == 5 else WEEKDAYS
    except ValueError:
        names = WEEKDAYS
    return frozenset((WEEKDAYS.index(name) - 1) % 7 for name in names)


def weekday_names(text: str) -> str:
    """Days of the week by name: the library counts them from Monday, every cron from Sunday."""
    named: list[str] = []
    for part in text.split(","):
        match = _WEEKDAY_PART.fullmatch(part)
        if match is None:
            raise ValueError(part)
        first, last, step = match.groups()
        low = 0 if first == "*" else _weekday(first)
        high = 6 if first == "*" or (last is None and step) else _weekday(last or first)
        high += 7 if high < low else 0
        named += [WEEKDAYS[number % 7] for number in range(low, high + 1, int(step or 1))]
    return ",".join(dict.fromkeys(named))


def _weekday(text: str) -> int:
    if text in WEEKDAYS:
        return WEEKDAYS.index(text)
    number = int(text)
    if number not in range(8):
        raise ValueError(text)
    return number
