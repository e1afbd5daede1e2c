"""Mutants that misread answers: they give up, ask for ever, swallow failures, ignore wishes or talk too much."""

from __future__ import annotations

import threading
import time

from connectors.budget import Budget
from connectors.contract import Found, Page, RawRecord
from connectors.errors import BadPayload, ConnectorError, NotPermitted, Parked, Rejected, SignInFailed, TokenRefused
from tests.contract.mutants import fails
from tests.contract.tasklist import Tasklist
from tests.replacing import replace


class Catching(Tasklist):
    """Sees every failure of a listing before the caller does."""

    def caught(self, err: ConnectorError):
        raise err

    def settled(self, path, **query):
        try:
            return super().settled(path, **query)
        except ConnectorError as err:
            return self.caught(err)


@fails("a failed read never looks", "a failure before the tasks", "a project that may not be read")
@fails("a token that is always refused", "every stream fails", "a long ban parks", "a wish to stop", "find never takes")
class SwallowsFailures(Catching):
    def caught(self, err):
        return [], []


@fails("a dead token")
class NeverRenewsItsToken(Tasklist):
    def get(self, path, query):
        return self.send("GET", path, params=query, headers={"X-Token": self.token or self.sign_in()})


@fails("a dead token")
class SignsInForEveryRequest(Tasklist):
    def get(self, path, query):
        self.token = ""
        return super().get(path, query)


@fails("a token that is always refused")
class SignsInForEver(Tasklist):
    def get(self, path, query):
        for _ in range(30):
            try:
                return super().get(path, query)
            except TokenRefused:
                continue
        raise SignInFailed("30 tokens were refused")


class Reader(Tasklist):
    """A mutant with a client of its own making."""

    def __init__(self, config, surroundings, silence_s=None):
        super().__init__(config, self.around(surroundings), silence_s)

    def around(self, surroundings):
        return surroundings


@fails("a refusal for now", "a failing server is tried again", "an answer that did not arrive")
class TriesOnce(Tasklist):
    def __init__(self, *what):
        super().__init__(*what)
        self.client._tries = 1


@fails("a long ban parks")
class TellsABanAsARefusal(Catching):
    def caught(self, err):
        raise Rejected(str(err)) if isinstance(err, Parked) else err


@fails("an answer that drips")
class HatesSlowAnswers(Tasklist):
    def get(self, path, query):
        began = time.monotonic()
        answer = super().get(path, query)
        if time.monotonic() - began > 0.1:
            raise BadPayload(f"GET {path}: too slow")
        return answer


@fails("a wish to stop is granted at once: between pages")
class IgnoresTheWishToStop(Reader):
    def around(self, surroundings):
        return replace(surroundings, stop=threading.Event())


@fails("every request takes its place")
class AsksOutOfTurn(Reader):
    def around(self, surroundings):
        return replace(surroundings, allowances=lambda credential, per_minute: Budget(1_000_000))


@fails("a project that may not be read")
class GivesUpForOneProject(Catching):
    def caught(self, err):
        raise SignInFailed(str(err)) if isinstance(err, NotPermitted) else err


@fails("find tells present from absent")
class FindsWhereItOnceWas(Tasklist):
    def find(self, ids):
        first = next(iter(self.scopes("tasks")))
        return tuple(replace(found, scope=first.id) for found in super().find(ids))


@fails("find tells present from absent")
class FindsEverything(Tasklist):
    def find(self, ids):
        known = {found.record.external_id: found for found in super().find(ids)}
        some = next(iter(known.values()), None)
        made = (Found(some.scope, some.record._replace(external_id=key)) for key in ids if some and key not in known)
        return (*known.values(), *made)


@fails("several threads")
class RemembersOneScopeForAll(Tasklist):
    def pages(self, stream, scope, cursor):
        self.current = scope
        time.sleep(0.02)
        yield from super().pages(stream, self.current, cursor)


@fails("no secret is shown")
class ShowsItsToken(Catching):
    def caught(self, err):
        err.add_note(f"token {self.token or self.config.client_secret.get_secret_value()}")
        raise err


@fails("a look around tells")
class RaisesWhenItLooksAround(Tasklist):
    def check(self, *, samples=False):
        self.scopes("tasks")
        return super().check(samples=samples)


@fails("a look around tells")
class IsAlwaysWell(Tasklist):
    def check(self, *, samples=False):
        return replace(super().check(samples=samples), signed_in=True, findings=())


@fails("a hint may be anything")
class TrustsHints(Tasklist):
    def hinted(self, body):
        return (body["id"],)


@fails("details belong to a task")
class TakesAFailureForNoDetails(Tasklist):
    detail_streams = ("notes",)

    def details(self, stream, scope, task):
        try:
            self.send("GET", "/projects", params={"page_index": 0, "page_size": 1}, headers={"X-Token": self.token})
        except ConnectorError:
            return ()
        return ()


@fails("a reader elsewhere")
class KeepsWhomTasksName(Tasklist):
    portable, streams = True, ("tasks", "titles")

    def __init__(self, *what):
        super().__init__(*what)
        self.met = set()

    def pages(self, stream, scope, cursor):
        if stream == "titles":
            yield Page(tuple(RawRecord(stream, title, None, {"id": title}) for title in self.met), {}, complete=True)
            return
        for page in super().pages(stream, scope, cursor):
            self.met |= {record.payload["title"] for record in page.records}
            yield page
