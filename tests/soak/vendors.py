"""Two simulated vendors as one process: `python vendors.py ITEMS` prints both addresses, `edit` changes the worlds.

Each answer takes a few milliseconds, so that a pull lasts long enough to be killed anywhere.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime, timedelta

from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import Handler, Reply, Request, SimItem, SimPerson, SimProject, World, hex_id, serve
from connectors.worktile.simulator import WorktileSimulator

# Long before the day of the runs: an instant ahead of a run would be taken for the instant of that run.
NOW = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
FIRST = NOW - timedelta(days=200)
PEOPLE = [SimPerson(hex_id("person", n, digits=32), f"同事{n}", f"colleague{n}") for n in range(9)]
STATES = ("done", "doing", "todo")
SECONDS_PER_ANSWER = 0.004


def world(name: str, items: int, places: int) -> World:
    projects = [SimProject(hex_id(name, n), f"{name}{n}", f"项目 {name}{n}", created_at=FIRST) for n in range(places)]
    return World(
        now=NOW, people=PEOPLE, projects=projects, items=[item(name, n, items, projects) for n in range(items)]
    )


def item(name: str, number: int, items: int, projects: list[SimProject]) -> SimItem:
    place = projects[number % len(projects)]
    created = FIRST + (NOW - FIRST) * number / items
    return SimItem(
        id=hex_id(name, "item", number),
        key=f"{place.key}-{number}",
        title=f"第 {number} 项：联调 🚀 </script>",
        project=place.id,
        state=STATES[number % 3],  # type: ignore[arg-type]
        assignee=PEOPLE[number % 9].id,
        due=created + timedelta(days=21),
        created_at=created,
        updated_at=created + timedelta(hours=7),
        tags=("试点",) if number % 4 == 0 else (),
    )


def slowly(handle: Handler) -> Handler:
    def answer(request: Request) -> Reply:
        time.sleep(SECONDS_PER_ANSWER)
        return handle(request)

    return answer


def edit(worlds: list[World], rng: random.Random) -> None:
    """Some days pass on which people work: a few items are edited, one is deleted, one is created."""
    for place in worlds:
        place.advance_to(place.now + timedelta(hours=30))
        known = sorted(place.items)
        for key in rng.sample(known, 7):
            place.edit(key, title=f"改过 {rng.random():.6f}", due=NOW + timedelta(days=rng.randrange(40)))
        place.edit(rng.choice(known), deleted=True)
        number = len(known)
        projects = list(place.projects.values())
        made = item(projects[0].key, number + 10_000, 10_000, projects)
        made.created_at = made.updated_at = place.now
        place.add(made)


def main() -> None:
    items = int(sys.argv[1])
    worlds = [world("PC", items, 3), world("WT", items // 2, 2)]
    handlers = [
        PingCodeSimulator(worlds[0], client_id="soak", client_secret="soak-secret").handle,
        WorktileSimulator(worlds[1], client_id="soak", client_secret="soak-secret").handle,
    ]
    rng = random.Random(20260824)
    with serve(slowly(handlers[0])) as pingcode, serve(slowly(handlers[1])) as worktile:
        sys.stdout.write(f"listening {pingcode} {worktile}\n")
        sys.stdout.flush()
        for line in sys.stdin:
            if line.strip() == "edit":
                edit(worlds, rng)
                sys.stdout.write("edited\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
