"""Which listed projects are read: all that the app may see, or those the settings name by id, key or name."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from connectors.contract import Page, RawRecord, Scope
from connectors.paging import instant
from connectors.worktile.api import Api
from connectors.worktile.envelopes import Row, identity
from connectors.worktile.walk import Batch, Show, Sieve, read_proven

ID_KEYS = ("_id", "id", "project_id")
NAME_KEYS = ("name", "project_name")
# Never seen on this endpoint, only elsewhere in the product: used where they turn up, never required.
CANDIDATE_KEYS = ("identifier", "task_identifier_prefix")
# A run that reads projects and then tasks needs the list once; a later one reads it again.
FRESH_S = 300.0


class Projects:
    """The projects of one team as they were listed last."""

    def __init__(self, api: Api, wanted: Sequence[str], show: Show) -> None:
        self._api = api
        self._wanted = wanted
        self._show = show
        self._chosen: tuple[Scope, ...] | None = None
        self._unlisted: frozenset[str] = frozenset()
        self._fresh_until: float | None = None

    def pages(self) -> Iterator[Page]:
        """Every listed project, wanted or not."""
        self._fresh_until = None
        for batch in self._batches():
            records = tuple(
                RawRecord("projects", project_id(row), instant(row.get("updated_at")), row) for row in batch.rows
            )
            yield Page(records, {}, batch.complete, batch.rejected, counted=False)

    def scopes(self) -> tuple[Scope, ...]:
        """The projects to be read, then those of the settings that are not listed."""
        if self._fresh_until is None or time.monotonic() > self._fresh_until:
            list(self._batches())
        self._fresh_until = None
        return (*(self._chosen or ()), *(Scope(id=name, name=name) for name in sorted(self._unlisted)))

    def chosen(self) -> tuple[Scope, ...]:
        """The listed projects that are read, as last listed."""
        if self._chosen is None:
            list(self._batches())
        return self._chosen or ()

    def is_unlisted(self, name: str) -> bool:
        return name in self._unlisted

    def _batches(self) -> Iterator[Batch]:
        listed: dict[str, Scope] = {}
        for batch in read_proven(self._api.projects, Sieve(project_id, self._show)):
            listed |= {project_id(row): scope_of(row) for row in batch.rows}
            yield batch
        # A row without an id hides one project, not all: the stream of projects is told to be incomplete.
        self._chosen, unlisted = choose(listed.values(), self._wanted)
        self._unlisted = frozenset(unlisted)
        self._fresh_until = time.monotonic() + FRESH_S


def project_id(row: Row) -> str:
    return identity(row, ID_KEYS)


def scope_of(row: Row) -> Scope:
    key = _first_text(row, CANDIDATE_KEYS)
    return Scope(id=project_id(row), name=_first_text(row, NAME_KEYS) or project_id(row), key=key)


def choose(listed: Iterable[Scope], wanted: Sequence[str]) -> tuple[tuple[Scope, ...], tuple[str, ...]]:
    """The listed projects that are wanted (nothing wanted: all), by id; and the wanted ones that nobody lists."""
    by_id = sorted(listed, key=lambda scope: scope.id)
    if not wanted:
        return tuple(by_id), ()
    names = {_folded(name) for name in wanted}
    chosen = tuple(scope for scope in by_id if names & _names(scope))
    found = {name for scope in chosen for name in _names(scope)}
    return chosen, tuple(name for name in wanted if _folded(name) not in found)


def _names(scope: Scope) -> set[str]:
    return {_folded(name) for name in (scope.id, scope.name, scope.key) if name}


def _folded(name: str) -> str:
    return name.strip().casefold()


def _first_text(row: Row, keys: tuple[str, ...]) -> str | None:
    return next((value for key in keys if isinstance(value := row.get(key), str) and value), None)
