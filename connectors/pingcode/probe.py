"""One request for many projects: where little has changed since the last pull, it answers for all of them.

What it says is believed only if it fits one page, holds no row of another project and none from before the time asked
for. Otherwise each project is read on its own, as if nobody had asked.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import Page
from connectors.errors import BadPayload, NotPermitted, Rejected
from connectors.pingcode.api import PAGE_SIZE, Envelope
from connectors.pingcode.windows import Grain, Window, epoch
from connectors.pingcode.work_items import QUIET_S, WorkItems, first_unit, latest_update, project_of, records

# The lists of the older generations take so many ids; of the search no limit is documented.
MOST_IN_LIST = 20
MOST_IN_SEARCH = 200

Marks = Mapping[str, int]
"""Project -> the second up to which its updates are known."""


class Probe:
    """The projects that are about to be read, and the answers for those that one request has shown already."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._expected: dict[str, int] = {}
        self._unasked: list[str] = []
        self._answers: dict[str, Page] = {}

    def expect(self, cursors: Mapping[str, Mapping[str, Any]]) -> None:
        """Only pulls between two marks can be answered together, and only several of them are worth it."""
        marks = {project: mark for project, cursor in cursors.items() if (mark := _mark(cursor)) is not None}
        with self._lock:
            self._expected, self._answers = marks, {}
            # Marks that lie near each other share a request, so that an old one does not make it overflow.
            self._unasked = sorted(marks, key=lambda project: (-marks[project], project))

    def answer(self, project: str, cursor: Mapping[str, Any], items: WorkItems) -> Page | None:
        """What a pull of this project from this cursor gives, where it is known; each expectation is met once."""
        with self._lock:
            mark = self._expected.get(project)
            if mark is None or mark != _mark(cursor):
                self._forget((project,))
                return None
            if project in self._unasked:
                group = self._group(project, MOST_IN_LIST if items.profile.search is None else MOST_IN_SEARCH)
                self._unasked = [other for other in self._unasked if other not in group]
                if len(group) > 1:
                    self._answers |= _answers(items, {name: self._expected[name] for name in group})
            page = self._answers.get(project)
            self._forget((project,))
            return page

    def _group(self, project: str, most: int) -> Sequence[str]:
        """The run of unasked projects that this one falls into."""
        start = self._unasked.index(project) // most * most
        return self._unasked[start : start + most]

    def _forget(self, projects: Sequence[str]) -> None:
        for project in projects:
            self._expected.pop(project, None)
            self._answers.pop(project, None)
        self._unasked = [project for project in self._unasked if project not in projects]


def _mark(cursor: Mapping[str, Any]) -> int | None:
    """The mark of a finished pull; None at the beginning, and in the middle of a pull that was cut off."""
    return None if cursor.get("walk") else epoch(cursor.get("high"))


def _answers(items: WorkItems, marks: Marks) -> dict[str, Page]:
    """A page for each project, or nothing where the one request does not prove anything."""
    try:
        items.api.sign_in()
        start, grain = items.start(), items.grain()
        low = {project: first_unit(grain, mark, start) for project, mark in marks.items()}
        window = Window(min(low.values()), items.end(grain), is_last=True)
        shown = items.filtered(tuple(marks), grain, "updated_at", window, 0)
    except (Rejected, NotPermitted, BadPayload):
        return {}  # perhaps because of one of the projects: whoever reads it alone will be told
    if not shown.is_whole:
        # Busy projects crowd out those at rest, whose marks lie behind; these may still share an answer.
        rested = {project: mark for project, mark in marks.items() if mark <= start - QUIET_S}
        if 1 < len(rested) < len(marks):
            busy = {project: mark for project, mark in marks.items() if project not in rested}
            return _answers(items, rested) | (_answers(items, busy) if _may_share(shown, len(busy)) else {})
        return _halves(items, marks) if _may_share(shown, len(marks)) else {}
    if not _is_believed(shown, grain, window):
        return {}
    pages = {}
    for project, mark in marks.items():
        rows = [row for row in shown.rows if project_of(row) == project and _unit(row, grain) >= low[project]]
        high = max(mark, latest_update(mark, rows) or mark)
        pages[project] = Page(records(rows), items.final(start, high))
    return pages


def _may_share(shown: Envelope, projects: int) -> bool:
    """Whether fewer requests than projects can still show so many rows."""
    return projects > 2 and shown.total is not None and shown.total <= PAGE_SIZE * projects // 2


def _halves(items: WorkItems, marks: Marks) -> dict[str, Page]:
    """The projects with the newer marks and those with the older ones, each half asked since its own oldest mark."""
    ordered = sorted(marks, key=lambda project: (-marks[project], project))
    middle = len(ordered) // 2
    return {
        project: page
        for half in (ordered[:middle], ordered[middle:])
        for project, page in _answers(items, {project: marks[project] for project in half}).items()
    }


def _is_believed(shown: Envelope, grain: Grain, window: Window) -> bool:
    # Where the tenant lives in another zone, its days begin in the neighbouring unit.
    return not shown.rejected and all(
        project_of(row) is not None and _unit(row, grain) >= window.low - 1 for row in shown.rows
    )


def _unit(row: Mapping[str, Any], grain: Grain) -> int:
    second = epoch(row.get("updated_at"))
    return -1 if second is None else grain.unit(second)
