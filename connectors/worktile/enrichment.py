"""Properties that the first task list left out, taken from the second one, and where that fails asked for by task id.

A server may have neither, and the sweep goes on without them. Where they are only down it does not: a task whose owner
could not be read would look like a task that nobody owns any more.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from connectors.errors import BadPayload, ConnectorError, Interrupted, NotPermitted, Rejected, Retry
from connectors.worktile.envelopes import Row
from connectors.worktile.properties import lacks_telling, properties_of, task_id
from connectors.worktile.walk import Rows, Walk

MOST_WALKS = 2

log = logging.getLogger(__name__)


class Sources(Struct, frozen=True):
    """Where missing properties can be had; None is not to be asked."""

    second_list: Callable[[], Walk] | None
    by_ids: Callable[[Sequence[str]], Iterator[Rows]] | None


class Enrichment:
    """Learns from the first walk what is missing, fetches it once, and fills it in row by row.

    The two lists are paged independently, so the second is read whole; of it only what the first lacks is kept.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._is_done = sources == Sources(None, None)
        self._key_sets: dict[frozenset[str], frozenset[str]] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._lacking: set[str] = set()
        self._found: dict[str, bytes] = {}
        self._delivered: set[str] = set()
        self.was_read = False
        """Whether the second list has shown every task that lacked something."""
        self.failure: str | None = None
        """What is wrong with the second list."""
        self.refusal: str | None = None
        """Why asking by id does not help either."""

    def look(self, rows: Rows) -> None:
        """Note which properties each row of the first list has."""
        if self._is_done:
            return
        for row in rows:
            keys = frozenset(properties_of(row))
            key = task_id(row)
            # Thousands of rows have the same few sets of keys; each set is kept once.
            self._known[key] = self._key_sets.setdefault(keys, keys)
            if lacks_telling(row):
                self._lacking.add(key)

    def fetch(self) -> None:
        """Fetch what any row lacks; further calls do nothing.

        Raises where the rest cannot be had now but may be had later.
        """
        if self._is_done:
            return
        self._is_done = True
        down = self._read_second_list()
        if rest := sorted(self._lacking - self._delivered):
            self._ask_by_ids(rest)
            if down and not self._lacking <= self._delivered:
                raise down
        self._known.clear()

    def _read_second_list(self) -> Retry | None:
        """Fill `failure` if the second list fails; returned is the failure that may pass."""
        begin = self._sources.second_list
        if begin is None or not self._lacking:
            return None
        for _ in range(MOST_WALKS):
            try:
                for rows in begin():
                    self._keep(rows)
            except Interrupted:
                raise
            except ConnectorError as err:
                self.failure = str(err)
                log.warning("the V2 task list cannot be read: %s", err)
                return err if isinstance(err, Retry) else None
            if self._lacking <= self._delivered:
                self.was_read = True
                return None
        missing = len(self._lacking - self._delivered)
        self.failure = f"the V2 task list does not show {missing} of {len(self._known)} tasks"
        return None

    def _ask_by_ids(self, ids: Sequence[str]) -> None:
        ask = self._sources.by_ids
        if ask is None:
            return
        try:
            for rows in ask(ids):
                self._keep(rows)
        except (NotPermitted, Rejected, BadPayload) as err:
            self.refusal = str(err)
            log.warning("tasks cannot be asked for by id; properties missing from V1 stay missing: %s", err)

    def _keep(self, rows: Sequence[Row]) -> None:
        for row in rows:
            key = task_id(row)
            known = self._known.get(key, frozenset())
            extra = {name: value for name, value in properties_of(row).items() if name not in known}
            self._delivered.add(key)
            if extra:
                # As bytes: a large project's extras would otherwise be the largest thing in memory.
                self._found[key] = json.dumps(extra, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def fill(self, row: Row) -> Row:
        """The row with the properties it lacks; the row itself where it lacks nothing that is known."""
        found = self._found.get(task_id(row))
        if found is None:
            return row
        properties = properties_of(row)
        extra = json.loads(found.decode("utf-8", "surrogatepass"))
        added = {name: value for name, value in extra.items() if name not in properties}
        return {**row, "properties": {**properties, **added}} if added else row
