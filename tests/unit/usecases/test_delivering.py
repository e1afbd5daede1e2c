"""The outbox at work: every part arrives once and in order, whatever the other end does; a crash never doubles one silently."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge import config
from bridge.errors import UsageProblem
from bridge.notify.channels import channel
from bridge.notify.message import Block, Line, Message
from bridge.notify.robots import DingTalkRobot, FeishuRobot, Hook, Robot, WeComRobot
from bridge.store import leases, outbox, refusals
from bridge.store.engine import Store
from bridge.usecases import health
from bridge.usecases.channels import chosen, quiet_until, target
from bridge.usecases.delivering import Tried, deliver, pause
from bridge.usecases.workspace import Workspace
from connectors.testing import Reply, serve

TOKEN, SECRET = "t0ken-0123456789abcdef", "SEC-0123456789abcdef"
START = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
ROBOTS: dict[str, tuple[type[Robot], str]] = {
    "wecom": (WeComRobot, f"/cgi-bin/webhook/send?key={TOKEN}"),
    "dingtalk": (DingTalkRobot, f"/robot/send?access_token={TOKEN}"),
    "feishu": (FeishuRobot, f"/open-apis/bot/v2/hook/{TOKEN}"),
    "webhook": (Hook, f"/news/{TOKEN}"),
}


class MovedClock:
    """A clock that stands still until it is moved."""

    timezone = ZoneInfo("Asia/Shanghai")
    today = date(2026, 8, 24)
    is_moved = False

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


class NoWait(threading.Event):
    """Where a call would sleep, its clock goes on instead."""

    def __init__(self, clock: MovedClock) -> None:
        super().__init__()
        self.clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self.clock.at += timedelta(seconds=timeout or 0)
        return self.is_set()


@dataclass
class Office:
    """Channels with their robots, a store, and a clock that all of them share."""

    space: Workspace
    store: Store
    clock: MovedClock
    robots: dict[str, Robot]

    def queue(self, name: str, *lines: str, report: str = "digest/2026-08-24") -> int:
        (entry,) = chosen(self.space, (name,))
        message = Message("简报", (Block(None, tuple(Line(text) for text in lines)),), "zh")
        way = channel(entry.kind)
        bodies = [(body, way.weigh(body)) for body in way.parts(message, target(self.space, entry))]
        with self.store.transaction():
            assert outbox.put(self.store, name, report, entry.kind, bodies, self.clock.now())
        return len(bodies)

    def deliver(self, **wish: Any) -> list[Tried]:
        return list(deliver(self.space, self.store, NoWait(self.clock), **wish))

    def run(self, every_s: int = 20, **time: float) -> None:
        """The service's ticks for so long."""
        end = self.clock.at + timedelta(**time)
        while self.clock.at < end:
            self.deliver()
            self.clock.at += timedelta(seconds=every_s)

    def notices(self) -> list[tuple[str, str]]:
        """(code, place) of what somebody should look at; each can be said in both languages."""
        found = health.concerns_of(self.space, self.store)
        return [(one.code, one.place) for one in found if one.text.say("zh") and one.text.say("en")]

    def life(self) -> list[tuple[str, int, bool]]:
        """Code, parts and whether it is over, of every finding of a channel."""
        return [(one.code, one.parts, one.cleared_at is not None) for one in refusals.listed(self.store)]

    def states(self, name: str) -> list[str]:
        return [parcel.state for parcel in outbox.listed(self.store, channels=(name,))]


@contextmanager
def an_office(folder: Path, more: str = "") -> Iterator[Office]:
    clock = MovedClock()
    with ExitStack() as stack:
        robots, text = {}, ""
        for kind, (made, path) in ROBOTS.items():
            robots[kind] = made(token=TOKEN, secret="" if kind == "wecom" else SECRET, now=clock.now)
            base = stack.enter_context(serve(robots[kind].handle))
            text += f'[[notify]]\nname = "{kind}"\nkind = "{kind}"\nurl = "{base}{path}"\nsecret = "{SECRET}"\nintranet_hosts = ["127.0.0.1"]\n{more}\n'
        file = folder / "config.toml"
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        space = Workspace(config.load(file), clock, "zh")  # type: ignore[arg-type]
        store = stack.enter_context(space.store(create=True))
        yield Office(space, store, clock, robots)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path) as made:
        yield made


