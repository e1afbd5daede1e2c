"""The critical path method: when linked work can end, which links decide it, and how much slack the rest has.

A slip of one item moves the end only by what exceeds its float; slips beside each other do not add up.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar, cast

from bridge.errors import BridgeError
from bridge.language import Text

Key = TypeVar("Key", bound=Hashable)
Links = Mapping[Key, Iterable[object]]
"""Item -> its predecessors: keys, (key, lag) pairs, or a mapping of key to lag; lag in the unit of the durations."""

_CYCLE = Text(
    zh="任务互为前置：{members}；请在工具里去掉其中一条前后置关系",
    en="tasks wait for each other: {members}; remove one of these links in the tool",
)

# Floats such as 0.1 + 0.2 must not take an item off the critical path.
_SAME = 1e-9


class LinkCycle(BridgeError, ValueError):
    """Items that wait for each other; `members` in the order of the links, each waiting for the one before."""

    def __init__(self, members: Sequence[Hashable]) -> None:
        self.members = tuple(members)
        super().__init__(_CYCLE, members=" → ".join(str(member) for member in (*members, members[0])))


@dataclass(frozen=True, slots=True)
class Position:
    """Earliest and latest start and finish of one item, counted from day 0, and its floats, all in the unit of the
    durations. `total_float` is what it may slip before the end (or the deadline) moves, negative when the deadline
    cannot be kept; `free_float` what it may slip before any successor (or the end) moves."""

    es: float
    ef: float
    ls: float
    lf: float
    total_float: float
    free_float: float


def schedule(
    durations: Mapping[Key, float],
    predecessors: Links[Key],
    actual_delay: Mapping[Key, float] | None = None,
    *,
    deadline: float | None = None,
) -> dict[Key, Position]:
    """Forward and backward pass over finish-to-start links; the result keeps the order of `durations`.

    An `actual_delay` lengthens its item, so finishes after it show what the delay really moves. The backward pass
    starts at the latest finish, or at `deadline`. Items that wait for each other raise `LinkCycle`, a link to an
    unknown item `ValueError`. (Kelley and Walker's critical path method.)
    """
    links = {item: _lags(item, predecessors.get(item, ()), durations) for item in durations}
    unknown = [item for item in predecessors if item not in durations]
    if unknown:
        raise ValueError(f"predecessors are given for {unknown[0]!r}, which has no duration")
    lengths = {item: length + (actual_delay or {}).get(item, 0) for item, length in durations.items()}
    order = _order(links)
    earliest: dict[Key, float] = {}
    for item in order:
        earliest[item] = max(
            (earliest[before] + lengths[before] + lag for before, lag in links[item].items()), default=0
        )
        earliest[item] = max(earliest[item], 0)
    finish = max((earliest[item] + lengths[item] for item in order), default=0)
    latest = _latest_finishes(order, links, lengths, finish if deadline is None else deadline)
    free = _free_floats(links, lengths, earliest, finish)
    return {
        item: Position(
            es=earliest[item],
            ef=earliest[item] + lengths[item],
            ls=latest[item] - lengths[item],
            lf=latest[item],
            total_float=latest[item] - lengths[item] - earliest[item],
            free_float=free[item],
        )
        for item in durations
    }


def finish(positions: Mapping[Key, Position]) -> float:
    """When the last item ends, counted from day 0; 0 without items."""
    return max((position.ef for position in positions.values()), default=0)


def driving_chain(positions: Mapping[Key, Position], predecessors: Links[Key]) -> tuple[Key, ...]:
    """The items that decide the end, first to last: each starts the moment its predecessor lets it (no driving slack).

    Of several equal chains the one whose items come first in `positions`.
    """
    if not positions:
        return ()
    end = finish(positions)
    chain = [next(item for item, position in positions.items() if end - position.ef <= _SAME)]
    while True:
        start = positions[chain[-1]].es
        lags = _lags(chain[-1], predecessors.get(chain[-1], ()), positions)
        driver = next((item for item, lag in lags.items() if abs(positions[item].ef + lag - start) <= _SAME), None)
        if driver is None or driver in chain:
            return tuple(reversed(chain))
        chain.append(driver)


def critical_paths(
    positions: Mapping[Key, Position], predecessors: Links[Key], limit: int = 100
) -> list[tuple[Key, ...]]:
    """All chains of items without slack that lead to the end, at most `limit` of them (they can be very many)."""
    end = finish(positions)
    last = [item for item, position in positions.items() if end - position.ef <= _SAME]
    open_chains: list[tuple[Key, ...]] = [(item,) for item in reversed(last)]
    done: list[tuple[Key, ...]] = []
    while open_chains and len(done) < limit:
        chain = open_chains.pop()
        start = positions[chain[0]].es
        lags = _lags(chain[0], predecessors.get(chain[0], ()), positions)
        drivers = [item for item, lag in lags.items() if abs(positions[item].ef + lag - start) <= _SAME]
        drivers = [item for item in drivers if item not in chain]
        open_chains += [(item, *chain) for item in reversed(drivers)]
        if not drivers:
            done.append(chain)
    return done


def joint_probability(independent: Iterable[float | None]) -> float | None:
    """P that several independent branches are all on time: the product, not the smallest; None if one is unknown."""
    known = list(independent)
    if not known or any(p is None for p in known):
        return None
    return reduce(lambda product, p: product * cast(float, p), known, 1.0)


def _lags(item: Key, before: Iterable[object], known: Mapping[Key, object]) -> dict[Key, float]:
    """Predecessors with their lags; of two links between the same items the longer lag counts."""
    entries: Iterable[tuple[object, object]]
    if isinstance(before, Mapping):
        entries = before.items()
    else:
        entries = (
            entry if entry not in known and isinstance(entry, tuple) and len(entry) == 2 else (entry, 0)
            for entry in before
        )
    lags: dict[Key, float] = {}
    for key, lag in entries:
        if key not in known:
            raise ValueError(f"{item!r} waits for {key!r}, which has no duration")
        named = cast(Key, key)
        lags[named] = max(lags.get(named, cast(float, lag)), cast(float, lag))
    return lags


def _order(links: Mapping[Key, Mapping[Key, float]]) -> list[Key]:
    """Items with every predecessor before them, without recursion: chains can be longer than Python's stack."""
    waiting = {item: len(before) for item, before in links.items()}
    followers: dict[Key, list[Key]] = {item: [] for item in links}
    for item, before in links.items():
        for predecessor in before:
            followers[predecessor].append(item)
    order = [item for item, count in waiting.items() if not count]
    for item in order:
        for follower in followers[item]:
            waiting[follower] -= 1
            if not waiting[follower]:
                order.append(follower)
    if len(order) < len(links):
        members = _members(links, set(links) - set(order))
        raise LinkCycle(members)
    return order


def _members(links: Mapping[Key, Mapping[Key, float]], stuck: set[Key]) -> list[Key]:
    """One cycle among the items that could not be ordered, found by walking back along their links."""
    item = next(item for item in links if item in stuck)
    seen: dict[Key, int] = {}
    path: list[Key] = []
    while item not in seen:
        seen[item] = len(path)
        path.append(item)
        item = next(before for before in links[item] if before in stuck)
    return path[seen[item] :][::-1]


def _latest_finishes(
    order: Sequence[Key], links: Mapping[Key, Mapping[Key, float]], lengths: Mapping[Key, float], end: float
) -> dict[Key, float]:
    latest: dict[Key, float] = dict.fromkeys(order, end)
    for item in reversed(order):
        for before, lag in links[item].items():
            latest[before] = min(latest[before], latest[item] - lengths[item] - lag)
    return latest


def _free_floats(
    links: Mapping[Key, Mapping[Key, float]], lengths: Mapping[Key, float], earliest: Mapping[Key, float], end: float
) -> dict[Key, float]:
    free: dict[Key, float] = {}
    for item, before in links.items():
        for predecessor, lag in before.items():
            slack = earliest[item] - lag - earliest[predecessor] - lengths[predecessor]
            free[predecessor] = min(free.get(predecessor, slack), slack)
    return {item: free.get(item, end - earliest[item] - lengths[item]) for item in links}
