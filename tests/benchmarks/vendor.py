"""A large simulated PingCode as a process of its own: `python vendor.py TASKS PROJECTS` prints `listening URL`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import SimItem, SimPerson, SimProject, World, hex_id, serve

NOW = datetime(2026, 8, 24, 0, 30, tzinfo=UTC)
FIRST = NOW - timedelta(days=300)
STATES = ("done", "done", "doing", "todo")


def world(tasks: int, projects: int) -> World:
    """So many tasks spread evenly over projects and over three hundred days."""
    people = [SimPerson(hex_id("person", n, digits=32), f"成员{n}", f"user{n}") for n in range(40)]
    places = [
        SimProject(hex_id("project", n), f"P{n}", f"项目 {n}", kind="hybrid", created_at=FIRST) for n in range(projects)
    ]
    return World(now=NOW, people=people, projects=places, items=[_item(n, tasks, people, places) for n in range(tasks)])


def _item(number: int, tasks: int, people: list[SimPerson], places: list[SimProject]) -> SimItem:
    place = places[number % len(places)]
    created = FIRST + (NOW - FIRST) * number / tasks
    state = STATES[number % 4]
    return SimItem(
        id=hex_id("item", number),
        key=f"{place.key}-{number}",
        title=f"第 {number} 项工作：联调与验收 🚀",
        project=place.id,
        kind="story" if number % 3 else "bug",
        state=state,  # type: ignore[arg-type]
        assignee=people[number % 40].id,
        start=created,
        due=created + timedelta(days=14),
        created_at=created,
        updated_at=created + timedelta(hours=5),
        completed_at=created + timedelta(hours=5) if state == "done" else None,
        estimate_hours=8,
        remaining_hours=4,
        tags=("试点",) if number % 5 == 0 else (),
        description="<p>背景、方案与验收标准。</p>" * 4,
    )


if __name__ == "__main__":
    simulator = PingCodeSimulator(
        world(int(sys.argv[1]), int(sys.argv[2])), client_id="demo", client_secret="demo-secret"
    )
    with serve(simulator.handle) as url:
        sys.stdout.write(f"listening {url}\n")
        sys.stdout.flush()
        sys.stdin.read()
