"""What the simulated server understands as a filter: the parameters of the lists and the operators of the search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from connectors.pingcode.simulator_names import SYSTEM_TYPES, priority_id, state_id, state_name, tag_id, type_id
from connectors.testing import SimItem

Test = Callable[[Any], bool]
"""Whether an item, or a ticket or idea, is meant."""
MOST_IDS = 20
SLUGS = frozenset(kind for kind, (_, _, _, is_slug) in SYSTEM_TYPES.items() if is_slug)


class Refusal(Exception):
    """The server says no, with a status and its own code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def _ids(item: SimItem, name: str) -> Iterable[str | None]:
    """The ids that an item has under a reference of this name."""
    one: dict[str, Callable[[], Iterable[str | None]]] = {
        "project": lambda: [item.project],
        "type": lambda: [type_id(item.kind)],
        "parent": lambda: [item.parent],
        "assignee": lambda: [item.assignee],
        "created_by": lambda: [item.assignee],
        "updated_by": lambda: [item.assignee],
        "state": lambda: [state_id(item.project, item.kind, state_name(item))],
        "priority": lambda: [priority_id(item.priority) if item.priority else None],
        "sprint": lambda: [item.sprint.id if item.sprint else None],
        "phase": lambda: [item.phase],
        "participants": lambda: item.participants,
        "tags": lambda: [tag_id(tag) for tag in item.tags],
        "versions": lambda: [release.id for release in item.releases],
    }
    return one[name]()


# Parameter of the lists (without `_id` or `_ids`) -> reference.
LIST_REFERENCES = {
    name: name for name in ("project", "type", "parent", "assignee", "state", "priority", "sprint", "phase")
} | {"tag": "tags", "version": "versions", "release": "versions", "participant": "participants"}
LIST_TIMES = {"start": "start", "end": "due", "created": "created_at", "updated": "updated_at"}

SEARCH_REFERENCES = {
    f"{name}.id": name
    for name in (
        *["project", "parent", "assignee", "created_by", "updated_by", "state", "priority", "sprint", "phase"],
    )
} | {"participants.id": "participants", "tags.id": "tags", "versions.id": "versions"}
SEARCH_TIMES = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "start_at": "start",
    "end_at": "due",
    "completed_at": "completed_at",
}
SEARCH_NUMBERS = {
    "story_points": "story_points",
    "estimated_workload": "estimate_hours",
    "remaining_workload": "remaining_hours",
}
SEARCH_TEXTS = ("title", "description")


