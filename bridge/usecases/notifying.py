"""What each channel is to be told today: the digest, the summary of the week, an alert; queued once and never twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bridge.config.sections import NotifySection
from bridge.language import Lang
from bridge.model import Colour
from bridge.notify import channels, digest
from bridge.notify.channels import Body
from bridge.notify.mail_page import page
from bridge.notify.message import Attachment, Message
from bridge.notify.weekly import weekly
from bridge.plan.calendar import WorkCalendar
from bridge.report.rows import rows
from bridge.store import outbox
from bridge.store.engine import Store
from bridge.usecases import reporting
from bridge.usecases.calendars import present_calendar
from bridge.usecases.channels import chosen, target
from bridge.usecases.evaluate import Reconciled
from bridge.usecases.reporting import Judged, ReportWish, View
from bridge.usecases.timetable import days_of_week
from bridge.usecases.workspace import Workspace

MOST_ALERTS = 3
"""A day and channel; the rest is said in the last of them and in the digest."""
WEEK, SUNDAY = timedelta(days=7), 6


@dataclass(frozen=True, slots=True)
class NotifyWish:
    """Which channels, and whether the summary of the week is wanted whatever day it is."""

    channels: Sequence[str] = ()
    weekly: bool = False
    again: bool = False
    """Also what was queued before."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One report for one channel, cut into the parts that are sent."""

    channel: str
    kind: str
    report: str
    bodies: tuple[Body, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        weigh = channels.channel(self.kind).weigh
        return tuple(weigh(body) for body in self.bodies)

    @property
    def limits(self) -> tuple[int, ...]:
        limit = channels.channel(self.kind).limit
        return tuple(limit(body) for body in self.bodies)

    @property
    def shown(self) -> tuple[str, ...]:
        show = channels.channel(self.kind).shown
        return tuple(show(body) for body in self.bodies)


def calendar_of(space: Workspace) -> WorkCalendar:
    """The working days that messages go by."""
    with space.store() as store:
        return present_calendar(space, store)


def is_workday(space: Workspace) -> bool:
    return calendar_of(space).is_workday(space.clock.today)


@dataclass(slots=True)
class Views:
    """Reports for many readers from one evaluation a day compared with."""

    space: Workspace
    judged: dict[date, Judged] = field(default_factory=dict)
    made: dict[tuple[str, Lang, date], View] = field(default_factory=dict)

    def of(self, entry: NotifySection, since: date) -> View:
        """What one channel is told of, against the day compared with."""
        lang = _language(self.space, entry)
        wish = ReportWish(since=since, owner=entry.owner or None)
        if since not in self.judged:
            self.judged[since] = reporting.judge(self.space, wish)
        key = (entry.owner, lang, since)
        if key not in self.made:
            self.made[key] = reporting.document(self.space, self.judged[since], wish, lang)
        return self.made[key]


def planned(space: Workspace, wish: NotifyWish) -> list[Planned]:
    """What the channels would be told now, writing nothing; nothing on a day off unless the week is asked for."""
    entries = chosen(space, wish.channels)
    if wish.weekly:
        views = Views(space)
        # Somebody who asks for it gets it, wherever it goes by itself.
        return [_weekly(views, entry) for entry in entries]
    return digests(space, entries) + summaries(space, entries)


def digests(space: Workspace, entries: Sequence[NotifySection] | None = None) -> list[Planned]:
    """The digest of each channel that wants it; nothing on a day off."""
    if not is_workday(space):
        return []
    views = Views(space)
    return [_digest(views, entry) for entry in (chosen(space) if entries is None else entries) if entry.digest]


def summaries(space: Workspace, entries: Sequence[NotifySection] | None = None) -> list[Planned]:
    """The summary of the week for each channel that wants it; nothing on any day but its own."""
    if not is_day_of_summary(space):
        return []
    views = Views(space)
    return [_weekly(views, entry) for entry in (chosen(space) if entries is None else entries) if entry.weekly]


def is_day_of_summary(space: Workspace) -> bool:
    """Whether today is the weekday of [schedule] weekly, or the first working day after it where that was off.

    It stays within its week: where all that is left of the week is off, there is no summary.
    """
    day, calendar = space.clock.today, calendar_of(space)
    named = days_of_week(space.settings.schedule.weekly)
    if not calendar.is_workday(day):
        return False
    while day.weekday() not in named:
        day -= timedelta(days=1)
        if day.weekday() == SUNDAY or calendar.is_workday(day):
            return False
    return True


def queue(
    space: Workspace, store: Store, found: Iterable[Planned], *, again: bool = False
) -> list[tuple[Planned, bool]]:
    """Put them into the outbox, each with whether it is new there; all of a call or nothing."""
    now = space.clock.now()
    done = []
    with store.transaction():
        for one in found:
            report = one.report
            if again and outbox.known(store, one.channel, report) is not None:
                report = f"{report}#{outbox.count_of(store, one.channel, report) + 1}"
            sized = list(zip(one.bodies, one.sizes, strict=True))
            done.append((one, outbox.put(store, one.channel, report, one.kind, sized, now)))
    return done


def alert(space: Workspace, store: Store) -> list[Planned]:
    """Queue an alert for each contractual milestone that turned red since yesterday; few a day, none on a day off."""
    entries = [entry for entry in space.settings.notify if entry.urgent]
    if not entries or not is_workday(space):
        return []
    done, views = [], Views(space)
    for entry in entries:
        view = views.of(entry, space.clock.today - timedelta(days=1))
        with store.transaction():
            for one in _alerts(space, store, entry, view):
                sized = list(zip(one.bodies, one.sizes, strict=True))
                if outbox.put(store, one.channel, one.report, one.kind, sized, space.clock.now()):
                    done.append(one)
    return done


def has_turned_red(done: Reconciled) -> bool:
    """Whether a contractual milestone is red that was judged otherwise on its last day: the quick look before an alert."""
    return any(
        row.milestone.contractual and row.colour is Colour.RED and kept[-1].colour is not Colour.RED
        for row in done.result.assessments
        if (kept := done.portfolio.snapshots.get(row.milestone.key))
    )


def _alerts(space: Workspace, store: Store, entry: NotifySection, view: View) -> list[Planned]:
    begin = f"urgent/{space.clock.today}/"
    fresh = [key for key in digest.turned_red(view) if outbox.known(store, entry.name, begin + key) is None]
    told = fresh[: max(MOST_ALERTS - outbox.count_of(store, entry.name, begin), 0)]
    found = []
    for key in told:
        more = len(fresh) - len(told) if key == told[-1] else 0
        message = digest.urgent(view, key, _language(space, entry), more=more, url=_url(space))
        found.append(_planned(space, entry, begin + key, message, view))
    return found


def _digest(views: Views, entry: NotifySection) -> Planned:
    space = views.space
    day = space.clock.today
    view = views.of(entry, calendar_of(space).add_workdays(day, -1))
    message = digest.digest(view, _language(space, entry), owner=entry.owner or None, url=_url(space))
    return _planned(space, entry, f"digest/{day}", message, view)


def _weekly(views: Views, entry: NotifySection) -> Planned:
    space = views.space
    year, week, _ = space.clock.today.isocalendar()
    view = views.of(entry, space.clock.today - WEEK)
    message = weekly(view, _language(space, entry), url=_url(space))
    return _planned(space, entry, f"weekly/{year}-W{week:02}", message, view)


def _planned(space: Workspace, entry: NotifySection, report: str, message: Message, view: View) -> Planned:
    if entry.kind == "email":
        message = replace(message, html=page(message, rows(view, message.lang)))
        if entry.attach and not message.is_urgent:
            content = reporting.content(view, "xlsx", message.lang)
            message = replace(message, attachments=(Attachment(_file_name(view, message.lang), content),))
    bodies = channels.channel(entry.kind).parts(message, target(space, entry))
    return Planned(entry.name, entry.kind, report, tuple(bodies))


def _language(space: Workspace, entry: NotifySection) -> Lang:
    return entry.language or space.lang


def _url(space: Workspace) -> str | None:
    return space.settings.web.public_url or None


def _file_name(view: View, lang: Lang) -> str:
    return f"{'延期报告' if lang == 'zh' else 'delay-report'}-{view['as_of']}.xlsx"
