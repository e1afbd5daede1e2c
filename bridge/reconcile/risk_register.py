"""The risk register of a day: the risks of the plan, those that people confirmed, and what the signals suggest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from bridge.language import Lang, Text
from bridge.model import TaskKey
from bridge.plan.document import Plan, Risk
from bridge.reconcile.candidates import Candidate, candidates, category_of
from bridge.reconcile.recorded import Verdict
from bridge.reconcile.risks import score
from bridge.reconcile.situation import Assessment, Portfolio
from bridge.reconcile.standing import is_closed
from bridge.reconcile.triggers import Struck, Trigger, is_struck, keys_of, read, struck_by_facts

State = Literal["triggered", "open", "eased", "closed", "candidate", "dismissed"]
STATES: tuple[State, ...] = ("triggered", "open", "candidate", "eased", "closed", "dismissed")
"""In the order of a register: what has struck, what is watched, what waits for a decision, what is over."""
ANSWERS = ("response", "action", "owner", "due")
"""Without any of these a risk that is not over is incomplete: nobody does anything about it by any day."""
LIVE: frozenset[State] = frozenset({"triggered", "open"})


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One row of the register, whatever it came from; what nobody states is None."""

    key: str
    origin: Literal["plan", "confirmed", "candidate"]
    state: State
    deal: str | None
    milestone: str | None
    cause: str | Mapping[Lang, str] | Candidate
    """As written in the plan, as it was worded when it was confirmed, or the candidate itself."""
    category: str | Text | None = None
    probability: Decimal | None = None
    impact_days: Decimal | None = None
    impact_amount: Decimal | None = None
    currency: str | None = None
    response: str | None = None
    action: str | None = None
    owner: str | None = None
    due: date | None = None
    status: str | None = None
    trigger: Trigger | None = None
    struck: Struck | None = None
    """The fact by which its trigger holds."""
    verdict: Verdict | None = None
    evidence: tuple[TaskKey, ...] = ()

    @property
    def expected_days(self) -> Decimal | None:
        """Probability × impact in days, half up to 2 places; None where either is unknown."""
        return _product(self.probability, self.impact_days)

    @property
    def expected_amount(self) -> Decimal | None:
        """Probability × impact in money, unrounded: the minor unit of its currency decides."""
        if self.probability is None or self.impact_amount is None:
            return None
        return self.probability * self.impact_amount

    @property
    def incomplete(self) -> tuple[str, ...]:
        """What is missing before anybody can act on it; nothing is asked of what is over or undecided."""
        return tuple(name for name in ANSWERS if not getattr(self, name)) if self.state in LIVE else ()

    def concerns(self, milestone: str, deal: str) -> bool:
        """A risk without a milestone is one of its whole deal."""
        return self.milestone == milestone if self.milestone is not None else self.deal == deal


def register(portfolio: Portfolio, assessments: Iterable[Assessment]) -> tuple[RiskRow, ...]:
    """By state, then the largest expected money and days first, then by key."""
    rows = {row.milestone.key: row for row in assessments}
    plan, verdicts = portfolio.plan, portfolio.recorded.verdicts
    currencies = {deal.key: deal.currency for deal in plan.deals}
    proposed = {candidate.key: candidate for candidate in candidates(portfolio, rows.values())}
    found = (
        *_of_plan(plan, rows, currencies, portfolio.today),
        *(_decided(verdict, proposed.get(key), currencies) for key, verdict in verdicts.items()),
        *(_proposed(candidate, currencies) for key, candidate in proposed.items() if key not in verdicts),
    )
    return tuple(sorted(found, key=_rank))


def _rank(row: RiskRow) -> tuple[int, Decimal, Decimal, str]:
    nothing = Decimal(0)
    return (STATES.index(row.state), -(row.expected_amount or nothing), -(row.expected_days or nothing), row.key)


def _product(probability: Decimal | None, impact: Decimal | None) -> Decimal | None:
    return None if probability is None or impact is None else score(probability, impact)


def _of_plan(
    plan: Plan, rows: Mapping[str, Assessment], currencies: Mapping[str, str], today: date
) -> Iterator[RiskRow]:
    facts = {risk.key: struck for risk, struck in struck_by_facts(plan, rows, today)}
    keys = keys_of(plan)
    for risk in plan.risks:
        yield RiskRow(
            key=risk.key,
            origin="plan",
            state=_state(risk, facts.get(risk.key)),
            deal=risk.deal,
            milestone=risk.milestone,
            cause=risk.cause,
            category=risk.category,
            probability=risk.probability,
            impact_days=risk.impact_days,
            impact_amount=risk.impact_amount,
            currency=currencies.get(risk.deal),
            response=risk.response,
            action=risk.action,
            owner=risk.owner,
            due=risk.due,
            status=risk.status,
            trigger=read(risk.trigger, keys) if risk.trigger else None,
            struck=facts.get(risk.key),
        )


def _state(risk: Risk, fact: Struck | None) -> State:
    if is_closed(risk.status):
        return "closed"
    return "triggered" if is_struck(risk, fact) else "open"


def _proposed(candidate: Candidate, currencies: Mapping[str, str], verdict: Verdict | None = None) -> RiskRow:
    return RiskRow(
        key=candidate.key,
        origin="candidate",
        state="candidate",
        deal=candidate.deal,
        milestone=candidate.milestone,
        cause=candidate,
        category=candidate.category,
        probability=candidate.probability,
        impact_days=candidate.impact_days,
        impact_amount=candidate.impact_amount,
        currency=currencies.get(candidate.deal or ""),
        verdict=verdict,
        evidence=candidate.evidence,
    )


def _decided(verdict: Verdict, now: Candidate | None, currencies: Mapping[str, str]) -> RiskRow:
    """A confirmed one lives as long as its signal; a dismissed one is proposed again only when it has worsened."""
    if not verdict.confirmed and now is not None and now.is_worse_than(verdict):
        return _proposed(now, currencies, verdict)
    noted = verdict.noted
    # The figures of a confirmed risk are those of today while its signal is there, else the last that a person saw.
    figures = now if verdict.confirmed and now is not None else noted
    return RiskRow(
        key=verdict.candidate,
        origin="confirmed" if verdict.confirmed else "candidate",
        state=("open" if now is not None else "eased") if verdict.confirmed else "dismissed",
        deal=noted.deal,
        milestone=noted.milestone,
        cause=noted.cause,
        category=category_of(noted.code),
        probability=figures.probability,
        impact_days=figures.impact_days,
        impact_amount=figures.impact_amount,
        currency=currencies.get(noted.deal or ""),
        response=noted.response,
        action=noted.action,
        owner=noted.owner,
        due=noted.due,
        verdict=verdict,
        evidence=now.evidence if now is not None else (),
    )
