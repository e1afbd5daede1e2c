"""Promises and what became of them: every baseline with who, when and why, and the risks and feedback behind it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan import causes, wire
from bridge.plan.baselines import of_plan, spellings
from bridge.plan.calendar import WorkCalendar
from bridge.plan.causes import Decision
from bridge.plan.cells import fold
from bridge.plan.document import Baseline, Plan
from bridge.report.selection import deals_of
from bridge.store import plans, runs
from bridge.store.engine import Store
from bridge.sync.outcome import rfc3339
from bridge.usecases.calendars import present_calendar
from bridge.usecases.people import known_people
from bridge.usecases.planning import NO_PLAN_YET
from bridge.usecases.workspace import Workspace

NO_MILESTONE = Text(
    zh="没有编号为“{value}”的里程碑，也没有对它作过承诺。用 pbridge plan show 查看编号。",
    en='there is no milestone "{value}", and nothing was ever promised of one. pbridge plan show lists the keys.',
)
NO_PROMISE = Text(
    zh="里程碑“{value}”还没有承诺日期，没有可拒绝的改期。",
    en='the milestone "{value}" has no promised date yet, so there is no move to refuse.',
)
NEEDS_ALL = Text(
    zh="记录拒绝改期需要同时给出 --because、--by 和 --reason。",
    en="recording that a move was refused needs --because, --by and --reason.",
)


class Promised(Struct, frozen=True):
    """One milestone: its baselines in order, and the moves that were refused. `name` is None once it is withdrawn."""

    key: str
    name: str | None
    baselines: tuple[Baseline, ...]
    decisions: tuple[Decision, ...]
    workdays: tuple[int | None, ...]
    """For each baseline the working days from the one before it; None for the first."""

    @property
    def refused(self) -> tuple[Decision, ...]:
        return tuple(one for one in self.decisions if one.number is None)

    def as_json(self) -> dict[str, Any]:
        return {
            "milestone": self.key,
            "name": self.name,
            "baselines": [
                {
                    "number": one.number,
                    "promised": one.promised.isoformat(),
                    "recorded_at": rfc3339(one.recorded_at),
                    "approved_by": one.approved_by,
                    "reason": one.reason,
                    "workdays": workdays,
                    "because": causes.because(self.decisions, one.milestone, one.number),
                }
                for one, workdays in zip(self.baselines, self.workdays, strict=True)
            ],
            "refused": [refusal_as_json(one) for one in self.refused],
        }


def refusal_as_json(one: Decision) -> dict[str, Any]:
    return {
        "milestone": one.milestone,
        "refused_at": rfc3339(one.recorded_at),
        "refused_by": one.decided_by,
        "reason": one.reason,
        "because": {"kind": one.kind, "reference": one.reference, "text": one.said},
    }


def promised(space: Workspace, key: str | None = None) -> tuple[Promised, ...]:
    """Every milestone that was ever promised, or the one named; withdrawn ones too, in the order of the plan, then key."""
    with space.store() as store, store.snapshot():
        newest = plans.newest(store)
        plan = newest.plan if newest else Plan()
        known = plans.baselines(store)
        decisions = plans.decisions(store)
        calendar = present_calendar(space, store)
    current = of_plan(plan, known)
    replaced = set(spellings(plan, known).values())
    names = {milestone.key: milestone.name for milestone in plan.milestones}
    keys = [one for one in names if one in current] + sorted(known.keys() - names.keys() - replaced)
    if key is not None:
        keys = [one for one in keys if one == key] or [one for one in keys if fold(one) == fold(key)]
        if not keys:
            raise UsageProblem(NO_MILESTONE, value=key)
    found = []
    for one in keys:
        mine = tuple(entry for entry in decisions if entry.milestone == current[one][0].milestone)
        found.append(Promised(one, names.get(one), current[one], mine, steps(current[one], calendar)))
    return tuple(found)


def steps(baselines: Sequence[Baseline], calendar: WorkCalendar) -> tuple[int | None, ...]:
    """For each baseline the working days from the one before it; None for the first."""
    moves = pairwise(one.promised for one in baselines)
    return (None, *(calendar.workdays(a, b) for a, b in moves)) if baselines else ()


def refuse(
    space: Workspace, key: str, references: Sequence[str], by: str | None, reason: str | None
) -> tuple[Decision, ...]:
    """Record that the promise of a milestone stays although these risks or remarks asked for another date."""
    by, reason = (by or "").strip(), (reason or "").strip()
    if not (references and by and reason):
        raise UsageProblem(NEEDS_ALL)
    # Without anything recorded there is no promise: nothing is created for it.
    with space.store(create=space.has_store) as store:
        space.refuse_the_past(store)
        with store.transaction():
            newest = plans.newest(store)
            if newest is None:
                raise UsageProblem(NO_PLAN_YET)
            plan, at = newest.plan, space.clock.now()
            promise = _promise_of(store, plan, key)
            # Asked as if the promise moved: a cause of another deal is none.
            pretended = Baseline(promise.milestone, promise.number + 1, promise.promised, at)
            decisions = tuple(
                Decision(one.milestone, None, cause.kind, cause.reference, cause.said, by, reason, at)
                for one, cause in causes.link([pretended], causes.resolve(references, plan), plan)
            )
            run = runs.start(store, "plan", space.clock.today, at)
            plans.save_decisions(store, decisions)
            runs.finish(store, run, at)
    return decisions


def _promise_of(store: Store, plan: Plan, key: str) -> Baseline:
    exact = [milestone.key for milestone in plan.milestones if milestone.key == key]
    named = exact or [milestone.key for milestone in plan.milestones if fold(milestone.key) == fold(key)]
    if not named:
        raise UsageProblem(NO_MILESTONE, value=key)
    baselines = of_plan(plan, plans.baselines(store)).get(named[0])
    if not baselines:
        raise UsageProblem(NO_PROMISE, value=key)
    return baselines[-1]


def deals_seen(space: Workspace, sales_owner: str | None) -> frozenset[str]:
    """The keys of the deals of the plan in force, or of those that this person sells."""
    with space.store() as store, store.snapshot():
        newest = plans.newest(store)
        people = known_people(store, None)
    if newest is None:
        raise UsageProblem(NO_PLAN_YET)
    if sales_owner is None:
        return frozenset(deal.key for deal in newest.plan.deals)
    return deals_of(newest.plan, sales_owner, people)


def milestones_seen(space: Workspace, sales_owner: str | None) -> frozenset[str]:
    """The keys of the milestones of those deals."""
    deals = deals_seen(space, sales_owner)
    with space.store() as store:
        newest = plans.newest(store)
    return frozenset(row.key for row in newest.plan.milestones if row.deal in deals) if newest else frozenset()


def plan_as_json(space: Workspace) -> dict[str, Any]:
    """The plan in force, and beside each risk and feedback row what it led to."""
    with space.store() as store, store.snapshot():
        newest = plans.newest(store)
        decisions = plans.decisions(store)
    if newest is None:
        raise UsageProblem(NO_PLAN_YET)
    plan = newest.plan
    document = wire.as_json(plan)
    for row, risk in zip(document["risks"], plan.risks, strict=True):
        row["led_to"] = [_led_to(one) for one in causes.led_to(decisions, risk=risk.key)]
    references = causes.feedback_references(plan)
    for row, feedback, reference in zip(document["feedback"], plan.feedback, references, strict=True):
        row["reference"] = reference
        row["led_to"] = [_led_to(one) for one in causes.led_to(decisions, feedback=feedback)]
    return document


def _led_to(one: Decision) -> dict[str, Any]:
    return {
        "milestone": one.milestone,
        "baseline": one.number,
        "decided": "refused" if one.number is None else "moved",
        "decided_by": one.decided_by,
        "reason": one.reason,
        "recorded_at": rfc3339(one.recorded_at),
    }
