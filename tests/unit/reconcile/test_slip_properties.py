"""More slip is never better, names and order mean nothing, and the memory of red lasts one day: for every portfolio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bridge.model import SEVERITY_ORDER, Colour, Kind, Person
from bridge.reconcile.status import colour_of
from tests.replacing import replace

TODAY = date(2026, 8, 24)
SHAPE = frozenset({"OVERLOADED", "TASK_AFTER_MILESTONE", "ZIGZAG", "LATE_JUMP", "CONTINUOUS_SLIP"})
"""Reasons that speak of the shape of a plan and not of its promise: moving everything later can mend a shape.

Work of a crowded week is spread over more weeks, the milestone is moved after the work that stood behind it, and a date
that went to and fro stands still. Each of them is at most amber.
"""
several = settings(max_examples=60, deadline=None)
days = st.integers(min_value=-30, max_value=60)


@dataclass(frozen=True)
class Item:
    due: int | None
    status: str
    is_owned: bool
    is_blocked: bool
    start: int | None
    hours: float | None
    is_milestone: bool
    former: int | None
    """Where the due date stood before it was moved ten days ago."""
    quiet: int
    parent: int


@dataclass(frozen=True)
class Story:
    items: tuple[Item, ...]
    promised: int | None
    is_contractual: bool
    finished: int
    trend: tuple[int | None, ...]
    was_red: bool


items = st.builds(
    Item,
    due=days | st.none(),
    status=st.sampled_from(["todo", "doing", "done", "cancelled", "unmapped"]),
    is_owned=st.booleans(),
    is_blocked=st.booleans(),
    start=st.integers(-30, 10) | st.none(),
    hours=st.sampled_from([4.0, 40.0]) | st.none(),
    is_milestone=st.booleans(),
    former=days | st.none(),
    quiet=st.integers(0, 20),
    parent=st.integers(0, 8),
)
stories = st.builds(
    Story,
    items=st.lists(items, min_size=1, max_size=5).map(tuple),
    promised=days | st.none(),
    is_contractual=st.booleans(),
    finished=st.sampled_from([0, 20]),
    trend=st.lists(days | st.none(), max_size=4).map(tuple),
    was_red=st.booleans(),
)


def on(offset: int | None) -> str | None:
    return None if offset is None else str(TODAY + timedelta(days=offset))


def build(make_world: Any, story: Story, today: int = 0, moved: dict[int, int] | None = None) -> Any:
    """`moved`: item -> days by which its due date is seen to have been moved today."""
    world = make_world(on(today))
    world.milestone(promised=on(story.promised), contractual=story.is_contractual)
    for number, item in enumerate(story.items):
        due, later = item.due, (moved or {}).get(number, 0)
        history = []
        if due is not None and item.former not in (None, due):
            history.append((on(-10), "due_on", on(item.former), on(due)))
        if due is not None and later:
            history.append((on(today), "due_on", on(due), on(due + later)))
            due += later
        world.task(
            str(number),
            due=on(due),
            status=item.status,
            kind=Kind.MILESTONE if item.is_milestone else Kind.TASK,
            owners=("林悦",) if item.is_owned else (),
            blocked=item.is_blocked,
            start=on(item.start),
            estimate_hours=item.hours,
            updated=on(-item.quiet),
            history=tuple(history),
            completed=on(-12) if item.status == "done" else None,
            parent_id=str(item.parent) if item.parent < number else None,
        )
    for number in range(story.finished):
        world.task(f"f{number}", status="done", completed=on(-3 - 3 * number), created=on(-80))
    for week, due in enumerate(story.trend):
        world.snapshot(on(7 * (week - len(story.trend))), due=on(due), colour="red" if story.was_red else "green")
    return world


def rank(row: Any) -> int:
    """How bad the colour is by what speaks of the promise; smaller is worse."""
    findings = [finding for finding in row.findings if finding.code not in SHAPE]
    return SEVERITY_ORDER.index(colour_of(findings, row.colour is Colour.DONE))


def movable(story: Story) -> list[int]:
    is_open = ("todo", "doing", "unmapped")
    return [n for n, item in enumerate(story.items) if item.due is not None and item.status in is_open]


@several
@given(story=stories, chance=st.data())
def test_moving_dates_of_open_work_later_never_improves_a_status(make_world, story, chance):
    assume(movable(story))
    moved = chance.draw(st.dictionaries(st.sampled_from(movable(story)), st.integers(1, 60), min_size=1))

    before, after = build(make_world, story).row(), build(make_world, story, moved=moved).row()

    assert rank(after) <= rank(before)
    assert after.slip.plan is None or after.slip.plan.workdays >= before.slip.plan.workdays


def test_only_the_shape_of_a_plan_can_be_mended_by_moving_everything_later(make_world):
    crowded = make_world()
    crowded.milestone(promised="2026-10-30")
    crowded.task("a", due="2026-08-28", estimate_hours=60.0)
    spread = make_world()
    spread.milestone(promised="2026-10-30")
    spread.task(
        "a", due="2026-09-18", estimate_hours=60.0, history=(("2026-08-24", "due_on", "2026-08-28", "2026-09-18"),)
    )

    assert (list(crowded.reasons()), list(spread.reasons())) == (["OVERLOADED"], [])


@several
@given(story=stories, later=st.integers(1, 30))
def test_what_is_overdue_never_gets_better_by_waiting(make_world, story, later):
    story = replace(story, promised=-1 - abs(story.promised or 0) % 20)
    before = build(make_world, story).row()
    assume(before.colour is not Colour.DONE)

    after = build(make_world, story, today=later).row()

    assert after.colour is Colour.RED if story.is_contractual else after.colour in (Colour.RED, Colour.AMBER)
    assert after.slip.overdue.days == before.slip.overdue.days + later
    assert worst_of(after, "OVERDUE", "DUE_AFTER_PROMISE") <= worst_of(before, "OVERDUE", "DUE_AFTER_PROMISE")


def worst_of(row: Any, *codes: str) -> int:
    order = ("red", "amber", "grey")
    return min((order.index(finding.severity) for finding in row.findings if finding.code in codes), default=3)


def judged(world: Any, *, names: dict[str, str] | None = None) -> list[tuple[object, ...]]:
    """Everything that is no name: colours, reasons, dates, slips, counts and money of every row, in order of rows."""
    return [
        (
            (names or {}).get(row.milestone.key, row.milestone.key),
            row.colour,
            row.own_colour,
            [(finding.code, finding.severity, finding.workdays) for finding in row.findings],
            row.due,
            row.forecast,
            row.slip,
            row.slip_first,
            row.pushes,
            row.progress,
            row.work,
            row.money,
        )
        for row in world.assess().assessments
    ]


def renamed(world: Any) -> None:
    """Other titles, numbers and names of people, deals, customers and milestones; who is the same person stays so."""
    world.records = [
        replace(
            record,
            task=replace(
                record.task,
                title=f"改名 {record.task.title}",
                key=f"NEW-{record.task.key}",
                assignees=tuple(Person(f"新 {one.id}", f"新 {one.name}") for one in record.task.assignees),
                project=replace(record.task.project, key="NEW", name="改名"),
            ),
        )
        for record in world.records
    ]
    for key, deal in world.deals.items():
        world.deals[key] = replace(deal, name="改名", customer="改名", sales_owner="改名")
    for key, milestone in world.milestones.items():
        world.milestones[key] = replace(milestone, name="改名", owner="改名")


@several
@given(story=stories)
def test_renaming_changes_no_colour_no_reason_and_no_figure(make_world, story):
    world = build(make_world, story)
    before = judged(world)
    renamed(world)

    assert judged(world) == before


def two_deals(make_world: Any, story: Story) -> Any:
    """The same work for milestones of two deals, one promised a month later."""
    world = build(make_world, story)
    world.deal("D-2")
    world.milestone("M-2", deal="D-2", promised=on(40), scope="project:PAY")
    world.milestone("M-3", deal="D-1", promised=None, scope="project:PAY")
    return world


@several
@given(story=stories, chance=st.randoms(use_true_random=False))
def test_the_order_of_milestones_deals_sources_and_tasks_changes_nothing(make_world, story, chance):
    world = two_deals(make_world, story)
    before, deals = judged(world), world.assess().deal_colours
    chance.shuffle(world.records)
    chance.shuffle(world.sources)
    for name in ("deals", "milestones"):
        entries = list(getattr(world, name).items())
        chance.shuffle(entries)
        setattr(world, name, dict(entries))

    assert judged(world) == before
    assert world.assess().deal_colours == deals


@several
@given(story=stories)
def test_other_keys_of_milestones_change_nothing_but_the_keys(make_world, story):
    world = build(make_world, story)
    before = judged(world)
    world.milestones = {"X-9": replace(world.milestones["M-1"], key="X-9")}
    for kept in (world.baselines, world.snapshots):
        if "M-1" in kept:
            kept["X-9"] = kept.pop("M-1")
    world.baselines = {
        key: tuple(replace(one, milestone=key) for one in entries) for key, entries in world.baselines.items()
    }
    world.records = [replace(record, task=replace(record.task, milestone="X-9")) for record in world.records]

    assert judged(world, names={"X-9": "M-1"}) == before


@several
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 3)), min_size=1, max_size=10))
def test_a_colour_is_red_on_the_days_with_a_red_reason_and_on_the_first_judged_day_after_one(make_world, story):
    world = make_world()
    world.milestone(promised="2026-12-31")
    colours, day = [], TODAY
    for is_late, gap in story:
        day += timedelta(days=gap)
        world.today, world.records = str(day), []
        world.task("a", due="2027-03-31" if is_late else "2026-12-30", seen=str(day))
        row = world.row()
        colours.append(row.colour is Colour.RED)
        world.snapshot(str(day), colour=row.colour, own_colour=row.own_colour)

    own = [is_late for is_late, _ in story]
    assert colours == [now or before for before, now in zip([False, *own], own, strict=False)]
