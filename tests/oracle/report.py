"""The whole delay report from the text alone: rows with their money, the summary, the order, what is unlinked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from .civil import WHOLE, Days, Json, day, half_up, money, quantity, ratio, text
from .history import Known
from .judge import Judged, Source
from .linkage import fold
from .milestone import RANK

HALF = Fraction(1, 2)
ZERO = (Decimal("0.00"), Decimal("0"))


def penalty(judged: Judged, late: int | None) -> Decimal | None:
    """An estimate: for each late calendar day beyond the grace its tier's rate of the base, capped."""
    deal = judged.deal
    if not judged.row["contractual"] or not deal["penalty_rate"]:
        return Decimal(0)
    if judged.base is None or late is None:
        return None
    total = Decimal(0)
    for number in range(1, late - (deal["penalty_grace_days"] or 0) + 1):
        rates = [Decimal(str(tier["rate"])) for tier in deal["penalty_rate"] if tier["from_day"] <= number]
        total += rates[-1] * judged.base if rates else Decimal(0)
    cap = deal["penalty_cap"]
    return total if cap is None else min(total, Decimal(cap) * judged.base)


def late_days(judged: Judged) -> tuple[int | None, int | None]:
    if judged.c is None:
        return None, None
    if judged.done:
        return (judged.actual - judged.c).days, (judged.actual - judged.c).days
    forecast = None if judged.f85 is None else (judged.f85 - judged.c).days
    return (judged.today - judged.c).days, forecast


def money_of(judged: Judged) -> Json:
    currency = judged.deal["currency"] or "CNY"
    amount = None if judged.row["amount"] is None else Decimal(judged.row["amount"])
    is_at_risk = not judged.done and (judged.status == "red" or (judged.p is not None and judged.p < HALF))
    is_assumed = False
    if judged.done:
        k = Fraction(0)
    elif judged.c is not None and judged.today > judged.c:
        k = Fraction(1)
    elif judged.p is not None:
        k = 1 - judged.p
    else:
        k, is_assumed = {"red": Fraction(1), "amber": HALF}.get(judged.status, Fraction(0)), True
    judged.expected = None if amount is None else Fraction(amount) * k
    expected = None if amount is None else half_up(judged.expected, 0 if currency in WHOLE else 2)
    gross = None if amount is None else (amount if is_at_risk else Decimal(0))
    today, p85 = (penalty(judged, late) for late in late_days(judged))
    return {
        "at_risk_gross": money(gross, currency),
        "at_risk_expected": expected,
        "assumed": is_assumed,
        "penalty_today": money(today, currency),
        "penalty_p85": money(p85, currency),
        "currency": currency,
    }


def slips(judged: Judged, promised: date | None, days: Days) -> Json:
    is_late = not judged.done and promised is not None and judged.today > promised
    return {
        "plan": None if judged.done else days.both(promised, judged.due),
        "overdue": days.both(promised, judged.today) if is_late else None,
        "forecast": None if judged.done else days.both(promised, judged.f85),
        "actual": days.both(promised, judged.actual),
    }


def work_of(judged: Judged) -> Json:
    tasks = judged.work.open

    def count(holds: Callable[[Json], bool]) -> int:
        return sum(1 for task in tasks if holds(task))

    return {
        "tasks": len(judged.work.in_scope),
        "open": len(tasks),
        "overdue": count(lambda t: t["due_on"] is not None and date.fromisoformat(t["due_on"]) < judged.today),
        "undated": count(lambda t: t["due_on"] is None),
        "unassigned": count(lambda t: not t["assignees"]),
        "blocked": count(lambda t: judged.blocked_since(t) is not None),
        "stale": count(judged.is_stale),
        "unmapped": count(lambda t: t["status"] == "unmapped"),
    }


def network_of(judged: Judged) -> Json | None:
    """The room before the promise, and the chain that decides the end."""
    network = judged.network
    if network is None:
        return None
    if network.is_circle:
        return {"float": None, "cpli": None, "chain": []}
    known = network.slack is not None and network.whole > 0
    chain = []
    for key in network.chain:
        total, free = network.floats(key)
        chain.append({"source": key[0], "id": key[1], "total_float": total, "free_float": free})
    cpli = Fraction(network.whole + network.slack, network.whole) if known else None
    return {"float": network.slack, "cpli": ratio(cpli), "chain": chain}


