"""What the simulated Worktile answers about single things: tasks and people by id, relations, a task in detail."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from connectors.testing import Reply, Request, SimItem, World
from connectors.worktile import simulator_shapes as shapes
from connectors.worktile.simulator_shapes import Json

DETAIL_PATH = re.compile(r"/mission/tasks/([^/]+)")
MALFORMED, EXPIRED = 1102, 1103
Render = Callable[[SimItem, Json], Json]
Canned = Callable[[Request], Any]


class Switches(Struct):
    """How this Worktile differs from a well-behaved one; may be changed while it runs."""

    hidden: set[str] = field(default_factory=set)
    """Tasks that no list shows although they are there."""
    archived_in_lists: bool = True
    unfindable: set[str] = field(default_factory=set)
    """Tasks that are not found by their id, although a list may show them."""
    by_ids: bool = True
    by_ids_reversed: bool = False
    departed: set[str] = field(default_factory=set)
    """People whom the member list does not show and who are still known by their uid."""
    forgotten: set[str] = field(default_factory=set)
    """People whom nothing shows."""
    most_uids: int | None = None
    """How many uids the server understands in one request; None: any number."""
    members_by_ids: bool = True
    relations: bool = True
    comments: dict[str, list[Json]] = field(default_factory=dict)
    """By task."""
    capabilities: dict[str, Canned] = field(default_factory=dict)
    """By path below the prefix: what an installation answers that the reference does not know."""

    def listed(self, items: Sequence[SimItem]) -> Sequence[SimItem]:
        """Those that a list shows."""
        if not self.hidden and self.archived_in_lists:
            return items
        return [i for i in items if i.id not in self.hidden and (self.archived_in_lists or not i.archived)]


def page_of_html(status: int, title: str, headers: Mapping[str, str] | None = None) -> Reply:
    page = f"<html><head><title>{status} {title}</title></head><body><center><h1>{status} {title}</h1></center></body></html>"
    return Reply(page, status, headers or {})


def throttled(retry_after: str | None = None) -> Reply:
    """The gateway's page, not the API's answer."""
    return page_of_html(429, "Too Many Requests", {} if retry_after is None else {"Retry-After": retry_after})


def dead_token(code: int = EXPIRED) -> Reply:
    """A dead token usually comes with a good status."""
    return Reply({"ok": False, "error_code": code, "error": "access token is invalid or expired"})


class Singles(Struct, frozen=True):
    """Answers about single things; None where the path is not one of these."""

    world: World
    switches: Switches
    render: Render

    def answer(self, request: Request, path: str) -> Reply | None:
        switches, query = self.switches, request.query
        if path == "/mission/get-tasks-by-ids" and switches.by_ids:
            return self._tasks(query.get("task_ids", "").split(","), query.get("fields", "").split(","))
        if path == "/mission/get-relation-tasks" and switches.relations:
            return self._related(query.get("task_id", ""), query.get("fields", "").split(","))
        if path == "/contact/get-members-by-ids" and switches.members_by_ids:
            return self._people(query.get("uids", ""))
        if path in switches.capabilities:
            return Reply(switches.capabilities[path](request))
        if match := DETAIL_PATH.fullmatch(path):
            return self._detail(match[1], query.get("columns", "").split(","))
        return None

    def _tasks(self, ids: Collection[str], fields: Collection[str]) -> Reply:
        rows = [self._row(item, fields) for key in dict.fromkeys(ids) if (item := self._item(key)) is not None]
        return Reply(rows[::-1] if self.switches.by_ids_reversed else rows)

    def _row(self, item: SimItem, fields: Collection[str]) -> Json:
        every = shapes.properties(item, "flat", without=())
        return self.render(item, {key: value for key, value in every.items() if key in fields})

    def _item(self, key: str) -> SimItem | None:
        item = self.world.items.get(key)
        return None if item is None or item.deleted or key in self.switches.unfindable else item

    def _related(self, key: str, fields: Collection[str]) -> Reply:
        item = self._item(key)
        if item is None:
            return page_of_html(404, "Not Found")
        # Both ends tell of a relation, and neither says which way it goes.
        others = [other for _, other in item.links]
        others += [other.id for other in self.world.items.values() if key in (end for _, end in other.links)]
        found = [self._item(other) for other in dict.fromkeys(others)]
        return Reply([self._row(other, fields) for other in found if other is not None])

    def _people(self, uids: str) -> Reply:
        asked = uids.split(",")
        if self.switches.most_uids is not None and len(asked) > self.switches.most_uids:
            asked = [uids]  # taken for one strange uid
        people = [self.world.people[uid] for uid in asked if uid in self.world.people]
        return Reply([shapes.member(person) for person in people if person.id not in self.switches.forgotten])

    def _detail(self, key: str, columns: Collection[str]) -> Reply:
        item = self._item(key)
        if item is None:
            return page_of_html(404, "Not Found")
        value: Json = {"_id": item.id, "title": item.title}
        if "properties" in columns:
            value["properties"] = shapes.properties(item, "wrapped", without=())
        if "comments" in columns:
            value["comments"] = self.switches.comments.get(key, [])
        return Reply({"code": 200, "data": {"value": value}})
