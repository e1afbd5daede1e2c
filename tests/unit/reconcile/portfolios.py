"""Random portfolios with everything that can be in one, and what becomes of them step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from bridge.model import Change, Colour, Kind, LinkKind, Person, ProjectRef, Status, Task, TaskLink
from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import (
    Baseline,
    Communication,
    Deal,
    Feedback,
    Goal,
    Leave,
    Milestone,
    Plan,
    Resource,
    Risk,
    Tier,
)
from bridge.plan.identity import everybody
from bridge.reconcile.recorded import Contact, Recorded, Ticket
from bridge.reconcile.register import Note, Register
from bridge.reconcile.situation import Portfolio, Snapshot, SourceState, TaskRecord
from bridge.thresholds import Thresholds
from tests.replacing import replace
from tests.unit.reconcile.conftest import CALENDAR, SHANGHAI, noon

TODAY = date(2026, 8, 24)
NOW = noon("2026-08-24")
PROJECTS = (ProjectRef("p1", "PAY", "支付"), ProjectRef("p2", "CRM", "客户"))
PEOPLE = (Person("u1", "林悦"), Person("u2", "王磊"), Person("u3", "林悦"))
KEYS = ("M-1", "M-2", "M-3", "M-4", "M-5")
SCOPES = (
    "", 'sprint:"A"', "project:PAY sprint:A", "source:pingcode -tag:x", "key:K-1", "key:K-1 project:PAY | key:K-2",
    "parent:1", "parent:K-2 -kind:bug", "-sprint:A", "assignee:林悦", "release:R1 | parent:2", "field.区域:华东",
)  # fmt: skip


def plain(source: str, name: str) -> TaskRecord:
    task = Task(
        source=source, id=name, key=f"K-{name}", title=name, url=None, project=PROJECTS[0], kind=Kind.TASK, kind_raw=None,
        status=Status.TODO, status_raw=None, parent_id=None, assignees=PEOPLE[:1], start_on=None,
        due_on=date(2026, 9, 1), completed_at=None, created_at=noon("2026-04-01"), updated_at=NOW, progress=None,
        estimate_hours=8.0, remaining_hours=None, spent_hours=None, story_points=None, priority=None, sprint="A",
        phase=None, release=None, releases=(), tags=(), milestone=None, blocked=False,
    )  # fmt: skip
    return TaskRecord(task, noon("2026-04-01"))


def days(first: str, length: int) -> st.SearchStrategy[date]:
    return st.integers(0, length).map(lambda number: date.fromisoformat(first) + timedelta(days=number))


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "key": st.sampled_from(["K-1", "K-2", "K-3", None]),
    "project": st.sampled_from(PROJECTS),
    "kind": st.sampled_from([Kind.TASK, Kind.BUG, Kind.MILESTONE]),
    "status": st.sampled_from(Status),
    "parent_id": st.sampled_from([None, "1", "2", "3", "4", "lost"]),
    "assignees": st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True).map(tuple),
    "start_on": st.none() | days("2026-08-01", 40),
    "due_on": st.none() | days("2026-08-10", 60),
    "completed_at": st.none() | days("2026-05-20", 100).map(lambda day: noon(day.isoformat())),
    "updated_at": st.none() | st.integers(-300, 5).map(lambda hours: NOW + timedelta(hours=hours)),
    "progress": st.none() | st.sampled_from([0.0, 0.5]),
    "estimate_hours": st.none() | st.sampled_from([0.0, 4.0, 120.0]),
    "remaining_hours": st.none() | st.sampled_from([2.0, 200.0]),
    "story_points": st.none() | st.sampled_from([1.0, 3.0]),
    "sprint": st.sampled_from(["A", "B", None]),
    "release": st.sampled_from(["R1", None]),
    "tags": st.sampled_from([(), ("x",), ("y", "x")]),
    "milestone": st.sampled_from([None, *KEYS]),
    "fields": st.sampled_from([{}, {"区域": "华东"}]),
    "blocked": st.booleans(),
    "archived": st.booleans(),
    "gone": st.booleans(),
}


@st.composite
def edits_of_a_task(draw: Callable[..., Any], record: TaskRecord) -> TaskRecord:
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4, unique=True))
    task = replace(record.task, **{name: draw(VALUES[name]) for name in names})
    changes = record.changes
    if "due_on" in names:
        old, new = (None if day is None else day.isoformat() for day in (record.task.due_on, task.due_on))
        at = noon("2026-08-20")
        changes = (*changes, Change(task.source, task.id, at, "due_on", old, new, "diff", at))
    return replace(record, task=task, changes=changes)


@st.composite
def milestones(draw: Callable[..., Any], key: str) -> Milestone:
    return Milestone(
        key=key,
        deal=draw(st.sampled_from(["D-1", "D-2"])),
        name=key,
        promised=date(2026, 9, 1),
        amount=draw(st.none() | st.sampled_from([Decimal(1000), Decimal("333.335"), Decimal("0.01")])),
        contractual=draw(st.booleans()),
        class_=draw(st.none() | st.just("class")),
        depends_on=draw(st.sampled_from([(), ("M-1",), ("M-2",)])) if key > "M-2" else (),
        scope=draw(st.sampled_from(SCOPES)),
        actual=draw(st.none() | days("2026-08-20", 6)),
    )


@st.composite
def plans(draw: Callable[..., Any]) -> Plan:
    rows = [draw(milestones(key)) for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, unique=True))]
    rules = draw(st.sampled_from([{}, {"stale_workdays": 1.0}, {"load_amber": 0.2}]))
    first, second = draw(st.sampled_from(["CNY", "USD"])), draw(st.sampled_from(["CNY", "JPY"]))
    return Plan(
        goals=(Goal("G", "goal", target=Decimal(9000), current=Decimal(1), due=draw(days("2026-09-01", 90))),),
        deals=(
            Deal(
                "D-1",
                "one",
                goal="G",
                amount=Decimal(5000),
                customer="远帆",
                currency=first,
                penalty_rate=draw(st.sampled_from([(), (Tier(1, Decimal("0.00033")),)])),
            ),
            Deal("D-2", "two", rules=rules, customer=draw(st.sampled_from([None, " 远帆", "ＥAST"])), currency=second),
        ),
        milestones=tuple(rows),
    )


def edit_tasks(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    tasks = list(was.tasks)
    for at in draw(st.lists(st.integers(0, max(len(tasks) - 1, 0)), min_size=1, max_size=4)) if tasks else ():
        tasks[at] = draw(edits_of_a_task(tasks[at]))
    return replace(was, tasks=tuple(tasks))


def add_tasks(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    known = {record.task.ref for record in was.tasks}
    names = [(source, name) for source in ("pingcode", "worktile") for name in "123456" if (source, name) not in known]
    if not names:
        return was
    fresh = [draw(edits_of_a_task(plain(*name))) for name in draw(st.lists(st.sampled_from(names), unique=True))]
    return replace(was, tasks=tuple(sorted((*was.tasks, *fresh), key=lambda record: record.task.ref)))


def lose_or_turn_tasks(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    return replace(was, tasks=was.tasks[1:] if draw(st.booleans()) else was.tasks[::-1])


def change_the_plan(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    return replace(was, plan=draw(plans()))


def change_one_row(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    rows = list(was.plan.milestones)
    at = draw(st.integers(0, len(rows) - 1))
    rows[at] = replace(draw(milestones(rows[at].key)), scope=rows[at].scope)
    return replace(was, plan=replace(was.plan, milestones=tuple(rows)))


def change_practice(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    deal, key = draw(st.sampled_from(["D-1", "D-2"])), draw(st.none() | st.sampled_from(KEYS))
    parts: dict[str, tuple[Any, ...]] = {
        "risks": (
            Risk("R-1", deal, "cause", milestone=key, status="triggered"),
            Risk("R-2", deal, "cause", milestone=key, trigger="status:M-1=red; overdue:M-2"),
        ),
        "feedback": (Feedback(deal, TODAY, "text", milestone=key),),
        "communications": (Communication(deal, "customer", every_days=7),),
        "resources": (Resource("林悦", Decimal(draw(st.integers(1, 8))), (Leave(TODAY, TODAY),)),),
    }
    name = draw(st.sampled_from(sorted(parts)))
    return replace(was, plan=replace(was.plan, **{name: draw(st.sampled_from([(), parts[name]]))}))


def change_links(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    names = st.sampled_from("123456")
    kinds = st.sampled_from([LinkKind.BLOCKS, LinkKind.FINISH_TO_START])
    link = st.builds(TaskLink, st.just("pingcode"), names, names, kinds, st.none(), st.integers(0, 2), st.just(NOW))
    return replace(was, links=tuple(draw(st.lists(link, max_size=5))))


def change_what_people_recorded(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    key = draw(st.sampled_from(KEYS))
    told = Note(key, "王敏", NOW, customer_informed=TODAY)
    heard = Ticket(
        "pingcode",
        "t1",
        date=TODAY,
        linked=draw(st.sampled_from(KEYS)),
        status=draw(st.sampled_from(["处理中", "已关闭"])),
    )
    met = Contact(draw(st.sampled_from(["D-1", "D-2"])), "customer", draw(days("2026-08-01", 22)), "王敏", NOW)
    register = Register(notes=draw(st.sampled_from([{}, {key: told}])))
    recorded = Recorded(draw(st.sampled_from([(), (heard,)])), draw(st.sampled_from([(), (met,)])))
    return replace(was, register=register, recorded=recorded)


def change_promises(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    key = draw(st.sampled_from(KEYS))
    first = Baseline(key, 0, draw(days("2026-08-20", 30)), noon("2026-07-01"))
    return replace(was, baselines={**was.baselines, key: draw(st.sampled_from([(), (first,)]))})


def change_snapshots(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    key = draw(st.sampled_from(KEYS))
    names = st.sampled_from(["pingcode/1", "pingcode/2", "worktile/3", "worktile/9"])
    kept = Snapshot(
        milestone=key,
        day=draw(days("2026-08-01", 20)),
        colour=draw(st.sampled_from(Colour)),
        own_colour=Colour.RED,
        due=draw(days("2026-08-20", 30)),
        forecast_p85=None,
        at_risk_expected=None,
        total_weight=None,
        weight_kind=draw(st.sampled_from(["hours", "points", "count"])),
        leaves=draw(st.dictionaries(names, st.sampled_from([1.0, 8.0]))),
    )
    return replace(was, snapshots={**was.snapshots, key: (kept,)})


def change_claims(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    projects = st.sampled_from([("pingcode", "p1"), ("worktile", "p2")])
    return replace(was, project_claims=draw(st.dictionaries(projects, st.sampled_from([Colour.RED, Colour.AMBER]))))


def change_sources(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    ages = st.none() | st.sampled_from([1, 25, 30]).map(lambda hours: was.now - timedelta(hours=hours))
    unreadable = st.sampled_from([(), (("p1", "PAY", "支付"),)])
    sources = [
        SourceState(name, name, "complete", draw(ages), (), draw(unreadable)) for name in ("pingcode", "worktile")
    ]
    return replace(was, sources=tuple(sources))


def let_time_pass(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    return replace(was, now=was.now + timedelta(hours=draw(st.integers(-2, 11))))


def change_everything(draw: Callable[..., Any], was: Portfolio) -> Portfolio:
    known = everybody([(("pingcode", "u1"), 1, "林悦"), (("worktile", "u2"), 1, "王磊")])
    ways: tuple[dict[str, Any], ...] = (
        {"today": was.today + timedelta(days=1), "now": was.now + timedelta(days=1)},
        {"thresholds": Thresholds(stale_workdays=draw(st.sampled_from([0.0, 5.0])))},
        {"people": known},
        {"hours_per_day": 4},
        {"calibrate": not was.calibrate},
        {"calendar": WorkCalendar.china([(TODAY + timedelta(days=1), "off", "day")])},
    )
    return replace(was, **draw(st.sampled_from(ways)))


STEPS = (
    edit_tasks, edit_tasks, edit_tasks, add_tasks, add_tasks, lose_or_turn_tasks, change_the_plan, change_one_row,
    change_practice, change_links, change_what_people_recorded, change_promises, change_snapshots, change_claims, change_sources, let_time_pass, change_everything,
)  # fmt: skip


@st.composite
def histories(draw: Callable[..., Any]) -> list[Portfolio]:
    """A portfolio, and what became of it step by step."""
    at = Portfolio(
        today=TODAY,
        now=NOW,
        timezone=SHANGHAI,
        calendar=CALENDAR,
        plan=draw(plans()),
        baselines={key: (Baseline(key, 0, date(2026, 9, 1), noon("2026-07-01")),) for key in KEYS},
        tasks=(),
        sources=(SourceState("pingcode", "pingcode", "complete", NOW),),
        snapshots={},
    )
    at = add_tasks(draw, at)
    found = [at]
    for _ in range(draw(st.integers(1, 5))):
        for step in draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=3)):
            at = step(draw, at)
        found.append(at)
    return found
