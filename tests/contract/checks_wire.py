"""Answers that refuse, fail, break off or never end: tried again where that helps, and never taken for an empty list."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from connectors.conformance import Subject
from connectors.errors import ConnectorError, Interrupted, NotPermitted, Parked, Retry, SignInFailed
from connectors.hostility import Broken, Prank, always, at, dying_token
from connectors.testing import Reply
from tests.contract.bench import ALPHA, ALPHA_SCOPE, BETA, EMPTY, NOW, Bench, NoWaiting, a_world, bench
from tests.contract.suite import check

HTML = "<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"
WAIT_S = 37
BAN_S = 3600
# Nothing here waits, so this long means that somebody does.
TOO_LONG_S = 2.0
ENOUGH_REQUESTS = 60
SILENCE_S = 0.3


def passing(b: Bench, *replies: Reply) -> Prank:
    """The second list of tasks in the run fails so often as there are replies, then all is well."""
    return at(b.is_task_list, range(1, 1 + len(replies)), *replies)


@check(0, 2)
def check_a_dead_token_is_replaced_once_and_the_call_replayed(subject: Subject, case: int) -> None:
    for refusal in subject.dead_token:
        with bench(subject) as b:
            b.vendor.pranks.insert(0, dying_token(subject.dialect, case, refusal))
            b.good_run()
            b.agrees()
            assert b.vendor.count(b.dialect.signs_in) == 2, "a dead token is not replaced exactly once"


@check()
def check_a_token_that_is_always_refused_is_a_failed_sign_in(subject: Subject) -> None:
    for refusal in subject.dead_token:
        with bench(subject) as b:
            b.good_run()
            b.vendor.pranks.insert(0, always(b.is_task_list, refusal))
            b.vendor.asked.clear()
            run = b.run()
            assert any(isinstance(err, SignInFailed) for err in run.errors.values()), f"told as {run.errors}"
            assert len(b.vendor.asked) < ENOUGH_REQUESTS, "a refused token is asked with again and again"
            _is_untouched(b)


def _throttled(subject: Subject, header: str | None, value: str | None) -> Reply:
    reply = subject.throttled
    return reply if header is None or value is None else Reply(reply.body, reply.status, {header: value})


@check("seconds", "date", "nothing", "nonsense")
def check_a_refusal_for_now_is_waited_out(subject: Subject, case: str) -> None:
    until = format_datetime(NOW + timedelta(seconds=WAIT_S), usegmt=True)
    values = {"seconds": str(WAIT_S), "date": until, "nothing": None, "nonsense": "soon"}
    for header in subject.wait_headers:
        with bench(subject) as b:
            refusal = _throttled(subject, header, values[case])
            date = {"Date": format_datetime(NOW, usegmt=True)}
            b.vendor.pranks.insert(0, passing(b, Reply(refusal.body, refusal.status, {**date, **refusal.headers})))
            b.good_run()
            b.agrees()
            _was_waited_for(b.stop, header, WAIT_S if case in ("seconds", "date") else 0.0)


def _was_waited_for(stop: threading.Event, header: str, least: float) -> None:
    waits = stop.waits if isinstance(stop, NoWaiting) else []
    assert any(wait >= least for wait in waits if wait > 0), f"{header}: waited {waits} s instead of {least} s"
    assert not any(wait > least + 60 for wait in waits), f"{header}: waited {waits} s, far more than {least} s"


@check("seconds", "date")
def check_a_long_ban_parks_the_source(subject: Subject, case: str) -> None:
    date = {"Date": format_datetime(NOW, usegmt=True)}
    until = format_datetime(NOW + timedelta(seconds=BAN_S), usegmt=True)
    for header in subject.wait_headers:
        with bench(subject) as b:
            b.good_run()
            refusal = _throttled(subject, header, str(BAN_S) if case == "seconds" else until)
            b.vendor.pranks.insert(
                0, always(b.is_task_list, Reply(refusal.body, refusal.status, {**date, **refusal.headers}))
            )
            b.vendor.asked.clear()
            run = b.run()
            parked = [err for err in run.errors.values() if isinstance(err, Parked)]
            assert parked, f"{header}: a ban of an hour is told as {run.errors}"
            assert parked[0].seconds >= BAN_S - 2, f"{header}: parked for {parked[0].seconds} s only"
            assert isinstance(b.stop, NoWaiting) and max(b.stop.waits, default=0.0) < BAN_S
            _is_untouched(b)


@check(500, 502, 503, 504)
def check_a_failing_server_is_tried_again(subject: Subject, case: int) -> None:
    with bench(subject) as b:
        b.vendor.pranks.insert(0, passing(b, Reply(HTML, case), Reply({"message": "broken"}, case)))
        b.good_run()
        b.agrees()


PASSING: dict[str, Reply] = {
    "reset": Broken(b"", how="reset"),
    "hang": Broken(b"", how="hang"),
    "cut body": Broken({"rows": ["x" * 999]}, how="cut"),
    "HTML with 200": Reply(HTML),
}


@check(*PASSING)
def check_an_answer_that_did_not_arrive_is_asked_for_again(subject: Subject, case: str) -> None:
    with bench(subject) as b:
        b.vendor.pranks.insert(0, passing(b, PASSING[case]))
        b.good_run(b.connector(silence_s=SILENCE_S))
        b.agrees()


@check()
def check_an_answer_that_drips_is_read_to_its_end(subject: Subject) -> None:
    with bench(subject) as b:

        def drip(request: Any, answer: Any) -> Reply:
            reply = answer(request)
            drips = b.is_task_list(request) and b.vendor.count(b.is_task_list) in (1, 3)
            return Broken(reply.body, reply.status, reply.headers, how="drip") if drips else reply

        b.vendor.pranks.insert(0, drip)
        b.good_run()
        b.agrees()


REFUSALS = tuple(Reply(HTML, status) for status in (400, 403, 404, 405, 408, 410, 422, 500, 502, 503, 504))
LASTING: dict[str, tuple[Reply, ...]] = {
    "connections": (Broken(b"", how="reset"), Broken({"rows": ["x" * 999]}, how="cut")),
    "bodies": (Reply(b'{"values": [{"id": "6'), Reply(HTML), Reply(b""), Reply(b"", 204), Reply("", 302)),
    "shapes": (Reply({}), Reply(b"null"), Reply(b"17"), Reply(b'"busy"'), Reply({"message": "系统繁忙"})),
    "lists": tuple(
        Reply({**dict.fromkeys(("values", "items", "value", "rows"), rows), "total": 23}) for rows in (None, {})
    ),
    "refusals": REFUSALS[:6],
    "failures": REFUSALS[6:],
    "errors inside 200": (),
}


@check(*LASTING)
def check_a_failed_read_never_looks_like_an_empty_list(subject: Subject, case: str) -> None:
    """Both an incremental run and a full one fail, soon, and what was known stays known."""
    with bench(subject) as b:
        b.good_run()
        b.later(minutes=5)
        for reply in LASTING[case] or subject.error_in_200:
            b.vendor.pranks.insert(0, always(b.is_task_list, reply))
            for forgotten in (False, True):
                if forgotten:
                    b.ledger.forget_cursors()
                _fails_for_good(b, reply)
            b.vendor.pranks.pop(0)
        b.good_run()
        b.agrees()


def _fails_for_good(b: Bench, reply: Reply) -> None:
    b.vendor.asked.clear()
    run = b.run()
    assert ALPHA.id in run.errors or "" in run.errors, f"every list of tasks fails with {reply}, and nobody is told"
    assert not run.complete, f"a pull that got {reply} says that it saw everything"
    assert len(b.vendor.asked) < ENOUGH_REQUESTS, f"{len(b.vendor.asked)} requests where none can succeed"
    _is_untouched(b)


def _is_untouched(b: Bench) -> None:
    assert not b.ledger.gone(), f"{len(b.ledger.gone())} tasks are taken for gone after a failed read"
    b.agrees()


@check("projects", "sign in")
def check_a_failure_before_the_tasks_is_an_error(subject: Subject, case: str) -> None:
    with bench(subject) as b:
        b.good_run()
        tasks, door = b.is_task_list, b.dialect.signs_in
        of = door if case == "sign in" else (lambda request: not tasks(request) and not door(request))
        b.vendor.pranks.insert(0, always(of, Reply(HTML, 503)))
        run = b.run()
        assert isinstance(run.errors.get(""), Retry), f"told as {run.errors}"
        _is_untouched(b)


@check()
def check_a_project_that_may_not_be_read_fails_alone(subject: Subject) -> None:
    with bench(subject) as b:
        b.good_run()
        b.later(minutes=5)
        b.world.edit(b.world.items_of(BETA.id)[0].id, title="改")

        def of_alpha(request: Any) -> bool:
            told = f"{request.path} {request.query} {request.json}"
            return b.is_task_list(request) and ALPHA.id in told

        b.vendor.pranks.insert(0, always(of_alpha, subject.forbidden))
        run = b.run()
        assert isinstance(run.errors.get(ALPHA.id), NotPermitted), f"told as {run.errors}"
        assert run.errors.keys() == {ALPHA.id}, "one project takes others with it"
        _is_untouched(b)
        assert EMPTY.id not in run.errors


@check("between pages", "while waiting", "while the host is silent")
def check_a_wish_to_stop_is_granted_at_once(subject: Subject, case: str) -> None:
    stop = threading.Event()
    with bench(subject, a_world(), stop=stop) as b:
        connector = b.connector()
        if case == "between pages":
            b.vendor.pranks.insert(0, lambda request, answer: _stopping(b, stop, request, answer))
        else:
            threading.Timer(0.1, stop.set).start()
            header = subject.wait_headers[0]
            trouble = Broken(b"", how="hang") if "silent" in case else _throttled(subject, header, "60")
            b.vendor.pranks.insert(0, at(b.is_task_list, range(1, 10**6), trouble))
        began = time.monotonic()
        run = b.ledger.run(connector)
        took = time.monotonic() - began
        assert any(isinstance(err, Interrupted) for err in run.errors.values()), f"told as {run.errors}"
        assert took < TOO_LONG_S, f"it took {took:.1f} s to stop"
        b.stop = threading.Event()
        b.vendor.pranks.pop(0)
        b.good_run()
        b.agrees()


def _stopping(b: Bench, stop: threading.Event, request: Any, answer: Any) -> Reply:
    reply = answer(request)
    if b.is_task_list(request) and b.vendor.count(b.is_task_list) == 2:
        stop.set()
    return reply


@check()
def check_every_request_takes_its_place_in_the_shared_allowance(subject: Subject) -> None:
    with bench(subject) as b:
        b.good_run()
        taken = b.allowance.taken if b.allowance else 0
        assert taken == len(b.vendor.asked), f"{len(b.vendor.asked)} requests, but {taken} places were taken"


@check()
def check_one_scope_read_alone_is_complete(subject: Subject) -> None:
    with bench(subject) as b:
        connector = b.connector()
        list(connector.scopes(connector.task_stream))
        try:
            run = b.ledger.read(connector, ALPHA_SCOPE)
        except ConnectorError as err:
            raise AssertionError(f"a single scope cannot be read: {err}") from None
        assert run.complete == {ALPHA.id}
        assert {entry.scope for entry in b.ledger.living().values()} == {ALPHA.id}
