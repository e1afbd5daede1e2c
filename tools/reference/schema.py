"""The JSON Schema of the delay report, put together from the words that the program uses.

It is open: a later version may add keys.
"""

from __future__ import annotations

import json
from typing import get_args

from bridge.model import Colour
from bridge.reconcile.findings import State
from bridge.reconcile.reasons import REASONS
from bridge.reconcile.register import Account, Category
from bridge.reconcile.risk_register import State as RiskState
from bridge.reconcile.situation import Outcome, Severity
from bridge.report.view import SCHEMA
from bridge.report.wording import METHODS, WHY_NOT
from tools.reference.schema_words import (
    COLOUR,
    COUNT,
    CURRENCY,
    DAY,
    EVIDENCE,
    INSTANT,
    MONEY,
    NUMBER,
    QUANTITY,
    REFERENCE,
    SHARE,
    SPAN,
    TEXT,
    WHOLE,
    YES_NO,
    Schema,
    by,
    listed,
    maybe,
    record,
    said,
    words,
)


def page() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def document() -> Schema:
    top = record(
        "The delay report / 延期报告. What could not be computed is null; a key is never left out.",
        schema={"const": SCHEMA},
        as_of=DAY | said("the day that is judged"),
        generated_at=INSTANT,
        timezone=TEXT | said("dates are civil dates of this zone"),
        calendar=record(estimated_years=listed(WHOLE) | said("years whose days off are a guess")),
        sources=listed(_source()),
        summary=_summary(),
        goals=listed(_goal()),
        customers=listed(_customer()),
        pull_forward=record(until=DAY, milestones=by(listed(_pulled()), "currency")),
        milestones=listed(_milestone()) | said("worst first"),
        unlinked=record(milestones_without_tasks=listed(TEXT), tasks_without_milestone=COUNT),
        data_quality=_quality(),
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA, **top}


def _source() -> Schema:
    refused = record(file=TEXT, since=INSTANT, problems=COUNT, version_used=TEXT)
    return record(
        name=TEXT,
        kind=TEXT,
        as_of=maybe(INSTANT) | said("end of the last complete read"),
        age_minutes=maybe(COUNT),
        outcome=words(get_args(Outcome)),
        partial_scopes=listed(TEXT),
        refused_mapping=maybe(refused),
    )


def _summary() -> Schema:
    money = by(MONEY, "currency")
    return record(
        milestones=COUNT,
        **{colour.value: COUNT for colour in Colour},
        customers_affected=COUNT,
        at_risk_gross=money,
        at_risk_expected=money,
        leaving_quarter=money,
        penalty_today=money,
        penalty_p85=money,
    )


def _goal() -> Schema:
    return record(
        key=TEXT,
        name=TEXT,
        metric=maybe(TEXT),
        target=maybe(QUANTITY),
        current=maybe(QUANTITY),
        expected=maybe(QUANTITY),
        gap=maybe(QUANTITY),
        pipeline_needed=maybe(QUANTITY),
        status=maybe(COLOUR),
        pull_forward=listed(_pulled()),
    )


def _pulled() -> Schema:
    return record(key=TEXT, amount=maybe(MONEY), workdays=WHOLE)


def _customer() -> Schema:
    money = by(MONEY, "currency")
    return record(name=TEXT, status=maybe(COLOUR), milestones=COUNT, at_risk_gross=money, at_risk_expected=money)


def _quality() -> Schema:
    return record(
        unmapped_status=COUNT,
        quarantined=COUNT,
        undated_ratio=maybe(SHARE),
        unassigned_ratio=maybe(SHARE),
        links_to_unknown_tasks=COUNT,
        links_without_direction=COUNT,
        links_unmapped=COUNT,
        unannounced_year=maybe(WHOLE),
    )


def _milestone() -> Schema:
    slip = record(plan=SPAN, overdue=SPAN, forecast=SPAN, actual=SPAN)
    return record(
        key=TEXT,
        name=TEXT,
        deal=record(key=TEXT, name=TEXT, status=maybe(COLOUR)),
        customer=maybe(TEXT),
        owner=maybe(TEXT),
        sales_owner=maybe(TEXT),
        delivery_owner=maybe(TEXT),
        contractual=YES_NO,
        amount=record(amount=maybe(MONEY), currency=CURRENCY),
        status=COLOUR,
        claimed_status=maybe(COLOUR) | said("what the tools say"),
        promised=maybe(DAY) | said("B0, the first promise, kept for ever"),
        baseline=maybe(DAY) | said("C, the promise that counts: the latest approved one"),
        due_in_tool=maybe(DAY),
        actual=maybe(DAY),
        forecast=_forecast(),
        slip=slip | said("against baseline"),
        slip_first=slip | said("against promised"),
        pushes=record(count=COUNT, days=COUNT, first_promise=maybe(DAY), last_promise=maybe(DAY)),
        progress=maybe(_progress()),
        work=_work(),
        reasons=listed(_reason()),
        money=_money(),
        change=maybe(record(since=DAY, status=COLOUR, forecast_workdays=maybe(WHOLE))) | said("only with --since"),
        risks=listed(_risk()),
        next_contact=maybe(_contact()),
        note=_note(),
        override=maybe(record(status=COLOUR, by=TEXT, reason=TEXT, until=DAY, recorded_at=INSTANT)),
        judged_since=maybe(DAY),
        network=maybe(_network()),
        waits_for=maybe(_waits()),
        buffer=maybe(record(workdays=WHOLE, used=NUMBER, burn=maybe(NUMBER), third={"enum": [1, 2, 3]})),
        baselines=listed(_baseline()),
        refused_moves=listed(_refused_move()),
        estimated_years=listed(WHOLE),
    )


