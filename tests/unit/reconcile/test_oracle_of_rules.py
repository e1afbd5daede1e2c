"""Whole reports of random small portfolios, in memory, equal what an independent reading of the rules gives."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.mapping.wire import from_json
from bridge.plan import wire
from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Baseline, Deal, Milestone, Plan, Tier
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Portfolio, SourceState, TaskRecord
from bridge.report import view

from ...oracle.civil import Days
from ...oracle.comparison import differences
from ...oracle.history import Known
from ...oracle.judge import Source
from ...oracle.report import delay_report

TODAY, ZONE, CALENDAR = date(2026, 8, 24), ZoneInfo("Asia/Shanghai"), WorkCalendar.china()
NOW = datetime(2026, 8, 24, 4, tzinfo=UTC)
SEEN = date(2026, 5, 4)


def instant(day):
    return datetime.combine(day, time(12), ZONE).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def a_task(random, number, milestones):
    status = random.choice(["todo", "doing", "done", "done", "done", "cancelled", "unmapped"])
    day = lambda low, high: TODAY + timedelta(days=random.randint(low, high))  # noqa: E731
    due = random.choice([None, day(-60, 40), day(-60, 40), day(-60, 40)])
    start = random.choice([None, due and due - timedelta(days=random.randint(0, 12))])
    ended = day(-80, 0)
    empty = dict.fromkeys(("url", "kind_raw", "priority", "sprint", "phase", "release", "spent_hours"))
    return {
        **empty, "source": "pingcode", "id": str(number), "key": f"PAY-{number}", "title": f"任务 {number}",
        "project": {"id": "p1", "key": "PAY", "name": "支付"}, "kind": random.choice(["task"] * 9 + ["milestone"]),
        "status": status, "status_raw": status, "parent_id": str(random.randrange(number)) if number and random.random() < 0.2 else None,
        "assignees": random.choice([[], [{"id": "u1", "name": "林悦"}], [{"id": "u2", "name": "陈晨"}]]),
        "start_on": start and start.isoformat(), "due_on": due and due.isoformat(),
        "completed_at": instant(ended) if status == "done" else None, "created_at": instant(SEEN),
        "updated_at": instant(day(-20, 0)), "progress": random.choice([None, None, 0.5]),
        "estimate_hours": random.choice([None, 4.0, 8.0, 8.0, 8.0]), "remaining_hours": random.choice([None, 2.0, 30.0]),
        "story_points": random.choice([None, 3.0]), "releases": [], "tags": [], "fields": {},
        "milestone": random.choice(milestones), "blocked": random.random() < 0.1, "archived": random.random() < 0.05,
        "gone": random.random() < 0.05, "mapping_version": "1",
    }  # fmt: skip


def a_plan(random):
    tiers = random.choice([(), (Tier(1, Decimal("0.0005")), Tier(6, Decimal("0.002")))])
    amount, base = random.choice([None, Decimal(90000)]), random.choice(["deal", "milestone"])
    deal = Deal("D-1", "支付", "远帆", amount=amount, penalty_rate=tiers, penalty_base=base, penalty_grace_days=2)
    return Plan(
        deals=(deal,),
        milestones=tuple(
            Milestone(
                key,
                "D-1",
                f"里程碑 {key}",
                promised=random.choice([None, *(TODAY + timedelta(days=random.randint(-30, 60)) for _ in range(5))]),
                amount=random.choice([None, Decimal("1234.56")]),
                contractual=random.random() < 0.5,
            )
            for key in ("M-1", "M-2")
        ),
    )


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_a_random_portfolio_is_judged_as_the_text_of_the_rules_says(seed):
    random = Random(seed)
    tasks = [a_task(random, number, ["M-1", "M-1", "M-2", None]) for number in range(random.randint(0, 30))]
    plan = a_plan(random)
    noon = datetime.combine(SEEN, time(12), ZONE).astimezone(UTC)
    baselines = {m.key: (Baseline(m.key, 0, m.promised, noon),) for m in plan.milestones if m.promised}
    records = tuple(TaskRecord(from_json(task), noon) for task in tasks)
    source = SourceState("pingcode", "pingcode", "complete", NOW)
    portfolio = Portfolio(TODAY, NOW, ZONE, CALENDAR, plan, baselines, records, (source,), {})
    known = Known(Days(), {}, [(SEEN, tasks), (TODAY, tasks)], [(SEEN, wire.as_json(plan))])

    printed = view.build(portfolio, assess(portfolio), lang="zh", generated_at=NOW)

    assert differences(delay_report(known, [Source("pingcode", NOW)], TODAY, NOW), printed) == []
