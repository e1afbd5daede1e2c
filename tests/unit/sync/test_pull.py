"""What a pull does with the pages of a source: isolation, resumption, completeness, and what may be marked gone."""

from __future__ import annotations

import json
import threading

import pytest

from connectors.contract import Found, RawRecord, Reject, Scope
from connectors.errors import BadPayload, Interrupted, NotPermitted, Parked, PathUnknown, Rejected, Retry, Unreachable

from .conftest import Lists, Puller, row


def fails(stream: str, scope: str, page: int, error: Exception):
    def script(at: str, place: Scope, number: int) -> None:
        if (at, place.id, number) == (stream, scope, page):
            raise error

    return script


def test_every_task_of_every_scope_arrives_whatever_the_number_of_readers(puller: Puller):
    source = Lists(A=[row(n) for n in range(7)], B=[row(n, "B") for n in range(7, 12)])

    report = puller.pull(source)

    assert report.outcome == "complete"
    assert [(s.scope, s.counts.created) for s in report.streams if s.stream == "tasks"] == [("A", 7), ("B", 5)]
    assert report.counts.requests == 7
    assert len(puller.tables()["tasks"]) == 12


def test_streams_that_need_nothing_of_each_other_are_read_at_the_same_time(puller: Puller):
    source = Lists(A=[row(0)])
    source.streams = ("words", "numbers", "tasks", "releases")  # type: ignore[misc]
    source.beside = frozenset({"numbers"})
    source.others = {"words": [{"id": "w"}], "numbers": [{"id": "n"}], "releases": [{"id": "r"}]}
    both = threading.Barrier(2, timeout=10)

    def script(stream: str, _: Scope, page: int) -> None:
        if (stream, page) in (("words", 0), ("numbers", 0)):
            both.wait()

    source.script = script

    report = puller.pull(source)

    assert [(s.stream, s.outcome, s.counts.created) for s in report.streams] == [
        ("words", "complete", 1),
        ("numbers", "complete", 1),
        ("tasks", "complete", 1),
        ("releases", "complete", 1),
    ]


def test_streams_are_read_one_after_the_other_unless_they_say_otherwise(puller: Puller):
    source = Lists(A=[row(0)])
    source.streams = ("words", "numbers", "tasks", "releases")  # type: ignore[misc]
    source.others = {"words": [{"id": f"w{n}"} for n in range(5)], "numbers": [{"id": "n"}], "releases": []}
    met: list[str] = []
    source.script = lambda stream, _, page: met.append(stream)

    puller.pull(source)

    assert met == sorted(met, key=source.streams.index)


def test_what_was_not_read_any_more_is_not_told_as_complete(puller: Puller):
    source = Lists(A=[row(0)], B=[row(1, "B")], C=[row(2, "C")])
    source.concurrency = 1
    source.script = fails("tasks", "B", 0, Unreachable("no answer"))

    report = puller.pull(source)

    assert {s.scope: s.outcome for s in report.streams if s.stream == "tasks"} == {
        "A": "complete",
        "B": "failed",
        "C": "failed",
    }


def test_nothing_about_tasks_is_written_when_nothing_changed(puller: Puller):
    source = Lists(A=[row(n) for n in range(7)])
    puller.pull(source)
    before = puller.tables()

    report = puller.pull(source)

    assert (report.counts.created, report.counts.updated, report.counts.unchanged) == (0, 0, 7)
    assert puller.tables() == before
    assert puller.store.one("SELECT max(first_run), count(*) FROM raw_records") == (1, 7)


def test_a_failing_scope_leaves_the_others_alone(puller: Puller):
    source = Lists(A=[row(0), row(1), row(2)], B=[row(3, "B")])
    source.script = fails("tasks", "A", 1, Rejected("no such thing"))

    report = puller.pull(source)

    outcomes = {s.scope: (s.outcome, s.error and s.error.code) for s in report.streams if s.stream == "tasks"}
    assert outcomes == {"A": ("partial", "rejected"), "B": ("complete", None)}
    assert report.outcome == "partial"
    assert len(puller.tables()["tasks"]) == 3