def row_of(judged: Judged) -> Json:
    reasons = sorted(judged.reasons.items(), key=lambda entry: (RANK[entry[1]], entry[0]))
    progress = judged.progress
    return {
        "key": judged.row["key"],
        "name": judged.row["name"],
        "customer": judged.deal["customer"],
        "owner": judged.row["owner"],
        "sales_owner": judged.deal["sales_owner"],
        "delivery_owner": judged.deal["delivery_owner"],
        "contractual": judged.row["contractual"],
        "status": judged.status,
        "claimed_status": judged.claimed,
        "promised": text(judged.b0),
        "baseline": text(judged.c),
        "due_in_tool": text(judged.due),
        "actual": text(judged.actual),
        "forecast": {
            "method": judged.method,
            "p50": text(judged.f50),
            "p85": text(judged.f85),
            "p95": text(judged.f95),
            "on_time_probability": ratio(judged.p),
            "samples": judged.samples,
            "why_not": judged.why_not,
            "spread": judged.spread,
        },
        "slip": slips(judged, judged.c, judged.days),
        "slip_first": slips(judged, judged.b0, judged.days),
        "pushes": judged.pushes,
        "progress": None
        if progress.ratio is None
        else {
            "weighed_by": progress.kind,
            "done": quantity(progress.earned),
            "total": quantity(progress.total),
            "ratio": ratio(progress.ratio),
            "expected_ratio": ratio(progress.expected),
        },
        "work": work_of(judged),
        "network": network_of(judged),
        "reasons": [{"code": code, "severity": severity} for code, severity in reasons],
        "money": money_of(judged),
    }


def in_order(rows: list[Json]) -> list[str]:
    """Amounts are compared as they are, before rounding."""

    def place(row: Json) -> tuple[bool, int, Fraction, bool, int, str]:
        is_first = row["contractual"] and any(reason["code"] == "OVERDUE" for reason in row["reasons"])
        slip = row["slip"]["forecast"]
        expected = row["expected"] or Fraction(0)
        late = slip is None, 0 if slip is None else -slip["workdays"]
        return not is_first, RANK[row["status"]], -expected, *late, row["key"]

    return [row["key"] for row in sorted(rows, key=place)]


def summary_of(rows: list[Json], leaving: dict[str, Decimal]) -> Json:
    """Sums add rounded rows; every currency of the listed milestones' deals has its key."""
    currencies = sorted({row["money"]["currency"] for row in rows})
    found: Json = {"milestones": len(rows)}
    for colour in RANK:
        found[colour] = sum(1 for row in rows if row["status"] == colour)
    worried = {row["customer"] for row in rows if row["status"] in ("red", "amber") and row["customer"]}
    found["customers_affected"] = len(worried)
    for figure in ("at_risk_gross", "at_risk_expected", "penalty_today", "penalty_p85"):
        found[figure] = {
            currency: sum(
                (
                    Decimal(row["money"][figure])
                    for row in rows
                    if row["money"]["currency"] == currency and row["money"][figure] is not None
                ),
                ZERO[currency in WHOLE],
            )
            for currency in currencies
        }
    found["leaving_quarter"] = {
        currency: sum(
            (leaving.get(row["key"], Decimal(0)) for row in rows if row["money"]["currency"] == currency),
            ZERO[currency in WHOLE],
        )
        for currency in currencies
    }
    return found


