"""`pbridge notify` as a use case: print, send now, look at what has not arrived, try again."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.language import Lang, Text
from bridge.notify import channels
from bridge.store import outbox
from bridge.store.engine import Store
from bridge.store.outbox import Parcel
from bridge.usecases.delivering import STATES, deliver
from bridge.usecases.notifying import NotifyWish, Planned, is_workday, planned, queue
from bridge.usecases.workspace import Workspace

Entry = Mapping[str, Any]
PATIENCE_S = 65.0
"""A person at a terminal waits for the limit of a minute, not for a ban of ten."""
NOT_SHOWN = "content"
ARRIVED_IN_PART = frozenset({"some_recipients"})
"""Given up with this code, it has arrived with others: sent again, they would have it twice."""
NOT_DELIVERED = Text(
    zh="{channel}：{report} 第 {part}/{parts} 部分{state}（{code} {said}）{todo}",
    en="{channel}: {report}, part {part} of {parts}: {state} ({code} {said}){todo}",
)
TODO = Text(zh="：{what}。", en=": {what}.")
NO_TODO = Text(zh="。", en=".")


@dataclass(frozen=True, slots=True)
class Sent:
    """What one call sent; `before` are (channel, report) that were queued earlier and not again."""

    tried: tuple[Entry, ...]
    before: tuple[tuple[str, str], ...]
    waiting: int
    is_day_off: bool

    @property
    def exit_code(self) -> int:
        return int(any(entry["state"] != outbox.SENT for entry in self.tried))

    def as_json(self, lang: Lang) -> Entry:
        return {
            "tried": [{**entry, "what_to_do": what_to_do(entry, lang)} for entry in self.tried],
            "before": [{"channel": channel, "report": report} for channel, report in self.before],
            "waiting": self.waiting,
            "day_off": self.is_day_off,
        }


def dry_run(space: Workspace, wish: NotifyWish) -> list[Planned]:
    """What would be sent, made exactly as it would be; nothing is written."""
    return planned(space, wish)


def parts_of(one: Planned) -> list[Entry]:
    """Each part with its bytes, what a person would see, and the body; the contents of files are only counted."""
    return [
        {
            "channel": one.channel,
            "kind": one.kind,
            "report": one.report,
            "part": number,
            "parts": len(one.bodies),
            "bytes": size,
            "limit": limit,
            "shown": shown,
            "body": _without_files(body),
        }
        for number, (body, size, limit, shown) in enumerate(
            zip(one.bodies, one.sizes, one.limits, one.shown, strict=True), 1
        )
    ]


def send_now(space: Workspace, wish: NotifyWish, stop: threading.Event, *, retry: bool = False) -> Sent:
    """Queue what is due today and send all that waits for these channels; with `retry` also what was given up."""
    found = planned(space, wish)
    with space.store(create=True) as store:
        done = queue(space, store, found, again=wish.again)
        if retry:
            _revive(space, store, wish.channels)
        tried = [one.parcel for one in deliver(space, store, stop, patience_s=PATIENCE_S)]
        now = {parcel.key: parcel for parcel in outbox.listed(store)}
        waiting = len(outbox.listed(store, (outbox.WAITING,), wish.channels))
    return Sent(
        tuple(_entry(now[key]) for key in dict.fromkeys(parcel.key for parcel in tried)),
        tuple((one.channel, one.report) for one, is_new in done if not is_new),
        waiting,
        not found and not is_workday(space),
    )


def queue_again(space: Workspace) -> None:
    """What was given up waits once more, for the service to send."""
    with space.store(create=True) as store:
        _revive(space, store)


def _revive(space: Workspace, store: Store, names: Sequence[str] = ()) -> None:
    with store.transaction():
        dead = outbox.listed(store, (outbox.DEAD,), names)
        outbox.revive(store, (one for one in dead if one.code not in ARRIVED_IN_PART), space.clock.now())


def outbox_of(space: Workspace, names: Sequence[str] = ()) -> list[Entry]:
    """Everything that has not arrived."""
    states = tuple(state for state in outbox.STATES if state != outbox.SENT)
    with space.store() as store:
        return [_entry(parcel) for parcel in outbox.listed(store, states, names)]


def what_to_do(entry: Entry, lang: Lang) -> str | None:
    code = entry["code"]
    found = None if code is None else channels.remedy(entry["kind"], code)
    return None if found is None else found.say(lang)


def explained(entry: Entry, lang: Lang) -> str:
    """Why a part did not arrive, and what to do."""
    what = what_to_do(entry, lang)
    todo = NO_TODO.say(lang) if what is None else TODO.say(lang, what=what)
    facts = {name: entry[name] for name in ("channel", "report", "part", "parts", "code")}
    return NOT_DELIVERED.say(lang, **facts, said=entry["said"] or "", state=STATES[entry["state"]], todo=todo)


def state_name(state: str, lang: Lang) -> str:
    return STATES[state].say(lang)


def _entry(parcel: Parcel) -> Entry:
    def text(at: Any) -> str | None:
        return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "channel": parcel.channel,
        "kind": parcel.kind,
        "report": parcel.report,
        "part": parcel.part,
        "parts": parcel.parts,
        "bytes": parcel.bytes,
        "state": parcel.state,
        "tries": parcel.tries,
        "queued_at": text(parcel.queued_at),
        "due_at": text(parcel.due_at),
        "tried_at": text(parcel.tried_at),
        "sent_at": text(parcel.sent_at),
        "code": parcel.code,
        "said": parcel.said,
    }


def _without_files(body: Mapping[str, Any]) -> Mapping[str, Any]:
    if "files" not in body:
        return body
    files = [{"name": one["name"], "base64_bytes": len(one[NOT_SHOWN])} for one in body["files"]]
    return {**body, "files": files}
