"""Colours and figures rolled up to customers and goals: what a filter cuts, and what it leaves as it is."""

from decimal import Decimal

import pytest

from bridge.model import Colour
from bridge.plan.document import Goal
from bridge.reconcile.situation import GoalState

COLOURS = {"D-1": Colour.AMBER, "D-2": Colour.RED, "D-3": Colour.DONE}


def row(make, key, deal, customer, at_risk=None, currency="CNY", **values):
    money = {"at_risk_gross": at_risk, "at_risk_expected": at_risk}
    goal = values.pop("goal", None)
    seller = values.pop("seller", None)
    wish = {"key": deal, "customer": customer, "currency": currency, "goal": goal, "sales_owner": seller}
    return make.row(key, deal=wish, money=money, **values)


def customers(make, *rows, colours=COLOURS, **wishes):
    found = make.document(*rows, result={"deal_colours": colours}, **wishes)["customers"]
    return {entry["name"]: entry for entry in found}


def test_a_customer_is_as_bad_as_the_worst_of_its_deals(make):
    found = customers(
        make, row(make, "M-1", "D-1", "云杉"), row(make, "M-2", "D-2", "云杉"), row(make, "M-3", "D-3", "北屿")
    )

    assert {name: entry["status"] for name, entry in found.items()} == {"云杉": "red", "北屿": "done"}
    assert {name: entry["milestones"] for name, entry in found.items()} == {"云杉": 2, "北屿": 1}


def test_who_sees_own_deals_only_sees_a_customer_as_bad_as_those(make):
    rows = (row(make, "M-1", "D-1", "云杉", seller="王敏"), row(make, "M-2", "D-2", "云杉", seller="赵宁"))

    assert customers(make, *rows, owner="王敏")["云杉"]["status"] == "red"
    assert customers(make, *rows, sales_owner="王敏")["云杉"]["status"] == "amber"


def test_money_at_risk_of_a_customer_is_kept_apart_by_currency(make):
    found = customers(
        make,
        row(make, "M-1", "D-1", "云杉", Decimal("10.005")),
        row(make, "M-2", "D-2", "云杉", Decimal(7), "USD"),
        row(make, "M-3", "D-1", "云杉"),
    )

    assert found["云杉"]["at_risk_gross"] == {"CNY": "10.01", "USD": "7.00"}
    assert found["云杉"]["at_risk_expected"] == {"CNY": "10.01", "USD": "7.00"}


def test_the_customers_add_up_to_the_summary(make):
    rows = [row(make, f"M-{number}", "D-1", f"客户{number % 2}", Decimal(number)) for number in range(5)]
    document = make.document(*rows)

    assert sum(Decimal(entry["at_risk_gross"]["CNY"]) for entry in document["customers"]) == Decimal(
        document["summary"]["at_risk_gross"]["CNY"]
    )


def test_a_customer_written_in_two_ways_is_one_and_a_deal_without_one_is_nobodys(make):
    found = customers(
        make, row(make, "M-1", "D-1", "ACME"), row(make, "M-2", "D-2", " ａｃｍｅ "), row(make, "M-3", "D-3", None)
    )

    assert {name: entry["milestones"] for name, entry in found.items()} == {"ACME": 2}


@pytest.mark.parametrize("wish", [{}, {"owner": "陈柏"}])
def test_a_filter_cuts_the_figures_of_a_customer_but_not_its_status(make, wish):
    rows = (
        row(make, "M-1", "D-1", "云杉", Decimal(5), milestone={"owner": "陈柏"}),
        row(make, "M-2", "D-2", "云杉", Decimal(9)),
    )

    found = customers(make, *rows, **wish)["云杉"]

    assert found["status"] == "red"
    assert (found["milestones"], found["at_risk_gross"]["CNY"]) == ((1, "5.00") if wish else (2, "14.00"))


def test_a_goal_is_as_bad_as_the_worst_deal_that_serves_it_whatever_is_filtered(make):
    states = tuple(GoalState(Goal(key, key), None, None, None) for key in ("G-1", "G-2", "G-3"))
    rows = (
        row(make, "M-1", "D-1", "云杉", goal="G-1", milestone={"owner": "陈柏"}),
        row(make, "M-2", "D-2", "北屿", goal="G-1"),
        row(make, "M-3", "D-3", "北屿", goal="G-2"),
    )
    result = {"goals": states, "deal_colours": COLOURS}

    every = make.document(*rows, result=result)["goals"]
    filtered = make.document(*rows, result=result, owner="陈柏")["goals"]

    assert {goal["key"]: goal["status"] for goal in every} == {"G-1": "red", "G-2": "done", "G-3": None}
    assert [(goal["key"], goal["status"]) for goal in filtered] == [("G-1", "red")]
