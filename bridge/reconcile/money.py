"""What a slip costs: money at risk, contract penalties and revenue leaving the quarter, in exact decimals.

Amounts of one currency only; a missing amount stays missing and never counts as zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from bridge.model import Colour
from bridge.plan.document import Deal, Milestone, Tier
from bridge.reconcile.situation import Forecast, Money

NOTHING = Decimal(0)
ASSUMED: dict[Colour, Decimal] = {Colour.RED: Decimal(1), Colour.AMBER: Decimal("0.5")}
"""Share of an amount taken as at risk where no probability is known; nothing for grey and green."""
BREACH_LIKELY = 0.5
DUE_DATES = "due_dates"


def penalty(
    base: Decimal,
    late_days: int,
    tiers: Iterable[Tier | tuple[int, Decimal]],
    grace_days: int = 0,
    cap: Decimal | None = None,
) -> Decimal:
    """Contract penalty after `late_days` calendar days: a tier's rate applies to the days from its `from_day` on.

    Days are counted from 1 after the grace. `cap` is a share of the base, None means no cap.

    >>> penalty(Decimal(1000), 12, [(1, Decimal("0.001")), (11, Decimal("0.005"))], 0, None)
    Decimal('20.000')
    """
    base = exact(base)
    days = late_days - grace_days
    ordered = sorted(_tier(tier) for tier in tiers)
    total = NOTHING
    for number, (from_day, rate) in enumerate(ordered):
        until = ordered[number + 1][0] - 1 if number + 1 < len(ordered) else days
        total += rate * base * max(min(days, until) - from_day + 1, 0)
    return total if cap is None else min(exact(cap) * base, total)


def at_risk(rows: Iterable[tuple[Decimal | None, Decimal | float | None]]) -> Decimal:
    """Σ amount × (1 − p) over the rows that know both."""
    return sum((exact(amount) * (1 - exact(p)) for amount, p in rows if amount is not None and p is not None), NOTHING)


def money_of(
    milestone: Milestone,
    deal: Deal,
    colour: Colour,
    commitment: date | None,
    actual: date | None,
    forecast: Forecast,
    today: date,
) -> Money:
    """Every figure of one milestone in the currency of its deal."""
    share, assumed = share_at_risk(colour, commitment, forecast.on_time_probability, today)
    gross = is_gross_risk(colour, forecast.on_time_probability)
    leaving = leaves_quarter(colour, commitment, forecast, today)
    now, p85 = penalties(milestone, deal, commitment, actual, forecast, today)
    return Money(
        currency=deal.currency,
        at_risk_gross=_if(gross, milestone.amount),
        at_risk_expected=None if milestone.amount is None else milestone.amount * share,
        assumed=assumed,
        penalty_today=now,
        penalty_p85=p85,
        leaving_quarter=_if(leaving, milestone.amount),
    )


def share_at_risk(colour: Colour, commitment: date | None, on_time: float | None, today: date) -> tuple[Decimal, bool]:
    """The factor k of the expected amount at risk, and whether it was assumed from the colour alone."""
    if colour is Colour.DONE:
        return NOTHING, False
    if commitment is not None and today > commitment:
        return Decimal(1), False
    if on_time is not None:
        return 1 - exact(on_time), False
    return ASSUMED.get(colour, NOTHING), True


def is_gross_risk(colour: Colour, on_time: float | None) -> bool:
    if colour is Colour.DONE:
        return False
    return colour is Colour.RED or (on_time is not None and on_time < BREACH_LIKELY)


def leaves_quarter(colour: Colour, commitment: date | None, forecast: Forecast, today: date) -> bool:
    """Promised for this calendar quarter at the latest, forecast for a later one; plain due dates are no forecast."""
    if colour is Colour.DONE or commitment is None or forecast.p85 is None or forecast.method == DUE_DATES:
        return False
    return commitment <= quarter_end(today) < forecast.p85


def quarter_end(day: date) -> date:
    first_of_next = date(day.year + (day.month > 9), (day.month + 2) // 3 * 3 % 12 + 1, 1)
    return first_of_next - timedelta(days=1)


def penalties(
    milestone: Milestone, deal: Deal, commitment: date | None, actual: date | None, forecast: Forecast, today: date
) -> tuple[Decimal | None, Decimal | None]:
    """(as of today or of the actual date, at the 85 % forecast); nothing is owed outside contractual milestones."""
    if not owes_penalty(milestone, deal):
        return NOTHING, NOTHING
    base = penalty_base(milestone, deal)
    if base is None or commitment is None:
        return None, None

    def until(day: date) -> Decimal:
        days = max((day - commitment).days, 0)
        return penalty(base, days, deal.penalty_rate, deal.penalty_grace_days, deal.penalty_cap)

    if actual is not None:
        return until(actual), until(actual)
    return until(today), None if forecast.p85 is None else until(forecast.p85)


def owes_penalty(milestone: Milestone, deal: Deal) -> bool:
    return milestone.contractual and bool(deal.penalty_rate)


def penalty_base(milestone: Milestone, deal: Deal) -> Decimal | None:
    return milestone.amount if deal.penalty_base == "milestone" else deal.amount


def _if(holds: bool, amount: Decimal | None) -> Decimal | None:
    if amount is None:
        return None
    return amount if holds else NOTHING


def _tier(tier: Tier | tuple[int, Decimal]) -> tuple[int, Decimal]:
    return (tier.from_day, tier.rate) if isinstance(tier, Tier) else (tier[0], exact(tier[1]))


def exact(number: Decimal | float | int) -> Decimal:
    """The decimal as written: a probability of 0.12 leaves exactly 0.88 of the amount at risk."""
    return number if isinstance(number, Decimal) else Decimal(str(number))