def test_a_read_that_was_cut_short_goes_on_where_it_stopped_and_may_still_tell_what_is_gone(puller: Puller):
    source = Lists(A=[row(n) for n in range(8)])
    puller.pull(source)
    source.rows["A"] = [row(n) for n in range(8) if n != 5]
    source.script = fails("tasks", "A", 2, Interrupted("stop"))
    puller.pull(source)
    source.script = lambda *_: None

    report = puller.pull(source)

    assert source.asked[-2] == ("tasks", "A", {"at": 4})
    assert (report.counts.fetched, report.counts.gone) == (3, 1)
    assert puller.gone() == {"t5"}
    assert puller.tables()["sightings"] == []


def test_a_full_read_starts_again_whatever_was_under_way(puller: Puller):
    source = Lists(A=[row(n) for n in range(8)])
    source.script = fails("tasks", "A", 2, Interrupted("stop"))
    puller.pull(source)
    source.script = lambda *_: None
    source.rows["A"] = source.rows["A"][4:]

    report = puller.pull(source, full=True, confirmed=True)

    assert report.counts.fetched == 4
    assert puller.gone() == {"t0", "t1", "t2", "t3"}


def test_a_row_without_an_id_is_set_aside_and_the_scope_is_not_taken_for_complete(puller: Puller):
    source = Lists(A=[row(0), row(1), row(2), row(3)])
    puller.pull(source)
    source.rows["A"] = [row(0), row(1), row(2)]
    source.rejected["A"] = (Reject("no_id", '{"title": "?"}'),)

    broken = puller.pull(source)
    source.rejected.clear()
    mended = puller.pull(source)

    assert (broken.outcome, broken.counts.quarantined, broken.counts.gone) == ("partial", 1, 0)
    assert (mended.outcome, mended.counts.gone) == ("complete", 1)
    assert puller.store.one("SELECT count(*) FROM quarantine") == (0,)


def test_a_task_that_moved_to_another_scope_is_not_gone(puller: Puller):
    source = Lists(A=[row(0), row(1), row(2)], B=[row(3, "B")])
    puller.pull(source)
    source.rows = {"A": [row(0), row(1)], "B": [row(3, "B"), row(2, "B")]}

    report = puller.pull(source)

    assert (report.counts.gone, puller.gone()) == (0, set())
    assert ("t2", "B", 0) in {entry[:3] for entry in puller.tables()["tasks"]}


def test_what_a_list_left_out_is_asked_for_by_id_before_it_is_marked_gone(puller: Puller):
    source = Lists(A=[row(n) for n in range(6)])
    source.most_finds = 5
    puller.pull(source)
    moved = row(2, "Z", title="moved away")
    source.elsewhere = [Found("Z", RawRecord("tasks", "t2", None, moved))]
    source.rows["A"] = [row(0), row(1), row(4), row(5)]

    report = puller.pull(source)

    assert ("find", "t2,t3", {}) in source.asked
    assert (report.counts.gone, puller.gone()) == (1, {"t3"})
    assert json.loads(puller.tables()["tasks"][2][3])["title"] == "moved away"


def test_nothing_is_marked_gone_while_the_source_cannot_say(puller: Puller):
    source = Lists(A=[row(n) for n in range(6)])
    source.most_finds = 5
    puller.pull(source)
    source.rows["A"] = source.rows["A"][:5]

    def down(_ids: object) -> None:
        raise Retry("503")

    source.find = down  # type: ignore[assignment]
    report = puller.pull(source)

    assert (report.outcome, puller.gone()) == ("partial", set())


def test_where_the_source_does_not_count_it_takes_two_complete_reads_to_believe_an_absence(puller: Puller):
    source = Lists(A=[row(n) for n in range(6)])
    source.counted = False
    puller.pull(source)
    source.rows["A"] = source.rows["A"][:5]

    first, after_first = puller.pull(source), puller.gone()
    second, after_second = puller.pull(source), puller.gone()

    assert (first.counts.gone, after_first) == (0, set())
    assert (second.counts.gone, after_second) == (1, {"t5"})


