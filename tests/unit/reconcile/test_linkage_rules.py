"""Plan against tools: missing work, numbers in several projects, unknown statuses, work after its milestone."""

from bridge.model import ProjectRef


def test_a_milestone_without_work_and_own_item_has_no_linked_task(world):
    world.milestone()
    world.task("a", status="cancelled")

    assert world.severity("NO_LINKED_TASK") == "grey"


def test_an_own_item_alone_is_enough(world):
    world.milestone()
    world.own_item(due="2026-08-31")

    assert world.row().colour == "green"
    assert world.reasons() == {}


def test_a_key_that_fits_tasks_of_several_projects_is_ambiguous(world):
    world.milestone(scope="key:PAY-1")
    world.task("1", due="2026-08-28", milestone=None)
    world.task("2", due="2026-08-28", milestone=None, key="PAY-1", project=ProjectRef("p2", "CRM", "客户"))

    found = world.reasons()["AMBIGUOUS_KEY"]

    assert found.facts["keys"] == ("PAY-1",)
    assert found.evidence == (("pingcode", "1"), ("pingcode", "2"))


def test_more_than_a_fifth_of_unknown_statuses_cannot_be_judged(world):
    world.milestone()
    for name in "abcd":
        world.task(name, due="2026-08-28")
    world.task("e", due="2026-08-28", status="unmapped", status_raw="待确认")
    assert world.severity("UNMAPPED_STATUS") is None

    world.task("f", due="2026-08-28", status="unmapped", status_raw="挂起")

    found = world.reasons()["UNMAPPED_STATUS"]
    assert found.severity == "grey"
    assert found.facts["statuses"] == ("待确认", "挂起")


def test_open_work_due_after_its_own_milestone_is_named(world):
    world.milestone(promised="2026-09-30")
    world.own_item(due="2026-09-01")
    world.task("on the day", due="2026-09-01")
    world.task("later", due="2026-09-02")
    world.task("later but done", due="2026-09-03", status="done")

    assert world.reasons()["TASK_AFTER_MILESTONE"].evidence == (("pingcode", "later"),)
