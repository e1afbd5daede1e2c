"""How far the sales goals are from being reached: what is there, what is likely to come, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date
from decimal import Decimal

from bridge.forecast import outlook
from bridge.plan.document import Goal
from bridge.reconcile.case import Situation
from bridge.reconcile.correction import uncorrected
from bridge.reconcile.layout import Ground, inputs_of, reference_of
from bridge.reconcile.money import exact
from bridge.reconcile.pull_forward import currency_of, for_goal
from bridge.reconcile.situation import Assessment, GoalState

Chances = MutableMapping[tuple[str, date], Decimal]
"""(milestone, day) -> P of being done by then, as far as it was worked out already."""


def goal_states(
    ground: Ground, laid_out: Sequence[Situation], rows: Mapping[str, Assessment], chances: Chances | None = None
) -> tuple[GoalState, ...]:
    """Every goal of the plan; what is worked out for it is kept in `chances`."""
    kept = {} if chances is None else chances
    return tuple(_state(goal, ground, laid_out, rows, kept) for goal in ground.portfolio.plan.goals)


def _state(
    goal: Goal, ground: Ground, laid_out: Sequence[Situation], rows: Mapping[str, Assessment], chances: Chances
) -> GoalState:
    expected = _expected(goal, ground, laid_out, rows, chances)
    gap = None if goal.target is None or expected is None else goal.target - expected
    needed = gap / goal.win_rate if gap is not None and goal.win_rate else None
    return GoalState(goal, expected, gap, needed, for_goal(goal, gap, laid_out, rows))


def _expected(
    goal: Goal, ground: Ground, laid_out: Sequence[Situation], rows: Mapping[str, Assessment], chances: Chances
) -> Decimal | None:
    """current + Σ amount × P(done by the end of the goal's period) over its open milestones.

    What is done counts in `current`. None without a current value or an end, and where amounts of several currencies
    would have to be added, be it to each other or to a target in another one.
    """
    if goal.current is None or goal.due is None:
        return None
    coming = [at for at in laid_out if at.deal.goal == goal.key and not at.is_done and at.milestone.amount is not None]
    currencies = {at.deal.currency for at in coming}
    if len(currencies) > 1:
        return None
    counted_in = currency_of(goal, currencies)
    if counted_in is not None and currencies - {counted_in}:
        return None
    total = goal.current
    for at in coming:
        key = at.milestone.key
        chance = chances.get((key, goal.due))
        if chance is None:
            chance = chances[key, goal.due] = chance_by(ground, at, rows[key], goal.due)
        total += (at.milestone.amount or 0) * chance
    return total


def chance_by(ground: Ground, at: Situation, row: Assessment, end: date) -> Decimal:
    """P of being done by `end`; where no method gives one, 1 if the expected date is not after it, else 0."""
    if row.forecast.method is not None and row.forecast.samples is not None:
        asked = inputs_of(at, uncorrected(end, at), reference_of(ground, at.outline))
        chance = outlook.chance_by(asked, row.forecast.method)
        if chance is not None:
            return exact(chance)
    expected = row.forecast.p85 or row.due
    return Decimal(1) if expected is not None and expected <= end else Decimal(0)
