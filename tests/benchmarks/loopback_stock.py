"""What the loopback server has in store, and how the filters and pages of generation A choose from it.

Items are turned into bytes once; a page is joined from them, so that answering costs next to nothing.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

import loopback_items as made

DEFAULT_PAGE, LARGEST_PAGE = 30, 100
CHANGED_ONE_IN = 100
# Edits of the second phase fall into this hour, so that an overlap of minutes repeats only a few of them.
EDITS_SINCE_S, EDITS_UNTIL_S = 3 * 3600, 2 * 3600
FOREVER = 1 << 40


class Stock:
    """The items and the orders in which they are asked for."""

    def __init__(self, count: int) -> None:
        self.now = int(time.time())
        stock = list(made.Maker(count, self.now).stock())
        self.bodies = [item.body for item in stock]
        self.created = [item.created for item in stock]
        self.updated = [item.updated for item in stock]
        self._original: dict[int, tuple[bytes, int]] = {}
        self._everything = range(count)
        self._by_project: dict[str, list[int]] = {}
        for number, item in enumerate(stock):
            self._by_project.setdefault(made.identity("projects", item.project), []).append(number)
        self._forget()

    def change(self) -> int:
        """A person edits one item in a hundred; returns how many."""
        for number in range(7, len(self.bodies), CHANGED_ONE_IN):
            at = self.now - EDITS_SINCE_S + number * 7919 % (EDITS_SINCE_S - EDITS_UNTIL_S)
            self._original.setdefault(number, (self.bodies[number], self.updated[number]))
            self.bodies[number], self.updated[number] = made.edited(self.bodies[number], at), at
        self._forget()
        return len(self._original)

    def reset(self) -> None:
        for number, (body, updated) in self._original.items():
            self.bodies[number], self.updated[number] = body, updated
        self._original.clear()
        self._forget()

    def _forget(self) -> None:
        self.of_projects = lru_cache(64)(self._of_projects)
        self.by_update = lru_cache(64)(self._by_update)
        self.updated_between = lru_cache(64)(self._updated_between)

    def _of_projects(self, wanted: frozenset[str]) -> Sequence[int]:
        """Oldest first, which is also the order of lists; no names: everything."""
        if not wanted or wanted >= self._by_project.keys():
            return self._everything
        return sorted(number for name in wanted for number in self._by_project.get(name, ()))

    def _by_update(self, wanted: frozenset[str]) -> Sequence[int]:
        return sorted(self.of_projects(wanted), key=self.updated.__getitem__)

    def _updated_between(self, wanted: frozenset[str], low: int, high: int) -> Sequence[int]:
        order, key = self.by_update(wanted), self.updated.__getitem__
        return sorted(order[bisect_left(order, low, key=key) : bisect_right(order, high, key=key)])

    def select(self, query: dict[str, str]) -> tuple[Sequence[int], int, int]:
        """The list that the filters leave: numbers, and from where to where in them."""
        wanted = frozenset(filter(None, query.get("project_ids", "").split(",")))
        if "updated_between" in query:
            found = self.updated_between(wanted, *_ends(query["updated_between"]))
            if "created_between" in query:
                low, high = _ends(query["created_between"])
                found = [number for number in found if low <= self.created[number] <= high]
            return found, 0, len(found)
        numbers = self.of_projects(wanted)
        if "created_between" not in query:
            return numbers, 0, len(numbers)
        low, high = _ends(query["created_between"])
        key = self.created.__getitem__
        return numbers, bisect_left(numbers, low, key=key), bisect_right(numbers, high, key=key)

    def page(self, query: dict[str, str]) -> bytes:
        size, index = _paging(query)
        numbers, first, end = self.select(query)
        begin = min(end, first + index * size)
        rows = map(self.bodies.__getitem__, numbers[begin : min(end, begin + size)])
        head = b'{"page_size":%d,"page_index":%d,"total":%d,"values":[' % (size, index, end - first)
        return b"%b%b]}" % (head, b",".join(rows))


def _ends(text: str) -> tuple[int, int]:
    """Both ends belong to a range; either may be left out."""
    low, _, high = text.partition(",")
    return int(low or 0), int(high or FOREVER)


def _paging(query: dict[str, str]) -> tuple[int, int]:
    return min(LARGEST_PAGE, int(query.get("page_size", DEFAULT_PAGE))), int(query.get("page_index", 0))


class Directory:
    """The small lists: projects, people, and what items refer to."""

    def __init__(self, first: int) -> None:
        kinds = [
            {"id": k, "url": f"{made.ROOT}/work_item_types/{k}", "name": k, "group": k} for k in sorted(set(made.KINDS))
        ]
        for kind in kinds:
            kind["group"] = "requirement" if kind["id"] == "story" else kind["id"]
        self._kinds = kinds
        people = [{**made.user(n), "email": None, "mobile": None, "status": "enabled"} for n in range(made.PEOPLE)]
        projects = [self._project(number, first) for number in range(made.PROJECTS)]
        self._numbers = {row["id"]: number for number, row in enumerate(projects)}
        self._first = first
        self._lists: dict[str, list[made.Json]] = {
            "/v1/directory/users": people,
            "/v1/directory/departments": [],
            "/v1/project/projects": projects,
            "/v1/project/work_item_types": kinds,
            "/v1/project/work_item/types": kinds,
            "/v1/project/work_item/priorities": [made.priority(n) for n in range(len(made.PRIORITIES))],
            "/v1/project/work_item/tags": [made.tag(n) for n in range(len(made.TAGS))],
            "/v1/project/work_item_tags": [made.tag(n) for n in range(len(made.TAGS))],
            "/v1/project/work_item/properties": [],
            "/v1/project/work_item_properties": [],
            "/v1/project/work_item_states": [
                row for number in range(made.PROJECTS) for kind in kinds for row in made.states(number, kind["id"])
            ],
            "/v1/project/deliverables": [],
            "/v1/workloads": [],
        }

    @staticmethod
    def _project(number: int, first: int) -> made.Json:
        row = made.project(number)
        dates = {"created_at": first, "updated_at": first, "start_at": None, "end_at": None}
        state = {"id": made.identity("state", "正常"), "name": "正常", "type": "in_progress"}
        return {**row, "state": state, "members": [], "properties": {}, "description": None, **dates}

    def rows(self, path: str, query: dict[str, str]) -> list[made.Json] | None:
        """The rows of a small list; None where nothing has this path."""
        if path == "/v1/project/work_item/states":
            return made.states(self._numbers.get(query.get("project_id", ""), 0), query.get("work_item_type_id", ""))
        name, _, part = path.removeprefix("/v1/project/projects/").partition("/")
        if name in self._numbers and part in ("sprints", "versions"):
            make, count = (made.sprint, 30) if part == "sprints" else (made.version, 7)
            return [make(self._numbers[name], n, self._first) for n in range(count)]
        return self._lists.get(path)

    def page(self, path: str, query: dict[str, str]) -> bytes | None:
        rows = self.rows(path, query)
        if rows is None:
            return None
        size, index = _paging(query)
        values = rows[index * size : (index + 1) * size]
        return made.encoded({"page_size": size, "page_index": index, "total": len(rows), "values": values})
