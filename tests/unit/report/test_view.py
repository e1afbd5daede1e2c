"""The delay report as JSON: keys, figures, filters and comparison, against a hand-built portfolio and result."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from bridge.model import SEVERITY_ORDER, Colour
from bridge.reconcile.situation import (
    Finding,
    Forecast,
    Progress,
    PushRecord,
    Severity,
    Slip,
    Span,
    WorkCounts,
)

TOP = [
    "schema",
    "as_of",
    "generated_at",
    "timezone",
    "calendar",
    "sources",
    "summary",
    "goals",
    "customers",
    "pull_forward",
    "milestones",
    "unlinked",
    "data_quality",
]
ENTRY = [
    "key",
    "name",
    "deal",
    "customer",
    "owner",
    "sales_owner",
    "delivery_owner",
    "contractual",
    "amount",
    "status",
    "claimed_status",
    "promised",
    "baseline",
    "due_in_tool",
    "actual",
    "forecast",
    "slip",
    "slip_first",
    "pushes",
    "progress",
    "work",
    "reasons",
    "money",
    "change",
    "risks",
    "next_contact",
    "note",
    "override",
    "judged_since",
    "network",
    "waits_for",
    "buffer",
    "baselines",
    "refused_moves",
    "estimated_years",
]
SUMMARY = [
    "milestones",
    "red",
    "amber",
    "green",
    "grey",
    "done",
    "customers_affected",
    "at_risk_gross",
    "at_risk_expected",
    "leaving_quarter",
    "penalty_today",
    "penalty_p85",
]


def rich_row(make):
    """The milestone that the published example describes."""
    finding = Finding(
        "UNASSIGNED", Severity.AMBER, None, {"today": make.today, "of_open": 9, "unassigned": 2}, (("pingcode", "42"),)
    )
    return make.row(
        milestone={
            "owner": "陈柏",
            "amount": Decimal("300000"),
            "contractual": True,
            "customer_informed": date(2026, 8, 20),
        },
        colour=Colour.RED,
        claimed=Colour.GREEN,
        first_promise=date(2026, 9, 1),
        commitment=date(2026, 9, 10),
        due=date(2026, 9, 18),
        forecast=Forecast(
            "throughput",
            date(2026, 9, 14),
            date(2026, 9, 20),
            date(2026, 9, 28),
            0.12345,
            11,
            None,
            {"throughput": date(2026, 9, 20), "earned_schedule": date(2026, 9, 25)},
        ),
        slip=Slip(plan=Span(6, 8), forecast=Span(7, 10)),
        slip_first=Slip(plan=Span(13, 17), forecast=Span(14, 19)),
        pushes=PushRecord(2, 17, date(2026, 9, 1), date(2026, 9, 18)),
        progress=Progress("hours", Decimal("24.00"), Decimal("80.125"), 24 / 80.125, None),
        work=WorkCounts(14, 9, 3, 1, 2, 1, 4, 0),
        findings=(finding,),
        money={
            "at_risk_gross": Decimal("300000"),
            "at_risk_expected": Decimal("262965"),
            "penalty_today": Decimal(0),
            "penalty_p85": Decimal("1500.005"),
            "leaving_quarter": Decimal(0),
        },
    )


def test_the_document_has_every_published_key_in_the_published_order(make):
    document = make.document(rich_row(make), tasks=[make.task("42")])

    assert list(document) == TOP
    assert list(document["milestones"][0]) == ENTRY
    assert list(document["summary"]) == SUMMARY
    assert {*SUMMARY[1:6]} == {colour.value for colour in SEVERITY_ORDER}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sample_behind_the_golden_files_has_the_same_keys(lang, sample):
    document = sample(lang)

    assert list(document) == TOP
    assert list(document["summary"]) == SUMMARY
    assert {tuple(entry) for entry in document["milestones"]} == {tuple(ENTRY)}


def test_a_milestone_says_every_figure_as_published(make):
    entry = make.document(rich_row(make), tasks=[make.task("42")])["milestones"][0]

    del entry["reasons"], entry["name"], entry["customer"]
    assert entry == {
        "key": "M-1",
        "deal": {"key": "D-1", "name": "会员支付", "status": "red"},
        "owner": "陈柏",
        "sales_owner": "林悦",
        "delivery_owner": "赵启明",
        "contractual": True,
        "amount": {"amount": "300000.00", "currency": "CNY"},
        "status": "red",
        "claimed_status": "green",
        "promised": "2026-09-01",
        "baseline": "2026-09-10",
        "due_in_tool": "2026-09-18",
        "actual": None,
        "forecast": {
            "method": "throughput",
            "p50": "2026-09-14",
            "p85": "2026-09-20",
            "p95": "2026-09-28",
            "on_time_probability": 0.1235,
            "samples": 11,
            "why_not": None,
            "spread": {"earned_schedule": "2026-09-25", "throughput": "2026-09-20"},
            "calibration": None,
        },
        "slip": {
            "plan": {"workdays": 6, "days": 8},
            "overdue": None,
            "forecast": {"workdays": 7, "days": 10},
            "actual": None,
        },
        "slip_first": {
            "plan": {"workdays": 13, "days": 17},
            "overdue": None,
            "forecast": {"workdays": 14, "days": 19},
            "actual": None,
        },
        "pushes": {"count": 2, "days": 17, "first_promise": "2026-09-01", "last_promise": "2026-09-18"},
        "progress": {"weighed_by": "hours", "done": "24", "total": "80.13", "ratio": 0.2995, "expected_ratio": None},
        "work": {
            "tasks": 14,
            "open": 9,
            "overdue": 3,
            "undated": 1,
            "unassigned": 2,
            "blocked": 1,
            "stale": 4,
            "unmapped": 0,
        },
        "money": {
            "at_risk_gross": "300000.00",
            "at_risk_expected": "262965.00",
            "assumed": False,
            "penalty_today": "0.00",
            "penalty_p85": "1500.01",
            "currency": "CNY",
        },
        "change": None,
        "risks": [],
        "next_contact": None,
        "note": {
            "reason": None,
            "recovery_plan": None,
            "recovery_date": None,
            "customer_informed": "2026-08-20",
            "category": None,
            "account": None,
            "owner": None,
            "by": None,
            "recorded_at": None,
        },
        "override": None,
        "judged_since": None,
        "network": None,
        "waits_for": None,
        "buffer": None,
        "baselines": [],
        "refused_moves": [],
        "estimated_years": [],
    }


def test_a_reason_is_a_sentence_with_links_to_its_tasks(make):
    reason = make.document(rich_row(make), tasks=[make.task("42")])["milestones"][0]["reasons"][0]

    assert reason["code"] == "UNASSIGNED"
    assert "9" in reason["text"]
    assert reason["evidence"] == [
        {"source": "pingcode", "id": "42", "key": "PAY-42", "url": "https://acme.example/PAY-42"}
    ]


def test_what_is_unknown_is_null_and_never_left_out(make):
    entry = make.document(make.row())["milestones"][0]

    assert list(entry) == ENTRY
    assert entry["amount"] == {"amount": None, "currency": "CNY"}
    assert entry["forecast"]["p85"] is None
    assert entry["progress"] is None
    assert entry["money"]["at_risk_gross"] is None


def test_every_value_of_the_forecast_of_a_done_milestone_is_null(make):
    entry = make.document(make.row(colour=Colour.DONE, actual=make.today))["milestones"][0]

    assert set(entry["forecast"].values()) == {None}


def test_the_same_arguments_give_the_same_bytes(make):
    documents = [json.dumps(make.document(rich_row(make), tasks=[make.task("42")])) for _ in range(2)]

    assert documents[0] == documents[1]
