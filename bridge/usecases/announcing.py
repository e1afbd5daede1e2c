"""What the background service says to people by itself; without a channel in the settings it loads and does nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bridge.store import leases, outbox
from bridge.usecases.evaluate import Reconciled
from bridge.usecases.workspace import Workspace

if TYPE_CHECKING:
    from bridge.usecases.notifying import Planned

log = logging.getLogger("bridge.notify")


def announce(space: Workspace) -> None:
    """Queue the digest of the day; nothing on a day off."""
    if not any(entry.digest for entry in space.settings.notify):
        return
    from bridge.usecases.notifying import digests

    _queue(space, digests(space))


def summarise(space: Workspace) -> None:
    """Queue the summaries of the week on their day; nothing on any other."""
    if not any(entry.weekly for entry in space.settings.notify):
        return
    from bridge.usecases.notifying import summaries

    _queue(space, summaries(space))


def _queue(space: Workspace, found: Sequence[Planned]) -> None:
    from bridge.usecases.notifying import queue

    with space.store(create=True) as store:
        for one, is_new in queue(space, store, found):
            log.info("%s: %s", f"{one.channel}/{one.report}", "queued" if is_new else "was sent or queued before")


def warn_of_red(space: Workspace, done: Reconciled) -> None:
    """Queue alerts for contractual promises that turned red by what was just judged."""
    if not space.settings.notify:
        return
    from bridge.usecases.notifying import alert, has_turned_red

    if not has_turned_red(done):
        return
    with space.store(create=True) as store:
        for one in alert(space, store):
            log.info("%s/%s: queued", one.channel, one.report)


def send_out(space: Workspace, stop: threading.Event) -> None:
    """Send what waits; another process that is sending does the same."""
    if not space.settings.notify:
        return
    from bridge.usecases.delivering import deliver

    with space.store(create=True) as store:
        if not outbox.listed(store, (outbox.WAITING, outbox.SENDING)):
            return
        try:
            for _ in deliver(space, store, stop):
                continue
        except leases.Held:
            log.debug("another process is sending")
