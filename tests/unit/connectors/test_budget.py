"""The allowance of one process, the waits a vendor asks for, and who is kept from asking too early."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.store.budgets import SharedAllowances
from connectors.budget import Budget, budget_of
from connectors.contract import Surroundings, Tally
from connectors.errors import Interrupted, Parked, Rejected, Retry
from connectors.http import Client, Redactor
from connectors.pingcode import PingCode
from connectors.pingcode.connector import PingCodeConfig
from connectors.pingcode.limits import Limits
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import Reply, SimItem, SimProject, World, hex_id, serve
from connectors.waits import number, seconds_to_wait
from connectors.worktile.connector import Worktile
from connectors.worktile.simulator import WorktileSimulator

NOW = datetime(2026, 8, 24, tzinfo=UTC)
HEADERS = ("X-RateLimit-Retry-After", "X-PC-Retry-After", "Retry-After")


def a_client(budget=None, **settings):
    usual = {"budget": budget or Budget(1_000_000), "redact": Redactor(), "stop": threading.Event()}
    return Client(**{"first_backoff_s": 0.01, **usual, **settings})


def obey(answer):
    """Judges as a connector does: a 429 is tried again when the server says."""
    if answer.status == 429:
        raise Retry("429", after_s=seconds_to_wait(answer.headers, HEADERS, answer.server_time or NOW))
    if answer.status >= 400:
        raise Rejected(str(answer.status))


class Server:
    """Refuses with 429 the first few times, then answers."""

    def __init__(self, times, headers):
        self.left, self.headers, self.asked = times, headers, []

    def handle(self, request):
        self.asked.append(time.monotonic())
        if self.left:
            self.left -= 1
            return Reply({}, 429, {"Date": format_datetime(NOW, usegmt=True), **self.headers})
        return Reply({"ok": 1})


@pytest.fixture
def no_grace(monkeypatch):
    monkeypatch.setattr("connectors.http.GRACE_S", 0.0)


def test_a_block_holds_everybody_until_it_ends():
    now = [0.0]
    budget = Budget(10, clock=lambda: now[0])

    budget.block(30)
    budget.block(5)

    assert (budget.blocked_for(), budget.reserve()) == (30, 30)
    now[0] = 31
    assert (budget.blocked_for(), budget.reserve()) == (0, 0)


def test_the_vendors_limit_lowers_the_allowance_and_never_raises_it():
    budget = Budget(5, clock=lambda: 0.0)
    budget.resize(2)

    waits = [budget.reserve() for _ in range(3)]
    budget.resize(1000)

    assert waits == [0, 0, 60.5]
    assert [budget.reserve() for _ in range(5)] == [60.5] * 4 + [121]


def test_sources_with_one_credential_share_it_and_keep_their_own_settings():
    small, large = (budget_of("https://shared.example", "me", size) for size in (3, 10))

    assert [large.reserve() for _ in range(5)] == [0] * 5
    assert small.reserve() > 59
    large.block(3)
    assert small.blocked_for() > 2


def test_threads_never_get_more_places_than_allowed():
    budget = Budget(50, clock=lambda: 0.0)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: budget.reserve(), range(120)))

    assert sorted(waits) == [0.0] * 50 + [60.5] * 50 + [121.0] * 20


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("value", ["0.1", "+0.1", " 0.1 ", "0.05, 0.1"])
def test_a_wait_in_seconds_is_kept_whatever_the_header_is_called(no_grace, name, value):
    server, client = Server(1, {name: value}), a_client()
    with serve(server.handle) as url:
        client.send("GET", url, judge=obey)
    client.close()

    assert server.asked[1] - server.asked[0] >= 0.1


def test_a_date_is_judged_against_the_servers_own_clock(no_grace):
    date = format_datetime(NOW + timedelta(seconds=1), usegmt=True)
    server, client = Server(1, {"Retry-After": date}), a_client()
    with serve(server.handle) as url:
        client.send("GET", url, judge=obey)
    client.close()

    assert 1 <= server.asked[1] - server.asked[0] < 5


@pytest.mark.parametrize("value", [None, "0", "-5", "soon", "nan", "inf", "1_0", "", "Mon, 99 Foo 2026", "9" * 40])
def test_a_refusal_that_does_not_say_for_how_long_is_waited_out_with_growing_patience(no_grace, value):
    server, client = Server(4, {} if value is None else {"Retry-After": value}), a_client()
    with serve(server.handle) as url:
        client.send("GET", url, judge=obey)
    client.close()

    assert len(server.asked) == 5
    assert server.asked[4] - server.asked[3] > 0.05


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("1787529630", 30),
        ("1787529630000", 30),
        ("1787529000", 0),
        ("Mon, 24 Aug 2026 00:00:30 GMT", 30),
        ("Mon, 24 Aug 2026 00:00:30 -0000", 30),
        ("Mon, 24 Aug 2026 08:00:30 +0800", 30),
        ("99999999999999999", None),
        ("999999999", None),
    ],
)
def test_what_a_wait_may_look_like(value, seconds):
    assert seconds_to_wait({"Retry-After": value}, ("Retry-After",), NOW) == seconds


def test_a_refusal_keeps_other_threads_from_running_into_the_same(no_grace):
    budget, server = Budget(1000), Server(1, {"Retry-After": "0.3"})
    first, second = a_client(budget), a_client(budget)
    with serve(server.handle) as url:
        thread = threading.Thread(target=lambda: first.send("GET", url, judge=obey))
        thread.start()
        while not server.asked:
            time.sleep(0.005)
        time.sleep(0.05)
        second.send("GET", url, judge=obey)
        thread.join()
    first.close(), second.close()

    assert server.asked[1] - server.asked[0] >= 0.3


def test_a_long_ban_parks_the_source_instead_of_sleeping_in_the_run():
    budget, server = Budget(1000), Server(99, {"Retry-After": "3600"})
    client, began = a_client(budget), time.monotonic()
    with serve(server.handle) as url, pytest.raises(Parked) as parked:
        client.send("GET", url, judge=obey)
    client.close()

    assert time.monotonic() - began < 2
    assert parked.value.seconds == parked.value.after_s == 3601
    until = datetime.now(UTC) + timedelta(seconds=3601)
    assert f"{until:%Y-%m-%dT%H:}" in str(parked.value) and "(in 3601 s)" in str(parked.value)
    assert len(server.asked) == 1


def test_whoever_comes_while_the_vendor_wants_nothing_sends_nothing(tmp_path):
    server = Server(0, {})
    with SharedAllowances(tmp_path / "x") as one, SharedAllowances(tmp_path / "x") as another_process:
        one("cred", 10).block(500)
        client = a_client(another_process("cred", 10))
        with serve(server.handle) as url, pytest.raises(Parked, match="nothing was sent") as parked:
            client.send("GET", url, judge=obey)
        client.close()

    assert server.asked == []
    assert 499 < parked.value.seconds <= 500


def test_a_long_wait_for_a_place_is_no_ban():
    stop, budget = threading.Event(), Budget(1, window_s=1000)
    budget.reserve()
    client = a_client(budget, stop=stop)
    threading.Timer(0.2, stop.set).start()

    with serve(Server(0, {}).handle) as url, pytest.raises(Interrupted):
        client.send("GET", url, judge=obey)
    client.close()


def test_a_check_before_a_person_does_not_wait_for_a_busy_vendor():
    server, client = Server(1, {"Retry-After": "30"}), a_client(timeout=(4.0, 5.0))
    with serve(server.handle) as url, pytest.raises(Parked):
        client.send("GET", url, judge=obey)
    client.close()


def test_counts_belong_to_the_thread_that_reads():
    tally, counted = Tally(), []
    client = a_client(tally=tally)
    with serve(Server(0, {}).handle) as url:

        def read(times):
            for _ in range(times):
                client.send("GET", url, judge=obey)
            counted.append(tally.requests)

        for times in (2, 3):
            thread = threading.Thread(target=read, args=(times,))
            thread.start()
            thread.join()
    client.close()

    assert counted == [2, 3] and tally.requests == 0


def test_a_told_limit_resizes_the_allowance_to_most_of_it():
    budget = Budget(100, clock=lambda: 0.0)
    Limits(budget).observe("GET /x", {"X-RateLimit-Team-Limit": "20"}, NOW)

    assert [budget.reserve() for _ in range(20)].count(0) == 19


@pytest.mark.parametrize("value", ["0", "-1", "many", "", "nan"])
def test_a_told_limit_that_is_none_changes_nothing(value):
    budget = Budget(3, clock=lambda: 0.0)
    limits = Limits(budget)
    limits.observe("GET /x", {"X-RateLimit-Team-Limit": value, "X-RateLimit-Burst-Limit": value}, None)

    assert [budget.reserve() for _ in range(4)].count(0) == 3
    assert limits.lane("GET /x") is None


@pytest.mark.parametrize(
    ("reset", "seconds"), [("12", 12), ("1787529612", 12), ("3000", 60), ("0", 0), ("later", 0), (None, 0)]
)
def test_when_nothing_remains_we_wait_before_the_refusal(reset, seconds):
    budget = Budget(100, clock=lambda: 0.0)
    headers = {"X-RateLimit-Team-Remaining": "0"} | ({} if reset is None else {"X-RateLimit-Team-Reset": reset})
    Limits(budget).observe("GET /x", headers, NOW)
    assert budget.blocked_for() == seconds

    rich = Budget(100, clock=lambda: 0.0)
    Limits(rich).observe("GET /x", {**headers, "X-RateLimit-Team-Remaining": "1"}, NOW)
    assert rich.blocked_for() == 0


def test_an_endpoint_with_a_limit_of_its_own_is_spaced_whatever_the_id():
    limits = Limits(Budget(1000))
    limits.observe(f"GET /v1/x/{hex_id('a')}", {"X-RateLimit-Burst-Limit": "2"}, NOW)

    lane = limits.lane(f"GET /v1/x/{hex_id('b')}")

    assert [lane.reserve() == 0 for _ in range(3)] == [True, True, False]
    assert limits.lane("GET /v1/y") is None
    limits.observe(f"GET /v1/x/{hex_id('a')}", {"X-RateLimit-Burst-Limit": "2"}, NOW)
    assert limits.lane(f"GET /v1/x/{hex_id('b')}") is lane


def test_a_number_is_a_number():
    assert [number(text) for text in ("5", " 5.5 ", "3, 7", "-1")] == [5, 5.5, 7, -1]
    assert [number(text) for text in (None, "", "1e3", "0x1", "٣x", "5;6")] == [None] * 6


def a_world(count):
    project = SimProject(hex_id("P"), "PAY", "支付", created_at=NOW - timedelta(days=90))
    items = [
        SimItem(hex_id(n), f"PAY-{n}", f"任务 {n}", project.id, created_at=NOW - timedelta(days=9), updated_at=NOW)
        for n in range(1, count + 1)
    ]
    return World(now=NOW, projects=[project], items=items)


def surroundings(allowances):
    return Surroundings(ZoneInfo("Asia/Shanghai"), lambda: NOW, allowances=allowances)


@pytest.mark.parametrize("kind", [PingCode, Worktile])
def test_a_connector_takes_its_places_from_the_allowances_it_is_given(kind, tmp_path):
    simulator = {PingCode: PingCodeSimulator, Worktile: WorktileSimulator}[kind](
        a_world(3), client_id="me", client_secret="secret"
    )
    asked = []

    def allowances(credential, per_minute):
        asked.append((credential, per_minute))
        return Budget(per_minute)

    with serve(simulator.handle) as url:
        config = kind.config_type(
            name="x", kind=kind.__module__.split(".")[1], base_url=url, client_id="me", client_secret="secret"
        )
        kind(config, surroundings(allowances)).close()

    assert set(asked) == {(f"{url} me", 150)}


def read_for(seconds, limit, window_s, path):
    """A vendor with a limit, read without a pause by four threads; how many requests a window, and how many refusals."""
    simulator = PingCodeSimulator(
        a_world(3), client_id="me", client_secret="secret", profile="c", rate_limit=limit, rate_window_s=window_s
    )
    statuses, tally_retries = [], []

    def handle(request):
        reply = simulator.handle(request)
        statuses.append(reply.status)
        return reply

    with serve(handle) as url, SharedAllowances(path, window_s=window_s) as shared:
        config = PingCodeConfig(
            name="x", kind="pingcode", base_url=url, client_id="me", client_secret="secret",
            requests_per_minute=limit, profile="c",
        )  # fmt: skip
        source = PingCode(config, surroundings(shared))
        began = time.monotonic()

        def read():
            while time.monotonic() - began < seconds:
                list(source.pages("users", next(iter(source.scopes("users"))), {}))
            tally_retries.append(source.tally.retries)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        source.close()
        took = time.monotonic() - began
    return len(statuses) / (took / window_s), statuses.count(429), sum(tally_retries)


@pytest.mark.slow
def test_the_whole_limit_is_used_without_a_single_refusal(tmp_path):
    # Jitter is a part of the window: in a shorter one a busy machine is late by more than the margin.
    # Where other work held a thread up for longer than the margin, the reading says nothing, and another one is made.
    for attempt in range(3):
        per_window, refused, retries = read_for(13.5, 120, 6.0, tmp_path / str(attempt))
        if refused == 0:
            break

    assert (refused, retries) == (0, 0)
    assert per_window >= 0.95 * 120


@pytest.mark.slow
def test_at_full_size_too_the_whole_limit_is_used_without_a_single_refusal(tmp_path):
    per_window, refused, retries = read_for(130, 1200, 60.0, tmp_path / "x")

    assert (refused, retries) == (0, 0)
    assert per_window >= 0.95 * 1200
