"""Which pages are stored in one transaction: those that come soon after each other."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from bridge.sync.reading import Event, Readers

# Other writers wait for a transaction to end: this many rows take a small part of a second.
ROWS_AT_ONCE = 4_000
# Every transaction writes the pages of the indexes that it touches, so a fast source is waited for a moment inside one.
LINGER_S = 0.03
LONGEST_S = 1.0
# Where other machines write too, nobody waits inside a transaction: so much is gathered before it.
GATHERED_S = 0.4
GATHERED_ROWS = 1_000


def as_they_come(readers: Readers, event: Event, store: Callable[[Event], int]) -> list[Event]:
    """Store an event and what follows it while a transaction is open; returns them without what came.

    `store` tells how many rows an event had.
    """
    told, until, rows = [event.told], monotonic() + LONGEST_S, store(event)
    while rows < ROWS_AT_ONCE and monotonic() < until and readers.has_next(LINGER_S):
        event = readers.next()
        told.append(event.told)
        rows += store(event)
    return told


def gathered(readers: Readers, event: Event) -> list[Event]:
    """An event and what follows it, to be stored in a transaction that waits for nothing."""
    events, rows, until = [event], event.size, monotonic() + GATHERED_S
    while rows < GATHERED_ROWS and monotonic() < until and readers.has_next(LINGER_S):
        event = readers.next()
        events.append(event)
        rows += event.size
    return events
