"""What holds for every network of linked work: more work is never better, order does not matter, slips only pass on."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import SEVERITY_ORDER

from .conftest import TODAY, day

NAMES = "abcdef"
hours = st.lists(st.integers(min_value=0, max_value=80).map(float), min_size=2, max_size=len(NAMES))
# Only ever from an earlier name to a later one, so that nothing waits for itself.
pairs = st.lists(
    st.tuples(st.integers(0, len(NAMES) - 1), st.integers(0, len(NAMES) - 1), st.integers(-2, 5)), max_size=10
)
promises = st.integers(min_value=-10, max_value=60)
several = settings(max_examples=60, deadline=None)


def build(make_world, lengths, links, promise, kind="finish_to_start"):
    world = make_world()
    world.milestone(promised=str(day(TODAY) + timedelta(days=promise)), depends_on=("M-0",))
    world.milestone("M-0", promised="2026-12-31")
    world.chain("x", "y", milestone="M-0")
    for name, length in zip(NAMES, lengths, strict=False):
        world.task(name, remaining_hours=length)
    for first, last, lag in links:
        if first < last < len(lengths):
            world.link(NAMES[first], NAMES[last], kind, lag)
    return world


@several
@given(lengths=hours, links=pairs, promise=promises, which=st.integers(0, 5), more=st.floats(0, 200))
def test_more_work_never_improves_the_colour_nor_the_float(make_world, lengths, links, promise, which, more):
    longer = [length + (more if at == which else 0) for at, length in enumerate(lengths)]

    before, after = (build(make_world, each, links, promise).row() for each in (lengths, longer))

    assert SEVERITY_ORDER.index(after.colour) <= SEVERITY_ORDER.index(before.colour)
    if before.network is not None:
        assert after.network.total_float <= before.network.total_float
        assert after.forecast.p85 >= before.forecast.p85


@several
@given(lengths=hours, links=pairs, promise=promises, more=st.floats(0, 200))
def test_a_slip_of_the_milestone_before_never_brings_the_one_after_it_forward(
    make_world, lengths, links, promise, more
):
    before = build(make_world, lengths, links, promise)
    after = build(make_world, lengths, links, promise)
    after.task("z", remaining_hours=more, milestone="M-0")
    after.link("y", "z", "finish_to_start")

    if before.row().network is not None:
        assert after.row().forecast.p85 >= before.row().forecast.p85


@several
@given(lengths=hours, links=pairs, promise=promises, seed=st.randoms(use_true_random=False))
def test_neither_the_order_of_links_nor_that_of_tasks_changes_anything(make_world, lengths, links, promise, seed):
    world = build(make_world, lengths, links, promise, kind="blocks")
    straight = world.assess()
    seed.shuffle(world.links)
    seed.shuffle(world.records)

    assert world.assess() == straight


@several
@given(lengths=hours, links=pairs, promise=promises)
def test_the_told_chain_is_a_critical_one_without_gaps_that_ends_with_the_forecast(make_world, lengths, links, promise):
    row = build(make_world, lengths, links, promise).row()

    if row.network is not None and row.network.chain:
        refs = tuple(link.task for link in row.network.chain)
        assert refs in row.network.critical
        assert max(link.finish for link in row.network.chain) <= row.forecast.p85
        assert row.network.chain[-1].finish == row.forecast.p85
        assert all(link.start <= link.finish for link in row.network.chain)
        assert {link.total_float for link in row.network.chain[-1:]} == {row.network.total_float}
