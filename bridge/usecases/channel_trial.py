"""A channel tried by an admin: what it would be told, counted in bytes, and one test message that says it is one.

A test goes past the outbox, so it never delays or repeats a report; a channel is tried a few times in ten minutes at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct

from bridge.config.sections import NotifySection
from bridge.errors import BridgeError, Problems, UsageProblem
from bridge.language import Lang, Text
from bridge.notify import channels
from bridge.notify.channels import Body
from bridge.notify.failures import Failure, Later, Refused
from bridge.notify.message import Block, Line, Message
from bridge.store import accounts
from bridge.usecases.channels import chosen, lacking, target
from bridge.usecases.notifying import NotifyWish, planned
from bridge.usecases.recorded import writable
from bridge.usecases.workspace import Workspace

MOST, WINDOW = 3, timedelta(minutes=10)
TESTED = "channel tested"
TITLE = Text(zh="进度桥测试消息", en="Progress Bridge: test message")
SENT_BY = Text(
    zh="{who} 在 {at} 从网页发送，用来确认渠道 {channel} 能收到；不用回复。",
    en="Sent by {who} at {at} from the pages to see whether the channel {channel} works; nothing is to be done.",
)
TOO_OFTEN = Text(
    zh="渠道 {channel} 在 10 分钟内已试过 {most} 次，请在 {minutes} 分钟后再试。",
    en="the channel {channel} was tried {most} times within 10 minutes; try again in {minutes} minute(s).",
)


class Standing(Struct, frozen=True):
    """A channel of the settings, without its address: what it is told, and which settings it lacks."""

    name: str
    kind: str
    told: tuple[str, ...]
    quiet_hours: str
    lacking: tuple[str, ...]


class Part(Struct, frozen=True):
    """One part of a message as it would go: its bytes as the vendor counts, the limit, and what a person sees."""

    report: str
    number: int
    of: int
    bytes: int
    limit: int
    shown: str


class Tried(Struct, frozen=True):
    """How a test ended: `arrived`, or a state of `STATES` with the vendor's code, words and what to do."""

    state: str
    parts: tuple[Part, ...]
    code: str | None = None
    said: str = ""
    remedy: Text | None = None


STATES = {
    "arrived": Text("已送达", "delivered"),
    "refused": Text("被拒收", "refused"),
    "later": Text("现在送不到", "cannot be delivered now"),
    "unclear": Text("已发出，没有回音，可能已送达", "sent without an answer: it may have arrived"),
}


def standings(space: Workspace) -> list[Standing]:
    return [
        Standing(
            one.name,
            one.kind,
            tuple(name for name in ("digest", "weekly", "urgent") if getattr(one, name)),
            one.quiet_hours,
            tuple(lacking(one)),
        )
        for one in space.settings.notify
    ]


def preview(space: Workspace, name: str, who: str) -> tuple[tuple[Part, ...], BridgeError | None]:
    """What a test and today's digest would be, made exactly as they are sent; and why there is no digest, if so.

    Nothing is sent or written; on a day off there is no digest, and no reason either.
    """
    entry = _channel(space, name)
    found = list(_parts("test", entry.kind, _bodies(space, entry, who)))
    try:
        for one in planned(space, NotifyWish((name,))):
            found += _parts(one.report, one.kind, one.bodies)
    except Problems:
        raise
    except BridgeError as error:
        return tuple(found), error
    return tuple(found), None


def send_test(space: Workspace, name: str, who: str) -> Tried:
    """Send one test message now and say how that ended; raises `UsageProblem` where it was done too often."""
    entry, now = _channel(space, name), space.clock.now()
    with writable(space) as store, store.transaction():
        tried = accounts.noted_since(store, TESTED, name, now - WINDOW)
        if len(tried) >= MOST:
            wait = tried[-MOST] + WINDOW - now
            minutes = max(1, -(-int(wait.total_seconds()) // 60))
            raise UsageProblem(TOO_OFTEN, channel=name, most=MOST, minutes=minutes)
        accounts.note(store, now, who, TESTED, name)
    bodies = _bodies(space, entry, who)
    parts = tuple(_parts("test", entry.kind, bodies))
    try:
        for number, body in enumerate(bodies, 1):
            key = f"{name}/test/{now:%Y%m%dT%H%M%S%f}/{number}"
            channels.channel(entry.kind).send(dict(body), target(space, entry), now, key)
    except Failure as failure:
        return Tried(_state(failure), parts, failure.code, failure.said, channels.remedy(entry.kind, failure.code))
    return Tried("arrived", parts)


def _channel(space: Workspace, name: str) -> NotifySection:
    (entry,) = chosen(space, (name,))
    return entry


def _bodies(space: Workspace, entry: NotifySection, who: str) -> list[Body]:
    lang: Lang = entry.language or space.lang
    at = f"{space.clock.now().astimezone(space.clock.timezone):%Y-%m-%d %H:%M}"
    line = Line(SENT_BY.say(lang, who=who, at=at, channel=entry.name))
    message = Message(TITLE.say(lang), (Block(TITLE.say(lang), (line,)),), lang)
    return channels.channel(entry.kind).parts(message, target(space, entry))


def _parts(report: str, kind: str, bodies: Iterable[Body]) -> Iterable[Part]:
    way, all_of_it = channels.channel(kind), list(bodies)
    for number, body in enumerate(all_of_it, 1):
        yield Part(report, number, len(all_of_it), way.weigh(body), way.limit(body), way.shown(body))


def _state(failure: Failure) -> str:
    if isinstance(failure, Refused):
        return "refused"
    return "later" if isinstance(failure, Later) else "unclear"
