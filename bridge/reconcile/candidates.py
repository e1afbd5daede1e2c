"""Risks that the signals of the day suggest: proposed with the figures that are known, until a person decides.

A figure that no data states is None: nobody's guess stands in the register. Of a milestone whose forecast gives a
probability, the probability that it is late is 1 - P, the impact is the forecast slip in calendar days, and the money
is the penalty at that forecast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bridge.language import Text
from bridge.model import TaskKey
from bridge.reconcile.money import exact
from bridge.reconcile.recorded import Verdict
from bridge.reconcile.situation import Assessment, Finding, Portfolio
from bridge.reconcile.voices import Voice, voices

DEPENDENCY = Text(zh="依赖", en="dependency")
PEOPLE = Text(zh="人力", en="people")
SCOPE = Text(zh="范围", en="scope")
SCHEDULE = Text(zh="进度", en="schedule")
CUSTOMER = Text(zh="客户", en="customer")
DATA = Text(zh="数据", en="data")
FOUR_PLACES = Decimal("0.0001")
RANKS: Mapping[str, int] = {"grey": 0, "amber": 1, "red": 2}


@dataclass(frozen=True, slots=True)
class Signal:
    """A reason that suggests a risk: its category, the fact that says how bad it is, and how much more is worse.

    Ages are no measure: they grow by themselves, and a dismissed candidate would return on the next morning.
    """

    category: Text
    measure: str
    step: Decimal = Decimal(1)


SIGNALS: Mapping[str, Signal] = {
    "BLOCKED": Signal(DEPENDENCY, "blocked"),
    "OVERLOADED": Signal(PEOPLE, "load", Decimal("0.1")),
    "UNASSIGNED": Signal(PEOPLE, "unassigned"),
    "SCOPE_GROWTH": Signal(SCOPE, "growth", Decimal("0.05")),
    "CONTINUOUS_SLIP": Signal(SCHEDULE, "count"),
    "ZIGZAG": Signal(SCHEDULE, "reversals"),
    "LATE_START": Signal(SCHEDULE, "waiting"),
    "STALE": Signal(SCHEDULE, "doing"),
}
FEEDBACK = "FEEDBACK_OPEN"
"""One candidate a deal: what a customer says of the whole deal is a reason of each of its milestones, but one risk."""
OF_SOURCES: Mapping[str, str] = {"SOURCE_STALE": "sources", "SOURCE_PARTIAL": "projects"}
"""Reasons that speak of a source: one candidate for each name in this fact, whatever many milestones it touches."""
FULL = Decimal(99)
"""The measure of a load without any hours to do it in."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A risk that nobody has confirmed yet. `facts` word its cause; `measure` grows as the signal worsens."""

    key: str
    code: str
    category: Text
    severity: str
    measure: Decimal
    facts: Mapping[str, object]
    milestone: str | None = None
    deal: str | None = None
    probability: Decimal | None = None
    impact_days: Decimal | None = None
    impact_amount: Decimal | None = None
    evidence: tuple[TaskKey, ...] = ()

    def is_worse_than(self, verdict: Verdict) -> bool:
        """More severe, or further by a whole step, than it was when somebody decided on it."""
        then = verdict.noted
        if RANKS[self.severity] != RANKS[then.severity]:
            return RANKS[self.severity] > RANKS[then.severity]
        return self.measure >= then.measure + step_of(self.code)


def candidates(portfolio: Portfolio, assessments: Iterable[Assessment]) -> tuple[Candidate, ...]:
    """One for each signal of each open milestone, for each deal with open feedback and for each source in doubt, by key."""
    rows = tuple(assessments)
    found = [_of(row, finding) for row in rows for finding in row.findings if finding.code in SIGNALS]
    beyond = (*_of_deals(portfolio, rows), *_of_sources(portfolio, rows))
    return tuple(sorted((*found, *beyond), key=lambda candidate: candidate.key))


def category_of(code: str) -> Text:
    return SIGNALS[code].category if code in SIGNALS else CUSTOMER if code == FEEDBACK else DATA


def step_of(code: str) -> Decimal:
    """How much more of its measure makes a signal worse."""
    return SIGNALS[code].step if code in SIGNALS else Decimal(1)


def _of(row: Assessment, finding: Finding) -> Candidate:
    code = str(finding.code)
    signal = SIGNALS[code]
    measure = finding.facts.get(signal.measure)
    known = _delay(row)
    return Candidate(
        key=f"{row.milestone.key}:{code}",
        code=code,
        category=signal.category,
        severity=finding.severity.value,
        measure=exact(measure) if isinstance(measure, (int, float)) else FULL,
        facts={"promise": row.commitment, **finding.facts},
        milestone=row.milestone.key,
        deal=row.deal.key,
        probability=known[0],
        impact_days=known[1],
        impact_amount=known[2],
        evidence=finding.evidence,
    )


def _delay(row: Assessment) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Probability of being late, calendar days and money, each None where the milestone does not tell it."""
    chance, slip, penalty = row.forecast.on_time_probability, row.slip.forecast, row.money.penalty_p85
    late = None if chance is None else (1 - exact(chance)).quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)
    return (
        late or None,  # a forecast that sees no danger at all knows nothing of this signal
        None if slip is None or slip.days <= 0 else Decimal(slip.days),
        penalty if penalty else None,
    )


def _of_deals(portfolio: Portfolio, rows: tuple[Assessment, ...]) -> Iterator[Candidate]:
    """Worse when more is open; of a deal without an open milestone nothing is at risk any more."""
    waiting: dict[str, list[Voice]] = {}
    for voice in voices(portfolio.plan, portfolio.recorded):
        if voice.is_open and voice.deal is not None:
            waiting.setdefault(voice.deal, []).append(voice)
    told = {row.deal.key for row in rows if any(finding.code == FEEDBACK for finding in row.findings)}
    for deal, said in waiting.items():
        if deal not in told:
            continue
        places, days = {voice.milestone for voice in said}, [voice.date for voice in said if voice.date is not None]
        yield Candidate(
            key=f"{deal}:{FEEDBACK}",
            code=FEEDBACK,
            category=CUSTOMER,
            severity="amber",
            measure=Decimal(len(said)),
            facts={"today": portfolio.today, "feedback": len(said), "oldest": min(days, default=None)},
            milestone=next(iter(places)) if len(places) == 1 else None,
            deal=deal,
            evidence=tuple(voice.ticket.ref for voice in said if voice.ticket is not None),
        )


def _of_sources(portfolio: Portfolio, rows: tuple[Assessment, ...]) -> Iterator[Candidate]:
    """Worse when it touches more milestones."""
    touched: dict[tuple[str, str], list[Finding]] = {}
    for row in rows:
        for finding in row.findings:
            names = finding.facts.get(OF_SOURCES.get(str(finding.code), ""))
            for name in names if isinstance(names, tuple) else ():
                touched.setdefault((str(finding.code), name), []).append(finding)
    ages = {state.name: portfolio.now - state.as_of for state in portfolio.sources if state.as_of is not None}
    for (code, name), findings in touched.items():
        facts = {**findings[0].facts, OF_SOURCES[code]: (name,)}
        if name in ages:
            facts["age"] = ages[name]
        yield Candidate(
            key=f"{code}:{name}",
            code=code,
            category=DATA,
            severity=findings[0].severity.value,
            measure=Decimal(len(findings)),
            facts=facts,
        )
