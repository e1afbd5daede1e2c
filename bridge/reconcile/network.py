"""The figures of a milestone's network of open work, and of the buffer before its commitment, as the report shows them."""

from __future__ import annotations

from bridge.forecast.chain import WorkNetwork
from bridge.model import TaskKey
from bridge.reconcile.case import Situation
from bridge.reconcile.execution import buffer_burn, cpli
from bridge.reconcile.situation import Buffer, ChainLink, NetworkState

THIRDS = (1 / 3, 2 / 3)


def network_of(at: Situation) -> NetworkState | None:
    """None where the open work is no network, or the milestone is done."""
    seen = at.forecast.network
    if seen is None:
        return None
    if seen.cycle:
        return NetworkState(cycle=seen.cycle)
    slack, length = seen.float_to_commitment, seen.length
    return NetworkState(
        total_float=slack,
        cpli=None if slack is None or length is None else cpli(length, slack),
        chain=tuple(_link(seen, key) for key in seen.driver),
        critical=seen.critical,
    )


def _link(seen: WorkNetwork, key: TaskKey) -> ChainLink:
    position, (start, finish) = seen.positions[key], seen.dates[key]
    return ChainLink(key, start, finish, int(position.total_float), int(position.free_float))


def buffer_of(at: Situation, done_ratio: float | None) -> Buffer | None:
    """How much of the days between internal target and commitment F(0.85) uses up, clamped to none and all of them.

    Burn is the used share per share of the work done, None while nothing is. None without an internal target before
    the commitment, without a forecast, and of a done milestone.
    """
    target, commitment, expected = at.milestone.internal_target, at.commitment, at.forecast.p85
    if at.is_done or target is None or commitment is None or expected is None:
        return None
    whole = at.workdays(target, commitment)
    if whole <= 0:
        return None
    spent = at.workdays(target, expected)
    used = min(max(spent, 0), whole) / whole
    burn = None if done_ratio is None else buffer_burn(spent, whole, done_ratio)
    return Buffer(whole, used, burn, 1 if used <= THIRDS[0] else 2 if used <= THIRDS[1] else 3)
