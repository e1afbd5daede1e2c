"""One holder at a time: refused by name, replaced when dead, kept while alive."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from bridge.store import leases
from bridge.store.leases import Held, Lease, Process
from bridge.store.opening import is_shared
from bridge.store.opening import opened as opened_at
from tests.replacing import replace

NOW = datetime(2026, 8, 24, 1, 2, 3, tzinfo=UTC)

HOLDER = """
import sys, time
from datetime import UTC, datetime
from bridge.store import leases
from bridge.store.opening import opened, place_of
place, command, begin = sys.argv[1:]
with opened(place_of(place)) as store:
    print("ready", flush=True)
    if begin == "when told":
        sys.stdin.readline()
    try:
        leases.take(store, "sync", command=command, now=datetime.now(UTC))
    except leases.Held as held:
        print("held", held.holder, held.pid, flush=True)
    else:
        print("mine", flush=True)
        sys.stdin.readline()
"""


@pytest.fixture
def store(place):
    with opened_at(place) as opened:
        opened.upgrade()
        yield opened


@pytest.fixture
def start(store):
    """Starts real processes that take the lease, and reaps them in the end."""
    started = []

    def begin(command, begin="at once"):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(store.place), command, begin],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def rewrite(store, **columns):
    for name, value in columns.items():
        store.execute(f"UPDATE leases SET {name} = ?", (value,))


def test_a_second_holder_is_refused_and_told_who_is_there(store):
    leases.take(store, "sync", command="pbridge sync", now=NOW)

    with pytest.raises(Held) as refused:
        leases.take(store, "sync", command="pbridge run", now=NOW + timedelta(seconds=60))

    held = refused.value
    assert (held.holder, held.pid, held.since) == ("pbridge sync", os.getpid(), NOW)
    assert held.exit_code == 3
    for lang in ("zh", "en"):
        said = held.say(lang)
        assert all(part in said for part in ("pbridge sync", held.host, str(os.getpid()), "2026-08-24 01:02:03 UTC"))


def test_different_names_are_held_at_the_same_time(store):
    leases.take(store, "sync", command="one", now=NOW)

    assert leases.take(store, "report", command="two", now=NOW).name == "report"


def test_a_released_lease_is_free_at_once(store):
    leases.release(store, leases.take(store, "sync", command="one", now=NOW))

    assert leases.holder(store, "sync", NOW) is None
    assert leases.take(store, "sync", command="two", now=NOW).command == "two"


@pytest.mark.parametrize(("age_s", "is_held"), [(119, True), (120, True), (121, False)])
def test_a_holder_on_another_machine_is_believed_for_two_minutes_after_its_last_sign_of_life(store, age_s, is_held):
    leases.take(store, "sync", command="there", now=NOW)
    rewrite(store, host="another-machine")

    assert (leases.holder(store, "sync", NOW + timedelta(seconds=age_s)) is not None) == is_held


def test_a_sign_of_life_keeps_the_lease(store):
    lease = leases.take(store, "sync", command="one", now=NOW)

    assert leases.heartbeat(store, lease, NOW + timedelta(seconds=100))
    assert leases.holder(store, "sync", NOW + timedelta(seconds=200)) is not None


def test_a_holder_that_hangs_is_replaced_and_learns_of_it(store):
    hung = leases.take(store, "sync", command="hung", now=NOW)
    late = NOW + timedelta(seconds=121)

    leases.take(store, "sync", command="next", now=late)

    assert not leases.heartbeat(store, hung, late)
    assert hung.lost.is_set()
    leases.release(store, hung)
    assert leases.holder(store, "sync", late).holder == "next"


def test_a_clock_that_was_set_back_frees_no_lease_whose_holder_lives_here(store):
    leases.take(store, "sync", command="one", now=NOW)

    assert leases.holder(store, "sync", NOW - timedelta(hours=1)) is not None
    rewrite(store, host="another-machine")
    assert leases.holder(store, "sync", NOW - timedelta(hours=1)) is None


@pytest.mark.skipif(not Process.this().born, reason="this system does not tell when a process began")
def test_a_process_number_that_was_given_to_another_process_holds_nothing(store):
    leases.take(store, "sync", command="one", now=NOW)
    machine, space, started = Process.this().born.split("/")

    rewrite(store, born=f"{machine}/{space}/{int(started) - 1}")
    assert leases.holder(store, "sync", NOW) is None
    rewrite(store, born=f"{machine}/other space/{int(started) - 1}")
    assert leases.holder(store, "sync", NOW) is not None
    rewrite(store, born=f"former start/{space}/{started}")
    # Where other machines come too, one of them may have the name of this one: then only silence tells.
    assert (leases.holder(store, "sync", NOW) is not None) == is_shared(store.place)
    assert leases.holder(store, "sync", NOW + timedelta(seconds=121)) is None


def test_where_the_system_tells_no_start_the_process_number_decides(store, monkeypatch):
    monkeypatch.setattr("bridge.store.leases._born", lambda pid: "")
    leases.take(store, "sync", command="one", now=NOW)
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()

    assert leases.holder(store, "sync", NOW) is not None
    rewrite(store, pid=finished.pid)
    assert (leases.holder(store, "sync", NOW) is not None) == is_shared(store.place)


def test_a_killed_holder_lets_the_next_one_in_at_once(store, start):
    killed = start("pbridge sync")
    assert killed.stdout.readline() == "mine\n"
    with pytest.raises(Held) as refused:
        leases.take(store, "sync", command="next", now=datetime.now(UTC))
    assert refused.value.pid == killed.pid

    # Not waited for: to the system it is a zombie still, as under a parent that never looks.
    os.kill(killed.pid, signal.SIGKILL)
    ends_at = time.monotonic() + 5
    while leases.holder(store, "sync", datetime.now(UTC)) is not None and time.monotonic() < ends_at:
        time.sleep(0.01)

    assert leases.take(store, "sync", command="next", now=datetime.now(UTC)).command == "next"


def test_of_several_processes_at_once_exactly_one_becomes_the_holder(store, start):
    rivals = [start(f"rival-{number}", "when told") for number in range(3)]

    for rival in rivals:
        rival.stdin.write("go\n")
        rival.stdin.flush()
    said = [rival.stdout.readline().split() for rival in rivals]

    winners = [rival for rival, words in zip(rivals, said, strict=True) if words == ["mine"]]
    assert len(winners) == 1
    name = f"rival-{rivals.index(winners[0])}"
    assert sorted(said) == sorted([["mine"], *[["held", name, str(winners[0].pid)]] * 2])


def test_a_block_holds_its_name_and_gives_signs_of_life(store):
    with leases.held(store, "sync", command="one", every_s=0.02) as lease:
        first = store.one("SELECT heartbeat_at FROM leases")
        ends_at = time.monotonic() + 5
        while store.one("SELECT heartbeat_at FROM leases") == first and time.monotonic() < ends_at:
            time.sleep(0.01)
        beaten = store.one("SELECT heartbeat_at FROM leases")
        with pytest.raises(Held):
            leases.take(store, "sync", command="two", now=datetime.now(UTC))

    assert beaten > first and not lease.lost.is_set()
    assert leases.holder(store, "sync", datetime.now(UTC)) is None
    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat of sync"]


def test_a_block_that_fails_lets_the_next_one_in(store):
    with pytest.raises(ZeroDivisionError), leases.held(store, "sync", command="one"):
        raise ZeroDivisionError

    assert leases.holder(store, "sync", datetime.now(UTC)) is None


def test_a_block_whose_lease_was_taken_over_is_told_and_leaves_the_new_holder_alone(store):
    with leases.held(store, "sync", command="one", every_s=0.02) as lease:
        rewrite(store, holder="two", since="2026-08-24T00:00:00.000000Z")
        assert lease.lost.wait(5)

    assert leases.holder(store, "sync", datetime.now(UTC)).holder == "two"


def test_a_lease_belongs_to_the_process_that_took_it(store):
    lease = leases.take(store, "sync", command="one", now=NOW)
    stranger = replace_process(lease, pid=lease.process.pid + 1)

    assert not leases.heartbeat(store, stranger, NOW)
    leases.release(store, stranger)
    assert leases.heartbeat(store, lease, NOW)


def replace_process(lease: Lease, **changes) -> Lease:
    return Lease(lease.name, lease.command, replace(lease.process, **changes), lease.since)


def test_a_store_that_is_fenced_writes_nothing_once_the_lease_is_somebody_elses(store):
    theirs, columns, row = (
        "UPDATE leases SET since = '2026-08-24T00:00:00.000000Z'",
        ("source", "name", "value"),
        ("a", "x", ""),
    )
    alone = (
        lambda: store.execute("DELETE FROM source_memory"),
        lambda: store.execute_many("DELETE FROM source_memory WHERE name = ?", [("before",)]),
        lambda: store.insert("source_memory", dict(zip(columns, row, strict=True))),
        lambda: store.insert_new("source_memory", columns, [row]),
        lambda: store.upsert_many("source_memory", columns, [row]),
    )
    with pytest.raises(leases.Lost), leases.held(store, "source:a", command="one", fenced=True) as lease:
        with store.transaction():
            store.insert("source_memory", {"source": "a", "name": "before", "value": ""})
        with opened_at(store.place) as other, other.transaction():
            other.execute(theirs)
        for write in alone:
            with pytest.raises(leases.Lost):
                write()
        with store.transaction():
            store.insert("source_memory", {"source": "a", "name": "after", "value": ""})

    assert lease.lost.is_set() and store.fence is None
    assert list(store.rows("SELECT name FROM source_memory")) == [("before",)]
    assert store.one("SELECT count(*) FROM leases") == (1,)