def _forecast() -> Schema:
    calibration = record(factor=maybe(NUMBER), n=COUNT, raw_p85=maybe(DAY), corrected_p85=maybe(DAY), applied=YES_NO)
    return record(
        method=maybe(words(METHODS)),
        p50=maybe(DAY),
        p85=maybe(DAY),
        p95=maybe(DAY),
        on_time_probability=maybe(SHARE),
        samples=maybe(COUNT),
        why_not=maybe(words(WHY_NOT)) | said("why there is no on_time_probability"),
        spread=maybe(by(maybe(DAY), "method that was possible")),
        calibration=maybe(calibration),
    )


def _progress() -> Schema:
    return record(
        weighed_by=words(("hours", "points", "count")),
        done=QUANTITY,
        total=QUANTITY,
        ratio=maybe(SHARE),
        expected_ratio=maybe(SHARE),
    )


def _work() -> Schema:
    counted = ("tasks", "open", "overdue", "undated", "unassigned", "blocked", "stale", "unmapped")
    return record(**dict.fromkeys(counted, COUNT))


def _reason() -> Schema:
    return record(
        code=words(REASONS),
        severity=words(Severity),
        workdays=maybe(WHOLE),
        text=TEXT,
        evidence=listed(EVIDENCE),
        since=DAY,
        state=words(State),
        acknowledged_until=maybe(DAY),
    )


def _money() -> Schema:
    return record(
        at_risk_gross=maybe(MONEY),
        at_risk_expected=maybe(MONEY),
        assumed=YES_NO | said("the chance was assumed by colour, because no forecast gives one"),
        penalty_today=maybe(MONEY),
        penalty_p85=maybe(MONEY),
        currency=CURRENCY,
    )


def _risk() -> Schema:
    trigger = record(text=TEXT, holds=maybe(YES_NO), fact=maybe(TEXT), problems=listed(TEXT))
    decided = record(verdict=words(("confirmed", "dismissed")), by=TEXT, reason=maybe(TEXT), at=INSTANT)
    texts = ("category", "response", "action", "owner", "status")
    return record(
        key=TEXT,
        origin=words(("plan", "confirmed", "candidate")),
        state=words(get_args(RiskState)),
        deal=maybe(TEXT),
        milestone=maybe(TEXT),
        cause=TEXT,
        **dict.fromkeys(texts, maybe(TEXT)),
        probability=maybe(SHARE),
        impact_days=maybe(QUANTITY),
        impact_amount=maybe(MONEY),
        expected_days=maybe(QUANTITY),
        expected_amount=maybe(MONEY),
        currency=maybe(CURRENCY),
        due=maybe(DAY),
        trigger=maybe(trigger),
        incomplete=listed(TEXT),
        decided=maybe(decided),
        evidence=listed(EVIDENCE),
    )


def _contact() -> Schema:
    return record(audience=words(("team", "customer")), due=maybe(DAY), owner=maybe(TEXT), overdue_days=maybe(WHOLE))


def _note() -> Schema:
    return record(
        reason=maybe(TEXT),
        recovery_plan=maybe(TEXT),
        recovery_date=maybe(DAY),
        customer_informed=maybe(DAY),
        category=maybe(words(get_args(Category))),
        account=maybe(words(get_args(Account))),
        owner=maybe(TEXT),
        by=maybe(TEXT),
        recorded_at=maybe(INSTANT),
    )


def _network() -> Schema:
    link = record(**REFERENCE, title=TEXT, url=maybe(TEXT), start=DAY, finish=DAY, total_float=WHOLE, free_float=WHOLE)
    return record(
        float=maybe(WHOLE),
        cpli=maybe(NUMBER),
        chain=listed(link),
        critical=listed(listed(record(**REFERENCE))),
        cycle=listed(record(**REFERENCE)),
        text=maybe(TEXT),
    )


def _waits() -> Schema:
    awaited = record(key=TEXT, forecast=maybe(DAY), on_time_probability=maybe(SHARE))
    return record(milestones=listed(awaited), on_time_probability=maybe(SHARE), text=TEXT)


BECAUSE = record(kind=words(("risk", "feedback")), reference=TEXT, text=TEXT)


def _baseline() -> Schema:
    return record(
        number=COUNT,
        promised=DAY,
        recorded_at=INSTANT,
        approved_by=maybe(TEXT),
        reason=maybe(TEXT),
        because=listed(BECAUSE),
    )


def _refused_move() -> Schema:
    return record(refused_at=INSTANT, refused_by=TEXT, reason=TEXT, because=BECAUSE)
