"""A small hand-built portfolio and result, and the sample views behind the golden files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.model import Colour, Kind, Person, ProjectRef, Status, Task
from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Deal, Milestone, Plan
from bridge.reconcile.situation import (
    Assessment,
    Forecast,
    Money,
    Portfolio,
    PushRecord,
    Result,
    Slip,
    Snapshot,
    SourceState,
    TaskRecord,
    WorkCounts,
)
from bridge.report import view
from tests.replacing import replace

GOLDEN = Path(__file__).parents[2] / "golden" / "report"
TODAY = date(2026, 8, 24)
NOW = datetime(2026, 8, 24, 1, 0, 5, tzinfo=UTC)
DEAL = Deal(key="D-1", name="会员支付", customer="华东医药", sales_owner="林悦", delivery_owner="赵启明")
NOTHING = Money("CNY", None, None, False, None, None, None)


def a_task(ident: str, **changes: Any) -> Task:
    empty = dict.fromkeys(
        [
            "kind_raw",
            "status_raw",
            "parent_id",
            "start_on",
            "due_on",
            "completed_at",
            "created_at",
            "updated_at",
            "progress",
            "estimate_hours",
            "remaining_hours",
            "spent_hours",
            "story_points",
            "priority",
            "sprint",
            "phase",
            "release",
            "milestone",
        ]
    )
    plain: dict[str, Any] = {
        "source": "pingcode",
        "id": ident,
        "key": f"PAY-{ident}",
        "title": f"任务 {ident}",
        "url": f"https://acme.example/PAY-{ident}",
        "project": ProjectRef("p", "PAY", "支付"),
        "kind": Kind.TASK,
        "status": Status.TODO,
        "assignees": (Person("u1", "林悦"),),
        "releases": (),
        "tags": (),
        "blocked": False,
    }
    return Task(**{**empty, **plain, **changes})


def a_row(key: str = "M-1", **changes: Any) -> Assessment:
    """A green milestone of which nothing special is known; `milestone` and `deal` may be given as changes to them."""
    milestone = replace(Milestone(key=key, deal="D-1", name="支付上线"), **changes.pop("milestone", {}))
    deal = replace(DEAL, **changes.pop("deal", {}))
    money = replace(NOTHING, currency=deal.currency, **changes.pop("money", {}))
    plain: dict[str, Any] = {
        "colour": Colour.GREEN,
        "own_colour": Colour.GREEN,
        "claimed": None,
        "first_promise": None,
        "commitment": None,
        "due": None,
        "actual": None,
        "forecast": Forecast(),
        "slip": Slip(),
        "slip_first": Slip(),
        "pushes": PushRecord(0, 0, None, None),
        "progress": None,
        "work": WorkCounts(),
        "findings": (),
        "leaves": {},
        "weight_kind": None,
        "earliest_start": None,
    }
    return Assessment(milestone=milestone, deal=deal, money=money, **{**plain, **changes})


def a_portfolio(*tasks: Task, **changes: Any) -> Portfolio:
    plain: dict[str, Any] = {
        "today": TODAY,
        "now": NOW,
        "timezone": ZoneInfo("Asia/Shanghai"),
        "calendar": WorkCalendar.china(),
        "plan": Plan(),
        "baselines": {},
        "tasks": tuple(TaskRecord(task, NOW) for task in tasks),
        "sources": (SourceState("pingcode", "pingcode", "complete", NOW),),
        "snapshots": {},
    }
    return Portfolio(**{**plain, **changes})


def a_result(*rows: Assessment, **changes: Any) -> Result:
    plain: dict[str, Any] = {
        "deal_colours": {"D-1": Colour.RED},
        "goals": (),
        "links": {row.milestone.key: tuple(tuple(name.split("/", 1)) for name in row.leaves) for row in rows},
        "tasks_without_milestone": 0,
    }
    return Result(assessments=rows, **{**plain, **changes})


def a_snapshot(milestone: str, day: date, **changes: Any) -> Snapshot:
    plain: dict[str, Any] = {
        "colour": Colour.AMBER,
        "own_colour": Colour.AMBER,
        "due": None,
        "forecast_p85": None,
        "at_risk_expected": Decimal(0),
        "total_weight": None,
        "weight_kind": None,
    }
    return Snapshot(milestone=milestone, day=day, **{**plain, **changes})


def a_document(
    *rows: Assessment,
    tasks: tuple[Task, ...] | list[Task] = (),
    result: dict[str, Any] | None = None,
    portfolio: dict[str, Any] | None = None,
    **wishes: Any,
) -> dict[str, Any]:
    """The report of these rows, in Chinese unless wished otherwise; `wishes` are filters and what to compare with."""
    wishes.setdefault("lang", "zh")
    return view.build(
        a_portfolio(*tasks, **(portfolio or {})),
        a_result(*rows, **(result or {})),
        generated_at=NOW,
        **wishes,
    )


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Builders: `task`, `row`, `snapshot`, the `document` of some rows, and the day and instant they stand on."""
    return SimpleNamespace(
        task=a_task,
        row=a_row,
        snapshot=a_snapshot,
        document=a_document,
        today=TODAY,
        now=NOW,
    )


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Any]:
    """A fresh copy of the sample view in a language, to render as it is or to spoil."""
    return lambda lang: json.loads((GOLDEN / f"sample.{lang}.json").read_text(encoding="utf-8"))