def leaving_of(judged: Judged) -> Decimal:
    """The amount, when the promise lies in this quarter and the forecast behind it."""
    if judged.done or judged.c is None or judged.f85 is None or judged.method == "due_dates":
        return Decimal(0)
    month = (judged.today.month - 1) // 3 * 3 + 4
    after = date(judged.today.year + month // 13, (month - 1) % 12 + 1, 1)
    amount = money(Decimal(judged.row["amount"] or 0), judged.deal["currency"] or "CNY")
    return amount if judged.c < after <= judged.f85 and amount is not None else Decimal(0)


@dataclass
class Wish:
    """What a reader asked for beside the whole report."""

    customer: str | None = None
    owner: str | None = None
    since: date | None = None

    def shows(self, judged: Judged) -> bool:
        owners = (judged.row["owner"], judged.deal["sales_owner"], judged.deal["delivery_owner"])
        fits_owner = self.owner is None or fold(self.owner) in [fold(name) for name in owners if name]
        fits = self.customer is None or fold(judged.deal["customer"] or "") == fold(self.customer)
        return fits and fits_owner

    def change(self, judged: Judged) -> Json | None:
        """Against the last snapshot on or before the day asked for."""
        past = [(when, row) for when, row in judged.recorded if self.since is not None and when <= self.since]
        if not past:
            return None
        when, row = past[-1]
        before = day(row["forecast"]["p85"])
        moved = None if before is None or judged.f85 is None else judged.days.wd(before, judged.f85)
        return {"since": when.isoformat(), "status": row["status"], "forecast_workdays": moved}


def goals_of(plan: Json, judged: list[Judged]) -> list[Json]:
    """Gap to target: what is there and what is likely to come by the end of the goal's period."""
    found = []
    for goal in plan["goals"]:
        coming = [one for one in judged if one.deal["goal"] == goal["key"] and not one.done and one.row["amount"]]
        expected = None
        if goal["current"] is not None and goal["due"] and len({one.deal["currency"] for one in coming}) < 2:
            likely = (Fraction(one.row["amount"]) * one.chance_by(date.fromisoformat(goal["due"])) for one in coming)
            expected = Fraction(goal["current"]) + sum(likely, Fraction(0))
        gap = None if expected is None or goal["target"] is None else Fraction(goal["target"]) - expected
        needed = None if gap is None or not goal["win_rate"] else gap / Fraction(goal["win_rate"])
        figures = {"expected": expected, "gap": gap, "pipeline_needed": needed}
        shown = {name: None if value is None else quantity(value) for name, value in figures.items()}
        found.append({"key": goal["key"], **shown})
    return found


def delay_report(known: Known, sources: list[Source], today: date, now: datetime, wish: Wish | None = None) -> Json:
    """What `pbridge report --format json` should say, as far as the text decides it."""
    wish = wish or Wish()
    plan = known.plan_on(today)
    assert plan is not None
    deals = {deal["key"]: deal for deal in plan["deals"]}
    every_one = [Judged(known, row, deals[row["deal"]], sources, today, now) for row in plan["milestones"]]
    judged = [one for one in every_one if wish.shows(one)]
    rows = [row_of(one) for one in judged]
    of_deal: dict[str, str] = {}
    for key in deals:
        mine = [one for one in every_one if one.row["deal"] == key]
        mine = [one for one in mine if one.row["contractual"]] or mine
        if mine:
            of_deal[key] = min((one.status for one in mine), key=RANK.__getitem__)
    for one, row in zip(judged, rows, strict=True):
        row["deal"] = {"key": one.row["deal"], "status": of_deal[one.row["deal"]]}
        row["change"] = wish.change(one)
    unrounded = [{**row, "expected": one.expected} for one, row in zip(judged, rows, strict=True)]
    order = in_order(unrounded)
    every = {(task["source"], task["id"]): task for task in known.tasks_on(today)}
    in_some = {(task["source"], task["id"]) for one in every_one for task in one.work.linked}
    is_open = {(task["source"], task["id"]) for one in judged for task in one.work.open}
    loose = [
        task
        for ref, task in every.items()
        if ref not in in_some
        and not task["gone"]
        and task["status"] != "cancelled"
        and not task["archived"]
        and task["kind"] != "milestone"
    ]

    def share(count: int) -> float | None:
        return ratio(Fraction(count, len(is_open))) if is_open else None

    return {
        "milestones": sorted(rows, key=lambda row: order.index(row["key"])),
        "goals": [] if wish.customer or wish.owner else goals_of(plan, every_one),
        "summary": summary_of(rows, {one.row["key"]: leaving_of(one) for one in judged}),
        "unlinked": {
            "milestones_without_tasks": sorted(
                one.row["key"] for one in judged if not one.work.in_scope and not one.work.own
            ),
            "tasks_without_milestone": len(loose),
        },
        "data_quality": {
            "undated_ratio": share(sum(1 for ref in is_open if every[ref]["due_on"] is None)),
            "unassigned_ratio": share(sum(1 for ref in is_open if not every[ref]["assignees"])),
        },
    }
