"""What the rows of the report say together: sums, filters, comparison, sources and the quality of the data."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bridge.model import Colour, Kind, Status
from bridge.plan.document import Goal
from bridge.reconcile.situation import Forecast, GoalState, SourceState


def test_money_of_different_currencies_is_never_added(make):
    rows = [
        make.row("M-1", money={"at_risk_gross": Decimal("100.004")}),
        make.row("M-2", money={"at_risk_gross": Decimal("0.005")}),
        make.row("M-3", deal={"currency": "USD"}, money={"at_risk_gross": Decimal(7)}),
        make.row("M-4", deal={"currency": "JPY"}, money={"at_risk_gross": Decimal("1500.5")}),
    ]

    summary = make.document(*rows)["summary"]

    assert summary["at_risk_gross"] == {"CNY": "100.01", "JPY": "1501", "USD": "7.00"}


def test_sums_add_rounded_rows(make):
    rows = [make.row(f"M-{number}", money={"penalty_p85": Decimal("0.005")}) for number in range(3)]

    assert make.document(*rows)["summary"]["penalty_p85"] == {"CNY": "0.03"}


def test_every_currency_of_the_rows_has_a_sum_even_where_all_amounts_are_missing(make):
    summary = make.document(make.row("M-1"), make.row("M-2", deal={"currency": "KRW"}))["summary"]

    assert summary["leaving_quarter"] == {"CNY": "0.00", "KRW": "0"}


def test_customers_of_red_and_amber_rows_are_counted_once(make):
    rows = [
        make.row("M-1", colour=Colour.RED, deal={"customer": "ＡＢＣ 公司"}),
        make.row("M-2", colour=Colour.AMBER, deal={"customer": "abc 公司 "}),
        make.row("M-3", colour=Colour.RED, deal={"customer": None}),
        make.row("M-4", colour=Colour.GREY, deal={"customer": "云杉"}),
    ]

    assert make.document(*rows)["summary"]["customers_affected"] == 1


@pytest.mark.parametrize(
    ("wish", "kept"),
    [
        ({"customer": " 华东医药　"}, ["M-1", "M-2"]),
        ({"customer": "northwind"}, ["M-3"]),
        ({"owner": "陈柏"}, ["M-2"]),
        ({"owner": "林悦"}, ["M-1", "M-2"]),
        ({"owner": "ZHAO"}, ["M-3"]),
        ({"customer": "华东医药", "owner": "zhao"}, []),
        ({}, ["M-1", "M-2", "M-3"]),
    ],
)
def test_filters_compare_names_whole_and_without_regard_to_width_blanks_and_case(make, wish, kept):
    rows = [
        make.row("M-1"),
        make.row("M-2", milestone={"owner": "陈柏"}),
        make.row("M-3", deal={"customer": "ＮorthWind", "sales_owner": None, "delivery_owner": "zhao"}),
    ]

    document = make.document(*rows, **wish)

    assert [entry["key"] for entry in document["milestones"]] == kept
    assert document["summary"]["milestones"] == len(kept)


def test_a_filter_cuts_the_sums_but_not_the_colour_of_the_deal(make):
    rows = [
        make.row("M-1", colour=Colour.RED, milestone={"owner": "周文"}, money={"at_risk_gross": Decimal(5)}),
        make.row("M-2", milestone={"owner": "陈柏"}, money={"at_risk_gross": Decimal(0)}),
    ]

    document = make.document(*rows, owner="陈柏")

    assert document["summary"]["at_risk_gross"] == {"CNY": "0.00"}
    assert document["milestones"][0]["deal"]["status"] == "red"


def test_a_filter_keeps_the_goals_that_the_rows_shown_serve(make):
    goals = tuple(GoalState(Goal(key, key), None, None, None) for key in ("G-1", "G-2"))
    rows = [make.row("M-1", deal={"goal": "G-1"}), make.row("M-2", deal={"goal": "G-2", "customer": "云杉"})]

    found = [make.document(*rows, result={"goals": goals}, **wish)["goals"] for wish in ({}, {"customer": "云杉"})]

    assert [[goal["key"] for goal in document] for document in found] == [["G-1", "G-2"], ["G-2"]]


def test_a_goal_gives_its_numbers_as_text(make):
    goal = Goal("G-1", "收入", "到账", Decimal("5E+6"), Decimal("3200000.50"))
    state = GoalState(goal, Decimal("4100000.005"), Decimal("899999.995"), None)

    assert make.document(result={"goals": (state,)})["goals"] == [
        {
            "key": "G-1",
            "name": "收入",
            "metric": "到账",
            "target": "5000000",
            "current": "3200000.5",
            "expected": "4100000.01",
            "gap": "900000",
            "pipeline_needed": None,
            "pull_forward": [],
            "status": None,
        }
    ]


def test_a_change_compares_with_the_snapshot_of_its_day(make):
    before = make.snapshot("M-1", date(2026, 8, 17), forecast_p85=date(2026, 9, 14))
    now = make.row(forecast=Forecast("throughput", p85=date(2026, 9, 18)))

    document = make.document(now, since=date(2026, 8, 19), since_snapshots={"M-1": before})

    assert document["milestones"][0]["change"] == {"since": "2026-08-17", "status": "amber", "forecast_workdays": 4}


def test_an_earlier_forecast_is_a_negative_change(make):
    before = make.snapshot("M-1", date(2026, 8, 17), forecast_p85=date(2026, 9, 18))
    now = make.row(forecast=Forecast("throughput", p85=date(2026, 9, 14)))

    document = make.document(now, since=date(2026, 8, 17), since_snapshots={"M-1": before})

    assert document["milestones"][0]["change"]["forecast_workdays"] == -4


def test_a_change_of_an_unknown_forecast_is_unknown(make):
    before = make.snapshot("M-1", date(2026, 8, 17))

    document = make.document(make.row(), since=date(2026, 8, 17), since_snapshots={"M-1": before})

    assert document["milestones"][0]["change"]["forecast_workdays"] is None


@pytest.mark.parametrize("wish", [{}, {"since": date(2026, 8, 1), "since_snapshots": {}}])
def test_without_a_day_or_a_snapshot_to_compare_with_nothing_is_compared(make, wish):
    document = make.document(make.row(), **wish)

    assert document["milestones"][0]["change"] is None


def test_ages_are_whole_minutes_and_never_negative(make):
    sources = (
        SourceState("a", "pingcode", "complete", make.now - timedelta(minutes=12, seconds=59)),
        SourceState("b", "worktile", "partial", make.now + timedelta(minutes=3), ("营销",)),
        SourceState("c", "worktile", "never", None),
    )

    found = make.document(portfolio={"sources": sources})["sources"]

    assert [source["age_minutes"] for source in found] == [12, 0, None]
    assert found[0]["as_of"] == "2026-08-24T00:47:06Z"
    assert found[1]["partial_scopes"] == ["营销"]
    assert found[2]["outcome"] == "never"


NO_LINKS = {"links_to_unknown_tasks": 0, "links_without_direction": 0, "links_unmapped": 0}


def test_quality_counts_each_open_leaf_once_however_many_milestones_it_serves(make):
    tasks = [
        make.task("1"),
        make.task("2", due_on=make.today, assignees=()),
        make.task("3", due_on=make.today, status=Status.UNMAPPED),
        make.task("4", status=Status.DONE, assignees=()),
        make.task("5", assignees=()),
    ]
    rows = [
        make.row("M-1", leaves={"pingcode/1": 1.0, "pingcode/2": 1.0, "pingcode/4": 1.0}),
        make.row("M-2", leaves={"pingcode/1": 1.0, "pingcode/3": 1.0}),
    ]

    quality = make.document(*rows, tasks=tasks, quarantined=2)["data_quality"]

    assert quality == {
        "unmapped_status": 1,
        "quarantined": 2,
        "undated_ratio": 0.3333,
        "unassigned_ratio": 0.3333,
        **NO_LINKS,
        "unannounced_year": None,
    }


def test_quality_of_no_open_leaf_is_unknown(make):
    quality = make.document(make.row())["data_quality"]

    assert (quality["undated_ratio"], quality["unassigned_ratio"]) == (None, None)


def test_milestones_without_tasks_are_those_without_leaf_and_own_item(make):
    own = make.task("9", kind=Kind.MILESTONE)
    rows = [make.row("M-2"), make.row("M-1"), make.row("M-3"), make.row("M-4", leaves={"pingcode/1": 1.0})]

    document = make.document(*rows, tasks=[own], result={"links": {"M-3": (own.ref,)}, "tasks_without_milestone": 31})

    assert document["unlinked"] == {"milestones_without_tasks": ["M-1", "M-2"], "tasks_without_milestone": 31}


def test_years_without_announced_holidays_are_named_when_a_date_lies_beyond_them(make):
    near, far = make.row(due=date(2026, 12, 31)), make.row(due=date(2045, 1, 4))

    assert make.document(near)["calendar"] == {"estimated_years": []}
    assert 2045 in make.document(far)["calendar"]["estimated_years"]
    assert 2044 in make.document(far)["calendar"]["estimated_years"]
