"""What one person may be thanked for and what may help them, as the JSON document `person-retro/1`.

For that person and their lead only: one name at a time, no comparison with anybody, nothing that could be sorted. Kept
promises and recovered milestones are told one by one; how estimates come out needs at least five tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from bridge.forecast.quantity import exact
from bridge.forecast.reference import nearest_rank
from bridge.language import Lang, Text
from bridge.model import Status, Task
from bridge.plan.cells import fold
from bridge.plan.identity import Everybody, Identity
from bridge.reconcile.situation import Portfolio, Result
from bridge.report import numbers
from bridge.report.record import day, instant
from bridge.report.retro_lessons import FEW
from bridge.report.retro_life import Life, lives

SCHEMA = "person-retro/1"
SHORT_BY = 1.2
"""From this factor on a hint is worth giving."""

WIDEST = 2.0
"""A factor is stable while the middle half of the tasks lies within this ratio, and three quarters ran over."""

HINT = Text(
    "{n} 项已完成的任务里，实际工时的中位数是估算的 {factor} 倍，而且相当稳定：估算时乘以 {factor} 会更接近实际",
    "Over {n} finished tasks the median of hours spent is {factor} times the estimate, and steadily so: estimates times "
    "{factor} would come closer",
)
STEADY = Text(
    "{n} 项已完成的任务里，工时估算没有稳定偏短",
    "Over {n} finished tasks the estimates do not run short by a steady factor",
)
TOO_FEW = Text(
    "估算和实际工时都有的已完成任务不足 {few} 项（{n} 项），不作推断",
    "Fewer than {few} finished tasks have both an estimate and hours spent ({n}), so nothing is concluded",
)
NOTHING_YET = Text("还没有由此人负责并已完成的里程碑", "No milestone of this person is finished yet")


@dataclass(frozen=True, slots=True)
class Estimates:
    """Hours spent / estimated: median, quartiles, over `n` finished tasks that nobody else worked on."""

    n: int
    factor: float
    lower: float
    upper: float

    @property
    def run_short(self) -> bool:
        """By a stable factor that is worth a hint."""
        return self.factor >= SHORT_BY and self.lower > 1 and self.upper <= WIDEST * self.lower


def build(portfolio: Portfolio, result: Result, owner: str, *, lang: Lang, generated_at: datetime) -> dict[str, Any]:
    """`owner` by any of the names their accounts have. Milestones count for who owns the milestone."""
    who = portfolio.people.called(owner)
    own = [life for life in lives(portfolio, result, {}) if _is_of(who, life.row.milestone.owner)]
    done = [life for life in own if life.is_done]
    n, found = estimates(_tasks(portfolio), who, portfolio.people)
    return {
        "schema": SCHEMA,
        "as_of": portfolio.today.isoformat(),
        "generated_at": instant(generated_at),
        "timezone": portfolio.timezone.key,
        "owner": who.name,
        "milestones": len(own),
        "finished": len(done),
        "recognition": {
            "kept": [_thanked(life) for life in done if life.kept_last],
            "recovered": [_thanked(life) for life in done if life.is_recovered],
        },
        "estimates": None
        if found is None
        else {"n": found.n, "factor": numbers.ratio(found.factor), "run_short": found.run_short},
        "remarks": _remarks(done, n, found, lang),
    }


def estimates(tasks: Iterable[Task], who: Identity, people: Everybody) -> tuple[int, Estimates | None]:
    """(number of tasks that tell, what they say together); None while there are fewer than five.

    A task tells when it is done, this person alone was assigned, and both an estimate and the hours spent are known.
    """
    ratios = sorted(
        exact(task.spent_hours) / exact(task.estimate_hours)
        for task in tasks
        if task.status is Status.DONE and not task.gone and len(task.assignees) == 1
        if people.who(task.source, task.assignees[0]).key == who.key
        if task.estimate_hours and task.spent_hours
    )
    if len(ratios) < FEW:
        return len(ratios), None
    lower, upper = (float(nearest_rank(ratios, share)) for share in (0.25, 0.75))
    return len(ratios), Estimates(len(ratios), float(median(ratios)), lower, upper)


def _tasks(portfolio: Portfolio) -> Iterable[Task]:
    return (record.task for record in portfolio.tasks)


def _is_of(who: Identity, owner: str | None) -> bool:
    return owner is not None and fold(owner) in who.names


def _thanked(life: Life) -> dict[str, object]:
    row = life.row
    red: Sequence[date] = life.red_since
    return {
        "key": life.key,
        "name": row.milestone.name,
        "customer": row.deal.customer,
        "promised": day(row.commitment),
        "actual": day(row.actual),
        "slip_workdays": life.slip_last,
        "red_since": day(red[0]) if red else None,
    }


def _remarks(done: Sequence[Life], n: int, found: Estimates | None, lang: Lang) -> list[str]:
    said = [] if done else [NOTHING_YET.say(lang)]
    if found is None:
        return [*said, TOO_FEW.say(lang, few=FEW, n=n)]
    text = HINT if found.run_short else STEADY
    return [*said, text.say(lang, n=found.n, factor=f"{found.factor:.1f}")]
