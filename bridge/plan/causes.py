"""What made somebody decide about a promise: the risk or the customer's remark, by a name that stays."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bridge.errors import UsageProblem
from bridge.language import Phrase, Text
from bridge.plan.cells import fold
from bridge.plan.document import Baseline, Feedback, Plan

UNKNOWN = Text(
    zh="计划中没有编号为“{value}”的风险或反馈{near}；风险写编号，反馈写 项目@日期（同日第二条写 项目@日期#2）。",
    en='the plan has no risk or feedback "{value}"{near}; name a risk by its key and feedback by deal@date '
    "(deal@date#2 for the second of a day).",
)
NEAR = Text(zh="，可能想写“{value}”", en=', did you mean "{value}"?')
NOTHING_MOVES = Text(
    zh="--because 说明的是承诺日期为什么改，但这次导入没有改动任何承诺日期；请去掉 --because，或先在计划中改日期。",
    en="--because says why promised dates move, but this import moves none; leave it out, or change the date in the plan.",
)
NOT_ABOUT = Text(
    zh="“{value}”属于项目 {deal}，而这次改期的里程碑是 {keys}；请写同一项目的风险或反馈。",
    en='"{value}" belongs to deal {deal}, but the promises that move are of {keys}; name a risk or feedback of the same deal.',
)


@dataclass(frozen=True, slots=True)
class Cause:
    """A risk (`reference` is its key) or feedback (deal@date, with #n from the second of a day on)."""

    kind: Literal["risk", "feedback"]
    reference: str
    deal: str
    milestone: str | None
    said: str
    """The words at the time: they stay when the row is reworded or withdrawn."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about the promise of a milestone, and because of what.

    `number` is the baseline it led to; None where moving the promise was refused.
    """

    milestone: str
    number: int | None
    kind: str
    reference: str
    said: str
    decided_by: str
    reason: str
    recorded_at: datetime


def causes_of(plan: Plan) -> dict[str, Cause]:
    """Reference -> what it names, risks first."""
    found = {risk.key: Cause("risk", risk.key, risk.deal, risk.milestone, risk.cause) for risk in plan.risks}
    for row, name in zip(plan.feedback, feedback_references(plan), strict=True):
        found.setdefault(name, Cause("feedback", name, row.deal, row.milestone, row.text))
    return found


def feedback_references(plan: Plan) -> list[str]:
    """The reference of each feedback row, in the order of the plan."""
    turns: Counter[str] = Counter()
    names = []
    for row in plan.feedback:
        name = f"{row.deal}@{row.date.isoformat()}"
        turns[name] += 1
        names.append(name if turns[name] == 1 else f"{name}#{turns[name]}")
    return names


def resolve(references: Iterable[str], *plans: Plan | None) -> tuple[Cause, ...]:
    """The causes that are meant, each once, looked for in the plans in order; an unknown one raises `UsageProblem`."""
    known: dict[str, Cause] = {}
    for plan in plans:
        for name, cause in ({} if plan is None else causes_of(plan)).items():
            known.setdefault(fold(name), cause)
    found: dict[str, Cause] = {}
    for written in references:
        meant = known.get(fold(written).removesuffix("#1"))
        if meant is None:
            near = difflib.get_close_matches(fold(written), list(known), n=1)
            hint = Phrase(NEAR, {"value": known[near[0]].reference}) if near else ""
            raise UsageProblem(UNKNOWN, value=written, near=hint)
        found.setdefault(meant.reference, meant)
    return tuple(found.values())


def link(fresh: Sequence[Baseline], causes: Sequence[Cause], plan: Plan) -> tuple[tuple[Baseline, Cause], ...]:
    """Which re-baseline each cause led to: that of its own milestone, else every one of its deal.

    Raises `UsageProblem` where no promise moves, or none that the cause could be about.
    """
    deals = {fold(milestone.key): milestone.deal for milestone in plan.milestones}
    deals |= {milestone.key: milestone.deal for milestone in plan.milestones}
    moved = [baseline for baseline in fresh if baseline.number > 0]
    if causes and not moved:
        raise UsageProblem(NOTHING_MOVES)
    pairs: list[tuple[Baseline, Cause]] = []
    for cause in causes:
        of_deal = [one for one in moved if deals.get(one.milestone, deals.get(fold(one.milestone))) == cause.deal]
        own = [one for one in of_deal if cause.milestone and fold(one.milestone) == fold(cause.milestone)] or of_deal
        if not own:
            keys = ", ".join(one.milestone for one in moved)
            raise UsageProblem(NOT_ABOUT, value=cause.reference, deal=cause.deal, keys=keys)
        pairs += [(one, cause) for one in own]
    return tuple(pairs)


def led_to(
    decisions: Iterable[Decision], *, risk: str | None = None, feedback: Feedback | None = None
) -> list[Decision]:
    """What a risk, by its key, or a feedback row, by deal, date and words, led to. Rows of a plan may change places."""
    if feedback is not None:
        start = f"{feedback.deal}@{feedback.date.isoformat()}"
        return [
            one
            for one in decisions
            if one.kind == "feedback" and one.reference.partition("#")[0] == start and one.said == feedback.text
        ]
    return [one for one in decisions if one.kind == "risk" and one.reference == risk]


def because(decisions: Iterable[Decision], milestone: str, number: int | None) -> list[Mapping[str, str]]:
    """The causes of one baseline as JSON objects."""
    return [
        {"kind": one.kind, "reference": one.reference, "text": one.said}
        for one in decisions
        if (one.milestone, one.number) == (milestone, number)
    ]