class Filters(Struct, frozen=True):
    """The filters of one generation; `ends_count`: whether the ends of `*_between` belong to the range."""

    profile: str
    zone: ZoneInfo
    ends_count: bool = True

    def of_list(self, query: Mapping[str, str]) -> list[Test]:
        """Unknown parameters are ignored, as servers do."""
        is_plural = self.profile in ("a", "b")
        tests: list[Test] = []
        for name, value in query.items():
            stem, _, suffix = name.rpartition("_")
            if name == "identifier":
                tests.append(lambda item, value=value: item.key == value)  # type: ignore[misc]
            elif name == "keywords":
                tests.append(lambda item, value=value: value in item.title or value == item.key)  # type: ignore[misc]
            elif is_plural and suffix == "between" and stem in LIST_TIMES:
                tests.append(self._between(LIST_TIMES[stem], value))
            elif suffix == ("ids" if is_plural else "id") and self._knows(stem):
                tests.append(_has(LIST_REFERENCES[stem], _listed(value)))
        return tests

    def _knows(self, stem: str) -> bool:
        other = "version" if self.profile == "d" else "release"
        return stem in LIST_REFERENCES and stem != other

    def _between(self, field: str, text: str) -> Test:
        low, _, high = text.partition(",")
        start, end = (_moment(low) if low else None), (_moment(high) if high else None)
        one = timedelta(seconds=1)
        if start and not self.ends_count:
            start += one
        if end:
            end += one if self.ends_count else timedelta(0)
        return _within(field, start, end)

    def of_search(self, filters: Mapping[str, Any]) -> list[Test]:
        return [self._searched(name, condition) for name, condition in filters.items()]

    def _searched(self, name: str, condition: object) -> Test:
        if not isinstance(condition, Mapping) or len(condition) != 1:
            raise Refusal(400, "100039", f"{name}: 一个字段只能有一个操作符")
        ((operator, value),) = condition.items()
        if name in SEARCH_REFERENCES or name == "type":
            return _reference(name, operator, value)
        if name in SEARCH_TIMES:
            return self._day(SEARCH_TIMES[name], operator, value)
        if name in SEARCH_NUMBERS:
            return _number(SEARCH_NUMBERS[name], operator, value)
        if name in SEARCH_TEXTS:
            _allow(name, operator, ("contains",))
            return lambda item: str(value) in (getattr(item, name) or "")
        if name.startswith("properties."):
            _allow(name, operator, ("in",))
            return lambda item: item.properties.get(name.removeprefix("properties.")) in value
        raise Refusal(400, "100043", f"不支持的搜索字段 {name}")

    def _day(self, field: str, operator: str, value: object) -> Test:
        """Date operators compare whole days of the tenant's zone."""
        _allow(field, operator, ("gt", "lt", "gte", "lte", "between"))
        ends = value if operator == "between" else [value]
        if not isinstance(ends, list) or len(ends) not in (1, 2):
            raise Refusal(400, "100039", f"{field}: between 需要两个值")
        first, last = self._midnight(ends[0]), self._midnight(ends[-1])
        day = timedelta(days=1)
        ranges: dict[str, tuple[datetime | None, datetime | None]] = {
            "gte": (first, None),
            "gt": (first + day, None),
            "lte": (None, first + day),
            "lt": (None, first),
            "between": (first, last + day),
        }
        return _within(field, *ranges[operator])

    def _midnight(self, second: object) -> datetime:
        local = _moment(str(second)).astimezone(self.zone)
        # Comparing instants of different zones is ten times slower.
        return datetime.combine(local.date(), time.min, self.zone).astimezone(UTC)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise Refusal(400, "100003", f"无效的时间 {text}") from None


def _within(field: str, start: datetime | None, end: datetime | None) -> Test:
    def test(item: SimItem) -> bool:
        at: datetime | None = getattr(item, field)
        return at is not None and (start is None or at >= start) and (end is None or at < end)

    return test


def _has(reference: str, wanted: frozenset[str]) -> Test:
    if reference == "project":
        return lambda item: item.project in wanted
    return lambda item: not wanted.isdisjoint(_ids(item, reference))


def _listed(text: str) -> frozenset[str]:
    ids = frozenset(text.split(","))
    if len(ids) > MOST_IDS:
        raise Refusal(400, "100001", f"最多 {MOST_IDS} 个 id")
    return ids


def _reference(name: str, operator: str, value: object) -> Test:
    _allow(name, operator, ("exists", "in", "nin"))
    reference = SEARCH_REFERENCES.get(name, "type")
    if operator == "exists":
        return lambda item: any(_ids(item, reference)) == bool(value)
    if not isinstance(value, list):
        raise Refusal(400, "100006", f"{name}: 需要数组")
    if name == "type" and not SLUGS.issuperset(value):
        # Whether ids of custom types are accepted here is not known, so a connector must not rely on it.
        raise Refusal(400, "100001", "type 不是有效的枚举值")
    has = _has(reference, frozenset(value))
    return has if operator == "in" else lambda item: not has(item)


def _number(field: str, operator: str, value: Any) -> Test:
    _allow(field, operator, ("exists", "eq", "ne", "gt", "lt", "gte", "lte"))

    def test(item: SimItem) -> bool:
        has = getattr(item, field)
        if operator == "exists" or has is None:
            return (has is not None) == bool(value) if operator == "exists" else False
        compared = {"eq": has == value, "ne": has != value, "gt": has > value, "lt": has < value}
        return bool({**compared, "gte": has >= value, "lte": has <= value}[operator])

    return test


def _allow(name: str, operator: str, known: Iterable[str]) -> None:
    if operator not in known:
        raise Refusal(400, "100044", f"字段 {name} 不支持操作符 {operator}")
