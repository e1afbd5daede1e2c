"""That a service runs is told in the store, so that nobody takes the store away from under it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.errors import BridgeError
from bridge.store import leases
from bridge.store.opening import Place, opened
from bridge.usecases.workspace import Workspace

log = logging.getLogger("bridge.service")

SERVICE, COMMAND = "service:", "pbridge serve"
LONGEST_END_S = 0.5
"""How long the end of a service waits for its word to be taken back; a process that is gone is recognised anyway."""


@contextmanager
def told(space: Workspace, command: str = COMMAND) -> Iterator[None]:
    """Tell it while the block runs. A store that is busy is told later: no service waits for this or fails by it."""
    done = threading.Event()
    place = space.settings.database_place
    thread = threading.Thread(target=_tell, args=(place, command, done), name="presence", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(LONGEST_END_S)


def _tell(place: Place, command: str, done: threading.Event) -> None:
    lease: leases.Lease | None = None
    while not done.is_set():
        try:
            lease = _sign_of_life(place, command, lease)
        except BridgeError as err:
            log.debug("the presence of the service could not be told: %s", err)
        done.wait(leases.HEARTBEAT_S)
    if lease is None:
        return
    try:
        with opened(place) as store:
            leases.release(store, lease)
    except BridgeError as err:
        log.debug("the presence of the service could not be taken back: %s", err)


def _sign_of_life(place: Place, command: str, lease: leases.Lease | None) -> leases.Lease:
    with opened(place) as store:
        now = store.now()
        if lease is not None and leases.heartbeat(store, lease, now):
            return lease
        leases.forget_dead(store, SERVICE, now)
        process = leases.Process.this()
        return leases.take(store, f"{SERVICE}{process.host}:{process.pid}", command=command, now=now)
