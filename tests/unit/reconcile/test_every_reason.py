"""Every published reason is really given by a rule, and its facts are enough to say it in both languages."""

from datetime import date
from decimal import Decimal

import pytest

from bridge.language import LANGUAGES
from bridge.model import ProjectRef
from bridge.plan.document import Communication, Feedback, Risk, Tier
from bridge.reconcile.reasons import REASONS
from bridge.reconcile.situation import SourceState
from bridge.report.wording import reason_text


def overdue(world):
    world.milestone(promised="2026-08-10", rebaselines=(("2026-08-20", "2026-08-01"),), contractual=True)
    world.own_item(due="2026-08-31")
    world.task("a", due="2026-09-18", owners=(), start="2026-08-03", blocked=True)
    world.task("b", due="2026-08-31")
    for on in ("2026-08-18", "2026-08-19", "2026-08-20", "2026-08-21"):
        world.snapshot(on, colour="red", due="2026-08-20", leaves={"pingcode/z": 1.0}, weight_kind="count")


def promised_too_much(world, promised="2026-09-07"):
    world.milestone(promised=promised)
    moves = (("2026-08-05", "due_on", "2026-08-18", "2026-08-20"), ("2026-08-20", "due_on", "2026-08-20", "2026-12-01"))
    world.task("a", due="2026-12-01", estimate_hours=1.0, history=moves)
    for number in range(20):
        world.task(f"x{number}", status="done", completed="2026-07-08", estimate_hours=1.0, due="2026-07-10")


def promised_a_little_too_much(world):
    promised_too_much(world, promised="2026-09-28")


def behind(world):
    world.milestone(promised="2026-12-31")
    for number, due in enumerate(("2026-08-07", "2026-08-14", "2026-08-21", "2026-08-28")):
        done = {"status": "done", "completed": due} if number == 0 else {"status": "doing", "updated": "2026-08-07"}
        world.task(str(number), due=due, **done)


def moving(*dues):
    def portfolio(world):
        world.milestone(promised="2026-12-31")
        world.task("a", due=dues[-1])
        mondays = ("2026-07-27", "2026-08-03", "2026-08-10", "2026-08-17")
        for monday, due in zip(mondays, dues, strict=False):
            world.snapshot(monday, due=due)

    return portfolio


def unknown(world):
    world.milestone(promised=None)
    world.task("a", status="unmapped", status_raw="挂起")
    old = world.portfolio().now.replace(year=2025)
    world.sources = [SourceState("pingcode", "pingcode", "partial", old, unreadable=(("p9", "CRM", "客户"),))]


def never_read(world):
    world.milestone()
    world.sources = [SourceState("worktile", "worktile", "never", None)]


def claimed_done(world):
    world.milestone()
    world.own_item(status="done", completed="2026-08-20")
    world.task("a", due="2026-08-28")


def stated_done(world):
    world.milestone(actual="2026-08-20")
    world.task("a", due="2026-08-28")


def red_yesterday(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.snapshot("2026-08-21", colour="red")


def practice(world):
    world.deal(penalty_rate=(Tier(1, Decimal("0.001")),))
    world.milestone(contractual=True, scope="key:PAY-1")
    world.task("1", due="2026-08-28", milestone=None, estimate_hours=90.0)
    world.task("2", due="2026-08-28", milestone=None, key="PAY-1", project=ProjectRef("p2", "CRM", "客户"))
    world.rows = {
        "feedback": (Feedback("D-1", date(2026, 8, 1), "登录太慢"),),
        "communications": (Communication("D-1", "customer", 7, date(2026, 8, 1)),),
        "risks": (Risk("R-1", "D-1", "核心人员离职", status="已触发"),),
    }


def the_team_waits(world):
    world.deal(penalty_rate=(Tier(1, Decimal("0.001")),), penalty_base="milestone")
    world.milestone(contractual=True)
    world.rows = {"communications": (Communication("D-1", "team", 7),)}


def chained(world, promised="2026-08-24"):
    """Two days of work, one after the other."""
    world.milestone(promised=promised)
    for name in "ab":
        world.task(name, remaining_hours=8.0)
    world.link("a", "b", "finish_to_start")


def chained_with_little_room(world):
    chained(world, promised="2026-08-27")


def chained_without_room(world):
    chained(world, promised="2026-08-25")


def in_a_circle(world):
    chained(world)
    world.link("b", "a")


PORTFOLIOS = (
    overdue,
    promised_too_much,
    promised_a_little_too_much,
    behind,
    moving("2026-08-28", "2026-08-31", "2026-08-27", "2026-08-29"),
    moving("2026-08-28", "2026-08-28", "2026-08-28", "2026-08-28", "2026-09-30"),
    moving("2026-08-24", "2026-08-27", "2026-08-31", "2026-09-03", "2026-09-07"),
    unknown,
    never_read,
    claimed_done,
    stated_done,
    red_yesterday,
    practice,
    the_team_waits,
    chained,
    chained_with_little_room,
    chained_without_room,
    in_a_circle,
)


def test_every_published_reason_is_given_by_some_rule(make_world):
    given = set()
    for build in PORTFOLIOS:
        world = make_world()
        build(world)
        given |= set(world.reasons())

    assert given == set(REASONS)


@pytest.mark.parametrize("build", PORTFOLIOS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_facts_of_a_reason_are_enough_to_say_it(world, build, lang):
    build(world)
    row = world.row()

    for finding in row.findings:
        said = reason_text(finding, row, lang)
        assert said
        assert not {"{", "}", "None"} & {*said, *said.split()}
