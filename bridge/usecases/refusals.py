"""Channels that take no message: since when, why, what to do, and who answers for it until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.notify import channels
from bridge.report.record import instant
from bridge.store import refusals
from bridge.store.engine import Store
from bridge.store.refusals import Answer, Refusal
from bridge.usecases.statements import Said, refuse_past, whole, writing
from bridge.usecases.workspace import Workspace

NO_REFUSAL = Text(
    zh="渠道 {channel} 没有未消除的 {code}；现有：{known}。见 pbridge findings --channels。",
    en="the channel {channel} has no open {code}; there are: {known}. See pbridge findings --channels.",
)
NONE = Text(zh="无", en="none")
NOT_KNOWN = Text(zh="原因见对方给的代码", en="the vendor's code tells why")
STATES = {
    "open": Text(zh="未消除", en="open"),
    "acknowledged": Text(zh="已确认", en="acknowledged"),
    "cleared": Text(zh="已消除", en="cleared"),
}


class Told(Struct, frozen=True):
    """A refusal as it stands today: `open`, `acknowledged` or `cleared`."""

    refusal: Refusal
    state: str

    def what_to_do(self, lang: Lang) -> str:
        return (channels.remedy(self.refusal.kind, self.refusal.code) or NOT_KNOWN).say(lang)

    def as_json(self, lang: Lang) -> dict[str, object]:
        one, said = self.refusal, self.refusal.answer
        return {
            "channel": one.channel,
            "kind": one.kind,
            "code": one.code,
            "state": self.state,
            "outbox": one.state,
            "parts": one.parts,
            "opened_at": instant(one.opened_at),
            "seen_at": instant(one.seen_at),
            "cleared_at": None if one.cleared_at is None else instant(one.cleared_at),
            "what_to_do": self.what_to_do(lang),
            "acknowledged": said
            and {
                "until": said.until.isoformat(),
                "by": said.by,
                "reason": said.reason,
                "recorded_at": instant(said.recorded_at),
            },
        }


def listed(space: Workspace, since: date | None = None) -> list[Told]:
    """What is not over, oldest first; with a day whatever was seen or ended on it or later."""
    if not space.has_store:
        return []
    with space.store() as store:
        found = refusals.listed(store)
    told = [Told(one, _state(one, space.clock.today)) for one in found]
    if since is None:
        return [one for one in told if one.state != "cleared"]
    return [one for one in told if _last(one.refusal, space) >= since]


def present(space: Workspace, store: Store) -> Iterator[Refusal]:
    """Those that are not over, answered for or not, of the channels in the settings."""
    names = {entry.name for entry in space.settings.notify}
    return (one for one in refusals.still_open(store) if one.channel in names)


def acknowledge(space: Workspace, channel: str, code: str, until: date, said: Said) -> Refusal:
    """Answer for what a channel refuses by until a day: it stays listed, and speaks again after that day."""
    refuse_past(space, "--until", until)
    said = whole(said)
    return _keep(space, channel, code, Answer(until, said.by, said.reason, space.clock.now()))


def take_back(space: Workspace, channel: str, code: str) -> Refusal:
    """From now on it speaks again."""
    return _keep(space, channel, code, None)


def _keep(space: Workspace, channel: str, code: str, said: Answer | None) -> Refusal:
    with writing(space, "acknowledge") as store:
        found = [one for one in refusals.still_open(store) if one.channel == channel]
        for one in found:
            if one.code.casefold() == code.casefold():
                refusals.answer(store, one.seq, said)
                return one
    known = ", ".join(one.code for one in found) or NONE
    raise UsageProblem(NO_REFUSAL, channel=channel, code=code, known=known)


def _state(one: Refusal, today: date) -> str:
    if one.cleared_at is not None:
        return "cleared"
    return "acknowledged" if one.is_quiet(today) else "open"


def _last(one: Refusal, space: Workspace) -> date:
    return max(one.seen_at, one.cleared_at or one.seen_at).astimezone(space.clock.timezone).date()
