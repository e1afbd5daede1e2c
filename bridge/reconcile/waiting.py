"""What a milestone waits for by the plan: the open milestones before it, when they should end, and how likely in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.forecast.network import joint_probability
from bridge.model import TaskKey
from bridge.plan.document import Milestone
from bridge.reconcile.case import Situation
from bridge.reconcile.situation import Awaited, Waiting

LaidOut = Mapping[str, Situation]


def waiting_of(milestone: Milestone, laid_out: LaidOut) -> Waiting:
    """The open milestones among its `depends_on` that are `laid_out`, in the order of the plan file.

    P that all are on time is the product of their P, which is smaller than that of the worst of them: a chain that
    needs several branches waits for the last. (The merge event bias of network planning.)
    """
    ahead = [laid_out[key] for key in _ahead(milestone, laid_out)]
    awaited = tuple(Awaited(at.milestone.key, at.forecast.p85, at.forecast.on_time_probability) for at in ahead)
    if not _are_independent([one.milestone for one in awaited], laid_out):
        return Waiting(awaited)
    return Waiting(awaited, joint_probability(one.on_time_probability for one in awaited))


def _ahead(milestone: Milestone, laid_out: LaidOut) -> list[str]:
    return [key for key in dict.fromkeys(milestone.depends_on) if key in laid_out and not laid_out[key].is_done]


def _are_independent(branches: Sequence[str], laid_out: LaidOut) -> bool:
    """Whether no open milestone and no open task decides over two of these, each with all that it waits for."""
    milestones: set[str] = set()
    tasks: set[TaskKey] = set()
    for branch in branches:
        reached = _reached(branch, laid_out)
        theirs = {record.task.ref for key in reached for record in laid_out[key].work.open}
        if milestones & reached or tasks & theirs:
            return False
        milestones |= reached
        tasks |= theirs
    return True


def _reached(key: str, laid_out: LaidOut) -> set[str]:
    reached, rest = {key}, [key]
    while rest:
        for before in _ahead(laid_out[rest.pop()].milestone, laid_out):
            if before not in reached:
                reached.add(before)
                rest.append(before)
    return reached
