"""What holds for every portfolio: more slip is never better, order does not matter, sums equal their rows."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import SEVERITY_ORDER
from bridge.plan.document import Tier
from bridge.reconcile.money import at_risk, penalty

TODAY = date(2026, 8, 24)
days = st.integers(min_value=-40, max_value=60)
statuses = st.sampled_from(["todo", "doing", "done", "cancelled", "unmapped"])
tasks = st.lists(
    st.tuples(days | st.none(), statuses, st.booleans(), st.integers(min_value=0, max_value=8)), min_size=1, max_size=6
)
several = settings(max_examples=60, deadline=None)


def on(offset):
    return None if offset is None else str(TODAY + timedelta(days=offset))


def build(make_world, rows, promised=10):
    world = make_world(str(TODAY))
    world.deal(amount=Decimal(1000), penalty_rate=(Tier(1, Decimal("0.001")),))
    world.milestone(promised=on(promised), contractual=True, amount=Decimal(100))
    for number, (due, status, has_owner, parent) in enumerate(rows):
        world.task(
            str(number),
            due=on(due),
            status=status,
            owners=("林悦",) if has_owner else (),
            parent_id=str(parent) if parent < number else None,
            completed="2026-08-20" if status == "done" else None,
        )
    return world


@several
@given(promised=days, due=days, more=st.integers(min_value=0, max_value=60))
def test_a_later_date_in_the_tool_never_improves_the_colour(make_world, promised, due, more):
    before = build(make_world, [(due, "doing", True, 9)], promised)
    after = make_world(str(TODAY))
    after.milestone(promised=on(promised), contractual=True, amount=Decimal(100))
    after.task("0", due=on(due + more), status="doing", history=(("2026-08-20", "due_on", on(due), on(due + more)),))

    assert SEVERITY_ORDER.index(after.row().colour) <= SEVERITY_ORDER.index(before.row().colour)


@several
@given(rows=tasks, promised=days, seed=st.randoms(use_true_random=False))
def test_the_order_of_tasks_changes_nothing(make_world, rows, promised, seed):
    world = build(make_world, rows, promised)
    straight = world.assess()
    seed.shuffle(world.records)

    assert world.assess() == straight


@several
@given(rows=tasks, promised=days)
def test_counts_agree_with_each_other_and_with_the_links(make_world, rows, promised):
    result = build(make_world, rows, promised).assess()
    row = result.assessments[0]

    assert row.work.open <= row.work.tasks == len(row.leaves) <= len(result.links["M-1"])
    assert row.work.overdue + row.work.undated <= row.work.open
    assert (row.actual is not None) == (row.work.tasks > 0 and row.work.open == 0)


@several
@given(rows=tasks, promised=days)
def test_every_row_states_each_reason_once_and_green_states_none(make_world, rows, promised):
    row = build(make_world, rows, promised).row()
    codes = [finding.code for finding in row.findings]

    assert len(codes) == len(set(codes))
    assert (row.colour == "green") <= (codes == [])
    assert row.own_colour == row.colour


amounts = st.decimals(min_value=0, max_value=10**9, places=2)


@several
@given(st.lists(st.tuples(amounts | st.none(), st.floats(min_value=0, max_value=1))))
def test_money_at_risk_is_the_sum_of_its_rows(rows):
    assert at_risk(rows) == sum(at_risk([row]) for row in rows)


@several
@given(amounts, st.integers(-10, 400), st.integers(0, 20), amounts.map(lambda amount: amount / 10**9))
def test_a_penalty_never_falls_with_time_and_never_exceeds_its_cap(base, late, grace, cap):
    tiers = [(1, Decimal("0.001")), (11, Decimal("0.0005")), (31, Decimal("0.002"))]
    owed = penalty(base, late, tiers, grace, cap)

    assert 0 <= owed <= penalty(base, late + 1, tiers, grace, cap) <= cap * base
