"""Random small programmes: a plan, work in both tools, and several days on which people edit both."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.testing import SimItem, SimPerson, SimProject, SimRelease, World, hex_id

from .civil import DAY, ZONE, Json

PEOPLE = tuple(SimPerson(hex_id("person", login, digits=32), name, login) for name, login in
               (("林悦", "lin"), ("赵宁", "zhao"), ("Sam Lee", "sam")))  # fmt: skip
BORN = datetime(2025, 9, 1, tzinfo=UTC)
PROJECTS = {
    key: SimProject(hex_id("project", key), key, name, created_at=BORN)
    for key, name in (("PAY", "支付"), ("OPS", "运维 二期"), ("MKT", "市场推广"), ("SVC", "服务"))
}
IN_WORKTILE = ("MKT", "SVC")
SPRINT = SimRelease(hex_id("sprint"), "Sprint 9")
STATES = ("正常", "正常", "正常", "预警", "延期")
STARTS = (date(2026, 8, 3), date(2026, 9, 14), date(2026, 2, 9), date(2026, 3, 23), date(2026, 5, 4), date(2026, 6, 22))
TIED = (0.0, 0.9, 0.3)
"""Share of the work of one of the tools that waits for other work, by programme."""
RULES = {"slip_red_workdays": 2, "pushes_red": 1, "load_amber": 0.5, "blocked_workdays": 1, "tspi_red": 2}
PHRASES = (
    "source:pingcode project:PAY", "project:\"运维 二期\"", "source:worktile", "project:MKT -tag:外部", "tag:一期",
    "source:pingcode tag:二期 | project:SVC", "parent:PAY-2 | parent:MKT-2", "assignee:林悦", "kind:bug", "",
    "project:PAY sprint:\"Sprint 9\"", "key:PAY-3 | key:OPS-4 | key:MKT-5", "key:PAY-1", "project:OPS", "project:SVC",
)  # fmt: skip


@dataclass
class Day:
    """One day of a programme: what happens before each of its reads, and which of its commands run."""

    day: date
    syncs: int = 1
    unreadable: str | None = None


class Programme:
    """Everything random about one programme comes from its seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.managers = random.Random(f"managers {seed}")
        self.ties = random.Random(f"ties {seed}")
        self.tied_share = TIED[seed % len(TIED)]
        self.start = self.random.choice(STARTS)
        self.has_hours, self.has_points = self.random.random(), self.random.random()
        self.finish_share = self.random.choice((0.1, 0.5, 0.8, 0.8))
        self.own_share = self.random.choice((0.0, 0.05, 0.05, 0.15))
        self.count = 0
        self.worlds = {}
        for name in ("pingcode", "worktile"):
            mine = [copy.copy(p) for key, p in PROJECTS.items() if (key in IN_WORKTILE) == (name == "worktile")]
            self.worlds[name] = World(now=self.instant(self.start - DAY), people=PEOPLE, projects=mine)
        for _ in range(self.random.choice((self.random.randint(5, 60), 60))):
            self.add(self.start - DAY)
        for _ in range(self.ties.randint(6, 14) if self.tied_share else 0):
            self._add_tied()
        self.overrides = {
            self.start + timedelta(days=self.random.randint(0, 40)): self.random.random() < 0.5
            for _ in range(self.random.choice((0, 0, 4)))
        }
        self.rules: Json = self.random.choice(({}, {}, {"stale_workdays": 3, "source_stale_hours": 60}, RULES))
        self.plan = self._plan()
        self.days = self._days()

    def instant(self, day: date, hour: int = 8) -> datetime:
        return datetime.combine(day, time(hour), ZONE).astimezone(UTC)

    def maybe(self, chance: float, value: Any, otherwise: Any = None) -> Any:
        return value if self.random.random() < chance else otherwise

    def _days(self) -> list[Day]:
        found, at = [], self.start
        is_weekly = self.own_share == 0.15
        for _ in range(self.random.randint(5, 8)):
            lost = self.random.choice(list(PROJECTS)) if self.random.random() < 0.06 else None
            found.append(Day(at, self.random.choice((1, 1, 1, 1, 2, 0) if found else (1,)), lost))
            at += timedelta(days=self.random.choice((5, 7, 7, 9) if is_weekly else (1, 1, 1, 2, 3, 5, 7)))
        return found

    # --- work -------------------------------------------------------------------------------------------------------

    def due(self, around: date) -> datetime:
        return self.instant(around + timedelta(days=self.random.randint(-15, 45)), self.random.choice((0, 18, 23)))

    def add(self, today: date) -> None:
        pick = self.random
        self.count += 1
        key = pick.choice(list(PROJECTS))
        world = self.worlds["worktile" if key in IN_WORKTILE else "pingcode"]
        mates = [item for item in world.items.values() if item.project == PROJECTS[key].id]
        number = len(mates) + 1
        # Keys of two tools may be the same.
        shown = f"PAY-{number}" if key == "SVC" and pick.random() < 0.3 else f"{key}-{number}"
        done = pick.random() < self.finish_share
        state = "done" if done else pick.choice(("todo", "todo", "doing", "doing", "doing", "cancelled"))
        created = self.instant(today - timedelta(days=pick.randint(0, 130)), 9)
        # Now and then a clock of the vendor is days ahead.
        finished = self.instant(today - timedelta(days=pick.randint(-3, 110)), 17)
        item = SimItem(
            id=hex_id(key, number), key=shown, title=f"{key} 任务 {number}", project=PROJECTS[key].id,
            kind="milestone" if pick.random() < self.own_share else pick.choice(("task", "task", "story", "bug")),
            state=state, parent=pick.choice(mates).id if mates and pick.random() < 0.2 else None,
            assignee=self.maybe(0.85, pick.choice(PEOPLE).id), due=self.maybe(0.85, self.due(today)),
            start=self.maybe(0.5, self.instant(today - timedelta(days=pick.randint(-10, 40)), 0)),
            created_at=created, updated_at=max(created, self.instant(today - timedelta(days=pick.randint(0, 14)), 10)),
            completed_at=self.maybe(0.9, max(created, finished)) if state in ("done", "cancelled") else None,
            estimate_hours=self.maybe(self.has_hours, pick.choice((0.0, 0.25, 4, 8, 7.5, 16, 33.33))),
            story_points=self.maybe(self.has_points, pick.choice((0, 1, 2, 3, 5))),
            tags=tuple(tag for tag in ("一期", "二期", "外部", "阻塞") if pick.random() < 0.2),
            sprint=self.maybe(0.2, SPRINT) if key not in IN_WORKTILE else None,
            properties=self._properties(), archived=pick.random() < 0.05,
        )  # fmt: skip
        if state == "done" and key in IN_WORKTILE and pick.random() < 0.15:
            item.state_name = "挂起"
        world.add(item)

    def _add_tied(self) -> None:
        """Open work that waits for other work, now and then in a circle; what is left of it is mostly known."""
        pick, world = self.ties, self.worlds["pingcode"]
        key = pick.choice(("PAY", "PAY", "OPS"))
        mates = [item for item in world.items.values() if item.project == PROJECTS[key].id]
        earlier = [item for item in mates if item.state in ("todo", "doing")][-5:]
        kinds = ("block", "blocked_by", "blocked_by", "blocked_by", "dependency", "relate")
        wanted = sum(pick.random() < self.tied_share for _ in range(2)) if earlier else 0
        created = self.instant(self.start - timedelta(days=pick.randint(1, 60)), 9)
        number = len(mates) + 1
        world.add(SimItem(
            id=hex_id(key, number), key=f"{key}-{number}", title=f"{key} 前后 {number}", project=PROJECTS[key].id,
            kind="story", state=pick.choice(("todo", "doing")), assignee=pick.choice(PEOPLE).id,
            created_at=created, updated_at=created + DAY / 2, tags=("一期",) if pick.random() < 0.7 else (),
            due=None if pick.random() < 0.02 else self.instant(self.start + timedelta(days=pick.randint(-5, 50)), 18),
            remaining_hours=pick.choice((None, None, 0.0, 3, 8, 12.5, 40)),
            links=tuple((pick.choice(kinds), pick.choice(earlier).id) for _ in range(wanted)),
        ))  # fmt: skip

    def _properties(self) -> Json:
        found: Json = {}
        if self.random.random() < 0.3:
            found["share"] = self.random.choice((0, 10, 33, 50, 100))
        if self.random.random() < 0.05:
            found["contract"] = f"M-{self.random.randint(1, 8)}"
        return found

    def call(self) -> None:
        """Now and then somebody says of a whole project how it goes; only one of the tools has a word for it."""
        for project in self.worlds["pingcode"].projects.values():
            if self.managers.random() < 0.25:
                project.state = self.managers.choice(STATES)

    def edit(self, today: date) -> None:
        """A few people change a few things."""
        for _ in range(self.random.randint(0, 12)):
            world = self.random.choice(list(self.worlds.values()))
            items = list(world.items.values())
            # The own items of a milestone are few, but what happens to them matters.
            own = [item for item in items if item.kind == "milestone"]
            if own and self.random.random() < 0.4:
                items = own
            if items and self.random.random() < 0.9:
                self._edit_one(world, self.random.choice(items), today)
            else:
                self.add(today)

    def _edit_one(self, world: World, item: SimItem, today: date) -> None:
        pick = self.random
        kind = pick.choice(("due", "due", "due", "due", "undate", "state", "state", "state", "owner", "archive",
                            "delete", "hours", "tags"))  # fmt: skip
        changes: Json = {}
        if kind == "due":
            at = item.due or self.instant(today, 18)
            changes["due"] = at + timedelta(days=pick.choice((-9, -4, 1, 2, 3, 7, 12, 20)))
        elif kind == "undate":
            changes[pick.choice(("due", "start"))] = None
        elif kind == "state":
            changes = {"state": pick.choice(("todo", "doing", "done", "done", "done", "cancelled")), "state_name": None}
            if changes["state"] == "done" and pick.random() < 0.3:
                changes["completed_at"] = None
        elif kind == "owner":
            changes["assignee"] = self.maybe(0.6, pick.choice(PEOPLE).id)
        elif kind == "archive":
            changes["archived"] = not item.archived
        elif kind == "delete":
            mates = world.items_of(item.project)
            # Many at once would be doubted, and need a person to confirm.
            is_rare = sum(mate.deleted for mate in mates) + 1 <= len(mates) / 10
            changes["deleted"] = not item.deleted and is_rare
        elif kind == "hours":
            changes["estimate_hours"] = pick.choice((2, 12.5, 40))
        else:
            changes["tags"] = tuple(tag for tag in ("一期", "二期", "外部") if pick.random() < 0.4)
        world.edit(item.id, **changes)

    # --- the plan ---------------------------------------------------------------------------------------------------

    def _plan(self) -> Json:
        pick = self.random
        deals = [
            {
                "key": f"D-{n}", "name": f"项目 {n}", "customer": pick.choice(("远帆", "北辰", None)),
                "amount": pick.choice(("1000000.55", "88888.88", "500000", None)),
                "currency": pick.choice(("CNY", "CNY", "USD", "JPY")), "sales_owner": pick.choice(("王敏", "李雷", None)),
                "delivery_owner": pick.choice(("赵宁", None)),
                "penalty_rate": pick.choice((None, "0.05%", "0.001", "1:0.0005; 6:0.002", "3:0.001; 11:0.005")),
                "penalty_base": pick.choice((None, "milestone", "deal")),
                "penalty_grace_days": pick.choice((None, 0, 2, 5)), "penalty_cap": pick.choice((None, "0.02", "0.1")),
                "rules": pick.choice((None, "stale_workdays=2; pushes_red=2", "p_red=0.3; p_amber=0.95",
                                      "slip_red_workdays=3; slip_red_ratio=0.5", "unassigned_ratio=0.4",
                                      "throughput_weeks=8", "unmapped_ratio=0.05; scope_ratio=0.3")),
            }
            for n in range(1, pick.randint(1, 3) + 1)
        ]  # fmt: skip
        for deal in deals:
            deal["goal"] = self.maybe(0.5, pick.choice(("G-1", "G-2")))
        goals = [
            {"key": key, "name": "目标", "target": "5000000", "current": self.maybe(0.8, "1200000.5"),
             "start": self.start, "due": self.maybe(0.9, self.start + timedelta(days=pick.randint(10, 90))),
             "win_rate": self.maybe(0.7, "0.3")}
            for key in ("G-1", "G-2")
        ]  # fmt: skip
        away = f"{self.start + DAY}..{self.start + 5 * DAY}"
        resources = [{"owner": "林悦", "hours_per_day": self.maybe(0.5, "6.5"), "leave": self.maybe(0.5, away)}]
        # A class with a past: many finished milestones, so that one that lacks weeks of its own can learn from them.
        most = 8 if pick.random() < 0.85 else 18
        rows = [self._milestone(n, deals) for n in range(1, pick.randint(3, most) + 1)]
        if most > 8:
            for row in rows:
                row |= {"class": "上线", "scope": row["scope"] or "tag:一期"}
            for row in rows[3:]:
                row["actual"] = self.start - timedelta(days=pick.randint(0, 30))
        self.withdrawn: list[Json] = []
        return {"goals": goals, "deals": deals, "milestones": rows, "resources": resources}

    def _milestone(self, number: int, deals: list[Json]) -> Json:
        pick = self.random
        return {
            "key": f"M-{number}", "deal": pick.choice(deals)["key"], "name": f"里程碑 {number}",
            "promised": self.maybe(0.9, self.start + timedelta(days=pick.randint(-15, 50))),
            "owner": pick.choice(("王敏", "赵宁", None)),
            "amount": pick.choice(("300000", "12345.67", "99.995", "0", None)), "contractual": pick.random() < 0.5,
            "scope": pick.choice(PHRASES), "actual": self.maybe(0.05, self.start + timedelta(days=pick.randint(-9, 9))),
            "customer_informed": self.maybe(0.2, self.start + timedelta(days=pick.randint(-3, 12))),
            "internal_target": None, "depends_on": f"M-{number - 1}" if number > 1 and pick.random() < 0.1 else None,
        }  # fmt: skip

    def replan(self, today: date) -> bool:
        """Sales changes the plan; whether a promise was moved with approval."""
        moved = False
        rows = self.plan["milestones"]
        for row in rows:
            if self.random.random() < 0.08 and row["promised"] is not None:
                row["promised"] += timedelta(days=self.random.choice((-5, 3, 10, 20)))
                moved = True
            if self.random.random() < 0.1:
                row["promised"] = row["promised"] or today + timedelta(days=20)
            if self.random.random() < 0.05:
                row["actual"] = self.maybe(0.7, today + timedelta(days=self.random.randint(-4, 2)))
            if self.random.random() < 0.1:
                row["customer_informed"] = today
            if self.random.random() < 0.04:
                row["scope"] = self.random.choice(PHRASES)
        if self.random.random() < 0.15:
            # A row may have been moved on the day on which it was withdrawn.
            moved = moved or bool(self.withdrawn)
            rows += self.withdrawn
            self.withdrawn = []
        elif len(rows) > 2 and self.random.random() < 0.15:
            gone = rows.pop(self.random.randrange(len(rows)))
            self.withdrawn.append(gone)
            for row in (*rows, gone):
                row["depends_on"] = None
        return moved


def toml(plan: Json) -> str:
    """The plan as a person would write it; empty cells are left out, promised dates never."""
    lines: list[str] = []
    for table, rows in plan.items():
        for row in rows:
            lines.append(f"\n[[{table}]]")
            lines += [f"{name} = {_cell(value)}" for name, value in row.items() if value is not None]
            if table == "milestones" and row["promised"] is None:
                lines.append('promised = ""')
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def calendar_csv(overrides: Iterable[tuple[date, bool]]) -> str:
    rows = [f"{day},{'workday' if works else 'off'},公司安排" for day, works in sorted(overrides)]
    return "\n".join(["date,workday|off,name", *rows]) + "\n"
