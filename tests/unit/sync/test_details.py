"""What is asked one task at a time: for whom, how many in a run, and what happens when it cannot be had."""

from __future__ import annotations

from connectors.contract import Scope
from connectors.errors import BadPayload, PathUnknown, Retry

from .conftest import Lists, Puller, row


def linked(count: int = 3, **states: str) -> Lists:
    source = Lists(A=[row(n, state=states.get(f"t{n}", "open")) for n in range(count)])
    source.detail_streams = ("links",)
    source.about = {"links": {f"t{n}": [{"id": f"l{n}"}] for n in range(count)}}
    return source


def detail(report, stream: str = "links"):
    return next(s for s in report.streams if s.stream == stream)


def stored(puller: Puller) -> list[str]:
    return [entry[1] for entry in puller.tables()["raw"] if entry[0] == "links"]


def test_open_tasks_are_asked_about_and_closed_ones_are_not(puller: Puller):
    report = puller.pull(linked(t1="done"))

    assert stored(puller) == ["l0", "l2"]
    assert (detail(report).counts.created, detail(report).counts.requests, detail(report).pending) == (2, 2, 0)


def test_a_task_that_was_closed_since_is_asked_about_once_more(puller: Puller):
    source = linked()
    puller.pull(source)
    source.rows["A"][1] = row(1, state="done")
    source.about["links"]["t1"] = [{"id": "l1"}, {"id": "l1b"}]

    puller.pull(source)

    assert stored(puller) == ["l0", "l1", "l1b", "l2"]


def test_a_link_that_was_removed_is_withdrawn(puller: Puller):
    source = linked()
    puller.pull(source)
    source.about["links"]["t0"] = []

    report = puller.pull(source)

    assert stored(puller) == ["l1", "l2"]
    assert detail(report).counts.gone == 1


def test_no_more_tasks_are_asked_about_than_the_minute_allows_and_the_rest_is_told(puller: Puller):
    source = linked(10)

    # Five requests read the list; eight in ten of the ten allowed leave three.
    report = puller.pull(source, per_minute=10)

    assert (len(stored(puller)), detail(report).pending, report.outcome) == (3, 7, "complete")


def test_a_stream_the_server_does_not_have_is_asked_for_once_a_day(puller: Puller):
    source = linked()
    asked: list[str] = []

    def script(stream: str, scope: Scope, page: int) -> None:
        if stream == "links":
            asked.append(scope.id)
            raise PathUnknown("no links")

    source.script = script
    report = puller.pull(source)

    assert (report.outcome, report.unavailable, asked) == ("complete", {"links": "no links"}, ["t0"])


def test_one_task_that_cannot_be_read_leaves_the_others_alone(puller: Puller):
    source = linked()

    def script(stream: str, scope: Scope, page: int) -> None:
        if (stream, scope.id) == ("links", "t1"):
            raise BadPayload("half a row")

    source.script = script
    report = puller.pull(source)
    others = stored(puller)
    source.script = lambda *_: None
    puller.pull(source)

    assert others == ["l0", "l2"]
    assert (detail(report).outcome, detail(report).pending) == ("partial", 0)
    assert stored(puller) == ["l0", "l1", "l2"]


def test_a_vendor_that_is_down_ends_the_turn_and_loses_nothing(puller: Puller):
    source = linked()

    def script(stream: str, scope: Scope, page: int) -> None:
        if (stream, scope.id) == ("links", "t1"):
            raise Retry("503")

    source.script = script
    down = puller.pull(source)
    source.script = lambda *_: None
    puller.pull(source)

    assert down.error is not None
    assert stored(puller) == ["l0", "l1", "l2"]
