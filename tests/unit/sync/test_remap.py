"""Everything stored mapped again: in this process or in several, for every reader at once, and counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.mapping import document
from bridge.mapping.apply import Surroundings
from bridge.store import mappings, quarantine, replays, runs, tasks
from bridge.store.engine import Store
from bridge.store.mappings import Origin
from bridge.store.opening import opened
from bridge.sync import crew
from bridge.sync import remap as remapping
from bridge.sync.landing import Turn
from bridge.sync.outcome import Counts
from bridge.sync.remap import BATCH, is_in_force, remap, told_alike
from bridge.sync.replay import Outcome, Replayer

from .conftest import MAPPING, Lists, Puller, row

OTHER = MAPPING.replace('open = "todo"', 'open = "doing"')
NO_PROJECT = MAPPING.replace('id.from = "project"', 'id.from = "nowhere"')
COUNT = BATCH * 3 + 7


@pytest.fixture
def stored(puller: Puller) -> Puller:
    """Some more rows than one stretch holds, one of them without a project."""
    rows = [row(number) for number in range(COUNT - 1)]
    source = Lists(A=[*rows, {"id": "lost", "title": "Lost", "state": "done"}])
    source.size = 500
    puller.pull(source)
    return puller


def turn(puller: Puller, text: str, **origin: Any) -> Turn:
    puller.now += timedelta(hours=1)
    run = runs.start(puller.store, "mapping", date(2026, 8, 24), puller.now)
    about = Surroundings("lists", ZoneInfo("Asia/Shanghai"), puller.now, {}, {})
    mapping = document.parse(text, name="lists.toml")
    return Turn(puller.store, "lists", run, mapping, about, origin=Origin(**origin) if origin else Origin())


def published(puller: Puller, text: str, **origin: Any) -> Counts:
    with puller.store.transaction():
        return remap(turn(puller, text, **origin), "tasks")


def seen(store: Store) -> set[tuple[str, str]]:
    return {(task["status"], task["mapping_version"]) for task in tasks.listing(store)}


def changes(store: Store) -> list[tuple[Any, ...]]:
    return list(store.rows("SELECT id, field, old, new, how, cause, run FROM task_changes ORDER BY seq"))


def test_every_task_is_as_the_new_mapping_says_and_each_change_is_recorded_once(stored: Puller):
    counts = published(stored, OTHER)

    assert seen(stored.store) == {("doing", document.parse(OTHER, name="x").version)}
    assert (counts.fetched, counts.updated, counts.created, counts.quarantined) == (COUNT, COUNT - 1, 0, 1)
    assert counts.unchanged == 0
    assert {entry[1:6] for entry in changes(stored.store)} == {("status", '"todo"', '"doing"', "diff", "mapping")}
    assert len(changes(stored.store)) == COUNT - 1


def test_where_only_the_version_is_another_one_nothing_else_of_a_task_is_touched(puller: Puller):
    odd = row(1, title='"mapping_version":"x"}')
    puller.pull(Lists(A=[odd, row(2, title="联调 🚀"), row(3)]))
    before = list(tasks.listing(puller.store))
    longer = MAPPING.replace('kind = "lists"', 'kind = "longer"')

    counts = published(puller, longer)

    version = document.parse(longer, name="x").version
    assert list(tasks.listing(puller.store)) == [{**task, "mapping_version": version} for task in before]
    assert [row[0] for row in puller.store.rows("SELECT DISTINCT mapping_version FROM tasks")] == [version]
    assert (counts.unchanged, counts.updated) == (3, 0)
    assert changes(puller.store) == []


def test_readers_see_everything_as_it_was_until_the_end_and_then_all_of_it_changed(stored: Puller):
    before = seen(stored.store)
    met = []

    with opened(stored.store.place, read_only=True) as reader:

        def look(_: Outcome) -> None:
            met.append((seen(reader), changes(reader), mappings.newest(reader, "lists").version))

        with stored.store.transaction():
            remap(turn(stored, OTHER), "tasks", look)
        after = seen(reader)

    old = document.parse(MAPPING, name="x").version
    assert len(met) == 4
    assert all(moment == (before, [], old) for moment in met)
    assert after == {("doing", document.parse(OTHER, name="x").version)}


def test_a_report_that_began_before_the_end_is_of_one_moment(stored: Puller):
    with opened(stored.store.place, read_only=True) as reader, reader.snapshot():
        before = seen(reader)
        published(stored, OTHER)

        assert seen(reader) == before
        assert changes(reader) == []
        assert mappings.newest(reader, "lists").version == document.parse(MAPPING, name="x").version


def test_a_remap_that_fails_in_the_middle_leaves_everything_as_it_was(stored: Puller):
    before = stored.tables()

    def stop(_: Outcome) -> None:
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"), stored.store.transaction():
        remap(turn(stored, OTHER), "tasks", stop)

    assert stored.tables() == before
    assert changes(stored.store) == []


@pytest.fixture
def many_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "WORTH_A_CREW", 1)
    monkeypatch.setattr(crew.os, "cpu_count", lambda: 2)


def test_processes_side_by_side_write_what_one_would_write_in_the_same_order(
    stored: Puller, tmp_path: Path, many_processes: None, monkeypatch: pytest.MonkeyPatch
):
    alone = stored.store.copy_to(tmp_path / "alone.db")
    done_here = []

    def slowly(self: Replayer, stretch: Any) -> Outcome:
        time.sleep(0.05)
        done_here.append(stretch)
        return replay(self, stretch)

    replay = Replayer.replay
    with monkeypatch.context() as patch:
        patch.setattr(remapping, "BATCH", 20)
        patch.setattr(Replayer, "replay", slowly)
        together = published(stored, OTHER)
    assert 0 < len(done_here) < COUNT // 20
    other = Puller(alone, now=stored.now - timedelta(hours=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew, "WORTH_A_CREW", 10**9)
        by_one = published(other, OTHER)

    assert together == by_one
    assert stored.tables() == other.tables()
    assert changes(stored.store) == changes(alone)
    alone.close()


def test_a_process_that_is_killed_costs_time_and_nothing_else(
    stored: Puller, many_processes: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crew, "AHEAD", 1)
    killed = []

    def kill(_: Outcome) -> None:
        if not killed:
            killed.extend(children())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    with stored.store.transaction():
        counts = remap(turn(stored, OTHER), "tasks", kill)

    assert killed
    assert (counts.fetched, counts.updated) == (COUNT, COUNT - 1)
    assert {status for status, _ in seen(stored.store)} == {"doing"}


def children() -> list[int]:
    """The processes of the crew."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command, state = (place / "cmdline").read_bytes(), (place / "stat").read_text()
        except OSError:
            continue  # it has just ended
        if b"bridge.sync.mate" in command and int(state.rpartition(")")[2].split()[1]) == os.getpid():
            found.append(int(place.name))
    return found


