"""Sending what is in the outbox: paced, tried again with growing pauses, stopped where it can never arrive."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.config.sections import NotifySection
from bridge.language import Text
from bridge.notify import channels
from bridge.notify.failures import Failure, Later, Refused
from bridge.store import leases, outbox, refusals
from bridge.store.engine import Store
from bridge.store.outbox import Parcel
from bridge.usecases.channels import lacking, quiet_until, target
from bridge.usecases.workspace import Workspace

log = logging.getLogger("bridge.notify")

LEASE, COMMAND = "notify", "pbridge notify"
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
GIVE_UP = timedelta(hours=24)
STATES = {
    "waiting": Text("等待发送", "waiting"),
    "sending": Text("正在发送", "being sent"),
    "sent": Text("已送达", "sent"),
    "dead": Text("已放弃", "given up"),
    "unclear": Text("可能已送达", "may have arrived"),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt: the part, and how it ended; None where it arrived."""

    parcel: Parcel
    failure: Failure | None


def deliver(space: Workspace, store: Store, stop: threading.Event, *, patience_s: float = 1.0) -> Iterator[Tried]:
    """Send everything that is due, one part at a time and by one process at a time.

    Waits of at most `patience_s` are slept; what has to wait longer stays in the outbox for the next call. A part that was
    being sent when a process died is sent again only where its receiver can tell a repetition.
    """
    with leases.held(store, LEASE, command=COMMAND):
        open_now = {entry.name: entry for entry in space.settings.notify if not lacking(entry)}
        _settle(space, store, open_now)
        while not stop.is_set():
            now = space.clock.now()
            names = [name for name, entry in open_now.items() if quiet_until(entry, now, space) is None]
            parcel = outbox.next_due(store, names, now)
            if parcel is None:
                return
            wait = _place(store, parcel, now) - now
            if wait.total_seconds() > patience_s:
                with store.transaction():
                    outbox.hold(store, parcel.channel, now + wait)
            elif not stop.wait(max(wait.total_seconds(), 0)):
                yield Tried(parcel, _attempt(space, store, open_now[parcel.channel], parcel))


def _settle(space: Workspace, store: Store, open_now: Collection[str]) -> None:
    """Parts that were on their way when somebody was cut off: only one process sends, so nobody sends them now."""
    now = space.clock.now()
    with store.transaction():
        for parcel in outbox.listed(store, (outbox.SENDING,)):
            if channels.channel(parcel.kind).KNOWS_REPEATS:
                outbox.again(store, parcel, now, "interrupted")
            else:
                _stop(store, parcel, outbox.UNCLEAR, "interrupted", now)
        # A channel that was taken out of the settings, or has lost its address, sends nothing and fails at nothing.
        for parcel in outbox.listed(store, (outbox.WAITING,)):
            if parcel.channel not in open_now and now - parcel.queued_at >= GIVE_UP:
                _stop(store, parcel, outbox.DEAD, "no_channel", now)


def _place(store: Store, parcel: Parcel, now: datetime) -> datetime:
    """When the vendor's limits allow one more."""
    way = channels.channel(parcel.kind)
    recent = outbox.tried_since(store, parcel.channel, now - MINUTE)
    place = now
    if len(recent) >= way.PER_MINUTE:
        place = max(place, recent[-way.PER_MINUTE] + MINUTE + SECOND)
    if len(recent) >= way.PER_SECOND:
        place = max(place, recent[-way.PER_SECOND] + SECOND)
    return place


def _attempt(space: Workspace, store: Store, entry: NotifySection, parcel: Parcel) -> Failure | None:
    """Say that it is sent, send it, say how that ended: each a transaction of its own."""
    with store.transaction():
        outbox.begin(store, parcel, space.clock.now())
    try:
        channels.channel(parcel.kind).send(dict(parcel.body), target(space, entry), space.clock.now(), parcel.key)
    except Failure as failure:
        with store.transaction():
            _record(store, parcel, failure, space.clock.now())
        log.warning("%s: not delivered: %s", parcel.key, failure)
        return failure
    with store.transaction():
        outbox.sent(store, parcel, space.clock.now())
        refusals.clear(store, parcel.channel, space.clock.now())
    log.info("%s: delivered part %s of %s, %s bytes", parcel.key, parcel.part, parcel.parts, parcel.bytes)
    return None


def _record(store: Store, parcel: Parcel, failure: Failure, now: datetime) -> None:
    if isinstance(failure, Refused):
        _stop(store, parcel, outbox.DEAD, failure.code, now, failure.said)
    elif not isinstance(failure, Later) and not channels.channel(parcel.kind).KNOWS_REPEATS:
        _stop(store, parcel, outbox.UNCLEAR, failure.code, now, failure.said)
    elif now - parcel.queued_at >= GIVE_UP:
        _stop(store, parcel, outbox.DEAD, "expired", now, f"{failure}")
    else:
        due = now + pause(parcel.tries, failure.after_s if isinstance(failure, Later) else None)
        outbox.again(store, parcel, due, failure.code, failure.said)
        # Who is asked to wait, waits with everything for that channel.
        outbox.hold(store, parcel.channel, due)


def _stop(store: Store, parcel: Parcel, state: str, code: str, now: datetime, said: str = "") -> None:
    """It goes no further, and that is a finding until the channel takes something again."""
    outbox.stop(store, parcel, state, code, said)
    refusals.met(store, parcel.channel, parcel.kind, code, state, now)


def pause(tries: int, after_s: float | None) -> timedelta:
    """What the vendor asks for in full, and a second; else a minute, doubled with every try up to half an hour."""
    if after_s is not None:
        return timedelta(seconds=after_s) + SECOND
    return min(FIRST_PAUSE * (1 << min(tries, 10)), LONGEST_PAUSE)