def test_a_task_that_comes_back_between_two_reads_starts_anew(puller: Puller):
    source = Lists(A=[row(n) for n in range(6)])
    source.counted = False
    puller.pull(source)
    for shown in (5, 6, 5):
        source.rows["A"] = [row(n) for n in range(shown)]
        puller.pull(source)

    assert puller.gone() == set()


def test_too_much_missing_at_once_is_not_believed_unless_confirmed(puller: Puller):
    source = Lists(A=[row(n) for n in range(6)])
    puller.pull(source)
    source.rows["A"] = source.rows["A"][:2]

    doubted = puller.pull(source)
    kept = puller.gone()
    puller.pull(source, confirmed=True)

    assert [s.error and s.error.code for s in doubted.streams if s.stream == "tasks"] == ["mass_disappearance"]
    assert (kept, puller.gone()) == (set(), {"t2", "t3", "t4", "t5"})


def test_an_optional_stream_that_was_never_there_is_unavailable_not_failed(puller: Puller):
    source = Lists(A=[row(0)])
    source.script = fails("releases", "", 99, PathUnknown("no releases here"))

    report = puller.pull(source)

    assert report.outcome == "complete"
    assert report.unavailable == {"releases": "no releases here"}
    assert [s.stream for s in report.streams] == ["words", "tasks"]


def test_an_optional_stream_that_was_read_before_fails_when_it_is_closed_to_us(puller: Puller):
    source = Lists(A=[row(0)])
    source.others["releases"] = [{"id": "r1"}]
    puller.pull(source)
    source.script = fails("releases", "", 0, NotPermitted("no more"))

    report = puller.pull(source)

    assert report.outcome == "partial"
    assert report.unavailable == {}


def test_what_follows_the_tasks_is_withdrawn_when_a_complete_read_does_not_show_it(puller: Puller):
    source = Lists(A=[row(0)])
    source.others = {"releases": [{"id": "r1"}, {"id": "r2"}], "words": [{"id": "w1"}]}
    puller.pull(source)
    source.others = {"releases": [{"id": "r2"}], "words": []}

    puller.pull(source)

    assert [entry[:2] for entry in puller.tables()["raw"]] == [("releases", "r2"), ("tasks", "t0"), ("words", "w1")]


@pytest.mark.parametrize("error", [Unreachable("no answer"), Parked("later", seconds=600)])
def test_a_host_that_does_not_answer_or_wants_nothing_is_not_asked_for_the_next_scope(puller: Puller, error: Exception):
    source = Lists(A=[row(0)], B=[row(1, "B")], C=[row(2, "C")])
    source.concurrency = 1
    source.script = fails("tasks", "A", 0, error)

    report = puller.pull(source)

    assert report.error is not None
    assert report.error.code == error.code  # type: ignore[attr-defined]
    assert ("tasks", "C", {}) not in source.asked


def test_a_mistake_in_a_reading_thread_is_raised_here(puller: Puller):
    source = Lists(A=[row(0)], B=[row(1, "B")])
    source.script = fails("tasks", "B", 0, ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        puller.pull(source)

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("reader-")]


def test_a_bad_page_keeps_the_pages_before_it(puller: Puller):
    source = Lists(A=[row(n) for n in range(5)])
    source.script = fails("tasks", "A", 2, BadPayload("half a page"))

    report = puller.pull(source)

    assert report.streams[1].outcome == "partial"
    assert len(puller.tables()["tasks"]) == 4


def test_only_the_tasks_a_hint_speaks_of_are_read_again(puller: Puller):
    source = Lists(A=[row(0), row(1)])
    puller.pull(source)
    source.rows["A"] = [row(0, title="renamed"), row(1, title="renamed too")]
    source.asked.clear()

    report = puller.reread(source, "t0", "t9")

    assert source.asked == [("find", "t0,t9", {})]
    assert (report.counts.updated, puller.gone()) == (1, set())
    assert [json.loads(entry[3])["title"] for entry in puller.tables()["tasks"]] == ["renamed", "Task 1"]
