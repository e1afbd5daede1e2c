"""The allowance that processes share: never too many in any minute, nearly all of them used, clocks that are set."""

import random
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import Unavailable
from bridge.store import budgets
from bridge.store.budgets import Clocks, SharedAllowances

START = 1_787_500_000.0


class Time:
    """A machine whose clocks move when told; `set_by` is what people do to the time of day."""

    def __init__(self):
        self.wall, self.uptime = START, 5000.0

    def passes(self, seconds):
        self.wall += seconds
        self.uptime += seconds

    @property
    def clocks(self):
        return Clocks(lambda: self.wall, lambda: self.uptime)


@pytest.fixture
def machine():
    return Time()


@pytest.fixture
def shared(tmp_path, machine):
    with SharedAllowances(tmp_path / "b.budgets", clocks=machine.clocks) as opened:
        yield opened


def pull(allowance, machine, count):
    """When each of so many requests is sent by one who is always ready, in seconds of the machine's life."""
    sent = []
    for _ in range(count):
        machine.passes(max(allowance.reserve(), 0.001))
        sent.append(machine.uptime)
    return sent


def most_in_a_window(sent, window_s=60.0):
    sent = sorted(sent)
    first = most = 0
    for last, at in enumerate(sent):
        while sent[first] <= at - window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def test_a_pull_that_is_always_ready_uses_nearly_everything_and_never_more(shared, machine):
    sent = pull(shared("cred", 1200), machine, 6000)

    assert most_in_a_window(sent) <= 1200
    assert len(sent) / ((sent[-1] - sent[0]) / 60) >= 0.95 * 1200


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 40),
    st.lists(st.tuples(st.floats(0, 30), st.sampled_from(["pass", "burst", "step", "boot"])), max_size=60),
    st.randoms(use_true_random=False),
)
def test_whatever_happens_to_the_clock_no_minute_holds_more_than_allowed(tmp_path_factory, limit, steps, dice):
    machine, sent = Time(), []
    path = tmp_path_factory.mktemp("budgets") / "b.budgets"
    with SharedAllowances(path, clocks=machine.clocks) as one, SharedAllowances(path, clocks=machine.clocks) as two:
        rivals = [one("cred", limit), two("cred", limit)]
        for seconds, what in steps:
            if what == "step":
                machine.wall += dice.choice([-1, 1]) * seconds * 1000
            for _ in range(15 if what == "burst" else 1):
                sent.append(machine.uptime + dice.choice(rivals).reserve())
            machine.passes(seconds)

    assert most_in_a_window(sent) <= limit


def test_who_sends_much_takes_places_together_and_gives_back_what_was_not_used(shared, machine, monkeypatch):
    writes, kept = [], shared._write
    monkeypatch.setattr(shared, "_write", lambda key, row: (writes.append(row), kept(key, row)))
    allowance = shared("cred", 6000)

    for _ in range(400):
        assert allowance.blocked_for() == 0 and allowance.reserve() == 0
        machine.passes(0.001)

    assert len(writes) < 40
    assert shared.use("cred").sent > 400
    machine.passes(1)
    allowance.reserve()
    assert shared.use("cred").sent == 401 + shared._blocks[allowance.key].left
    with SharedAllowances(shared.path, clocks=machine.clocks) as other:
        [other("cred", 6000).reserve() for _ in range(7)]
    assert shared.use("cred").sent == 408 + shared._blocks[allowance.key].left


def test_near_the_limit_and_after_a_refusal_nothing_is_held(shared):
    allowance = shared("cred", 100)
    [allowance.reserve() for _ in range(97)]
    assert shared._blocks[allowance.key].left == 0

    [shared("other", 6000).reserve() for _ in range(40)]
    shared("other", 6000).block(30)
    assert shared("other", 6000).blocked_for() == shared("other", 6000).reserve() == 30


def test_places_given_for_later_keep_their_order_and_distance(shared, machine):
    allowance = shared("cred", 2)

    waits = [allowance.reserve() for _ in range(6)]

    assert waits[:2] == [0, 0]
    assert all(60 < later - earlier < 61 for earlier, later in zip(waits, waits[2:], strict=False))


def test_two_handles_and_two_connections_count_together(shared, machine, tmp_path):
    with SharedAllowances(shared.path, clocks=machine.clocks) as other:
        waits = [handle.reserve() for handle in (shared("cred", 2), other("cred", 2), shared("cred", 2))]

    assert waits[:2] == [0, 0] and waits[2] > 60


def test_each_handle_keeps_to_its_own_setting(shared):
    [shared("cred", 100).reserve() for _ in range(10)]

    assert shared("cred", 100).reserve() == 0
    assert shared("cred", 10).reserve() > 60


