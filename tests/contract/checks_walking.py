"""Lists that move, lie or repeat themselves while their pages are read: no task is lost, and none kept by mistake."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connectors.conformance import Subject
from connectors.hostility import altered, capped, meanwhile, stuck
from tests.contract.bench import ALPHA, NOW, SEVERAL_PAGES, Bench, a_world, an_item, bench
from tests.contract.suite import check

RESTLESS_REQUESTS = 4
# More than any honest reading of the small worlds here costs.
FAR_TOO_MANY = 200


@check(reach=2)
def check_a_quiet_world_is_known_after_one_run(subject: Subject) -> None:
    with bench(subject) as b:
        run = b.good_run()
        b.agrees()
        assert len(run.complete) == 3, "a read from the start that met no trouble does not say that it saw everything"


@check(reach=2)
def check_pages_of_the_usual_size_are_read_to_the_last(subject: Subject) -> None:
    with bench(subject, a_world(230), page=None) as b:
        b.good_run()
        b.agrees()


def purge(b: Bench, number: int) -> None:
    b.purge(b.world.items_of(ALPHA.id)[0].id)


def insert(b: Bench, number: int) -> None:
    fresh = an_item(500 + number, created_at=b.world.now, title=f"新 {number}")
    b.reorder([fresh, *b.world.items.values()])


def reverse(b: Bench, number: int) -> None:
    b.reorder(list(b.world.items.values())[::-1])


def rotate(b: Bench, number: int) -> None:
    items = list(b.world.items.values())
    b.reorder(items[7:] + items[:7])


def edit(b: Bench, number: int) -> None:
    b.later(seconds=2)
    b.world.edit(b.world.items_of(ALPHA.id)[3 * number].id, title=f"改 {number}")


def delete(b: Bench, number: int) -> None:
    b.later(seconds=2)
    b.world.edit(b.world.items_of(ALPHA.id)[number].id, deleted=True)


def create(b: Bench, number: int) -> None:
    b.later(seconds=2)
    b.world.add(an_item(600 + number, created_at=b.world.now, title=f"新 {number}"))


@check(purge, insert, reverse, rotate, edit, delete, create, name=lambda act: act.__name__, reach=1)
def check_rows_that_move_while_pages_are_read(subject: Subject, case: Any) -> None:
    with bench(subject) as b:
        lasting = [item.id for item in b.world.items.values()]
        b.vendor.pranks.insert(0, meanwhile(b.is_task_list, lambda n: case(b, n), RESTLESS_REQUESTS))
        run = b.run()
        lasting = [key for key in lasting if key in b.shown()]
        lost = [key for key in lasting if key not in b.known()]
        assert ALPHA.id not in run.complete or not lost, f"said to be complete, but {len(lost)} tasks were not seen"
        _settles(b)


@check(purge, insert, reverse, edit, delete, create, name=lambda act: act.__name__, reach=1)
def check_rows_that_move_during_a_later_run(subject: Subject, case: Any) -> None:
    with bench(subject) as b:
        b.good_run()
        b.later(minutes=5)
        done: list[int] = []

        def act(number: int) -> None:
            case(b, number)
            done.append(number)

        b.vendor.pranks.insert(0, meanwhile(b.is_task_list, act, RESTLESS_REQUESTS))
        b.run()
        for number in range(len(done), RESTLESS_REQUESTS):
            case(b, number)  # for who asked less often, it happens after the run
        lost = b.shown().keys() & b.ledger.gone()
        assert not lost, f"{len(lost)} tasks are taken for gone that the vendor still shows"
        _settles(b)


def _settles(b: Bench) -> None:
    """After the trouble, one incremental run knows every task, and a full one knows nothing else."""
    b.vendor.pranks.pop(0)
    b.later(minutes=5)
    b.good_run()
    assert not b.shown().items() - b.known().items(), "what changed while pages were read is not known afterwards"
    b.ledger.forget_cursors()
    b.good_run()
    b.agrees()


@check(reach=2)
def check_ties_in_one_second(subject: Subject) -> None:
    with bench(subject, a_world(created_at=NOW - timedelta(days=9))) as b:
        b.good_run()
        b.agrees()
        b.later(minutes=5)
        for item in b.world.items_of(ALPHA.id):
            b.world.edit(item.id, title=f"{item.title}, 改")
        b.later(minutes=5)
        b.good_run()
        b.agrees()


@check(1, 5, 8, reach=1)
def check_late_rows(subject: Subject, case: int) -> None:
    """A row may become visible minutes after the second it carries, when later rows were read already."""
    with bench(subject) as b:
        b.good_run()
        b.later(minutes=30)
        b.world.edit(b.world.items_of(ALPHA.id)[0].id, title="改")
        b.good_run()
        b.world.add(an_item(700, title="迟到", created_at=b.world.now - timedelta(minutes=case)))
        b.later(minutes=1)
        b.good_run()
        b.agrees()


@check("with all in the total", "with the shown in the total", reach=1)
def check_short_pages(subject: Subject, case: str) -> None:
    """Rows that the app may not see are taken out of each page after it was cut."""
    with bench(subject) as b:
        hidden = {item.id for number, item in enumerate(b.world.items_of(ALPHA.id)) if number % 3 == 0}

        def hide(rows: list[Any], listing: dict[str, Any]) -> None:
            rows[:] = [row for row in rows if row[subject.dialect.id] not in hidden]
            if case == "with the shown in the total" and listing[subject.dialect.total] == SEVERAL_PAGES:
                listing[subject.dialect.total] -= len(hidden)

        b.vendor.pranks.insert(0, altered(subject.dialect, hide))
        b.good_run()
        lost = b.shown().keys() - b.known().keys() - hidden
        assert not lost, f"{len(lost)} tasks are lost behind a short page"


@check("told", "not told", reach=1)
def check_a_server_that_caps_the_page(subject: Subject, case: str) -> None:
    with bench(subject, None, capped(subject.dialect, 7, told=case == "told"), page=None) as b:
        b.good_run()
        b.agrees()


@check(3, 24, 900, 0, -1, None, "23", reach=1)
def check_wrong_totals(subject: Subject, case: Any) -> None:
    with bench(subject) as b:

        def lie(rows: list[Any], listing: dict[str, Any]) -> None:
            if rows and case is None:
                listing.pop(subject.dialect.total, None)
            elif rows:
                listing[subject.dialect.total] = case

        b.vendor.pranks.insert(0, altered(subject.dialect, lie))
        b.good_run()
        b.agrees()


@check(reach=1)
def check_a_list_that_tells_neither_total_nor_size(subject: Subject) -> None:
    with bench(subject, None, page=None) as b:
        told = (subject.dialect.total, subject.dialect.size, subject.dialect.more)

        def say_nothing(rows: list[Any], listing: dict[str, Any]) -> None:
            for key in told:
                listing.pop(key, None)

        b.vendor.pranks += [altered(subject.dialect, say_nothing), capped(subject.dialect, 10)]
        b.good_run()
        b.agrees()


@check(reach=1)
def check_a_server_that_ignores_the_page_number(subject: Subject) -> None:
    """Where the first page is all that is ever shown, the rest cannot be read: an error, and soon."""
    with bench(subject, a_world(created_at=NOW - timedelta(days=9))) as b:
        b.vendor.pranks.insert(0, stuck(subject.dialect))
        b.vendor.pranks.insert(
            0, meanwhile(b.is_task_list, lambda n: b.stop.set() if n == FAR_TOO_MANY else None, 10**6)
        )
        run = b.run()
        assert b.vendor.count(b.is_task_list) < FAR_TOO_MANY, "the same page is asked for without end"
        assert ALPHA.id in run.errors, "a list whose first page is repeated is taken for a whole one"
        assert not b.ledger.gone()


@check(reach=1)
def check_rows_that_come_twice(subject: Subject) -> None:
    with bench(subject) as b:
        b.vendor.pranks.insert(0, altered(subject.dialect, lambda rows, listing: rows.extend(rows[:4])))
        b.good_run()
        b.agrees()
