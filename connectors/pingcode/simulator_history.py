"""What the simulated server tells of a single item: its links, its way through the states, and who changed what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from connectors.pingcode.simulator_filters import Refusal
from connectors.pingcode.simulator_names import STATE_NAMES, seconds, short_id, stable_id
from connectors.pingcode.simulator_shapes import WEB, Shapes
from connectors.testing import Change, SimItem, SimRelease, World

INVERSE: Mapping[str, str] = MappingProxyType(
    {"block": "blocked_by", "blocked_by": "block", "clone": "cloned_by", "cloned_by": "clone"}
    | {"cause": "caused_by", "caused_by": "cause"}
)
# The first two were seen; what a changed date is called was not, so a simulation may choose it.
SEEN_KEYS = MappingProxyType({"sprint": "iteration", "releases": "version"})
# Fields of which the state history or the links tell, or nobody.
UNTOLD = frozenset({"links", "state_name", "created_at", "updated_at", "completed_at"})


class History:
    """The history of the items of one world in one generation."""

    def __init__(self, world: World, shapes: Shapes, guard: Callable[[str], None], due_key: str = "end_at") -> None:
        self.world = world
        self._shapes = shapes
        self._guard = guard
        self._keys = {"due": due_key, "start": "start_at", **SEEN_KEYS}

    def lists(self) -> list[tuple[str, Callable[..., list[dict[str, Any]]]]]:
        """Path and what answers it; only the first generation has no activities."""
        item = f"{self._shapes.root}/{self._shapes.word}s/([0-9a-f]{{24}})"
        lists: list[tuple[str, Callable[..., list[dict[str, Any]]]]] = [
            (f"{item}/relations", lambda query, of: self.relations(of, query.get("relation_type"))),
            (f"{item}/transition_histories", lambda query, of: self.transitions(of)),
        ]
        return lists if self._shapes.profile == "a" else [*lists, ("/v1/activities", self.activities)]

    def relations(self, item: str, wanted: str | None = None) -> list[dict[str, Any]]:
        """The links of an item, those that were made at the other end too; of an unknown item none."""
        known = self.world.items.get(item)
        if known is None:
            return []
        self._guard(known.project)
        made = [(kind, other) for kind, other in known.links]
        others = self.world.items.values()
        told = [(INVERSE.get(kind, kind), other.id) for other in others for kind, to in other.links if to == item]
        links = [(kind, other) for kind, other in dict.fromkeys([*made, *told]) if wanted in (None, kind)]
        return [self._relation(kind, item, other) for kind, other in links]

    def _relation(self, kind: str, item: str, other: str) -> dict[str, Any]:
        # Either end has a row of its own, with another id.
        identity = stable_id("relation", kind, item, other)
        return {
            "id": identity,
            "url": self._url(item, f"relations/{identity}"),
            "relation_type": kind,
            f"origin_{self._shapes.word}": self._reference(item),
            f"target_{self._shapes.word}": self._reference(other),
        }

    def _reference(self, item: str) -> dict[str, Any] | None:
        known = self.world.items.get(item)
        if known is None:
            return None
        short = short_id(item)
        return {**self._shapes.item_reference(known), "short_id": short, "html_url": f"{WEB}/pjm/workitems/{short}"}

    def _url(self, item: str, rest: str) -> str:
        host = "https://open.pingcode.com"
        return f"{host}{self._shapes.root}/{self._shapes.word}s/{item}/{rest}"

    def transitions(self, wanted: str) -> list[dict[str, Any]]:
        """Each state an item was in; the row of its creation comes from no state."""
        item = self.world.items.get(wanted)
        if item is None:
            raise Refusal(400, "100317", "工作项不存在")
        self._guard(item.project)
        steps = self._steps(item)
        former = [None, *(state for _, state in steps)]
        return [self._transition(item, at, old, new) for (at, new), old in zip(steps, former, strict=False)]

    def _steps(self, item: SimItem) -> list[tuple[datetime | None, dict[str, Any]]]:
        changes = [c for c in self.world.changes.get(item.id, ()) if c.field in ("state", "state_name")]
        now = {"state": item.state, "state_name": item.state_name}
        # The first change of a field knows what it was at the beginning.
        for change in reversed(changes):
            now[change.field] = change.old
        steps = [(item.created_at, self._state(item, now))]
        moments: dict[datetime, dict[str, Any]] = {}
        for change in changes:
            moments.setdefault(change.at, {})[change.field] = change.new
        for at, new in moments.items():
            now = {**now, **new}
            steps.append((at, self._state(item, now)))
        return steps

    def _state(self, item: SimItem, was: Mapping[str, Any]) -> dict[str, Any]:
        name = was["state_name"] or STATE_NAMES[was["state"]]
        return self._shapes.state(item.project, item.kind, name, was["state"])

    def _transition(
        self, item: SimItem, at: datetime | None, old: dict[str, Any] | None, new: dict[str, Any]
    ) -> dict[str, Any]:
        identity = stable_id("transition", item.id, str(at), new["id"])
        return {
            "id": identity,
            "url": self._url(item.id, f"transition_histories/{identity}"),
            self._shapes.word: self._reference(item.id),
            "from_state": old,
            "to_state": new,
            "created_at": seconds(at),
            "created_by": self._shapes.user_reference(item.assignee),
        }

    def activities(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """What was changed about the item that the query names, oldest first."""
        for name in ("principal_type", "principal_id"):
            if name not in query:
                raise Refusal(400, "100008", f"缺少 {name}")
        if query["principal_type"] != self._shapes.word:
            raise Refusal(400, "100049", "principal_type 不支持")
        item = self.world.items.get(query["principal_id"])
        if item is None:
            return []
        self._guard(item.project)
        changes = self.world.changes.get(item.id, ())
        return [self._activity(item, change) for change in changes if change.field not in UNTOLD]

    def _activity(self, item: SimItem, change: Change) -> dict[str, Any]:
        identity = stable_id("activity", item.id, str(change.at), change.field, str(change.old), str(change.new))
        key = self._keys.get(change.field, change.field)
        old, new = (self._told(item, change.field, value) for value in (change.old, change.new))
        return {
            "id": identity,
            "url": f"https://open.pingcode.com/v1/activities/{identity}",
            "template": "update-property",
            "type": "update",
            "summary": f"修改了 {key}",
            "content": {"property_key": key, "origin": old, "target": new},
            "client": "web",
            "created_at": seconds(change.at),
            "created_by": self._shapes.user_reference(item.assignee),
        }

    def _told(self, item: SimItem, field: str, value: Any) -> Any:
        """A value as an activity shows it: its form follows that of the property."""
        if isinstance(value, datetime):
            return seconds(value)
        if field == "state":
            return self._state(item, {"state": value, "state_name": None})
        if field == "assignee":
            return self._shapes.user_reference(value)
        if isinstance(value, SimRelease):
            return {"id": value.id, "name": value.name}
        if isinstance(value, tuple):
            return [self._told(item, field, part) for part in value]
        return value