def test_another_credential_has_its_own_allowance(shared):
    shared("one", 1).reserve()

    assert shared("two", 1).reserve() == 0
    assert shared("one", 1).reserve() > 60


def test_a_block_holds_for_everybody_and_ends(shared, machine):
    with SharedAllowances(shared.path, clocks=machine.clocks) as other:
        shared("cred", 100).block(300)

        assert other("cred", 100).blocked_for() == pytest.approx(300)
        assert other("cred", 100).reserve() == pytest.approx(300)
        shared("cred", 100).block(5)
        assert other("cred", 100).blocked_for() == pytest.approx(300)
        machine.passes(301)
        assert (other("cred", 100).blocked_for(), other("cred", 100).reserve()) == (0, 0)


def test_a_limit_the_vendor_has_told_lowers_the_allowance_and_never_raises_it(shared):
    low, high = shared("cred", 5), shared("cred", 50)

    high.resize(8)

    assert [low.reserve() for _ in range(5)] == [0] * 5 and low.reserve() > 60
    assert [high.reserve() for _ in range(2)][-1] > 0
    high.resize(1000)
    assert high.per_minute == 50


@pytest.mark.parametrize("jump", [-86_400, -7.3, 7.3, 86_400])
def test_setting_the_clock_neither_frees_places_nor_blocks_for_ever(shared, machine, jump):
    allowance = shared("cred", 3)
    [allowance.reserve() for _ in range(3)]
    allowance.block(30)
    machine.passes(10)
    machine.wall += jump

    assert allowance.blocked_for() == pytest.approx(20)
    assert 50 < allowance.reserve() < 52


def test_many_small_steps_of_the_clock_are_noticed_in_the_end(shared, machine):
    allowance = shared("cred", 1)
    allowance.reserve()
    for _ in range(1000):
        machine.passes(0.01)
        machine.wall += 0.06
        allowance.block(0)

    assert allowance.reserve() > 49


def test_after_a_new_start_of_the_machine_nobody_waits_for_places_of_dead_processes(shared, machine):
    allowance = shared("cred", 1)
    [allowance.reserve() for _ in range(30)]
    machine.wall += 5
    machine.uptime = 1.0

    first = allowance.reserve()
    machine.passes(first)

    assert 0 < first < 61
    assert 60 < allowance.reserve() < 61


def test_a_place_costs_little_even_when_the_minute_is_full(tmp_path):
    with budgets.allowances(tmp_path / "bridge.db") as shared:
        allowance = shared("cred", 1_000_000)
        took = []
        for _ in range(300):
            began = time.perf_counter()
            allowance.reserve()
            took.append(time.perf_counter() - began)

    assert sorted(took)[150] < 0.000_3
    assert (tmp_path / "bridge.db.budgets").exists() and not (tmp_path / "bridge.db").exists()


RIVAL = """
import sys, time
from pathlib import Path
from bridge.store.budgets import SharedAllowances
with SharedAllowances(Path(sys.argv[1]), window_s=1.0) as shared:
    allowance, ends_at = shared("cred", 100), time.time() + 3.0
    while True:
        wait = allowance.reserve()
        if time.time() + wait > ends_at:
            break
        print(time.time() + wait)
        time.sleep(wait)
"""


def test_processes_share_one_allowance_and_use_it_up(tmp_path):
    path = str(tmp_path / "b.budgets")
    rivals = [subprocess.Popen([sys.executable, "-c", RIVAL, path], stdout=subprocess.PIPE, text=True) for _ in "ab"]

    each = [[float(line) for line in rival.communicate()[0].split()] for rival in rivals]

    sent = sorted(each[0] + each[1])
    # A process that is held up between reserving and telling tells a later instant than it reserved.
    assert most_in_a_window(sent, 0.8) <= 100
    assert len(sent) >= 0.95 * 100 * (sent[-1] - sent[0])
    assert [rival.returncode for rival in rivals] == [0, 0]


def test_threads_share_one_handle(shared):
    allowance, waits = shared("cred", 40), []
    threads = [threading.Thread(target=lambda: waits.extend(allowance.reserve() for _ in range(10))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(wait == 0 for wait in waits) == 40


def test_nothing_of_the_credential_is_kept_in_the_file(shared):
    shared("https://one.example client-7", 10).reserve()

    with sqlite3.connect(shared.path) as looking:
        held = str(looking.execute("SELECT * FROM budgets").fetchall())
    looking.close()
    assert "client-7" not in held and "one.example" not in held


def test_a_file_that_is_no_database_is_named_with_its_remedy(tmp_path):
    path = tmp_path / "bridge.db.budgets"
    path.write_bytes(random.Random(1).randbytes(5000))

    with pytest.raises(Unavailable) as caught:
        budgets.allowances(tmp_path / "bridge.db")

    assert str(path) in caught.value.say("zh") and "delete it" in caught.value.say("en")
