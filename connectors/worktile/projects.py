"""Which listed projects are read: all that the app may see, or those the settings name by id, key or name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connectors.contract import Scope
from connectors.worktile.envelopes import Row, identity

ID_KEYS = ("_id", "id", "project_id")
NAME_KEYS = ("name", "project_name")
# Never seen on this endpoint, only elsewhere in the product: used where they turn up, never required.
CANDIDATE_KEYS = ("identifier", "task_identifier_prefix")


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
