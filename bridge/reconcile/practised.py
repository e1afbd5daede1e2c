"""What was said and agreed about each milestone, found once for the whole plan: open feedback, next contacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.plan.document import Milestone, Plan
from bridge.reconcile.contacts import NextContact, by_deal, next_contacts
from bridge.reconcile.situation import Portfolio
from bridge.reconcile.standing import has_struck
from bridge.reconcile.triggers import Struck
from bridge.reconcile.voices import Voice, open_by_milestone, voices


@dataclass(frozen=True, slots=True)
class Practice:
    """Of one milestone: what its rules may look at beyond its own work."""

    voices: tuple[Voice, ...] = ()
    contacts: tuple[NextContact, ...] = ()
    named: tuple[str, ...] = ()
    """Causes of the registered risks that the plan itself says have struck."""
    struck: tuple[Struck, ...] = ()
    """Risks whose trigger holds; known only after every milestone has its colour."""


NO_PRACTICE = Practice()


@dataclass(frozen=True, slots=True)
class Practised:
    """Of all milestones."""

    voices: Mapping[str, tuple[Voice, ...]] = field(default_factory=dict)
    contacts: Mapping[str, tuple[NextContact, ...]] = field(default_factory=dict)
    named: Mapping[tuple[str, str | None], tuple[str, ...]] = field(default_factory=dict)
    """(deal, milestone or None for the whole deal) -> causes of risks that have struck."""

    def of(self, milestone: Milestone) -> Practice:
        return Practice(
            self.voices.get(milestone.key, ()),
            self.contacts.get(milestone.deal, ()),
            (*self.named.get(("", milestone.key), ()), *self.named.get((milestone.deal, None), ())),
        )


def practised(portfolio: Portfolio) -> Practised:
    plan, recorded = portfolio.plan, portfolio.recorded
    return Practised(
        open_by_milestone(plan, voices(plan, recorded)),
        by_deal(next_contacts(plan, recorded, portfolio.calendar)),
        _named(plan),
    )


def _named(plan: Plan) -> dict[tuple[str, str | None], tuple[str, ...]]:
    found: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for risk in plan.risks:
        if has_struck(risk.status):
            found[(risk.deal, None) if risk.milestone is None else ("", risk.milestone)].append(risk.cause)
    return {place: tuple(causes) for place, causes in found.items()}
