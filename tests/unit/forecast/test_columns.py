"""Columns that follow a list of objects, and the names of leaves that are made when they are asked for."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bridge.forecast.columns import Follower
from bridge.forecast.progress import Weights
from bridge.reconcile.leaves import LeafWeights

OBJECTS = tuple([number] for number in range(8))
"""Equal to nothing else and told apart by which objects they are."""

orders = st.lists(st.sampled_from(OBJECTS), unique_by=id)


@given(orders, orders)
def test_a_column_that_follows_is_the_column_read_anew(old, new):
    follow = Follower(new, old)

    taken = follow.column([entry[0] for entry in old], [entry[0] for entry in follow.fresh])

    assert tuple(taken) == tuple(entry[0] for entry in new)
    assert {id(entry) for entry in new} - {id(entry) for entry in old} <= {id(entry) for entry in follow.fresh}
    assert not follow.is_same or all(one is other for one, other in zip(new, old, strict=True))


def test_leaves_are_a_mapping_like_any_other():
    leaves = LeafWeights(Weights("hours", (("pingcode", "a"), ("worktile", "b/c")), (8, 5), Fraction(1, 2)))

    assert leaves == {"pingcode/a": 4.0, "worktile/b/c": 2.5}
    assert (leaves["worktile/b/c"], leaves.get("pingcode/b"), "pingcode/a" in leaves) == (2.5, None, True)
    assert (list(leaves), len(leaves), dict(leaves.items())) == (["pingcode/a", "worktile/b/c"], 2, dict(leaves))
