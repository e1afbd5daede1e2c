"""Properties that the first task list left out, taken from the second one; it may fail, the sweep may not."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping

from connectors.errors import ConnectorError, Interrupted
from connectors.worktile.envelopes import Row, identity
from connectors.worktile.walk import Rows, Walk

TELLING = "assignee"
"""The property whose absence shows that the first list is incomplete."""
ID_KEYS = ("_id",)
MOST_WALKS = 2

log = logging.getLogger(__name__)


class Enrichment:
    """Learns from the first walk what is missing, fetches it once, and fills it in row by row.

    The two lists are paged independently, so the second is read whole; of it only what the first lacks is kept.
    """

    def __init__(self, begin: Callable[[], Walk], *, wanted: bool) -> None:
        self._begin = begin
        self._is_done = not wanted
        self._key_sets: dict[frozenset[str], frozenset[str]] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._lacking: set[str] = set()
        self._found: dict[str, bytes] = {}
        self._delivered: set[str] = set()
        self.was_needed = False
        self.failure: str | None = None

    def look(self, rows: Rows) -> None:
        """Note which properties each row of the first list has."""
        if self._is_done:
            return
        for row in rows:
            keys = frozenset(_properties(row))
            key = identity(row, ID_KEYS)
            # Thousands of rows have the same few sets of keys; each set is kept once.
            self._known[key] = self._key_sets.setdefault(keys, keys)
            if lacks_telling(row):
                self._lacking.add(key)

    def fetch(self) -> None:
        """Read the second list if any row needs it; a failure is kept in `failure`. Further calls do nothing."""
        if self._is_done:
            return
        self._is_done = True
        self.was_needed = bool(self._lacking)
        for _ in range(MOST_WALKS):
            if self._lacking <= self._delivered or self.failure:
                break
            self._walk()
        missing = len(self._lacking - self._delivered)
        if self.was_needed and missing and not self.failure:
            self.failure = f"the V2 task list does not show {missing} of {len(self._known)} tasks"
        self._known.clear()

    def _walk(self) -> None:
        try:
            for rows in self._begin():
                for row in rows:
                    self._keep(row)
        except Interrupted:
            raise
        except ConnectorError as err:
            self.failure = str(err)
            log.warning("the V2 task list cannot be read; properties missing from V1 stay missing: %s", err)

    def _keep(self, row: Row) -> None:
        key = identity(row, ID_KEYS)
        known = self._known.get(key, frozenset())
        extra = {name: value for name, value in _properties(row).items() if name not in known}
        self._delivered.add(key)
        if extra:
            # As bytes: a large project's extras would otherwise be the largest thing in memory.
            self._found[key] = json.dumps(extra, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def fill(self, row: Row) -> Row:
        """The row with the properties it lacks; the row itself where it lacks nothing that is known."""
        found = self._found.get(identity(row, ID_KEYS))
        if found is None:
            return row
        properties = _properties(row)
        extra = json.loads(found.decode("utf-8", "surrogatepass"))
        added = {name: value for name, value in extra.items() if name not in properties}
        return {**row, "properties": {**properties, **added}} if added else row


def lacks_telling(row: Row) -> bool:
    return TELLING not in _properties(row)


def _properties(row: Row) -> Mapping[str, object]:
    properties = row.get("properties")
    return properties if isinstance(properties, Mapping) else {}
