"""What a connector promises whatever the vendor does: resumption, moves, finding, silence about secrets."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import SkipTest
from urllib.parse import quote, quote_plus

from connectors.conformance import CLIENT_SECRET, Subject
from connectors.contract import Connector, Page
from connectors.errors import ConnectorError
from connectors.hostility import Broken, always
from connectors.testing import Reply, Request
from tests.contract.bench import ALPHA, ALPHA_SCOPE, BETA, Bench, bench
from tests.contract.ledger import Ledger, only_connector_errors
from tests.contract.suite import check

HTML = "<html><body><h1>503</h1></body></html>"


@check()
def check_cursors_survive_json(subject: Subject) -> None:
    with bench(subject) as b:
        connector = b.connector()
        for stream in connector.streams:
            for scope in connector.scopes(stream):
                for page in connector.pages(stream, scope, {}):
                    _is_plain(page)


def _is_plain(page: Page) -> None:
    try:
        again = json.loads(json.dumps(page.cursor, allow_nan=False))
    except (TypeError, ValueError) as err:
        raise AssertionError(f"a cursor cannot be written as JSON: {err}") from None
    assert again == page.cursor, f"a cursor changes its meaning as JSON: {page.cursor} becomes {again}"


@check(reach=2)
def check_a_first_read_goes_on_after_a_crash_at_any_page(subject: Subject) -> None:
    with bench(subject) as b:
        b.good_run()
        whole = b.ledger
        _crash_after_every_page(b, Ledger, whole)


@check()
def check_a_later_read_goes_on_after_a_crash_at_any_page(subject: Subject) -> None:
    with bench(subject) as b:
        b.good_run()
        first = b.ledger
        b.later(days=3)
        for number, item in enumerate(b.world.items_of(ALPHA.id)):
            b.world.edit(item.id, title=f"改 {number}", deleted=number % 5 == 0)
            b.later(minutes=1)

        def copy() -> Ledger:
            ledger = Ledger()
            ledger.entries = {key: type(e)(e.scope, e.payload, e.gone) for key, e in first.entries.items()}
            ledger.pulls = {key: type(p)(dict(p.cursor)) for key, p in first.pulls.items()}
            return ledger

        b.ledger = copy()
        b.good_run()
        b.agrees()
        _crash_after_every_page(b, copy, b.ledger)


def _crash_after_every_page(b: Bench, begin: Callable[[], Ledger], whole: Ledger) -> None:
    for pages in range(1, 100):
        b.ledger = begin()
        crashed = b.run(crash_after=pages).crashed
        b.good_run()
        assert b.ledger.entries == whole.entries, f"a crash after page {pages} leads to another end"
        if not crashed:
            assert pages > 1, "nothing was read"
            return
    raise AssertionError("more than a hundred pages for a handful of tasks")


@check()
def check_a_reader_elsewhere_takes_nothing_along(subject: Subject) -> None:
    with bench(subject) as b:
        alone = b.connector()
        if not alone.portable:
            raise SkipTest("its tasks are read where everything else is read")

        expected, found = _around_tasks(alone, alone), _around_tasks(b.connector(), b.connector())

        assert expected[alone.task_stream] == b.shown().keys()
        for stream, ids in expected.items():
            assert found[stream] == ids, f"{stream} needs tasks to be read by the same instance"


def _around_tasks(connector: Connector, reader: Connector) -> dict[str, set[str]]:
    """The ids of every stream, and of the details of all tasks, where `reader` reads the tasks."""
    found: dict[str, set[str]] = {}
    for stream in connector.streams:
        scopes = list(connector.scopes(stream))
        by = reader if stream == connector.task_stream else connector
        if by is not connector:
            list(by.scopes(stream))
        pages = [page for scope in scopes for page in by.pages(stream, scope, {})]
        found[stream] = {record.external_id for page in pages for record in page.records}
    for stream in connector.detail_streams:
        records = [connector.details(stream, ALPHA_SCOPE, task) for task in sorted(found[connector.task_stream])]
        found[stream] = {record.external_id for some in records for record in some}
    return found


@check("forth", "back", "both ways at once", reach=2)
def check_a_move_to_another_project_is_a_move(subject: Subject, case: str) -> None:
    with bench(subject) as b:
        b.good_run()
        b.later(minutes=5)
        ways = {"forth": [(ALPHA, BETA)], "back": [(BETA, ALPHA)]}.get(case, [(ALPHA, BETA), (BETA, ALPHA)])
        moved = [(b.world.items_of(of.id)[1].id, to.id) for of, to in ways]
        for item, to in moved:
            b.world.edit(item, project=to)
        b.later(minutes=1)
        b.good_run()
        b.agrees()
        assert not b.ledger.gone(), "a task that moved is taken for gone"
        b.ledger.forget_cursors()
        b.good_run()
        b.agrees()


@check()
def check_what_is_not_shown_any_more_is_gone_after_a_full_read(subject: Subject) -> None:
    with bench(subject) as b:
        b.good_run()
        purged = {item.id for item in b.world.items_of(ALPHA.id)[3:6]}
        for item in purged:
            b.purge(item)
        b.ledger.forget_cursors()
        b.good_run()
        b.agrees()
        assert b.ledger.gone() == purged


@check()
def check_find_tells_present_from_absent(subject: Subject) -> None:
    with bench(subject) as b:
        connector = b.connector()
        if not connector.most_finds:
            raise SkipTest("it is never asked for single tasks")
        b.ledger.run(connector)
        stays, moves, goes = (item.id for item in b.world.items_of(ALPHA.id)[:3])
        b.world.edit(moves, project=BETA.id)
        b.purge(goes)
        found = {entry.record.external_id: entry.scope for entry in connector.find([stays, moves, goes])}
        assert found == {stays: ALPHA.id, moves: BETA.id}, f"found {found}"
        assert connector.find(()) == ()


@check()
def check_find_never_takes_a_failure_for_absence(subject: Subject) -> None:
    with bench(subject) as b:
        connector = b.connector()
        if not connector.most_finds:
            raise SkipTest("it is never asked for single tasks")
        b.ledger.run(connector)
        for reply in (*(Reply(HTML, status) for status in (500, 503, 403, 200)), Broken(b"", how="reset"), Reply({})):
            b.vendor.pranks = [always(lambda request: not b.dialect.signs_in(request), reply)]
            try:
                found = connector.find([b.world.items_of(ALPHA.id)[0].id])
            except ConnectorError:
                continue
            raise AssertionError(f"of a server that answers {reply}, a search says {found}")


@check()
def check_every_stream_fails_when_the_server_does(subject: Subject) -> None:
    with bench(subject) as b:
        connector = b.connector()
        scopes = {stream: list(connector.scopes(stream)) for stream in connector.streams}
        b.vendor.pranks.insert(0, always(lambda request: not b.dialect.signs_in(request), Reply(HTML, 503)))
        for stream in connector.streams:
            for scope in scopes[stream][:1]:
                b.vendor.asked.clear()
                try:
                    pages = list(only_connector_errors(connector.pages(stream, scope, {})))
                except ConnectorError:
                    continue
                asked = b.vendor.count(lambda request: not b.dialect.signs_in(request))
                known = any(page.records for page in pages)
                assert known or not asked, f"{stream} of a server that fails looks like an empty list"


@check()
def check_details_belong_to_a_task_and_fail_when_the_server_does(subject: Subject) -> None:
    with bench(subject) as b:
        connector = b.connector()
        b.ledger.run(connector)
        task = b.world.items_of(ALPHA.id)[0].id
        for stream in connector.detail_streams:
            ids = [record.external_id for record in connector.details(stream, ALPHA_SCOPE, task)]
            assert len(ids) == len(set(ids)), f"{stream}: details of a task have the same id"
        b.vendor.pranks.insert(0, always(lambda request: not b.dialect.signs_in(request), Reply(HTML, 503)))
        for stream in connector.detail_streams:
            try:
                found = connector.details(stream, ALPHA_SCOPE, task)
            except ConnectorError:
                continue
            raise AssertionError(f"{stream}: of a server that fails, a task has {found}")


@check()
def check_several_threads_read_what_one_reads(subject: Subject) -> None:
    with bench(subject) as b:
        connector, stream = b.connector(), b.connector().task_stream
        scopes = list(connector.scopes(stream))
        connector.expect(stream, {scope.id: {} for scope in scopes})
        with ThreadPoolExecutor(max_workers=connector.concurrency) as threads:
            read = list(threads.map(lambda scope: list(connector.pages(stream, scope, {})), scopes))
        known = {record.external_id for pages in read for page in pages for record in page.records}
        assert known == b.shown().keys(), "threads get in each other's way"


def echo(request: Request) -> str:
    """What a talkative server or gateway writes into its error page."""
    return f"{request.method} {request.path} {dict(request.query)} {dict(request.headers)} {request.json} {quote(str(dict(request.query)))}"


SHOWN: dict[str, Callable[[Request], Reply]] = {
    "echoed by a refusal": lambda request: Reply({"message": echo(request), "error": echo(request)}, 400),
    "echoed inside 200": lambda request: Reply({"code": 100000, "ok": False, "error": echo(request)}),
    "echoed by a failure": lambda request: Reply(echo(request).encode(), 500),
    "echoed by a page": lambda request: Reply(f"<html>{echo(request)}", 200),
    "in a broken connection": lambda request: Broken(b"", how="reset"),
    "in an answer that breaks off": lambda request: Broken(b"x" * 500, how="cut"),
    "in a redirect": lambda request: Reply("", 302, {"Location": f"/x?{echo(request)}"}),
}


@check(*SHOWN)
def check_no_secret_is_shown(subject: Subject, case: str) -> None:
    for where in ("tasks", "sign in"):
        with bench(subject) as b:
            of = b.is_task_list if where == "tasks" else b.dialect.signs_in
            b.vendor.pranks.insert(
                0, lambda request, answer, of=of: SHOWN[case](request) if of(request) else answer(request)
            )
            connector = b.connector()
            told = [_told(err) for err in b.ledger.run(connector).errors.values()]
            told += [f"{finding.code} {finding.detail}" for finding in connector.check().findings]
            assert told, "nothing failed"
            tokens = {b.dialect.token(request).removeprefix("Bearer ") for request in b.vendor.asked} - {""}
            _shows_none("\n".join(told), {CLIENT_SECRET, *tokens})


def _told(err: ConnectorError) -> str:
    """Everything that a log or a crash report could print of an error."""
    return "\n".join([str(err), repr(err), repr(vars(err)), *traceback.format_exception(err)])


def _shows_none(text: str, secrets: set[str]) -> None:
    for secret in secrets:
        for spelled in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}:
            at = text.casefold().find(spelled.casefold())
            assert at < 0, f"a secret is shown: {text[max(0, at - 60) : at]}…"


@check()
def check_a_look_around_tells_and_never_raises(subject: Subject) -> None:
    with bench(subject) as b:
        good = b.connector().check()
        assert good.ok, f"a healthy source is told as {good.findings}"
        assert {scope.id for scope in good.projects} == set(b.world.projects)
        wrong = _checked(b.connector(client_secret=type(b.subject.settings(b.address).client_secret)("wrong")))
        assert not wrong.ok and not wrong.signed_in, "a wrong secret is not told"
        for reply in (Reply(HTML, 503), Reply(HTML), Reply({}), Reply(b"null"), Broken(b"", how="reset")):
            b.vendor.pranks = [always(lambda request: not b.dialect.signs_in(request), reply)]
            assert not _checked(b.connector()).ok, f"a server that answers {reply} is told to be well"


def _checked(connector: Connector) -> Any:
    try:
        return connector.check()
    except Exception as err:  # noqa: BLE001 - whatever it is, it is told as what it is
        raise AssertionError(f"a look around raises {err!r}") from None


@check()
def check_a_hint_may_be_anything(subject: Subject) -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [{"data": deep}]
    bodies = (None, "", "text", 17, [], {}, [None], {"id": None}, {"id": ["x"]}, {"data": {"id": 5}}, deep)
    with bench(subject) as b:
        connector = b.connector()
        for body in bodies:
            try:
                ids = connector.hinted(body)
            except Exception as err:  # noqa: BLE001 - whatever it is, it is told as what it is
                raise AssertionError(f"a hint of {str(body)[:60]} raises {err!r}") from None
            assert isinstance(ids, tuple) and all(isinstance(key, str) for key in ids)
        assert not b.vendor.asked, "a hint alone makes requests"
