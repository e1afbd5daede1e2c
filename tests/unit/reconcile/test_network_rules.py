"""Work that waits for work: float to the promise, blocks told by links, circles, and the buffer before the promise."""

from datetime import date

import pytest

from bridge.model import LinkKind
from bridge.reconcile.waits import doubts_of
from bridge.thresholds import Thresholds


def refs(*names):
    return tuple(("pingcode", name) for name in names)


def test_a_chain_longer_than_the_days_left_is_negative_float(world):
    world.milestone(promised="2026-08-25")
    world.chain("a", "b", "c", "d")

    finding = world.reasons()["NEGATIVE_FLOAT"]

    # Monday 24 August to Thursday 27 August, promised for Tuesday.
    assert (finding.severity, finding.workdays, finding.facts["finish"]) == ("red", 2, date(2026, 8, 27))
    assert finding.evidence == refs("a", "b", "c", "d")


@pytest.mark.parametrize(("promised", "code"), [("2026-08-26", None), ("2026-08-27", "NEAR_CRITICAL")])
def test_no_room_left_is_near_critical_and_not_yet_too_late(world, promised, code):
    world.milestone(promised=promised)
    world.chain("a", "b", "c", "d")

    assert world.severity("NEAR_CRITICAL") == ("amber" if code else None)
    assert world.severity("NEGATIVE_FLOAT") == (None if code else "red")


@pytest.mark.parametrize(("promised", "severity"), [("2026-09-03", "amber"), ("2026-09-04", None)])
def test_near_critical_ends_above_the_threshold(world, promised, severity):
    world.milestone(promised=promised)
    world.chain("a", "b", "c", "d")

    assert world.severity("NEAR_CRITICAL") == severity


def test_a_deal_may_ask_for_more_room(world):
    world.milestone(promised="2026-09-04")
    world.chain("a", "b", "c", "d")
    world.thresholds = Thresholds(near_critical_workdays=6)

    assert world.severity("NEAR_CRITICAL") == "amber"


def test_float_is_measured_against_the_approved_promise(world):
    world.milestone(promised="2026-08-25", rebaselines=(("2026-12-31", "2026-08-01"),))
    world.chain("a", "b", "c", "d")

    assert not {"NEGATIVE_FLOAT", "NEAR_CRITICAL"} & set(world.reasons())


def test_the_chain_is_told_in_order_with_its_days_and_floats(world):
    world.milestone(promised="2026-08-25")
    world.chain("a", "b", "c")
    world.task("x", remaining_hours=8.0)
    world.link("a", "x", "finish_to_start")

    network = world.row().network

    assert [(link.task[1], link.start.day, link.finish.day) for link in network.chain] == [
        ("a", 24, 24),
        ("b", 25, 25),
        ("c", 26, 26),
    ]
    assert network.critical == (refs("a", "b", "c"),)
    assert (network.total_float, network.cpli) == (-1, pytest.approx(2 / 3))
    assert world.row().forecast.method == "network"
    assert world.row().forecast.p85 == date(2026, 8, 26)


def test_all_critical_chains_are_told(world):
    world.milestone(promised="2026-12-31")
    world.chain("a", "b", "d")
    world.task("c", remaining_hours=8.0)
    world.link("a", "c", "blocks")
    world.link("c", "d", "blocks")

    assert set(world.row().network.critical) == {refs("a", "b", "d"), refs("a", "c", "d")}


def test_open_work_that_stands_in_the_way_blocks(world):
    world.milestone(promised="2026-12-31")
    world.task("a", due="2026-08-28")
    world.task("b", due="2026-08-28", milestone=None)
    world.task("c", due="2026-08-28")
    world.task("d", due="2026-08-28")
    world.link("b", "a", seen="2026-08-20")

    finding = world.reasons()["BLOCKED"]

    # The other end belongs to no milestone, so there is no network; two working days are not too long.
    assert (finding.severity, finding.facts["longest"], finding.facts["blockers"]) == ("amber", 2, ("PAY-b",))
    assert finding.evidence == refs("a", "b")
    assert world.row().work.blocked == 1
    assert world.row().network is None


def test_of_what_stands_in_the_way_that_is_named_which_waits_for_nothing_itself(world):
    world.milestone(promised="2026-12-31")
    world.chain("a", "b", "c", "d", kind="blocks")

    finding = world.reasons()["BLOCKED"]

    assert (finding.facts["blocked"], finding.facts["blockers"]) == (3, ("PAY-a",))
    assert finding.evidence == refs("b", "c", "d", "a")


def test_a_block_known_for_too_long_is_red(world):
    world.milestone(promised="2026-12-31")
    world.task("a", due="2026-08-28")
    world.task("b", due="2026-08-28", milestone=None)
    world.link("b", "a", seen="2026-08-14")

    assert world.severity("BLOCKED") == "red"


@pytest.mark.parametrize("values", [{"status": "done"}, {"status": "cancelled"}, {"archived": True}, {"gone": True}])
def test_work_that_is_over_or_gone_blocks_nothing(world, values):
    world.milestone(promised="2026-12-31")
    world.task("a", due="2026-08-28")
    world.task("b", due="2026-08-28", milestone=None, **values)
    world.link("b", "a", seen="2026-08-03")

    assert world.severity("BLOCKED") is None


