"""What somebody who follows the contract of a source to the letter knows of it: the judge of every connector.

A page and its cursor are committed together; a crash loses nothing but what was not committed. What a complete pull did
not see is gone. A row without an id is kept aside, and its pull cannot be complete.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Connector, Page, RawRecord, Reject, Scope
from connectors.errors import ConnectorError, Interrupted, SignInFailed


@dataclass(slots=True)
class Entry:
    """A task as it was last sent."""

    scope: str
    payload: str
    gone: bool = False

    @property
    def content(self) -> dict[str, Any]:
        return json.loads(self.payload)


@dataclass(slots=True)
class Pull:
    """How far the reading of one scope has come; survives a crash."""

    cursor: Mapping[str, Any] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    met_rejects: bool = False
    is_open: bool = False


@dataclass(slots=True)
class Run:
    """What one run over every scope met."""

    pages: int = 0
    crashed: bool = False
    errors: dict[str, ConnectorError] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    records: list[RawRecord] = field(default_factory=list)
    rejected: list[Reject] = field(default_factory=list)


class Ledger:
    """Tasks, cursors and what was kept aside, in memory."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.pulls: dict[str, Pull] = {}
        self._proven: dict[str, set[str]] = {}
        """What complete pulls saw, and everything since, until a run ends and says what is gone."""

    def living(self) -> dict[str, Entry]:
        return {key: entry for key, entry in self.entries.items() if not entry.gone}

    def gone(self) -> set[str]:
        return {key for key, entry in self.entries.items() if entry.gone}

    def forget_cursors(self) -> None:
        """What a nightly full read begins with."""
        self.pulls.clear()

    def run(self, connector: Connector, *, crash_after: int | None = None) -> Run:
        """Read every scope of the task stream; after so many pages of this run, crash."""
        run, stream = Run(), connector.task_stream
        try:
            scopes = list(connector.scopes(stream))
            connector.expect(stream, {scope.id: self._pull(scope.id).cursor for scope in scopes})
        except ConnectorError as err:
            run.errors[""] = err
            return run
        for scope in scopes:
            self._read(connector, scope, run, crash_after)
            if run.crashed:
                return run
            if isinstance(run.errors.get(scope.id), (Interrupted, SignInFailed)):
                break
        self._bury()
        return run

    def read(self, connector: Connector, scope: Scope) -> Run:
        """Read one scope."""
        run = Run()
        self._read(connector, scope, run, None)
        self._bury()
        return run

    def _pull(self, scope: str) -> Pull:
        return self.pulls.setdefault(scope, Pull())

    def _read(self, connector: Connector, scope: Scope, run: Run, crash_after: int | None) -> None:
        pull = self._pull(scope.id)
        if not pull.is_open or not pull.cursor:
            pull.seen, pull.met_rejects = set(), False
        pull.is_open, complete = True, False
        try:
            for page in only_connector_errors(connector.pages(connector.task_stream, scope, pull.cursor)):
                self._commit(scope.id, pull, page, run)
                complete = page.complete
                if run.pages == crash_after:
                    run.crashed = True
                    return
        except ConnectorError as err:
            run.errors[scope.id] = err
            return
        pull.is_open = False
        if complete:
            assert not pull.met_rejects, "a pull that met a row without an id says that it saw everything"
            run.complete.add(scope.id)
            self._proven[scope.id] = set(pull.seen)

    def _commit(self, scope: str, pull: Pull, page: Page, run: Run) -> None:
        run.pages += 1
        for record in page.records:
            assert isinstance(record.external_id, str) and record.external_id, "a record has no id"
            self.entries[record.external_id] = Entry(scope, json.dumps(record.payload))
            for seen in (pull.seen, *self._proven.values()):
                seen.add(record.external_id)
        run.records += page.records
        run.rejected += page.rejected
        pull.met_rejects = pull.met_rejects or bool(page.rejected)
        pull.cursor = json.loads(json.dumps(dict(page.cursor)))

    def _bury(self) -> None:
        """At the end of a run, so that what moved to another scope is a move."""
        for scope, seen in self._proven.items():
            for key, entry in self.entries.items():
                if entry.scope == scope and key not in seen:
                    entry.gone = True
        self._proven.clear()


def only_connector_errors(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages; an error that the contract does not know is the connector's fault."""
    try:
        yield from pages
    except ConnectorError:
        raise
    except (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError) as err:
        raise AssertionError(f"not an error of the contract: {err!r}") from err