def test_rows_enter_and_leave_quarantine_with_the_mapping(stored: Puller):
    counts = published(stored, NO_PROJECT)
    held = quarantine.count(stored.store, "lists")
    published(stored, NO_PROJECT.replace('id.from = "nowhere"', 'id.constant = "P"'))

    assert (counts.quarantined, held) == (COUNT, COUNT)
    assert quarantine.count(stored.store, "lists") == 0
    assert sum(1 for _ in tasks.listing(stored.store)) == COUNT


def test_a_task_that_is_gone_stays_gone(puller: Puller):
    puller.pull(Lists(A=[row(1), row(2), row(3)]), full=True)
    puller.pull(Lists(A=[row(1), row(2)]), full=True, confirmed=True)

    counts = published(puller, OTHER)

    assert puller.gone() == {"t3"}
    assert {task["status"] for task in tasks.listing(puller.store, gone=True)} == {"doing"}
    assert (counts.gone, counts.revived) == (0, 0)


def test_what_could_not_be_read_is_forgotten_when_it_can(puller: Puller):
    puller.pull(Lists(A=[row(1, state="new"), row(2)]))
    before = mappings.problem_counts(puller.store, "lists")

    published(puller, MAPPING.replace('open = "todo"', 'new = "todo", open = "todo"'))

    assert before == [("status", "unmapped_value", "new", 1)]
    assert mappings.problem_counts(puller.store, "lists") == []


