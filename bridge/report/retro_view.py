"""The close-out review of one deal as the JSON document `deal-retro/1`: everything a reader is shown comes from it.

A deal that is not finished is reviewed as far as it has come, and the document says so. Rates and means of fewer than
five are null with a sentence in `remarks`; what happened to a single milestone is always told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from statistics import median
from typing import Any

from bridge.language import Lang, Text
from bridge.plan.document import Deal
from bridge.reconcile.situation import Portfolio, Result
from bridge.report import numbers
from bridge.report.phrases import long_day
from bridge.report.record import day, instant
from bridge.report.retro import brier, metrics
from bridge.report.retro_lessons import FEW, lessons
from bridge.report.retro_life import CAUSES, Life, figures, lives
from bridge.report.wording import reason_name

SCHEMA = "deal-retro/1"
PLAN_WITHIN = 2

UNFINISHED = Text(
    "还没有结束：{open} 个里程碑未完成，以下只说到 {day} 为止",
    "Not finished yet: {open} of the milestones still open; this goes no further than {day}",
)
TOO_FEW = Text(
    "这个项目已完成的里程碑不足 {few} 个（{n} 个），不给出比率和平均值",
    "Fewer than {few} milestones of this deal are finished ({n}), so no rates and means are given",
)
TOO_FEW_IN_ALL = Text(
    "全部项目已完成的里程碑也不足 {few} 个（{n} 个），无从比较",
    "Fewer than {few} milestones of all deals are finished ({n}), so there is nothing to compare with",
)
OLD_DAYS = Text(
    "有 {days} 个记录日来自较早的版本，没有留下原因", "On {days} of the recorded days an older version kept no reasons"
)
NO_NOTES = Text(
    "还没有恢复计划的记录，无法说明红色后多久有了计划", "No recovery plans are on record, so their share is not known"
)


def build(
    portfolio: Portfolio,
    result: Result,
    deal: Deal,
    *,
    lang: Lang,
    generated_at: datetime,
    informed: Mapping[str, Iterable[date]] | None = None,
    recovery_plans: Mapping[str, Sequence[date]] | None = None,
) -> dict[str, Any]:
    """`informed`: milestone -> days on which its customer was told, as the plans had it. `recovery_plans`: milestone ->
    days on which a plan of recovery was written down; None while nobody keeps such notes. The same arguments give the
    same document."""
    every = lives(portfolio, result, informed or {})
    own = [life for life in every if life.row.milestone.deal == deal.key]
    colour = result.deal_colours.get(deal.key)
    review: dict[str, Any] = {
        "schema": SCHEMA,
        "as_of": portfolio.today.isoformat(),
        "generated_at": instant(generated_at),
        "timezone": portfolio.timezone.key,
        "deal": {
            "key": deal.key,
            "name": deal.name,
            "customer": deal.customer,
            "status": None if colour is None else colour.value,
            "sales_owner": deal.sales_owner,
            "delivery_owner": deal.delivery_owner,
        },
        "is_finished": bool(own) and all(life.is_done for life in own),
        "goal": _goal(result, deal),
        "promises": _promises(own, portfolio),
        "compared": _figures([life for life in every if life.is_done], portfolio),
        "milestones": [_milestone(life) for life in own],
        "causes": _causes(own, lang),
        "money": _money(own, deal),
        "forecast": _forecast(own),
        "discipline": _discipline(own, recovery_plans, portfolio),
    }
    review["lessons"] = [
        {"code": one.code, "text": one.say(lang), "figures": dict(one.facts)} for one in lessons(review)
    ]
    review["remarks"] = _remarks(review, own, every, recovery_plans is not None, lang)
    return review


def _goal(result: Result, deal: Deal) -> dict[str, Any] | None:
    """Whether the sales goal that the deal serves is reached; null where a figure is missing."""
    state = next((state for state in result.goals if state.goal.key == deal.goal), None)
    if state is None:
        return None
    goal = state.goal
    known = goal.current is not None and goal.target is not None
    return {
        "key": goal.key,
        "name": goal.name,
        "target": numbers.quantity(goal.target),
        "current": numbers.quantity(goal.current),
        "expected": numbers.quantity(state.expected),
        "is_reached": goal.current >= goal.target if known and goal.current is not None and goal.target else None,
    }


def _promises(own: Sequence[Life], portfolio: Portfolio) -> dict[str, Any]:
    done = [life for life in own if life.is_done]
    return {
        "milestones": len(own),
        "finished": len(done),
        "kept_first": sum(life.kept_first is True for life in done),
        "kept_last": sum(life.kept_last is True for life in done),
        "rescheduled": sum(life.is_rescheduled for life in own),
        "recovered": sum(life.is_recovered for life in done),
        "figures": _figures(done, portfolio),
    }


def _figures(done: Sequence[Life], portfolio: Portfolio) -> dict[str, Any] | None:
    if len(done) < FEW:
        return None
    found = asdict(metrics(figures(life, portfolio) for life in done))
    return {name: value if name == "n" else numbers.ratio(value) for name, value in found.items()}


def _milestone(life: Life) -> dict[str, Any]:
    row = life.row
    return {
        "key": life.key,
        "name": row.milestone.name,
        "owner": row.milestone.owner,
        "contractual": row.milestone.contractual,
        "status": row.colour.value,
        "promised": day(row.first_promise),
        "baseline": day(row.commitment),
        "rescheduled": max(len(life.promises) - 1, 0),
        "actual": day(row.actual),
        "slip_first_workdays": life.slip_first,
        "slip_workdays": life.slip_last,
        "kept_first": life.kept_first,
        "kept": life.kept_last,
        "pushes": row.pushes.count,
        "was_red": life.was_red,
        "slip_seen": day(life.seen_on),
        "days_to_inform": life.told_after,
        "penalty": numbers.money(row.money.penalty_today, row.money.currency),
        "reasons": dict(sorted(life.reasons.items(), key=lambda entry: (-entry[1], entry[0]))),
    }


def _causes(own: Sequence[Life], lang: Lang) -> list[dict[str, Any]]:
    """Reasons over the lives of the milestones that came, or are coming, after their first promise; most days first.

    The working days of a milestone stand under each of its reasons, so they do not add up.
    """
    late = [life for life in own if life.slip_first is not None and life.slip_first > 0]
    found: dict[str, list[tuple[int, int]]] = {}
    for life in late:
        for code, days in life.reasons.items():
            found.setdefault(code, []).append((days, life.slip_first or 0))
    causes = [
        {
            "code": code,
            "name": reason_name(code, lang),
            "is_cause": code in CAUSES,
            "milestones": len(lived),
            "days": sum(days for days, _ in lived),
            "slip_workdays": sum(slip for _, slip in lived),
        }
        for code, lived in found.items()
    ]
    return sorted(
        causes, key=lambda cause: (not cause["is_cause"], -cause["milestones"], -cause["days"], cause["code"])
    )


def _money(own: Sequence[Life], deal: Deal) -> dict[str, Any]:
    """Penalties as estimated: of what is done for good, of what is open as of today. Rounded rows are added."""
    penalties = [life.row.money.penalty_today for life in own]
    return {
        "currency": deal.currency,
        "amount": numbers.money(deal.amount, deal.currency),
        "penalty": numbers.money_sum(penalties, deal.currency),
        "unknown": sum(penalty is None for penalty in penalties),
    }


def _forecast(own: Sequence[Life]) -> dict[str, Any]:
    """Every recorded day of a finished milestone that had a forecast, or stated a probability, counts once."""
    hits = [hit for life in own for hit in life.hits]
    stated = [pair for life in own for pair in life.stated]
    return {
        "p85_days": len(hits),
        "p85_hit_rate": numbers.share(sum(hits), len(hits)) if len(hits) >= FEW else None,
        "stated_days": len(stated),
        "brier": numbers.ratio(brier(stated)) if len(stated) >= FEW else None,
    }


def _discipline(
    own: Sequence[Life], recovery_plans: Mapping[str, Sequence[date]] | None, portfolio: Portfolio
) -> dict[str, Any]:
    seen = [life for life in own if life.seen_on is not None]
    told = [life.told_after for life in seen if life.told_after is not None]
    flattered = [life.flattered_days for life in own if life.flattered_days is not None]
    reds = [(life.key, since) for life in own for since in life.red_since]
    return {
        "reschedule_rate": numbers.share(sum(life.is_rescheduled for life in own), len(own))
        if len(own) >= FEW
        else None,
        "slips_seen": len(seen),
        "days_to_inform_median": numbers.ratio(median(told)) if len(told) >= FEW else None,
        "days_to_inform_max": max(told, default=None),
        "never_informed": len(seen) - len(told),
        "reds": len(reds),
        "recovery_plan_share": _planned(reds, recovery_plans, portfolio),
        "claimed_green_but_red_days": sum(flattered) if flattered else None,
    }


def _planned(
    reds: Sequence[tuple[str, date]], plans: Mapping[str, Sequence[date]] | None, portfolio: Portfolio
) -> float | None:
    """Share of the times a milestone became red that had a recovery plan within 2 working days."""
    if plans is None or len(reds) < FEW:
        return None
    last = {since: portfolio.calendar.add_workdays(since, PLAN_WITHIN) for _, since in reds}
    planned = sum(any(since <= made <= last[since] for made in plans.get(key, ())) for key, since in reds)
    return numbers.share(planned, len(reds))


def _remarks(
    review: Mapping[str, Any], own: Sequence[Life], every: Sequence[Life], has_notes: bool, lang: Lang
) -> list[str]:
    done, unknown = review["promises"]["finished"], sum(life.unexplained_days for life in own)
    all_done = sum(life.is_done for life in every)
    said: tuple[tuple[object, Text, dict[str, object]], ...] = (
        (
            not review["is_finished"],
            UNFINISHED,
            {"open": len(own) - done, "day": long_day(date.fromisoformat(review["as_of"]), lang)},
        ),
        (done < FEW, TOO_FEW, {"few": FEW, "n": done}),
        (all_done < FEW, TOO_FEW_IN_ALL, {"few": FEW, "n": all_done}),
        (unknown, OLD_DAYS, {"days": unknown}),
        (not has_notes and review["discipline"]["reds"], NO_NOTES, {}),
    )
    return [text.say(lang, **facts) for holds, text, facts in said if holds]