KINDS = sorted(ROBOTS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_arrives_once_and_in_order(kind, office):
    count = office.queue(kind, *(f"{number:03} " + "中" * 900 for number in range(30)))

    office.run(minutes=3)

    assert office.states(kind) == ["sent"] * count
    said = [channel(kind).shown(body) for body in office.robots[kind].received]
    assert len(said) == count
    places = ["".join(said).index(f"{number:03} ") for number in range(30)]
    assert places == sorted(places)


@pytest.mark.parametrize("kind", KINDS)
def test_a_robot_that_fails_for_an_hour_gets_every_digest_once_when_it_recovers(kind, office):
    robot = office.robots[kind]
    office.queue(kind, "第一份", report="digest/2026-08-21")
    office.queue(kind, "第二份", report="digest/2026-08-24")
    robot.faults = [Reply({}, 503)] * 1_000

    office.run(hours=1, every_s=60)
    failed = robot.requests
    robot.faults = []
    office.run(hours=1, every_s=60)

    assert office.states(kind) == ["sent", "sent"]
    assert len(robot.received) == 2
    assert 3 < failed < 12


NOT_DELIVERED = st.sampled_from([Reply({}, 500), Reply({}, 503), Reply({}, 429, {"Retry-After": "90"})])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NOT_DELIVERED, max_size=6), st.integers(1, 3), st.sampled_from(KINDS))
def test_whatever_refuses_for_a_while_everything_arrives_once(tmp_path_factory, faults, reports, kind):
    with an_office(tmp_path_factory.mktemp("office")) as office:
        for number in range(reports):
            office.queue(kind, f"第 {number} 份", report=f"digest/{number}")
        office.robots[kind].faults = list(faults)

        office.run(every_s=240, hours=3)

        assert office.states(kind) == ["sent"] * reports
        assert len(office.robots[kind].received) == reports


class Cut(BaseException):
    """The process is gone."""