@pytest.mark.parametrize("kind", ["finish_to_start", "depends", "unmapped"])
def test_only_a_blocking_link_blocks(world, kind):
    world.milestone(promised="2026-12-31")
    world.task("a", due="2026-08-28")
    world.task("b", due="2026-08-28", milestone=None)
    world.link("b", "a", kind, seen="2026-08-03")

    assert world.severity("BLOCKED") is None


def test_a_block_on_the_chain_that_decides_the_end_is_red_at_once(world):
    world.milestone(promised="2026-12-31")
    world.chain("a", "b", kind="blocks")

    finding = world.reasons()["BLOCKED"]

    assert (finding.severity, finding.facts["longest"], finding.facts["deciding"]) == ("red", 0, 1)


def test_a_fresh_block_beside_that_chain_is_amber(world):
    world.milestone(promised="2026-12-31")
    world.chain("a", "b", kind="blocks")
    world.task("long", remaining_hours=80.0)

    assert world.severity("BLOCKED") == "amber"


def test_a_flag_on_that_chain_is_red_at_once_too(world):
    world.milestone(promised="2026-12-31")
    world.chain("a", "b")
    world.task("flagged", remaining_hours=80.0, blocked=True, seen="2026-08-24")
    world.link("b", "flagged", "finish_to_start")

    assert world.severity("BLOCKED") == "red"


def test_links_that_say_nothing_of_order_make_no_network(world):
    world.milestone(promised="2026-08-24")
    world.task("a", remaining_hours=80.0)
    world.task("b", remaining_hours=80.0)
    world.link("a", "b", "depends")
    world.link("a", "b", "unmapped")
    world.link("a", "a")

    assert world.row().network is None


def test_tasks_in_a_circle_are_named_and_nothing_is_computed_from_them(world):
    world.milestone(promised="2026-12-31")
    world.chain("a", "b", "c")
    world.link("c", "a", "finish_to_start")

    finding, row = world.reasons()["LINK_CYCLE"], world.row()

    assert (finding.severity, finding.facts["circle"]) == ("amber", "PAY-a → PAY-b → PAY-c → PAY-a")
    assert finding.evidence == refs("a", "b", "c")
    assert (row.network.cycle, row.network.total_float, row.network.chain) == (refs("a", "b", "c"), None, ())
    assert row.forecast.method != "network"


def test_a_done_milestone_has_no_network_no_buffer_and_waits_for_nothing(world):
    world.milestone("M-0", promised="2026-12-31")
    world.task("z", milestone="M-0")
    world.milestone(actual="2026-08-20", internal_target="2026-08-10", depends_on=("M-0",))
    world.chain("a", "b")

    row = world.row()

    assert (row.network, row.buffer, row.waiting) == (None, None, None)


@pytest.mark.parametrize(
    ("target", "used", "third"),
    [
        ("2026-08-28", 0.0, 1),  # The forecast of 26 August lies before the internal target.
        ("2026-08-25", 0.2, 1),
        ("2026-08-24", 2 / 6, 1),
        ("2026-08-21", 3 / 7, 2),
        ("2026-07-31", 18 / 22, 3),
    ],
)
def test_the_buffer_is_used_up_by_what_the_forecast_takes_of_it(world, target, used, third):
    world.milestone(promised="2026-09-01", internal_target=target)
    world.chain("a", "b", "c")

    buffer = world.row().buffer

    assert (buffer.used, buffer.third) == (pytest.approx(used), third)
    assert buffer.burn is None or buffer.burn == pytest.approx(0)


def test_the_buffer_burns_by_the_share_of_the_work_that_is_done(world):
    world.milestone(promised="2026-09-01", internal_target="2026-08-24")
    world.chain("a", "b", "c")
    world.finished(1)

    # A third of the buffer for a quarter of the work.
    assert world.row().buffer.burn == pytest.approx((2 / 6) / (1 / 4))


@pytest.mark.parametrize("target", [None, "2026-09-01", "2026-09-10"])
def test_there_is_no_buffer_without_an_internal_target_before_the_promise(world, target):
    world.milestone(promised="2026-09-01", internal_target=target)
    world.chain("a", "b")

    assert world.row().buffer is None


def test_links_that_order_nothing_are_counted_by_what_is_wrong_with_them(world):
    world.milestone()
    world.task("a")
    world.task("b")
    world.task("over", status="done")
    world.link("a", "nobody")
    world.link("nobody", "over")
    world.link("a", "b", "depends")
    world.link("b", "a", "unmapped")
    world.link("a", "b", "finish_to_start")
    tasks = {record.task.ref: record.task for record in world.records}

    doubts = doubts_of(world.links, tasks, lambda ref: True)

    assert [
        [link.successor for link in found] for found in (doubts.unknown, doubts.directionless, doubts.unmapped)
    ] == [
        ["nobody"],
        ["b"],
        ["a"],
    ]
    assert doubts.unmapped[0].kind is LinkKind.UNMAPPED
    assert doubts_of(world.links, tasks, lambda ref: ref in refs("over")).unknown == ()
