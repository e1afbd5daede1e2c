"""Rows as vendors really send them: broken, empty, strange, huge. What can be kept is kept exactly as it was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from connectors.conformance import CLIENT_SECRET, Subject
from connectors.hostility import altered
from tests.contract.bench import ALPHA, Bench, a_world, an_item, bench
from tests.contract.ledger import Run
from tests.contract.suite import check

MALFORMED: dict[str, Callable[[str], list[Any]]] = {
    "no object": lambda key: [None, 17, "busy", [{}], True],
    "no id": lambda key: [{}, {"title": f"无 id {CLIENT_SECRET}"}, {"": "x" * 5000}],
    "no good id": lambda key: [{key: bad, "title": "x" * 5000} for bad in (None, "", ["a"], {})],
}
LONGEST_EXCERPT = 500


@check(*MALFORMED)
def check_a_row_without_an_id_is_kept_aside(subject: Subject, case: str) -> None:
    with bench(subject) as b:
        broken = MALFORMED[case](subject.dialect.id)

        def add(rows: list[Any], listing: dict[str, Any]) -> None:
            if any(_is_of(row, b, "任务 5") for row in rows):
                rows[1:1] = broken

        b.vendor.pranks.insert(0, altered(subject.dialect, add))
        run = b.run()
        assert run.errors == {}, f"one broken row costs the whole scope: {run.errors}"
        _are_told(run)
        assert ALPHA.id not in run.complete, "a pull that met a row without an id says that it saw everything"
        b.agrees()
        b.vendor.pranks.pop(0)
        b.ledger.forget_cursors()
        assert ALPHA.id in b.good_run().complete
        b.agrees()


def _is_of(row: Any, b: Bench, title: str) -> bool:
    return isinstance(row, dict) and row.get("title") == title


def _are_told(run: Run) -> None:
    assert run.rejected, "a row without an id disappears without a word"
    for reject in run.rejected:
        assert reject.reason, "a rejected row has no reason"
        assert len(reject.excerpt) <= LONGEST_EXCERPT, "the excerpt of a rejected row is no excerpt"
        assert CLIENT_SECRET not in reject.excerpt, "a rejected row shows a secret"


@check()
def check_one_broken_row_hides_nothing_when_it_comes_late(subject: Subject) -> None:
    """In a later run, a broken row must not make the others look gone."""
    with bench(subject) as b:
        b.good_run()
        b.later(minutes=5)
        b.world.edit(b.world.items_of(ALPHA.id)[2].id, title="改")
        b.vendor.pranks.insert(0, altered(subject.dialect, lambda rows, listing: rows.extend([None] if rows else [])))
        b.run()
        b.agrees()


def emptied(row: dict[str, Any], keep: str) -> None:
    for key in row.keys() - {keep, "title"}:
        inside = row[key]
        row[key] = dict.fromkeys(inside) if key == "properties" and isinstance(inside, dict) else None


def as_texts(row: dict[str, Any], keep: str) -> None:
    _every_number(row, str)


def as_fractions(row: dict[str, Any], keep: str) -> None:
    _every_number(row, float)


def unknown_words(row: dict[str, Any], keep: str) -> None:
    for key in row.keys() & {"state", "type", "priority", "state_type", "task_state", "task_type"}:
        row[key] = "quantum"


def other_shapes(row: dict[str, Any], keep: str) -> None:
    for key in row.keys() - {keep, "title", "project", "properties", "created_at", "updated_at", "updated"}:
        row[key] = [[{"深": row[key]}]]


def future_dates(row: dict[str, Any], keep: str) -> None:
    _every_number(row, lambda number: number + 4_000_000_000 if number > 10**9 else number)


def milliseconds(row: dict[str, Any], keep: str) -> None:
    _every_number(row, lambda number: number * 1000 if number > 10**9 else number)


def absurd_dates(row: dict[str, Any], keep: str) -> None:
    _every_number(row, lambda number: 10**30 if number > 10**9 else -1)


def _every_number(node: Any, change: Callable[[Any], Any]) -> None:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(items):
        if isinstance(value, int | float) and not isinstance(value, bool):
            node[key] = change(value)
        else:
            _every_number(value, change)


STRANGE = (emptied, as_texts, as_fractions, unknown_words, other_shapes, future_dates, milliseconds, absurd_dates)


@check(*STRANGE, name=lambda strange: strange.__name__)
def check_strange_values_cost_no_task(subject: Subject, case: Callable[[dict[str, Any], str], None]) -> None:
    for spoiled in ("every", "one") if case in (emptied, absurd_dates) else ("every",):
        with bench(subject) as b:

            def spoil(rows: list[Any], listing: dict[str, Any], b: Bench = b, spoiled: str = spoiled) -> None:
                for row in rows:
                    if spoiled == "every" or _is_of(row, b, "任务 7"):
                        case(row, subject.dialect.id)

            b.vendor.pranks.insert(0, altered(subject.dialect, spoil))
            b.good_run()
            b.agrees()
            _arrived_as_sent(b)


@check()
def check_a_date_in_the_future_hides_no_later_change(subject: Subject) -> None:
    with bench(subject) as b:
        future = datetime(2099, 1, 1, tzinfo=UTC)
        b.world.add(an_item(800, created_at=b.world.now, updated_at=future, due=future))
        b.good_run()
        for number in range(2):
            b.later(minutes=5)
            b.world.edit(b.world.items_of(ALPHA.id)[number].id, title=f"改 {number}")
            b.good_run()
            b.agrees()


TEXTS = {
    "100 KB": "汉" * 34_000,
    "emoji": "🚀👩‍👩‍👧‍👦🇨🇳é",
    "right to left": "مشروع\u202eabc\u202c עברית",
    "markup": "</script><script>alert(1)</script><!-- ]]> \" ' & {{7*7}} %s",
    "controls": "\u0000\u0001\u001b[31m\r\n\t\u2028\u2029\ufeff",
    "half a character": "\ud83d",
}


@check()
def check_texts_arrive_exactly_as_sent(subject: Subject) -> None:
    world = a_world()
    items = world.items_of(ALPHA.id)
    for item, text in zip((*items[:3], *items[-3:]), TEXTS.values(), strict=True):
        world.edit(item.id, title=f"{text[:200]} {item.title}", description=text)
    with bench(subject, world) as b:
        b.good_run()
        b.agrees()
        _arrived_as_sent(b)


@check(reach=2)
def check_payloads_arrive_exactly_as_sent(subject: Subject) -> None:
    world = a_world()
    strange = {"空": None, "": "", "数": [1, 1.5, 1e300, -0.0, True, "1"], "深": {"a": {"b": [{}]}}, "id": "17"}
    world.edit(world.items_of(ALPHA.id)[1].id, properties={"custom": strange, "Ünïcode": "值"})
    with bench(subject, world) as b:
        b.good_run()
        b.agrees()
        _arrived_as_sent(b)


def _arrived_as_sent(b: Bench) -> None:
    for key, entry in b.ledger.living().items():
        assert entry.payload in b.vendor.sent[key], (
            f"a task arrives otherwise than it was sent: {entry.payload[:300]} instead of {b.vendor.sent[key][-1][:300]}"
        )
        assert json.loads(entry.payload)[b.dialect.id] == key, "a task is known by another id than its own"
