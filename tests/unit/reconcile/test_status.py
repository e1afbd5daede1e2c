"""From reasons to colours: hysteresis, completion, deals and the order of rows."""

from decimal import Decimal

import pytest

from bridge.model import Colour
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Finding, Severity
from bridge.reconcile.snapshot import snapshots
from bridge.reconcile.status import in_order


def test_a_milestone_without_any_reason_is_green(world):
    world.milestone()
    world.task("a", due="2026-08-28")

    assert (world.row().colour, world.reasons()) == (Colour.GREEN, {})


def test_an_amber_reason_goes_before_a_grey_one(world):
    world.milestone(promised=None)
    world.task("a", due="2026-08-28", owners=())

    assert list(world.reasons()) == ["UNASSIGNED", "NO_PROMISE"]
    assert world.row().colour == Colour.AMBER


def test_reasons_stand_red_amber_grey_and_then_by_code_once_each():
    def finding(code, severity):
        return Finding(code, severity)

    found = in_order(
        [
            finding("NO_PROMISE", Severity.GREY),
            finding("STALE", Severity.AMBER),
            finding("BLOCKED", Severity.AMBER),
            finding("OVERDUE", Severity.RED),
            finding("BLOCKED", Severity.RED),
        ]
    )

    assert [(one.code, one.severity) for one in found] == [
        ("BLOCKED", "red"),
        ("OVERDUE", "red"),
        ("STALE", "amber"),
        ("NO_PROMISE", "grey"),
    ]


def test_all_work_done_is_done_on_the_latest_completion_date(world):
    world.milestone(promised="2026-08-10")
    world.own_item(status="done", completed="2026-08-12")
    world.task("a", status="done", completed="2026-08-14")
    world.task("b", status="cancelled")

    row = world.row()

    assert (row.colour, str(row.actual)) == (Colour.DONE, "2026-08-14")
    assert row.slip.actual.workdays == 4
    assert row.forecast.method is None
    assert row.forecast.why_not is None
    assert row.findings == ()


def test_without_a_completion_time_the_day_done_was_seen_counts(world):
    world.milestone()
    world.task("a", status="done", history=(("2026-08-19", "status", "doing", "done"),))
    world.task("b", status="done", seen="2026-08-18")

    assert str(world.row().actual) == "2026-08-19"


def test_a_completion_in_the_future_counts_as_today(world):
    world.milestone()
    world.task("a", status="done", completed="2027-01-01")

    assert str(world.row().actual) == "2026-08-24"


def test_done_work_under_an_open_own_item_is_not_done(world):
    world.milestone()
    world.own_item(due="2026-08-31")
    world.task("a", status="done", completed="2026-08-14")

    assert world.row().colour == Colour.GREEN


def test_unlinked_work_is_never_done(world):
    world.milestone()
    world.task("a", status="cancelled")

    assert (world.row().actual, world.row().colour) == (None, Colour.GREY)


def test_red_is_held_for_the_first_day_without_a_red_reason(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.snapshot("2026-08-21", colour="red")

    row = world.row()

    assert (row.colour, row.own_colour) == (Colour.RED, Colour.GREEN)
    assert [finding.code for finding in row.findings] == ["RED_HELD"]


def test_from_the_second_such_day_the_own_colour_counts(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.snapshot("2026-08-20", colour="red")
    world.snapshot("2026-08-21", colour="red", own_colour="green")

    assert world.row().colour == Colour.GREEN


def test_red_before_the_previous_snapshot_is_forgotten(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.snapshot("2026-08-20", colour="red")
    world.snapshot("2026-08-21", colour="amber")

    assert world.row().colour == Colour.GREEN


def test_done_shows_at_once(world):
    world.milestone()
    world.task("a", status="done", completed="2026-08-24")
    world.snapshot("2026-08-21", colour="red")

    assert world.row().colour == Colour.DONE


@pytest.mark.parametrize(("approved", "colour"), [("2026-08-24", "green"), ("2026-08-23", "red")])
def test_the_day_of_an_approved_rebaseline_shows_at_once(world, approved, colour):
    world.milestone(rebaselines=(("2026-09-10", approved),))
    world.task("a", due="2026-08-28")
    world.snapshot("2026-08-22", colour="red")

    assert world.row().colour == colour


def test_the_import_of_the_first_promise_is_no_rebaseline(world):
    world.milestone(imported="2026-08-24")
    world.task("a", due="2026-08-28")
    world.snapshot("2026-08-22", colour="red")

    assert world.row().colour == Colour.RED


def test_the_snapshots_of_one_day_are_the_memory_of_the_next(world):
    world.milestone(promised="2026-08-21", contractual=True)
    world.task("a", due="2026-09-08", estimate_hours=4.0)
    first = snapshots(world.assess(), world.portfolio().today)
    world.snapshots = {kept.milestone: [kept] for kept in first}
    world.today = "2026-08-25"
    world.milestone(promised="2026-09-30")

    row = world.row()

    assert (str(first[0].due), first[0].leaves, first[0].weight_kind) == ("2026-09-08", {"pingcode/a": 4.0}, "hours")
    assert (row.colour, row.own_colour) == (Colour.RED, Colour.GREEN)


def test_a_deal_is_as_bad_as_its_worst_contract_milestone(world):
    world.milestone("M-1", contractual=True)
    world.milestone("M-2", promised="2026-08-01")
    world.task("a", due="2026-08-28", milestone="M-1")
    world.task("b", milestone="M-2")

    assert world.assess().deal_colours == {"D-1": Colour.GREEN}


def test_a_deal_without_contract_milestones_is_as_bad_as_its_worst(world):
    world.milestone("M-1")
    world.milestone("M-2", promised="2026-08-01")
    world.task("a", due="2026-08-28", milestone="M-1")
    world.task("b", milestone="M-2")

    assert world.assess().deal_colours == {"D-1": Colour.AMBER}


def test_rows_stand_overdue_contracts_first_then_by_colour_money_slip_and_key(world):
    late, far = "2026-08-03", "2026-12-31"
    rows = {
        "done": {"actual": "2026-08-20"},
        "green b": {"promised": far},
        "green a": {"promised": far},
        "green later": {"promised": "2026-09-04"},
        "red by blocks": {"promised": far, "amount": Decimal(10**9)},
        "overdue, little money": {"promised": late, "contractual": True, "amount": Decimal(1)},
        "overdue, much money": {"promised": late, "contractual": True, "amount": Decimal(2)},
        "amber": {"promised": late},
    }
    for key, values in rows.items():
        world.milestone(key, **values)
        blocked = key == "red by blocks"
        world.task(key, due="2026-09-04", milestone=key, blocked=blocked)

    order = [row.milestone.key for row in world.assess().assessments]

    assert order == [
        "overdue, much money",
        "overdue, little money",
        "red by blocks",
        "amber",
        "green later",
        "green a",
        "green b",
        "done",
    ]


def test_the_same_portfolio_is_judged_the_same_twice(world):
    world.milestone()
    world.task("a", due="2026-09-18", owners=())

    assert assess(world.portfolio()) == assess(world.portfolio())
