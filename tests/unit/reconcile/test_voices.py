"""What customers said, from plan and tickets: where a ticket belongs, how long it waits, when a mean is shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bridge.plan.document import Feedback
from bridge.reconcile.recorded import Recorded, Ticket
from bridge.reconcile.run import assess
from bridge.reconcile.voices import by_customer, voices
from bridge.report import view
from bridge.report.practice import voice_entry
from tests.replacing import replace

TODAY = date(2026, 8, 24)


@pytest.fixture
def world(make_world):
    """D-1 and D-2 belong to one customer, D-3 to another; M-1 and M-2 are of D-1."""
    made = make_world()
    made.deal("D-1", name="支付平台", customer="华东银行", contract_no="HT-7")
    made.deal("D-2", customer="华东银行")
    made.deal("D-3", customer="北方银行")
    for key, deal in (("M-1", "D-1"), ("M-2", "D-1"), ("M-3", "D-3")):
        made.milestone(key, deal=deal)
        made.task(f"of-{key}", due="2026-08-28", milestone=key)
    return made


def heard(world, *tickets):
    portfolio = replace(world.portfolio(), recorded=Recorded(tickets))
    return portfolio, voices(portfolio.plan, portfolio.recorded)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"linked": "M-3", "milestone": "M-1"}, ("D-3", "M-3")),
        ({"milestone": " m-2 ", "deal": "D-3"}, ("D-1", "M-2")),
        ({"milestone": "M-9", "deal": "D-3"}, ("D-3", None)),
        ({"deal": "支付平台"}, ("D-1", None)),
        ({"deal": "ht-7"}, ("D-1", None)),
        ({"customer": "北方银行"}, ("D-3", None)),
        ({"customer": "华东银行"}, (None, None)),
        ({"customer": "南方银行"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_a_ticket_is_placed_by_hand_by_its_mapping_or_by_its_customers_only_deal(world, said, place):
    _, found = heard(world, Ticket("pc", "t1", **said))

    assert (found[0].deal, found[0].milestone) == place


def test_an_open_ticket_is_a_reason_with_a_link_to_it(world):
    ticket = Ticket(
        "pc", "t1", "POR-T1", "https://acme.example/t1", date(2026, 8, 3), "慢", linked="M-1", status="处理中"
    )
    portfolio, _ = heard(world, ticket)

    document = view.build(portfolio, assess(portfolio), lang="zh", generated_at=datetime(2026, 8, 24, tzinfo=UTC))
    reasons = {row["key"]: row["reasons"] for row in document["milestones"]}

    assert (reasons["M-2"], reasons["M-3"]) == ([], [])
    assert reasons["M-1"] == [
        {
            "code": "FEEDBACK_OPEN",
            "severity": "amber",
            "workdays": None,
            "text": "1 条客户反馈还没有关闭（从 8 月 3 日起）",
            "evidence": [{"source": "pc", "id": "t1", "key": "POR-T1", "url": "https://acme.example/t1"}],
            "since": "2026-08-24",
            "state": "opened",
            "acknowledged_until": None,
        }
    ]


def test_a_ticket_with_the_id_of_a_task_is_not_taken_for_it(world):
    portfolio, _ = heard(world, Ticket("pingcode", "of-M-1", "POR-T1", linked="M-1"))
    document = view.build(portfolio, assess(portfolio), lang="zh", generated_at=datetime(2026, 8, 24, tzinfo=UTC))

    evidence = next(row for row in document["milestones"] if row["key"] == "M-1")["reasons"][0]["evidence"]
    assert [entry["key"] for entry in evidence] == ["POR-T1"]


def test_tickets_and_rows_of_the_plan_are_counted_together(world):
    world.rows = {"feedback": (Feedback("D-1", date(2026, 8, 10), "晚", milestone="M-1"),)}
    portfolio, _ = heard(
        world, Ticket("pc", "t1", date=date(2026, 8, 12), deal="D-1"), Ticket("pc", "t2", linked="M-2")
    )

    counted = {
        row.milestone.key: [one.facts["feedback"] for one in row.findings] for row in assess(portfolio).assessments
    }

    assert counted == {"M-1": [2], "M-2": [2], "M-3": []}


def test_a_ticket_without_a_date_is_counted_without_an_age(world):
    portfolio, found = heard(world, Ticket("pc", "t1", linked="M-1"))

    row = next(row for row in assess(portfolio).assessments if row.milestone.key == "M-1")

    assert found[0].age(TODAY) is None
    assert row.findings[0].facts["oldest"] is None


@pytest.mark.parametrize(
    ("status", "is_open"), [("已完成", False), (" CLOSED ", False), ("处理中", True), (None, True)]
)
def test_a_ticket_is_open_until_its_status_closes_it(world, status, is_open):
    _, found = heard(world, Ticket("pc", "t1", status=status))

    assert found[0].is_open is is_open


def test_a_mean_is_shown_over_five_scores_and_not_over_four(world):
    scored = [Ticket("pc", f"t{n}", customer="北方银行", score=n, status="已完成") for n in range(1, 5)]
    unscored = Ticket("pc", "x", date=date(2026, 8, 14), customer="北方银行")

    _, four = heard(world, *scored, unscored)
    _, five = heard(world, *scored, unscored, Ticket("pc", "t5", customer="北方银行", score=5))

    few, enough = by_customer(four, TODAY)[0], by_customer(five, TODAY)[0]
    assert (few.answers, few.mean_score, few.open, few.oldest_days) == (4, None, 1, 10)
    assert (enough.answers, enough.mean_score) == (5, Decimal(3))


def test_customers_come_by_name_and_the_unknown_one_last(world):
    world.rows = {"feedback": (Feedback("D-3", TODAY, "好"), Feedback("D-1", TODAY, "好"))}
    _, found = heard(world, Ticket("pc", "t1"))

    assert [group.customer for group in by_customer(found, TODAY)] == ["北方银行", "华东银行", None]


def test_what_was_said_is_published_with_who_linked_it(world):
    ticket = Ticket("pc", "t1", "POR-T1", None, date(2026, 8, 4), "慢", 2.0, "华东银行", linked="M-1", linked_by="王敏")
    _, found = heard(world, ticket)

    entry = voice_entry(found[0], TODAY)

    assert entry == {
        "ref": "pc:POR-T1",
        "origin": "ticket",
        "date": "2026-08-04",
        "age_days": 20,
        "customer": "华东银行",
        "deal": "D-1",
        "milestone": "M-1",
        "linked_by": "王敏",
        "score": "2",
        "text": "慢",
        "action": None,
        "owner": None,
        "due": None,
        "status": None,
        "open": True,
        "ticket": {"source": "pc", "id": "t1", "key": "POR-T1", "url": None},
    }
