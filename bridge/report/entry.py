"""One milestone of the delay report as JSON, key by key in the published order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bridge.forecast.calibration import Calibrated
from bridge.language import Lang
from bridge.model import Colour, Task, TaskKey
from bridge.plan.calendar import WorkCalendar
from bridge.reconcile.recorded import Ticket
from bridge.reconcile.situation import Assessment, Finding, Forecast, Money, Progress, Slip, Snapshot, Span, WorkCounts
from bridge.report import numbers
from bridge.report.chains import buffer_entry, network_entry, waiting_entry
from bridge.report.practice import NO_REGISTERS, Registers, contact_entry, evidence_entry, risk_entry
from bridge.report.record import Entry, Record, day
from bridge.report.wording import reason_text


@dataclass(frozen=True, slots=True)
class Setting:
    """What every row needs beside its own assessment."""

    lang: Lang
    tasks: Mapping[TaskKey, Task]
    witnesses: Mapping[TaskKey, Task | Ticket]
    """Everything that evidence may name."""
    calendar: WorkCalendar
    deal_colours: Mapping[str, Colour]
    today: date
    compared: Mapping[str, Snapshot] | None
    """Milestone key -> its last snapshot on or before the day compared with; None when nothing is compared."""
    record: Record
    promises: Mapping[str, Entry]
    """Milestone key -> how its promise came to be; keys without one are left out."""
    registers: Registers = NO_REGISTERS


def figures(row: Assessment, colour: Colour | None) -> Entry:
    """What is told of a milestone without words, tasks and the past; `colour` is that of its deal."""
    milestone, deal = row.milestone, row.deal
    return {
        "key": milestone.key,
        "name": milestone.name,
        "deal": {"key": deal.key, "name": deal.name, "status": None if colour is None else colour.value},
        "customer": deal.customer,
        "owner": milestone.owner,
        "sales_owner": deal.sales_owner,
        "delivery_owner": deal.delivery_owner,
        "contractual": milestone.contractual,
        "amount": {"amount": numbers.money(milestone.amount, deal.currency), "currency": deal.currency},
        "status": row.colour.value,
        "claimed_status": None if row.claimed is None else row.claimed.value,
        "promised": day(row.first_promise),
        "baseline": day(row.commitment),
        "due_in_tool": day(row.due),
        "actual": day(row.actual),
        "forecast": _forecast(row.forecast, is_done=row.colour is Colour.DONE),
        "slip": _slip(row.slip),
        "slip_first": _slip(row.slip_first),
        "pushes": {
            "count": row.pushes.count,
            "days": row.pushes.days,
            "first_promise": day(row.pushes.first_promise),
            "last_promise": day(row.pushes.last_promise),
        },
        "progress": _progress(row.progress),
        "work": _work(row.work),
        "money": _money(row.money),
    }


def entry(row: Assessment, at: Setting) -> Entry:
    """What could not be computed is null; a key is never left out."""
    milestone, deal = row.milestone, row.deal
    found = figures(row, at.deal_colours.get(deal.key))
    money = found.pop("money")
    return {
        **found,
        "reasons": [_reason(finding, row, at) for finding in row.findings],
        "money": money,
        "change": _change(row, at),
        "risks": [
            risk_entry(risk, at.today, at.lang, at.witnesses) for risk in at.registers.risks.get(milestone.key, ())
        ],
        "next_contact": contact_entry(at.registers.contacts.get(deal.key), at.today),
        "note": at.record.note(milestone),
        "override": at.record.override(milestone.key),
        "judged_since": day(at.record.judged_since(milestone.key)),
        "network": network_entry(row.network, at.tasks, at.today, at.lang),
        "waits_for": waiting_entry(row.waiting, at.today, at.lang),
        "buffer": buffer_entry(row.buffer),
        "baselines": at.promises.get(milestone.key, {}).get("baselines", []),
        "refused_moves": at.promises.get(milestone.key, {}).get("refused_moves", []),
        "estimated_years": years_guessed(row, at.today, at.calendar),
    }


def years_guessed(row: Assessment, today: date, calendar: WorkCalendar) -> list[int]:
    """Years whose working days are a guess and that lie between the dates of this row, today among them."""
    known = (row.first_promise, row.commitment, row.due, row.actual)
    forecast = (row.forecast.p50, row.forecast.p85, row.forecast.p95)
    days = [today, *(value for value in (*known, *forecast, *row.forecast.spread.values()) if value is not None)]
    return [year for year in range(min(days).year, max(days).year + 1) if calendar.estimated(year)]


def _forecast(forecast: Forecast, *, is_done: bool) -> Entry:
    """Always an object; of a done milestone every value is null."""
    return {
        "method": forecast.method,
        "p50": day(forecast.p50),
        "p85": day(forecast.p85),
        "p95": day(forecast.p95),
        "on_time_probability": numbers.ratio(forecast.on_time_probability),
        "samples": forecast.samples,
        "why_not": forecast.why_not,
        "spread": None if is_done else {method: day(value) for method, value in sorted(forecast.spread.items())},
        "calibration": _calibration(forecast.calibration),
    }


def _calibration(found: Calibrated | None) -> Entry | None:
    """How past forecasts came out; null while fewer than 5 milestones with a record are finished."""
    if found is None:
        return None
    return {
        "factor": numbers.ratio(found.factor),
        "n": found.n,
        "raw_p85": day(found.raw_p85),
        "corrected_p85": day(found.corrected_p85),
        "applied": found.is_applied,
    }


def _slip(slip: Slip) -> Entry:
    return {
        "plan": _span(slip.plan),
        "overdue": _span(slip.overdue),
        "forecast": _span(slip.forecast),
        "actual": _span(slip.actual),
    }


def _span(span: Span | None) -> Entry | None:
    return None if span is None else {"workdays": span.workdays, "days": span.days}


def _progress(progress: Progress | None) -> Entry | None:
    if progress is None:
        return None
    return {
        "weighed_by": progress.weighed_by,
        "done": numbers.quantity(progress.done),
        "total": numbers.quantity(progress.total),
        "ratio": numbers.ratio(progress.ratio),
        "expected_ratio": numbers.ratio(progress.expected_ratio),
    }


def _work(work: WorkCounts) -> Entry:
    return {
        "tasks": work.tasks,
        "open": work.open,
        "overdue": work.overdue,
        "undated": work.undated,
        "unassigned": work.unassigned,
        "blocked": work.blocked,
        "stale": work.stale,
        "unmapped": work.unmapped,
    }


def _reason(finding: Finding, row: Assessment, at: Setting) -> Entry:
    return {
        "code": str(finding.code),
        "severity": finding.severity.value,
        "workdays": finding.workdays,
        "text": reason_text(finding, row, at.lang),
        "evidence": [evidence_entry(at.witnesses[ref]) for ref in finding.evidence],
        **at.record.life(row.milestone.key, str(finding.code)),
    }


def _money(money: Money) -> Entry:
    return {
        "at_risk_gross": numbers.money(money.at_risk_gross, money.currency),
        "at_risk_expected": numbers.money(money.at_risk_expected, money.currency),
        "assumed": money.assumed,
        "penalty_today": numbers.money(money.penalty_today, money.currency),
        "penalty_p85": numbers.money(money.penalty_p85, money.currency),
        "currency": money.currency,
    }


def _change(row: Assessment, at: Setting) -> Entry | None:
    """Against the snapshot compared with; the forecast moved only where both days had one."""
    before = None if at.compared is None else at.compared.get(row.milestone.key)
    if before is None:
        return None
    moved = _distance(at.calendar.workdays, before.forecast_p85, row.forecast.p85)
    return {"since": day(before.day), "status": before.colour.value, "forecast_workdays": moved}


def _distance(workdays: Callable[[date, date], int], first: date | None, last: date | None) -> int | None:
    return None if first is None or last is None else workdays(first, last)
