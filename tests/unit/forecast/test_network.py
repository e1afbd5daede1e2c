"""Networks: published and constructed cases of the critical path method, lags, deadlines, cycles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.forecast.network import (
    LinkCycle,
    critical_paths,
    driving_chain,
    finish,
    joint_probability,
    schedule,
)

DIAMOND = {"a": 3, "b": 2, "c": 4, "d": 1}
DIAMOND_LINKS = {"b": ["a"], "c": ["a"], "d": ["b", "c"]}


def test_the_published_diamond():
    positions = schedule(DIAMOND, DIAMOND_LINKS)

    assert finish(positions) == 8
    assert {item: position.total_float for item, position in positions.items()} == {"a": 0, "b": 2, "c": 0, "d": 0}
    assert positions["b"].free_float == 2


def test_a_delay_passes_only_what_exceeds_its_float():
    within = schedule(DIAMOND, DIAMOND_LINKS, {"b": 2})
    beyond = schedule(DIAMOND, DIAMOND_LINKS, {"b": 3})
    both = schedule(DIAMOND, DIAMOND_LINKS, {"b": 3, "c": 3})

    assert [finish(positions) for positions in (within, beyond, both)] == [8, 9, 11]


def test_a_textbook_assembly_of_sixteen_hours():
    # A course example: prototype, order, materials, manufacture, two sub-assemblies, final assembly.
    durations = {"A": 6, "B": 2, "C": 2, "D": 3, "E": 4, "F": 2, "G": 1}
    links = {"B": ["A"], "C": ["A"], "D": ["B"], "F": ["C"], "E": ["D", "F"], "G": ["E"]}

    positions = schedule(durations, links)

    table = {item: (at.es, at.ef, at.ls, at.lf, at.total_float) for item, at in positions.items()}
    assert table == {
        "A": (0, 6, 0, 6, 0),
        "B": (6, 8, 6, 8, 0),
        "C": (6, 8, 7, 9, 1),
        "D": (8, 11, 8, 11, 0),
        "E": (11, 15, 11, 15, 0),
        "F": (8, 10, 9, 11, 1),
        "G": (15, 16, 15, 16, 0),
    }
    assert [positions[item].free_float for item in "CF"] == [0, 1]
    assert driving_chain(positions, links) == ("A", "B", "D", "E", "G")


def test_an_empty_network_is_finished():
    assert schedule({}, {}) == {}
    assert finish({}) == 0
    assert driving_chain({}, {}) == ()
    assert critical_paths({}, {}) == []


def test_items_without_links_run_side_by_side():
    positions = schedule({"a": 3, "b": 5}, {})

    assert (positions["a"].total_float, positions["a"].free_float, positions["b"].total_float) == (2, 2, 0)


def test_lags_move_successors_as_mapping_or_as_pairs():
    by_mapping = schedule({"a": 2, "b": 1}, {"b": {"a": 3}})
    by_pairs = schedule({"a": 2, "b": 1}, {"b": [("a", 3)]})
    lead = schedule({"a": 2, "b": 1}, {"b": [("a", -1)]})

    assert by_mapping == by_pairs
    assert (by_mapping["b"].es, by_mapping["a"].total_float) == (5, 0)
    assert lead["b"].es == 1


def test_keys_may_be_pairs_themselves():
    positions = schedule({("pc", "1"): 2, ("pc", "2"): 1}, {("pc", "2"): [("pc", "1")]})

    assert positions["pc", "2"].es == 2


def test_a_deadline_before_the_end_gives_negative_float():
    positions = schedule(DIAMOND, DIAMOND_LINKS, deadline=5)

    assert [positions[item].total_float for item in "abcd"] == [-3, -1, -3, -3]


def test_a_cycle_names_its_members_only():
    links = {"b": ["a", "d"], "c": ["b"], "d": ["c"], "e": ["d"]}

    with pytest.raises(LinkCycle) as caught:
        schedule(dict.fromkeys("abcde", 1), links)

    assert set(caught.value.members) == {"b", "c", "d"}
    for member in "bcd":
        assert member in caught.value.say("zh")
    assert "a" not in caught.value.members


def test_an_item_cannot_wait_for_itself():
    with pytest.raises(LinkCycle) as caught:
        schedule({"a": 1}, {"a": ["a"]})

    assert caught.value.members == ("a",)


@pytest.mark.parametrize("links", [{"a": ["x"]}, {"x": ["a"]}])
def test_an_unknown_item_is_named(links):
    with pytest.raises(ValueError, match="'x'"):
        schedule({"a": 1}, links)


def test_all_critical_paths_are_found():
    positions = schedule({"a": 3, "b": 4, "c": 4, "d": 1}, DIAMOND_LINKS)

    assert critical_paths(positions, DIAMOND_LINKS) == [("a", "b", "d"), ("a", "c", "d")]
    assert critical_paths(positions, DIAMOND_LINKS, limit=1) == [("a", "b", "d")]


def test_a_chain_of_ten_thousand_items_is_no_problem():
    durations = dict.fromkeys(range(10_000), 1)
    links = {number: [number - 1] for number in range(1, 10_000)}

    assert finish(schedule(durations, links)) == 10_000


def test_independent_branches_multiply():
    assert joint_probability([0.9, 0.8]) == pytest.approx(0.72)
    assert joint_probability([0.9, None]) is None
    assert joint_probability([]) is None


@st.composite
def networks(draw):
    size = draw(st.integers(1, 9))
    durations = {number: draw(st.integers(0, 9)) for number in range(size)}
    links = {
        number: draw(st.lists(st.integers(0, number - 1), unique=True)) if number else [] for number in range(size)
    }
    return durations, links


def longest_chain(item, durations, links):
    return durations[item] + max((longest_chain(before, durations, links) for before in links[item]), default=0)


@given(networks())
def test_the_end_is_the_longest_chain_and_somebody_has_no_float(network):
    durations, links = network
    positions = schedule(durations, links)

    assert finish(positions) == max(longest_chain(item, durations, links) for item in durations)
    assert min(position.total_float for position in positions.values()) == 0
    assert all(0 <= position.free_float <= position.total_float for position in positions.values())
    chain = driving_chain(positions, links)
    assert sum(durations[item] for item in chain) == finish(positions)


@given(networks(), st.data())
def test_a_delay_moves_the_end_by_what_exceeds_the_total_float(network, data):
    durations, links = network
    item = data.draw(st.sampled_from(sorted(durations)))
    delay = data.draw(st.integers(0, 12))
    before = schedule(durations, links)

    after = schedule(durations, links, {item: delay})

    assert finish(after) - finish(before) == max(delay - before[item].total_float, 0)