def cut_off(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between the vendor's answer and our record of it."""

    def gone(*_: Any) -> None:
        raise Cut

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(outbox, "sent", gone)
        office.deliver()


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_after_a_crash_a_robot_is_not_sent_to_twice_and_the_doubt_is_told(kind, office, monkeypatch):
    office.queue(kind, "联调晚 6 个工作日")
    cut_off(office, monkeypatch)

    office.run(hours=1)

    assert len(office.robots[kind].received) == office.robots[kind].requests == 1
    assert office.states(kind) == ["unclear"]
    assert office.notices() == [("message_unclear", kind)]
    assert office.life() == [("interrupted", 1, False)]


def test_after_a_crash_a_webhook_is_told_again_with_the_same_key_and_takes_it_once(office, monkeypatch):
    office.queue("webhook", "联调晚 6 个工作日")
    cut_off(office, monkeypatch)

    office.run(minutes=1)

    assert office.states("webhook") == ["sent"]
    assert (office.robots["webhook"].requests, len(office.robots["webhook"].received)) == (2, 1)


def test_a_report_is_queued_once_whoever_asks(office):
    office.queue("wecom", "一")
    with office.store.transaction():
        assert not outbox.put(office.store, "wecom", "digest/2026-08-24", "wecom", [({}, 2)], START)

    assert len(outbox.listed(office.store)) == 1


@pytest.mark.parametrize(("kind", "most", "within"), [("wecom", 20, 60), ("dingtalk", 20, 60), ("feishu", 5, 1)])
def test_no_vendor_ever_says_that_we_are_too_fast(kind, most, within, office):
    for number in range(50):
        office.queue(kind, f"第 {number} 份", report=f"digest/{number}")

    office.run(minutes=10)

    robot = office.robots[kind]
    assert len(robot.received) == robot.requests == 50


def test_what_is_refused_for_good_is_given_up_at_once_and_told(office):
    office.robots["dingtalk"].secret = "another-secret-012345"
    count = office.queue("dingtalk", *("中" * 3_000 for _ in range(6)))

    office.run(minutes=10)

    assert count > 1
    assert office.robots["dingtalk"].requests == 1
    dead = outbox.listed(office.store, (outbox.DEAD,))
    assert [parcel.code for parcel in dead] == ["310000"] + ["earlier_part"] * (count - 1)
    assert office.notices() == [("message_refused", "dingtalk")]


def test_what_was_given_up_is_sent_when_somebody_says_so(office):
    office.robots["dingtalk"].secret = "another-secret-012345"
    office.queue("dingtalk", *("中" * 3_000 for _ in range(6)))
    office.run(minutes=1)
    office.robots["dingtalk"].secret = SECRET

    with office.store.transaction():
        outbox.revive(office.store, outbox.listed(office.store, (outbox.DEAD,)), office.clock.now())
    office.run(minutes=1)

    assert set(office.states("dingtalk")) == {"sent"}
    assert office.notices() == []
    assert office.life() == [("310000", 1, True)]


def test_what_a_channel_refuses_by_opens_once_ends_with_what_it_takes_and_comes_back_as_another(office):
    robot = office.robots["dingtalk"]
    for number, secret in enumerate(
        ("wrong-secret-0123456789", "wrong-secret-0123456789", SECRET, "wrong-again-0123456")
    ):
        robot.secret = secret
        office.queue("dingtalk", "一", report=f"digest/{number}")
        office.run(minutes=1)

    assert office.life() == [("310000", 2, True), ("310000", 1, False)]
    assert office.notices() == [("message_refused", "dingtalk")]


def test_a_channel_that_is_only_slow_is_no_finding(office):
    office.robots["wecom"].faults = [Reply({"errcode": 45009, "errmsg": "api freq out of limit"})] * 3
    office.queue("wecom", "一")

    office.run(minutes=10)

    assert office.states("wecom") == ["sent"] and office.life() == []


def test_one_channel_that_fails_holds_up_no_other(office):
    office.robots["wecom"].faults = [Reply({}, 503)] * 100
    for kind in KINDS:
        office.queue(kind, "一")

    office.run(minutes=2)

    assert [office.states(kind) for kind in KINDS] == [["sent"], ["sent"], ["sent"], ["waiting"]]


def test_after_a_day_without_success_a_message_is_given_up(office):
    office.robots["wecom"].faults = [Reply({}, 503)] * 1_000
    office.queue("wecom", "一")

    for _ in range(60):
        office.deliver()
        office.clock.at += timedelta(minutes=31)

    assert [parcel.code for parcel in outbox.listed(office.store, (outbox.DEAD,))] == ["expired"]


def test_what_waits_for_a_channel_that_is_gone_is_given_up_after_a_day(office):
    with office.store.transaction():
        outbox.put(office.store, "gone", "digest/2026-08-24", "wecom", [({}, 2)], office.clock.now())

    office.run(hours=23, every_s=3_600)
    before = office.states("gone")
    office.run(hours=2, every_s=3_600)

    assert (before, office.states("gone")) == (["waiting"], ["dead"])


def test_only_one_process_sends_at_a_time(office):
    office.queue("wecom", "一")
    with Store(office.store.path) as other, leases.held(other, "notify", command="another"), pytest.raises(leases.Held):
        office.deliver()

    assert office.robots["wecom"].requests == 0


def test_what_was_sent_is_not_kept_and_no_secret_is_ever_stored(office):
    office.queue("dingtalk", "秘密的里程碑")
    office.run(minutes=1)

    (parcel,) = outbox.listed(office.store)
    assert (parcel.body, parcel.state) == ({}, "sent")
    office.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = office.store.path.read_bytes()
    assert TOKEN.encode() not in raw and SECRET.encode() not in raw


def test_nothing_is_sent_in_quiet_hours_and_everything_after_them(tmp_path):
    with an_office(tmp_path, 'quiet_hours = "08:00-10:30"') as office:
        office.queue("wecom", "一")  # it is nine o'clock there

        office.run(minutes=89)
        before = office.states("wecom")
        office.run(minutes=2)

        assert (before, office.states("wecom")) == (["waiting"], ["sent"])


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        ("21:00-08:00", "20:59", None),
        ("21:00-08:00", "21:00", "2026-08-25T08:00"),
        ("21:00-08:00", "07:59", "2026-08-24T08:00"),
        ("21:00-08:00", "08:00", None),
        ("12:00-13:30", "12:30", "2026-08-24T13:30"),
        ("12:00-13:30", "13:30", None),
        ("00:00-24:00", None, None),
    ],
)
def test_quiet_hours_end_when_they_say(hours, at, until, tmp_path):
    if at is None:
        with pytest.raises(UsageProblem) as refused, an_office(tmp_path, f'quiet_hours = "{hours}"'):
            raise AssertionError("such hours were accepted")
        assert "应写成 21:00-08:00" in refused.value.say("zh") and "21:00-08:00" in refused.value.say("en")
        return
    with an_office(tmp_path, f'quiet_hours = "{hours}"') as office:
        now = datetime.fromisoformat(f"2026-08-24T{at}").replace(tzinfo=MovedClock.timezone)

        found = quiet_until(chosen(office.space, ("wecom",))[0], now, office.space)

        assert (None if found is None else f"{found:%Y-%m-%dT%H:%M}") == until


def test_pauses_grow_up_to_half_an_hour_and_a_wish_of_the_vendor_is_kept_in_full():
    minutes = [pause(tries, None).total_seconds() / 60 for tries in range(8)]

    assert minutes == [1, 2, 4, 8, 16, 30, 30, 30]
    assert pause(3, 600.0) == timedelta(seconds=601)
