"""Hints are followed by reading through the API: until it succeeded, and not more often than is good for the vendor."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bridge.errors import Unavailable
from bridge.language import Text
from bridge.usecases.hooks import Patience, follow_hints
from bridge.usecases.refresh import Refreshed, RefreshWish, refresh
from connectors.testing import Reply, hex_id

from .conftest import TODAY, Site
from .receiver import ONE, Receiver, opened, receiving


@pytest.fixture
def receiver(site: Site) -> Iterator[Receiver]:
    with receiving(site) as running:
        yield running


@dataclass
class Reader:
    """Reads an installation for hints and remembers what it was asked."""

    site: Site
    wishes: list[RefreshWish]
    failure: Exception | None = None

    def __call__(self, wish: RefreshWish) -> Refreshed:
        self.wishes.append(wish)
        if self.failure is not None:
            raise self.failure
        return refresh(opened(self.site), wish, progress=lambda *_, **__: None, stop=threading.Event())


@dataclass
class Hand:
    """A clock that goes only when it is moved."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def reader(receiver: Receiver) -> Reader:
    receiver.site.advance(TODAY)
    assert receiver.site.run("sync").code == 0
    return Reader(receiver.site, [])


def follow(reader: Reader, patience: Patience) -> list[tuple[str, bool, bool]]:
    done = follow_hints(opened(reader.site), patience, reader, stop=threading.Event())
    return [(followed.source, followed.whole, followed.succeeded) for followed in done]


def title_of(site: Site, key: str) -> str:
    return str(next(row["title"] for row in site.run("tasks", "--json").lines if row["key"] == key))


def test_a_hinted_task_is_read_through_the_api_and_the_body_is_not_believed(receiver: Receiver, reader: Reader):
    receiver.site.pay.edit(ONE, title="真实的标题")
    receiver.post(json={"id": ONE, "title": "伪造的标题"})

    assert follow(reader, Patience()) == [("pingcode", False, True)]

    assert [tuple(wish.tasks) for wish in reader.wishes] == [(ONE,)]
    assert title_of(receiver.site, "PAY-1") == "真实的标题"
    assert receiver.stored() == {}


def test_a_hint_without_a_task_reads_what_changed_in_the_source(receiver: Receiver, reader: Reader):
    receiver.site.pay.edit(ONE, title="新标题")
    receiver.post(data=b"changed")

    assert follow(reader, Patience()) == [("pingcode", True, True)]

    assert title_of(receiver.site, "PAY-1") == "新标题"
    assert receiver.stored() == {}


def test_a_hint_about_a_task_that_does_not_exist_goes_away_quietly(receiver: Receiver, reader: Reader):
    receiver.post(json={"id": hex_id("nobody knows me")})

    assert follow(reader, Patience()) == [("pingcode", False, True)]
    assert receiver.stored() == {}
    assert len(receiver.site.run("tasks", "--json").lines) == 8


def test_a_hint_is_kept_while_the_vendor_fails_and_followed_when_it_is_back(receiver: Receiver, reader: Reader):
    patience = Patience(clock=(hand := Hand()))
    receiver.site.pay.edit(ONE, title="后来读到")
    receiver.site.pingcode.faults = lambda request, number: Reply({"code": "100001", "message": "down"}, 503)
    receiver.post(json={"id": ONE})

    assert follow(reader, patience) == [("pingcode", False, False)]
    assert receiver.stored() == {ONE: 1}
    receiver.site.pingcode.faults = None
    assert follow(reader, patience) == []
    hand.seconds += 15
    assert follow(reader, patience) == [("pingcode", False, True)]

    assert title_of(receiver.site, "PAY-1") == "后来读到"
    assert receiver.stored() == {}


def test_failures_in_a_row_wait_longer_and_at_last_read_the_whole_source(receiver: Receiver, reader: Reader):
    patience = Patience(clock=(hand := Hand()))
    reader.failure = Unavailable(Text("不行", "no"))
    receiver.post(json={"id": ONE})
    rests = []
    for _ in range(4):
        with pytest.raises(Unavailable):
            follow(reader, patience)
        begun = hand.seconds
        while not patience.allows("pingcode", whole=False):
            hand.seconds += 5
        rests.append(hand.seconds - begun)

    assert rests == [15, 30, 60, 120]
    assert [tuple(wish.tasks) for wish in reader.wishes] == [(ONE,), (ONE,), (ONE,), ()]
    assert receiver.stored() == {ONE: 1}


def test_a_vendor_that_calls_all_the_time_is_not_read_all_the_time(receiver: Receiver, reader: Reader):
    patience = Patience(clock=(hand := Hand()))
    receiver.post(data=b"changed")
    assert follow(reader, patience) == [("pingcode", True, True)]
    receiver.post(data=b"changed")

    assert follow(reader, patience) == []
    hand.seconds += 40
    assert follow(reader, patience) == [("pingcode", True, True)]


def test_a_hint_stays_while_somebody_else_reads_the_source(receiver: Receiver, reader: Reader):
    receiver.post(json={"id": ONE})
    patience = Patience()

    done = follow_hints(opened(receiver.site), patience, lambda wish: None, stop=threading.Event())

    assert done == []
    assert receiver.stored() == {ONE: 1}
    assert patience.allows("pingcode", whole=False)