def test_the_version_in_force_is_known_with_its_origin(stored: Puller):
    published(stored, OTHER, how="publish", who="王敏", why="renamed", file="lists.toml")

    newest, first = mappings.history(stored.store, "lists")
    assert (newest.how, newest.who, newest.why, newest.file) == ("publish", "王敏", "renamed", "lists.toml")
    assert newest.hash == mappings.digest(OTHER)
    assert (first.how, first.who) == ("file", None)
    assert is_in_force(turn(stored, OTHER))
    assert not is_in_force(turn(stored, MAPPING))


def test_an_activation_for_a_new_name_is_no_version_of_its_own(stored: Puller):
    published(stored, OTHER, how="publish", who="王敏")
    at = mappings.newest(stored.store, "lists").activated_at
    with stored.store.transaction():
        mappings.activate(
            stored.store, "lists", document.parse(OTHER, name="x").version, "b", OTHER, stored.now, Origin()
        )

    newest = mappings.newest(stored.store, "lists")
    assert (newest.who, newest.activated_at) == ("王敏", at)
    assert len(mappings.history(stored.store, "lists")) == 2


HISTORY = """
[[history]]
stream = "moves"
field = "status"
at = "when"
old = "from"
new = "to"
member = "state"
"""


@pytest.mark.parametrize(
    ("changed", "alike"),
    [
        (lambda text: text.replace('from = "title"', 'from = "name"'), True),
        (lambda text: text + "# a comment\n", True),
        (lambda text: text + '[fields.region]\nfrom = "region"\n', True),
        (lambda text: text.replace('open = "todo"', 'open = "doing"'), False),
        (lambda text: text.replace('new = "to"', 'new = "until"'), False),
        (lambda text: text.replace(HISTORY, ""), False),
        (lambda text: text + '[wrapped]\nunder = "p"\nvalue = "v"\n', False),
        (lambda text: "[[[", False),
    ],
)
def test_a_vendors_history_is_read_again_unless_it_certainly_reads_alike(changed: Any, alike: bool):
    text = MAPPING + HISTORY

    assert told_alike(text, changed(text)) is alike


def test_stretches_hold_every_current_row_once_and_in_order(stored: Puller):
    stretches = replays.stretches(stored.store, "lists", "tasks", 100)

    assert sum(count for _, _, count in stretches) == COUNT
    assert all(count <= 100 for _, _, count in stretches)
    ends = [end for first, last, _ in stretches for end in (first, last)]
    assert ends == sorted(ends)


@pytest.fixture(autouse=True)
def no_child_is_left() -> Iterator[None]:
    yield
    assert children() == []


ORPHANS = """
import sys, time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
from bridge.mapping.outcome import Surroundings
from bridge.store.opening import place_of
from bridge.sync import pipes
from bridge.sync.crew import Mate
from bridge.sync.replay import Task

about = Surroundings("lists", ZoneInfo("UTC"), datetime(2026, 8, 24, tzinfo=UTC), {}, {})
child = pipes.started("bridge.sync.mate")
mate = Mate(child, Task(place_of(sys.argv[1]), "lists", "tasks", sys.argv[2], about, "mapping"))
while not mate.is_there:
    time.sleep(0.01)
print(child.pid, flush=True)
time.sleep(60)
"""


def test_a_process_of_the_crew_ends_when_the_one_that_began_it_is_killed(stored: Puller):
    command = [sys.executable, "-c", ORPHANS, str(stored.store.place), MAPPING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        parent.kill()

    for _ in range(100):
        if not is_running(child):
            return
        time.sleep(0.1)
    raise AssertionError(f"process {child} goes on without the one that began it")


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
