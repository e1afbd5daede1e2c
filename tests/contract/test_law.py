"""The law: whatever happens between and during incremental runs, they end where one full read of the last state ends."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.conformance import Subject
from connectors.testing import SimProject, World, hex_id
from tests.contract.bench import LIN, NOW, Bench, an_item, bench
from tests.contract.ledger import Ledger
from tests.contract.subjects import SUBJECTS

# More examples are new ones each time, and a failure is cut down to its core, which takes minutes.
THOROUGH = "CONTRACT_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "12"))
PROJECTS = [SimProject(hex_id("project", key), key, key, created_at=NOW - timedelta(days=300)) for key in "ABC"]


@dataclass(frozen=True)
class Deed:
    """What happens between two runs or, `during`, before a list of the next run is answered."""

    kind: str
    number: int
    project: int
    during: int | None


deeds = st.builds(
    Deed,
    kind=st.sampled_from(["edit", "create", "delete", "move", "turn"]),
    number=st.integers(0, 59),
    project=st.integers(0, 2),
    during=st.none() | st.integers(0, 9),
)


@dataclass(frozen=True)
class Round:
    """Deeds, how long nothing happens after them, and after how many pages the run crashes, if it does."""

    deeds: tuple[Deed, ...]
    minutes: int
    crash_after: int | None


rounds = st.builds(
    Round,
    deeds=st.lists(deeds, max_size=6).map(tuple),
    minutes=st.sampled_from([0, 1, 7, 600, 6000]),
    crash_after=st.none() | st.integers(1, 8),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to three projects with up to 60 items; many share a second."""
    projects = PROJECTS[: draw(st.integers(1, 3))]
    minutes = draw(st.lists(st.sampled_from([0, 0, 0, 1, 90, 50_000]), max_size=60))
    items = [
        an_item(number, projects[number % len(projects)], created_at=NOW - timedelta(days=40, minutes=-ago))
        for number, ago in enumerate(minutes)
    ]
    return World(now=NOW, people=[LIN], projects=projects, items=items)


def happen(b: Bench, deed: Deed) -> None:
    world, items = b.world, list(b.world.items.values())
    b.later(seconds=1)
    project = list(world.projects)[deed.project % len(world.projects)]
    if deed.kind == "create" or not items:
        world.add(an_item(1000 + len(items), world.projects[project], created_at=world.now))
        return
    item = items[deed.number % len(items)]
    if deed.kind == "turn":
        cut = deed.number % len(items)
        b.reorder(items[cut:] + items[:cut])
    elif deed.kind == "delete":
        world.edit(item.id, deleted=True)
    elif deed.kind == "move":
        world.edit(item.id, project=project)
    else:
        world.edit(item.id, title=f"{item.title[:20]}.{deed.number}")


def live_through(b: Bench, happenings: list[Round]) -> None:
    for turn in happenings:
        waiting = [deed for deed in turn.deeds if deed.during is not None]
        for deed in turn.deeds:
            if deed.during is None:
                happen(b, deed)
        b.later(minutes=turn.minutes)
        b.vendor.pranks[0] = disturbed(b, waiting)
        b.run(crash_after=turn.crash_after)
    b.vendor.pranks[0] = disturbed(b, [])


def disturbed(b: Bench, waiting: list[Deed]):
    lists = iter(range(10**6))

    def prank(request, answer):
        if b.is_task_list(request):
            number = next(lists)
            for deed in waiting:
                if deed.during == number:
                    happen(b, deed)
        return answer(request)

    return prank


@pytest.mark.parametrize("subject", [s for s in SUBJECTS if s.rank < 2], ids=lambda subject: subject.name)
def test_any_sequence_of_incremental_runs_ends_where_one_full_read_ends(subject: Subject):
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=not THOROUGH,
        suppress_health_check=list(HealthCheck),
        phases=tuple(Phase) if THOROUGH else (Phase.explicit, Phase.generate),
    )
    @given(world=worlds(), happenings=st.lists(rounds, min_size=1, max_size=4))
    def law(world: World, happenings: list[Round]) -> None:
        with bench(subject, world) as b:
            b.vendor.pranks.insert(0, disturbed(b, []))
            live_through(b, happenings)
            b.later(minutes=5)
            b.good_run()
            grown, b.ledger = b.ledger, Ledger()
            b.good_run()
            b.agrees()
            assert grown.living() == b.ledger.living()
            assert not grown.gone() & b.shown().keys()

    law()
