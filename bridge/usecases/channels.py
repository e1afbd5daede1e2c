"""The channels of the settings as they are reached, and when each of them may be spoken to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bridge.config.sections import QUIET_HOURS, NotifySection
from bridge.errors import BridgeError, Problems, UsageProblem
from bridge.language import Text
from bridge.notify.message import Target
from bridge.usecases.workspace import Workspace

NONE = Text(
    zh="设置文件 {path} 里没有 [[notify]]，没有可以发送的渠道。请按 config.example.toml 添加。",
    en="the settings file {path} has no [[notify]], so there is nothing to send to. Add one as in config.example.toml.",
)
UNKNOWN = Text(
    zh="没有名为 {value} 的渠道；设置中有：{known}。",
    en="there is no channel named {value}; the settings have: {known}.",
)
HEADING = Text(zh="{count} 个渠道不能使用：", en="{count} channel(s) cannot be used:")
NO_VALUE = Text(
    zh="[[notify]] {name} 没有 {key}；请写上，或检查它所取自的环境变量或文件。",
    en="[[notify]] {name} has no {key}; add it, or check the variable or file that it is read from.",
)
NEEDED = {"email": ("host", "sender", "to")}


def chosen(space: Workspace, names: Sequence[str] = ()) -> tuple[NotifySection, ...]:
    """All channels, or those named; an unknown name, or one that lacks its address, is an error."""
    known = {entry.name: entry for entry in space.settings.notify}
    if not known:
        raise UsageProblem(NONE, path=str(space.settings.file))
    for name in names:
        if name not in known:
            raise UsageProblem(UNKNOWN, value=name, known=", ".join(known))
    found = tuple(entry for entry in known.values() if not names or entry.name in names)
    problems: list[BridgeError] = [
        UsageProblem(NO_VALUE, name=entry.name, key=key) for entry in found for key in lacking(entry)
    ]
    if problems:
        raise Problems(HEADING, problems, count=len(problems))
    return found


def lacking(entry: NotifySection) -> list[str]:
    return [key for key in NEEDED.get(entry.kind, ("url",)) if not getattr(entry, key)]


def target(space: Workspace, entry: NotifySection) -> Target:
    """How a channel is reached."""
    mail = {name: getattr(entry, name) for name in ("host", "port", "security", "username", "sender", "to")}
    mail["ca_file"] = str(space.settings.path(entry.ca_file)) if entry.ca_file else ""
    return Target(
        name=entry.name,
        kind=entry.kind,
        url=entry.url,
        secret=entry.secret,
        form=entry.form,
        keyword=entry.keyword,
        mentions=entry.mentions,
        intranet=entry.intranet_hosts,
        proxy=entry.proxy,
        mail=mail,
    )


def quiet_until(entry: NotifySection, now: datetime, space: Workspace) -> datetime | None:
    """When the quiet hours end in which this instant lies; None outside of them."""
    match = QUIET_HOURS.fullmatch(entry.quiet_hours)
    if match is None:
        return None
    first_hour, first_minute, last_hour, last_minute = map(int, match.groups())
    begin, end = time(first_hour, first_minute), time(last_hour, last_minute)
    local = now.astimezone(space.clock.timezone)
    at, is_over_night = local.time(), end <= begin
    if not ((at >= begin or at < end) if is_over_night else begin <= at < end):
        return None
    day = local.date() + timedelta(days=int(is_over_night and at >= begin))
    return datetime.combine(day, end, space.clock.timezone)
