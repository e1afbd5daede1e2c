"""How the service itself fares: whether it can work at all, and what somebody should look at before it cannot."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from bridge.errors import BridgeError
from bridge.language import Phrase, Text
from bridge.notify import channels
from bridge.store import clock_jobs, outbox, queue, runs
from bridge.store.clock_jobs import Job
from bridge.store.engine import NEWER, Store
from bridge.store.refusals import Refusal
from bridge.usecases import calendars, refusals
from bridge.usecases.timetable import jobs_of, next_after, timetable
from bridge.usecases.workspace import NEEDS_UPGRADE, Workspace

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

PATIENCE_S = 2.0
"""Whoever asks how it fares has another appointment: a store that is locked for longer is told as not usable."""
DISK_FULL_RATIO = 0.9
WARN_BEFORE = timedelta(days=30)
"""How long before its end a secret is spoken of; a new one has to be asked for and put in place."""
LOOK_BACK = timedelta(hours=24)
VERY_OLD = 3
"""Data that are so many times older than they may be are a severe concern."""
LATE = timedelta(minutes=10)
GIVEN_UP = timedelta(days=7)
"""A job that was not started for so long belongs to a service that nobody runs any more; old data are told anyway."""

CODES = (
    "data_old",
    "secret_expired",
    "secret_expires",
    "disk_full",
    "calendar_not_confirmed",
    "job_failed",
    "job_skipped",
    "job_missed",
    "job_overdue",
    "message_refused",
    "message_unclear",
    "no_worker",
)

CHECKS = ("settings", "store", "schema", "scheduler")
"""What can keep the service from its work."""
SEVERE = ("secret_expired", "disk_full", "message_refused", "no_worker")

DATA_OLD = Text(
    zh="{source} 的数据已有 {hours} 小时没有读全。请运行 pbridge check 看原因，并确认后台服务在运行。",
    en="the data of {source} are {hours} h old. pbridge check tells why; see that the service runs.",
)
SECRET_EXPIRED = Text(
    zh="{source} 的密钥已于 {day} 到期。请换新，并更新 client_secret_expires。",
    en="the secret of {source} expired on {day}. Renew it and correct client_secret_expires.",
)
SECRET_EXPIRES = Text(
    zh="{source} 的密钥将于 {day} 到期，还有 {days} 天。请提前换新。",
    en="the secret of {source} expires on {day}, in {days} day(s). Renew it before.",
)
DISK_FULL = Text(
    zh="数据所在磁盘已用 {percent}%，还剩 {free} MB。请清理或扩容；写满后什么都记录不了。",
    en="the disk that holds the data is {percent} % full, {free} MB are left. Make room: a full one records nothing.",
)
JOB_FAILED = Text(zh="任务“{job}”最近一次失败：{why}", en='the job "{job}" failed last time: {why}')
JOB_SKIPPED = Text(
    zh="任务“{job}”到点时上一次还没结束，跳过了（最近 {at}）。请放宽 [schedule]，或查看为何变慢。",
    en='the job "{job}" was left out because it was still at work (last {at}). Give it more time in [schedule], or see why '
    "it became slow.",
)
JOB_MISSED = Text(
    zh="任务“{job}”有到点没有执行（服务当时没有运行），已在 {at} 补做一次。",
    en='times of the job "{job}" passed without it, for the service did not run; it was made up for once, at {at}.',
)
JOB_OVERDUE = Text(
    zh="任务“{job}”应在 {at} 执行而没有执行。请确认后台服务 pbridge serve 在运行。",
    en='the job "{job}" was due at {at} and was not started. See that the service, pbridge serve, runs.',
)
MESSAGE_REFUSED = Text(
    zh="渠道 {channel} 自 {since} 起不收消息（{sign}，{parts} 条）：{what}。改好后运行 pbridge notify --retry 重发；"
    "明细见 pbridge notify --outbox。",
    en="the channel {channel} takes no message since {since} ({sign}, {parts} part(s)): {what}. Once that is mended, "
    "pbridge notify --retry sends them again; pbridge notify --outbox lists them.",
)
MESSAGE_UNCLEAR = Text(
    zh="渠道 {channel} 有 {parts} 条消息不知是否送达（{since} 起，{sign}）：{what}。明细见 pbridge notify --outbox。",
    en="{parts} part(s) to the channel {channel} may or may not have arrived (since {since}, {sign}): {what}. "
    "pbridge notify --outbox lists them.",
)
NO_WORKER = Text(
    zh="没有 pbridge worker 在运行，有 {count} 个任务在排队。请至少启动一个 pbridge worker。",
    en="no pbridge worker is running, and {count} job(s) wait. Start at least one pbridge worker.",
)
Severity = Literal["error", "warning"]


class Concern(Struct, frozen=True):
    """One thing to look at: `place` is a source, a job or a part of the machine."""

    code: str
    severity: Severity
    place: str
    text: Phrase
    refusal: Refusal | None = None
    """Where a channel takes no message: its life is told with the messages, and only shown here."""
    is_quiet: bool = False
    """Whether somebody answers for the refusal today."""


class Obstacle(Struct, frozen=True):
    """What keeps the service from its work; `code` is one of `CHECKS`."""

    code: str
    text: Phrase


class Condition(Struct, frozen=True):
    """Ready where there is no obstacle; concerns are worth a look and keep nothing from working."""

    obstacles: tuple[Obstacle, ...]
    concerns: tuple[Concern, ...] = ()


def condition(opened: Callable[[], Workspace], scheduler: Callable[[], Sequence[Text]] = tuple) -> Condition:
    """Everything of this moment; nothing is written and nothing is raised. `scheduler` tells what is wrong with it."""
    still = tuple(Obstacle("scheduler", Phrase(text, {})) for text in scheduler())
    try:
        space = opened()
    except BridgeError as err:
        return Condition((Obstacle("settings", _in_words(err)), *still))
    try:
        with space.store(patience_s=PATIENCE_S) as store:
            return Condition(still, tuple(concerns_of(space, store)))
    except BridgeError as err:
        code = "schema" if err.text in (NEEDS_UPGRADE, NEWER) else "store"
        return Condition((Obstacle(code, _in_words(err)), *still), tuple(_of_machine(space)))


def _in_words(err: BridgeError) -> Phrase:
    return Phrase(Text(zh="{error}", en="{error}"), {"error": err})


def concerns(space: Workspace) -> list[Concern]:
    """What somebody should look at; without a store only what can be known without it."""
    if not space.has_store:
        return list(_of_machine(space))
    with space.store() as store:
        return [one for one in concerns_of(space, store) if not one.is_quiet]


def concerns_of(space: Workspace, store: Store) -> Iterator[Concern]:
    yield from _of_data(space, store)
    yield from _of_machine(space)
    yield from _of_calendar(space, store)
    yield from _of_channels(space, store)
    if space.settings.database.is_server:
        yield from _of_queue(store)
    jobs = clock_jobs.listed(store)
    # Most stores have never seen a clock, and what makes one takes a while to load.
    times = _times(space) if jobs else {}
    for job in jobs:
        yield from _of_job(space, job, times.get(job.name), datetime.now(UTC))


def _of_data(space: Workspace, store: Store) -> Iterator[Concern]:
    most = timedelta(hours=space.settings.thresholds.source_stale_hours)
    for source in space.settings.sources:
        last = runs.latest(store, source.name)
        age = None if last is None or last.as_of is None else space.clock.now() - last.as_of
        if age is not None and age > most:
            facts = {"source": source.name, "hours": int(age.total_seconds() // 3600)}
            severity: Severity = "error" if age > VERY_OLD * most else "warning"
            yield Concern("data_old", severity, source.name, Phrase(DATA_OLD, facts))


def _of_machine(space: Workspace) -> Iterator[Concern]:
    for source in space.settings.sources:
        day = source.client_secret_expires
        if day is not None and day <= space.clock.today:
            yield _concern("secret_expired", source.name, SECRET_EXPIRED, source=source.name, day=day.isoformat())
        elif day is not None and day - space.clock.today <= WARN_BEFORE:
            facts = {"source": source.name, "day": day.isoformat(), "days": (day - space.clock.today).days}
            yield _concern("secret_expires", source.name, SECRET_EXPIRES, **facts)
    disk = disk_of(space)
    if disk is not None and disk.used_ratio >= DISK_FULL_RATIO:
        percent = int(disk.used_ratio * 100)
        yield _concern("disk_full", "disk", DISK_FULL, percent=percent, free=disk.free_bytes // 1_000_000)


def _of_calendar(space: Workspace, store: Store) -> Iterator[Concern]:
    try:
        year = calendars.present_calendar(space, store).unannounced_year(space.clock.today)
    except BridgeError:
        return  # the calendar of the settings cannot be read: every command that needs it says so
    if year is not None:
        yield _concern("calendar_not_confirmed", str(year), calendars.NOT_ANNOUNCED, year=year)


def _of_channels(space: Workspace, store: Store) -> Iterator[Concern]:
    for one in refusals.present(space, store):
        zone = space.clock.timezone
        facts = {
            "channel": one.channel,
            "since": f"{one.opened_at.astimezone(zone):%Y-%m-%d %H:%M}",
            "sign": one.code,
            "parts": one.parts,
            "what": channels.remedy(one.kind, one.code) or refusals.NOT_KNOWN,
        }
        code = code_of(one)
        text = MESSAGE_REFUSED if code == "message_refused" else MESSAGE_UNCLEAR
        is_quiet = one.is_quiet(space.clock.today)
        yield replace(_concern(code, one.channel, text, **facts), refusal=one, is_quiet=is_quiet)


def code_of(one: Refusal) -> str:
    """As what a channel that takes no message is told among the notices."""
    return "message_refused" if one.state == outbox.DEAD else "message_unclear"


def _of_queue(store: Store) -> Iterator[Concern]:
    waiting = queue.depths(store).get("todo", 0)
    if waiting and not queue.workers(store):
        yield _concern("no_worker", "queue", NO_WORKER, count=waiting)


def _of_job(space: Workspace, job: Job, trigger: BaseTrigger | None, now: datetime) -> Iterator[Concern]:
    def local(at: datetime) -> str:
        return f"{at.astimezone(space.clock.timezone):%Y-%m-%d %H:%M}"

    if job.accounted is None or now - job.accounted > GIVEN_UP:
        return
    if job.outcome == "failed":
        yield _concern("job_failed", job.name, JOB_FAILED, job=job.name, why=job.said or "?")
    if job.skipped_at is not None and now - job.skipped_at <= LOOK_BACK:
        yield _concern("job_skipped", job.name, JOB_SKIPPED, job=job.name, at=local(job.skipped_at))
    if job.missed_at is not None and now - job.missed_at <= LOOK_BACK:
        yield _concern("job_missed", job.name, JOB_MISSED, job=job.name, at=local(job.missed_at))
    due = None if trigger is None else next_after(trigger, job.accounted)
    if due is not None and now - due > LATE:
        yield _concern("job_overdue", job.name, JOB_OVERDUE, job=job.name, at=local(due))


def _times(space: Workspace) -> dict[str, BaseTrigger]:
    """Job -> its times by the settings of now."""
    try:
        return jobs_of(timetable(space.settings), [source.name for source in space.settings.sources])
    except BridgeError:
        return {}  # times that cannot be understood are told by `check` and by every start


class Disk(Struct, frozen=True):
    used_ratio: float
    free_bytes: int


def disk_of(space: Workspace) -> Disk | None:
    """How full the disk is that holds the store; None where its folder is not there yet."""
    folder: Path = space.settings.data_folder
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return None
    # What only the superuser may still use is as good as used.
    return Disk(1 - found.free / found.total if found.total else 1.0, found.free)


def _concern(code: str, place: str, text: Text, **facts: object) -> Concern:
    severity: Severity = "error" if code in SEVERE else "warning"
    return Concern(code, severity, place, Phrase(text, facts))
