"""What a served process judged once for all who read: single flight, whole, never of others' deals, and told with its age."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from bridge.errors import BridgeError
from bridge.store.stamps import stamp
from bridge.usecases import evaluations, reporting, statements
from bridge.usecases.evaluations import Evaluations
from bridge.usecases.reporting import ReportWish
from bridge.usecases.statements import Said
from bridge.usecases.workspace import Workspace
from bridge.web.page import Reports
from bridge.web.shelf import Shelf

from .conftest import TODAY, Site

READERS = 10
ALL = ReportWish()
OTHERS = """
[[deals]]
key = "D-9"
name = "门店改造"
customer = "云杉零售"
sales_owner = "赵宁"

[[milestones]]
key = "M-9"
deal = "D-9"
name = "门店验收"
promised = 2026-08-20
"""


@pytest.fixture
def space(site: Site) -> Workspace:
    site.advance(TODAY)
    with (site.folder / "plan.toml").open("a", encoding="utf-8") as plan:
        plan.write(OTHERS)
    assert site.run("run", "--quiet").code in (0, 1)
    return Workspace.open(site.folder / "config.toml", today=TODAY)


def hold_amber(space: Workspace, reason: str) -> None:
    statements.override(space, "M-1", "amber", TODAY + timedelta(days=9), Said("王敏", reason))


def told(found: reporting.Browsed) -> str | None:
    row = next(row for row in found.document["milestones"] if row["key"] == "M-1")
    return None if row["override"] is None else row["override"]["reason"]


class Slow:
    """Evaluations begin here, and go on when they are let go."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.begun, self.go, self._real = threading.Semaphore(0), threading.Semaphore(0), evaluations.present
        patch.setattr(evaluations, "present", self)

    def __call__(self, *arguments: Any) -> Any:
        self.begun.release()
        assert self.go.acquire(timeout=20)
        return self._real(*arguments)


@pytest.fixture
def slow(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> Slow:
    return Slow(monkeypatch)


def test_readers_who_come_at_once_share_one_evaluation_and_one_report(space: Workspace, slow: Slow):
    shared = Evaluations()
    with ThreadPoolExecutor(READERS) as pool:
        asked = [pool.submit(shared.browse, space, ALL, "zh") for _ in range(READERS)]
        assert slow.begun.acquire(timeout=20)
        slow.go.release(READERS)
        found = [one.result(timeout=20) for one in asked]

    # Who came after the first had begun may have been owed a newer look; nobody made a second of an unchanged store.
    assert shared.made == 1
    assert len({id(one.document["milestones"]) for one in found}) == 1


def test_the_shared_report_is_the_one_that_is_judged_alone(space: Workspace):
    shared = Evaluations()
    for wish in (ALL, ReportWish(sales_owner="王敏"), ReportWish(customer="远帆零售")):
        alone, of_all = reporting.browse(space, wish, "zh"), shared.browse(space, wish, "zh")
        passing = {"generated_at": None, "sources": None}
        assert {**of_all.document, **passing} == {**alone.document, **passing}
        assert of_all.choices == alone.choices
    assert shared.made == 1


def test_a_lead_sees_nothing_of_others_whoever_read_before(space: Workspace):
    shared, own = Evaluations(), ReportWish(sales_owner="王敏")

    for _ in range(2):
        everything = shared.browse(space, ALL, "zh")
        mine = shared.browse(space, own, "zh")
        assert {row["key"] for row in everything.document["milestones"]} == {"M-1", "M-2", "M-9"}
        assert "赵宁" not in str((mine.document, mine.choices)) and "云杉" not in str((mine.document, mine.choices))
        assert {row["key"] for row in mine.document["milestones"]} == {"M-1", "M-2"}


def test_of_a_small_store_every_reader_sees_what_was_written_before(space: Workspace):
    shared = Evaluations()
    assert told(shared.browse(space, ALL, "zh")) is None

    hold_amber(space, "客户已同意")

    assert told(shared.browse(space, ALL, "zh")) == "客户已同意"
    assert told(shared.browse(space, ALL, "zh")) == "客户已同意"
    assert shared.made == 2


def test_of_a_large_store_readers_get_the_last_with_its_age_while_the_next_is_made(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, slow: Slow
):
    monkeypatch.setattr(evaluations, "PROMPT_S", -1.0)
    monkeypatch.setattr(evaluations, "REST", 0.0)
    shared = Evaluations()
    slow.go.release()
    first = shared.browse(space, ALL, "zh")
    assert slow.begun.acquire(timeout=20)

    hold_amber(space, "客户已同意")
    later = Workspace(space.settings, space.clock, space.lang)
    monkeypatch.setattr(type(space.clock), "now", lambda clock: clock.running() + timedelta(minutes=7))
    meanwhile = [shared.browse(later, ALL, "zh") for _ in range(READERS)]

    assert {told(one) for one in meanwhile} == {None} and {one.edition for one in meanwhile} == {first.edition}
    ages = [source["age_minutes"] for source in meanwhile[0].document["sources"]]
    assert all(age >= 7 for age in ages), ages
    assert slow.begun.acquire(timeout=20) and not slow.begun.acquire(blocking=False)
    slow.go.release(2)
    assert told(shared.browse(later, ALL, "zh", shared.now())) == "客户已同意"


def test_who_wrote_waits_for_an_evaluation_that_knows_of_it(space: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(evaluations, "PROMPT_S", -1.0)
    monkeypatch.setattr(evaluations, "REST", 1e9)
    shared = Evaluations()
    shared.browse(space, ALL, "zh")

    hold_amber(space, "客户已同意")

    assert told(shared.browse(space, ALL, "zh")) is None
    assert told(shared.browse(space, ALL, "zh", shared.now())) == "客户已同意"


def test_what_fails_is_told_to_all_who_wait_and_tried_anew_by_the_next(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
):
    shared = Reports(space).shared
    with monkeypatch.context() as patch:
        patch.setattr(evaluations, "present", lambda *_: (_ for _ in ()).throw(space.no_store))
        with pytest.raises(BridgeError):
            shared.browse(space, ALL, "zh")
    assert shared.browse(space, ALL, "zh").edition == 1


def test_what_is_kept_is_bounded(space: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(evaluations, "MOST_ROWS", 5)
    shared = Evaluations()
    for lang in ("zh", "en", "zh"):
        shared.browse(space, ALL, lang)
    assert len(shared.newest(space).reports) == 1

    shelf: Shelf[int] = Shelf(2)
    made: list[int] = []
    for number in (1, 2, 1, 3, 1, 2):
        assert shelf.get(number, lambda number=number: made.append(number) or number) == number
    assert made == [1, 2, 3, 2]


def test_a_stamp_is_another_after_every_commit_and_the_same_without(space: Workspace):
    place, seen = space.settings.database_place, []
    for number in range(5):
        seen.append(stamp(place))
        with space.store() as reading:
            assert stamp(place) == seen[-1]
            with space.store(create=True) as writing, writing.transaction():
                writing.execute("UPDATE runs SET kind = kind || ?", (str(number),))
            seen.append(stamp(place))
            reading.one("SELECT 1 FROM runs")
    after_closing = seen[::2]
    assert len(set(after_closing)) == len(after_closing) and all(a != b for a, b in pairwise(seen))
