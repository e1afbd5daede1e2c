"""The risk register: what is registered, what the signals suggest, and what people decide on it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import LANGUAGES, Lang, Text
from bridge.plan.document import Plan
from bridge.reconcile.candidates import Candidate
from bridge.reconcile.recorded import Noted, Verdict
from bridge.reconcile.risk_register import LIVE, STATES, RiskRow, register
from bridge.reconcile.run import assess
from bridge.report import numbers
from bridge.report.practice import risk_entry, worded
from bridge.report.selection import deals_of
from bridge.store import practice
from bridge.usecases import reporting
from bridge.usecases.portfolio import present
from bridge.usecases.recorded import recording, said, writable
from bridge.usecases.reporting import Judged, ReportWish
from bridge.usecases.workspace import Workspace

__all__ = ["STATES", "Answer", "RiskWish", "decide", "look"]

UNKNOWN_DEAL = Text(zh="计划里没有项目 {value}；有：{known}。", en="the plan has no deal {value}; it has: {known}.")
UNKNOWN_MILESTONE = Text(
    zh="计划里没有里程碑 {value}；最接近的是 {known}。pbridge plan show 列出全部。",
    en="the plan has no milestone {value}; the nearest is {known}. pbridge plan show lists all.",
)
IN_THE_PLAN = Text(
    zh="{value} 是计划里登记的风险，请在计划的“风险”表里改它的状态；这里只确认或否决候选。",
    en="{value} is a risk of the plan: change its status in the table of risks there. Only candidates are decided here.",
)
NO_CANDIDATE = Text(
    zh="没有候选 {value}；现有：{known}。pbridge risks --state candidate 列出全部。",
    en="there is no candidate {value}; there are: {known}. pbridge risks --state candidate lists all.",
)
NONE = Text(zh="无", en="none")
SHOWN = 5


class RiskWish(Struct, frozen=True):
    """Which rows; None takes all."""

    deal: str | None = None
    milestone: str | None = None
    state: str | None = None
    sales_owner: str | None = None
    """Whose deals alone are shown; a risk that belongs to no deal is nobody's alone."""
    most: int | None = None
    """So many rows at most, and all that are live."""


class Answer(Struct, frozen=True):
    """What is going to be done about a confirmed risk, as far as it is decided."""

    response: str | None = None
    action: str | None = None
    owner: str | None = None
    due: date | None = None


def look(space: Workspace, wish: RiskWish, lang: Lang, judged: Judged | None = None) -> dict[str, Any]:
    """The register of today, by what was `judged` already or is judged now; writes nothing."""
    judged = judged or reporting.judge(space, ReportWish())
    portfolio = judged.portfolio
    plan = portfolio.plan
    _refuse_unknown(plan, wish)
    deal_of = {row.key: row.deal for row in plan.milestones}
    own = None if wish.sales_owner is None else deals_of(plan, wish.sales_owner, portfolio.people)
    rows = [
        row
        for row in judged.basis.risks
        if (own is None or (row.deal or deal_of.get(row.milestone or "")) in own)
        and (wish.deal is None or row.deal == wish.deal)
        and (wish.milestone is None or row.concerns(wish.milestone, deal_of[wish.milestone]))
        and (wish.state is None or row.state == wish.state)
    ]
    today = portfolio.today
    # What is live comes first.
    listed = rows if wish.most is None else rows[: max(wish.most, sum(row.state in LIVE for row in rows))]
    return {
        "as_of": today.isoformat(),
        "totals": _totals(rows),
        "risks": [risk_entry(row, today, lang, judged.basis.witnesses) for row in listed],
    }


def decide(
    space: Workspace, key: str, *, confirmed: bool, author: str, reason: str, answer: Answer | None = None
) -> RiskRow:
    """Confirm a candidate as a risk, or dismiss it; the newest decision counts and all are kept."""
    author, reason = said("--by", author), said("--reason", reason)
    with writable(space) as store:
        portfolio = present(space, store)
        rows = register(portfolio, assess(portfolio).assessments)
        row = _decidable(rows, key)
        noted = _noted(row, answer or Answer())
        with recording(space, store, "risk") as at:
            practice.save_verdict(store, Verdict(row.key, confirmed, author, reason, at, noted))
        return row


def _refuse_unknown(plan: Plan, wish: RiskWish) -> None:
    deals = [deal.key for deal in plan.deals]
    if wish.deal is not None and wish.deal not in deals:
        raise UsageProblem(UNKNOWN_DEAL, value=wish.deal, known=", ".join(deals))
    if wish.milestone is not None:
        known_milestone(plan, wish.milestone)


def known_milestone(plan: Plan, key: str) -> str:
    """The key as the plan has it; one that is not there is an error with the nearest one."""
    keys = [row.key for row in plan.milestones]
    if key in keys:
        return key
    near = difflib.get_close_matches(key, keys, n=1, cutoff=0.0)
    raise UsageProblem(UNKNOWN_MILESTONE, value=key, known=near[0] if near else NONE)


def _decidable(rows: Sequence[RiskRow], key: str) -> RiskRow:
    row = next((row for row in rows if row.key == key and row.origin != "plan"), None)
    if row is not None:
        return row
    if any(one.key == key for one in rows):
        raise UsageProblem(IN_THE_PLAN, value=key)
    waiting = [one.key for one in rows if one.state == "candidate"]
    near = difflib.get_close_matches(key, waiting, n=SHOWN, cutoff=0.0)
    raise UsageProblem(NO_CANDIDATE, value=key, known=", ".join(near) or NONE)


def _noted(row: RiskRow, answer: Answer) -> Noted:
    """What the person saw; of an earlier decision what was decided then stays unless it is said anew."""
    former = row.verdict.noted if row.verdict is not None else None
    if isinstance(row.cause, Candidate):
        now = row.cause
        cause = {lang: worded(now, lang) for lang in LANGUAGES}
        code, severity, measure = now.code, now.severity, now.measure
    elif former is not None:
        cause, code = dict(former.cause), former.code
        severity, measure = former.severity, former.measure
    else:
        raise TypeError(f"{row.key} is neither a candidate nor decided on")
    return Noted(
        code=code,
        deal=row.deal,
        milestone=row.milestone,
        severity=severity,
        measure=measure,
        cause=cause,
        probability=row.probability,
        impact_days=row.impact_days,
        impact_amount=row.impact_amount,
        response=answer.response or row.response,
        action=answer.action or row.action,
        owner=answer.owner or row.owner,
        due=answer.due or row.due,
    )


def _totals(rows: Iterable[RiskRow]) -> dict[str, Any]:
    """Candidates are no risks yet and what is over is none any more: neither is summed. Currencies are kept apart."""
    found = list(rows)
    live = [row for row in found if row.state in LIVE]
    money: dict[str, list[Decimal | None]] = {}
    for row in live:
        if row.currency is not None:
            money.setdefault(row.currency, []).append(row.expected_amount)
    return {
        **{state: sum(row.state == state for row in found) for state in STATES},
        "incomplete": sum(bool(row.incomplete) for row in found),
        "expected_amount": {
            currency: numbers.money_sum(amounts, currency) for currency, amounts in sorted(money.items())
        },
    }
