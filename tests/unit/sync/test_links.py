"""The links of tasks in the store: from when until when, as told by either end, and read again by a new mapping."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bridge.mapping import document
from bridge.mapping.apply import Surroundings
from bridge.model import LinkKind
from bridge.store import links, runs, tasks
from bridge.store.clockwork import stamp
from bridge.sync.landing import Turn
from bridge.sync.links import linked_alike
from bridge.sync.remap import remap

from .conftest import MAPPING, Lists, Puller, row

LINKS = """
[links]
stream = "links"
origin.from = "from"
target.from = "to"
[links.kind]
from = "is"
[links.kind.values]
blocks = ["block"]
blocked_by = ["blocked_by"]
unordered = ["relate"]
"""
LINKED = MAPPING + LINKS
ORDERED = LINKED.replace('blocks = ["block"]', 'finish_to_start = ["block"]')


def link(name: str, kind: str, start: str, end: str | None) -> dict[str, Any]:
    return {"id": name, "is": kind, "from": start, "to": end}


def source(count: int = 3, **about: list[dict[str, Any]]) -> Lists:
    made = Lists(A=[row(n) for n in range(count)])
    made.detail_streams = ("links",)
    made.about = {"links": about}
    return made


def known(puller: Puller, before: str | None = None) -> list[tuple[str, str, str]]:
    return [(link.predecessor, link.successor, link.kind.value) for link in links.known(puller.store, before)]


def problems(puller: Puller) -> list[tuple[str, str, str]]:
    return [(target, code, value) for _, target, code, value, _ in tasks.problem_counts(puller.store)]


def published(puller: Puller, text: str) -> None:
    puller.now += timedelta(hours=1)
    run = runs.start(puller.store, "mapping", date(2026, 8, 24), puller.now)
    about = Surroundings("lists", ZoneInfo("Asia/Shanghai"), puller.now, {}, {})
    with puller.store.transaction():
        remap(Turn(puller.store, "lists", run, document.parse(text, name="lists.toml"), about), "tasks")


def test_a_link_told_by_both_ends_is_known_once(puller: Puller):
    puller.mapping = LINKED
    puller.pull(source(t0=[link("a", "block", "t0", "t1")], t1=[link("b", "blocked_by", "t1", "t0")]))

    assert known(puller) == [("t0", "t1", "blocks")]


def test_a_link_is_known_until_neither_end_tells_it(puller: Puller):
    puller.mapping = LINKED
    lists = source(t0=[link("a", "block", "t0", "t1")], t1=[link("b", "blocked_by", "t1", "t0")])
    puller.pull(lists)
    lists.about["links"]["t0"] = []
    puller.pull(lists)
    assert known(puller) == [("t0", "t1", "blocks")]
    lists.about["links"]["t1"] = []

    puller.pull(lists)

    assert known(puller) == []


def test_a_removed_link_is_still_known_on_the_days_before(puller: Puller):
    puller.mapping = LINKED
    lists = source(t0=[link("a", "block", "t0", "t1")])
    puller.pull(lists)
    first = puller.now
    lists.about["links"]["t0"] = [link("a2", "block", "t0", "t2")]

    puller.pull(lists)

    assert known(puller) == [("t0", "t2", "blocks")]
    assert known(puller, stamp(puller.now)) == [("t0", "t1", "blocks")]
    assert known(puller, stamp(first)) == []


def test_a_link_shown_again_as_before_keeps_the_day_on_which_it_was_first_seen(puller: Puller):
    puller.mapping = LINKED
    lists = source(t0=[link("a", "block", "t0", "t1")])
    puller.pull(lists)
    first = puller.now
    lists.about["links"]["t0"] = [{**link("a", "block", "t0", "t1"), "title": "renamed"}]

    puller.pull(lists)

    assert [one.seen_at for one in links.known(puller.store)] == [first]


def test_a_kind_that_is_not_mapped_is_a_problem_and_kept_by_its_own_word(puller: Puller):
    puller.mapping = LINKED

    puller.pull(source(t0=[link("a", "5f1e", "t0", "t1")]))

    (found,) = links.known(puller.store)
    assert (found.kind, found.word) == (LinkKind.UNMAPPED, "5f1e")
    assert problems(puller) == [("links.kind", "unmapped_value", "5f1e")]


def test_a_link_without_its_other_end_is_a_problem(puller: Puller):
    puller.mapping = LINKED

    puller.pull(source(t0=[link("a", "block", "t0", None), link("b", "block", "t0", "t2")]))

    assert known(puller) == [("t0", "t2", "blocks")]
    assert problems(puller) == [("links.target", "missing_required", "(absent)")]


def test_a_link_to_a_task_that_was_never_read_is_kept(puller: Puller):
    puller.mapping = LINKED

    puller.pull(source(t0=[link("a", "blocked_by", "t0", "elsewhere")]))

    assert known(puller) == [("elsewhere", "t0", "blocks")]


def test_a_mapping_that_learns_of_links_reads_those_stored_without_the_network(puller: Puller):
    puller.pull(source(t0=[link("a", "block", "t0", "t1"), link("b", "relate", "t0", "t2")]))
    assert known(puller) == []

    published(puller, LINKED)

    assert known(puller) == [("t0", "t1", "blocks")]


def test_another_kind_by_a_new_mapping_counts_from_then_on_and_a_past_day_has_the_former(puller: Puller):
    puller.mapping = LINKED
    puller.pull(source(t0=[link("a", "block", "t0", "t1")]))

    published(puller, ORDERED)

    assert known(puller) == [("t0", "t1", "finish_to_start")]
    assert known(puller, stamp(puller.now)) == [("t0", "t1", "blocks")]


def test_a_mapping_that_knows_of_no_links_any_more_ends_them(puller: Puller):
    puller.mapping = LINKED
    puller.pull(
        source(t0=[link("a", "block", "t0", "t1"), link("b", "5f1e", "t0", "t1")], t1=[link("c", "block", "t1", None)])
    )

    published(puller, MAPPING)

    assert (known(puller), problems(puller)) == ([], [])


def test_a_new_mapping_heals_the_problem_of_a_kind(puller: Puller):
    puller.mapping = LINKED
    puller.pull(source(t0=[link("a", "5f1e", "t0", "t1")]))

    published(puller, LINKED.replace('["block"]', '["block", "5f1e"]'))

    assert (known(puller), problems(puller)) == ([("t0", "t1", "blocks")], [])


def test_a_mapping_that_differs_elsewhere_leaves_the_links_as_they_were_recorded(puller: Puller):
    puller.mapping = LINKED
    puller.pull(source(t0=[link("a", "block", "t0", "t1")]))
    first = puller.now

    published(puller, LINKED.replace('open = "todo"', 'open = "doing"'))

    assert [one.seen_at for one in links.known(puller.store)] == [first]


def test_links_are_read_alike_where_their_section_is_the_same():
    assert linked_alike(LINKED, LINKED + "\n# a remark\n")
    assert linked_alike(MAPPING, MAPPING)
    assert not linked_alike(MAPPING, LINKED)
    assert not linked_alike(LINKED, ORDERED)
    assert not linked_alike("no toml [", LINKED)
