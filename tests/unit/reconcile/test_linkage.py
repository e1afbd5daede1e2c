"""Which linked tasks are own items, leaves, in scope and open."""

from bridge.model import Kind
from bridge.reconcile.linkage import work_of


def ids(records):
    return [record.task.id for record in records]


def work(world):
    return work_of(world.records)


def test_an_item_of_kind_milestone_is_an_own_item_and_never_a_leaf(world):
    world.own_item("m")
    world.task("a")

    found = work(world)

    assert ids(found.own) == ["m"]
    assert ids(found.leaves) == ["a"]


def test_a_parent_with_a_linked_child_is_no_leaf(world):
    world.task("story")
    world.task("a", parent_id="story")

    assert ids(work(world).leaves) == ["a"]


def test_a_parent_whose_children_are_all_cancelled_or_shelved_is_a_leaf(world):
    world.task("story")
    world.task("a", parent_id="story", status="cancelled")
    world.task("b", parent_id="story", archived=True)

    assert ids(work(world).leaves) == ["story"]


def test_a_parent_with_an_archived_child_that_is_done_is_no_leaf(world):
    world.task("story")
    world.task("a", parent_id="story", status="done", archived=True)

    assert ids(work(world).leaves) == ["a"]


def test_a_parent_whose_child_is_not_linked_is_a_leaf(world):
    world.milestone()
    world.task("story", due="2026-09-10")
    world.task("a", milestone=None, parent_id="story")

    assert list(world.row().leaves) == ["pingcode/story"]


def test_children_are_told_apart_by_source(world):
    world.task("1")
    world.task("2", parent_id="1", source="worktile")

    assert ids(work(world).leaves) == ["1", "2"]


def test_a_task_that_names_itself_as_its_parent_stays_a_leaf(world):
    world.task("a", parent_id="a")

    assert ids(work(world).leaves) == ["a"]


def test_cancelled_and_shelved_leaves_are_out_of_scope(world):
    world.task("a", status="cancelled")
    world.task("b", archived=True)
    world.task("c", archived=True, status="done")

    assert ids(work(world).leaves) == ["c"]


def test_an_unmapped_status_is_open(world):
    world.task("a", status="unmapped")
    world.task("b", status="done")

    assert ids(work(world).open) == ["a"]


def test_a_vanished_task_is_not_linked(world):
    world.milestone()
    world.task("a", gone=True)

    assert world.row().work.tasks == 0
    assert world.severity("NO_LINKED_TASK") == "grey"


def test_every_count_but_the_first_speaks_of_open_leaves(world):
    world.milestone()
    world.task("late", due="2026-08-21", owners=())
    world.task("undated", status="unmapped", blocked=True)
    world.task("today", due="2026-08-24", status="doing", updated="2026-08-03")
    world.task("done", status="done", due="2026-08-01", owners=(), blocked=True)
    world.task("cancelled", status="cancelled")

    counts = world.row().work

    assert (counts.tasks, counts.open) == (4, 3)
    assert (counts.overdue, counts.undated, counts.unassigned) == (1, 1, 1)
    assert (counts.blocked, counts.stale, counts.unmapped) == (1, 1, 1)


def test_a_task_may_belong_to_two_milestones_and_only_free_ones_are_counted_as_unlinked(world):
    world.milestone("M-1", scope="tag:pilot")
    world.milestone("M-2", scope="tag:pilot")
    world.task("a", milestone=None, tags=("pilot",))
    world.task("free", milestone=None)
    world.task("free and done", milestone=None, status="done")
    world.task("cancelled", milestone=None, status="cancelled")
    world.task("archived", milestone=None, archived=True)
    world.task("gone", milestone=None, gone=True)
    world.task("own", milestone=None, kind=Kind.MILESTONE)

    result = world.assess()

    assert result.links == {"M-1": (("pingcode", "a"),), "M-2": (("pingcode", "a"),)}
    assert result.tasks_without_milestone == 2
