"""Where the properties that the first task list leaves out can be had, and what has failed there too often in a row.

Shared by the threads that read projects side by side.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from connectors.contract import Scope
from connectors.worktile.api import Api
from connectors.worktile.enrichment import Enrichment, Sources
from connectors.worktile.envelopes import Listing
from connectors.worktile.properties import ASKED, batches, task_id
from connectors.worktile.walk import Rows, Show, Sieve, Walk

# What can be done without gets less patience, and none after it has failed this often in a row.
TRIES = 3
FAILURES_IN_A_ROW = 3

log = logging.getLogger(__name__)


class Extras:
    """Opens an `Enrichment` for each project, with whatever has not failed too often."""

    def __init__(self, api: Api, use_v2: bool, show: Show, hear: Callable[[Mapping[str, Any]], None]) -> None:
        self._api = api
        self._use_v2 = use_v2
        self._show = show
        self._hear = hear
        self._lock = threading.Lock()
        self._failures: dict[str, str] = {}
        self._failures_in_a_row = 0
        self._refusals_in_a_row = 0

    def failures(self) -> dict[str, str]:
        """What the second list would not give, by project."""
        with self._lock:
            return dict(self._failures)

    def of(self, project: str) -> Enrichment:
        with self._lock:
            use_v2 = self._use_v2 and self._failures_in_a_row < FAILURES_IN_A_ROW
            use_ids = self._refusals_in_a_row < FAILURES_IN_A_ROW
        second_list = partial(Walk, partial(self._second_list, project), self._sieve())
        return Enrichment(Sources(second_list if use_v2 else None, self._by_ids if use_ids else None))

    def learn(self, scope: Scope, extra: Enrichment) -> None:
        """Note how reading one project went."""
        with self._lock:
            if extra.refusal:
                self._refusals_in_a_row += 1
            if extra.failure:
                self._failures[scope.id] = f"{scope.name}: {extra.failure}"
                self._failures_in_a_row += 1
                if self._failures_in_a_row == FAILURES_IN_A_ROW:
                    log.warning("the V2 task list failed %s times in a row and is not asked again", FAILURES_IN_A_ROW)
            elif extra.was_read:
                self._failures.pop(scope.id, None)
                self._failures_in_a_row = 0

    def _second_list(self, project: str, page: int) -> Listing:
        listing = self._api.tasks_v2(project, page, most_tries=TRIES)
        self._hear(listing.references)
        return listing

    def _by_ids(self, ids: Sequence[str]) -> Iterator[Rows]:
        sieve = self._sieve()
        for portion in batches(ids, ASKED):
            rows = self._api.tasks_by_ids(portion, ASKED, most_tries=TRIES).rows
            with self._lock:
                self._refusals_in_a_row = 0
            # A row that cannot be told whose it is leaves its task without the property, as if it had not come.
            yield tuple(row for row in rows if sieve.key(row) is not None)

    def _sieve(self) -> Sieve:
        return Sieve(task_id, self._show)
