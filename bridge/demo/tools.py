"""The lives of all items become the two worlds that the simulated vendors serve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bridge.demo.days import Days
from bridge.demo.life import Life, lives
from bridge.demo.people import account, accounts
from bridge.demo.places import PLACES, Place, Span
from bridge.demo.shape import Stream
from bridge.demo.tickets import tickets
from bridge.demo.work_closed import CLOSED
from bridge.demo.work_delivery import DELIVERY
from bridge.demo.work_market import MARKET
from bridge.demo.work_pay import PAY
from bridge.demo.work_platform import PLATFORM
from bridge.demo.work_service import SERVICE
from connectors.testing import Edit, SimItem, SimProject, SimRelease, World, hex_id

STREAMS: tuple[Stream, ...] = PAY + PLATFORM + DELIVERY + MARKET + SERVICE + CLOSED

_LAST_SECOND = timedelta(hours=14, minutes=59, seconds=59)


class Tools(Struct, frozen=True):
    """Both tools at the demo's first look, and the numbers that scopes of the plan refer to."""

    pingcode: World
    worktile: World
    numbers: Mapping[str, str]


def tools(days: Days, random: Random) -> Tools:
    """Both worlds, each at 08:30 local time of the first look, with everything that happens later ahead of them."""
    numbers: dict[str, str] = {}
    worlds = {}
    told = [life for stream in STREAMS for life in lives(stream, days, random)]
    for tool in ("pingcode", "worktile"):
        places = [place for place in PLACES if place.tool == tool]
        edits: list[Edit] = []
        for place in places:
            edits += _edits(place, [life for life in told if life.stream.project == place.key], days, numbers)
        worlds[tool] = World(
            now=days.instant(days.first, 8, 30),
            people=accounts(tool),
            projects=[_project(place, days) for place in places],
            edits=edits,
            also=tickets(days) if tool == "pingcode" else (),
        )
    return Tools(worlds["pingcode"], worlds["worktile"], numbers)


def _project(place: Place, days: Days) -> SimProject:
    return SimProject(
        id=hex_id(place.tool, "project", place.key),
        key=place.key,
        name=place.name,
        kind=place.kind,
        created_at=days.instant(days.ahead(-160), 10),
    )


def _edits(place: Place, told: list[Life], days: Days, numbers: dict[str, str]) -> list[Edit]:
    """Everything that ever happened in a project; items are numbered in the order in which they were created."""
    phases = [_phase(place, span, nth, days) for nth, span in enumerate(place.phases, 1)]
    founded = days.instant(days.ahead(-150), 9)
    found = [Edit(at=founded, item=phase.id, create=phase) for phase in phases]
    told = sorted(told, key=lambda life: life.created)
    keys = {id(life): f"{place.key}-{nth}" for nth, life in enumerate(told, len(phases) + 1)}
    for life in told:
        key = keys[id(life)]
        if life.role in ("root", "own"):
            numbers.setdefault(f"{life.stream.milestone}.{life.role}", key)
        parent = None if life.above is None else _item_id(place, keys[id(life.above)])
        item = replace(_item(place, life, key, days), parent=parent)
        found.append(Edit(at=life.created, item=item.id, create=item))
        found += [Edit(at=at, item=item.id, changes=changes) for at, changes in life.edits]
        for at, other in life.blocks:
            link = ("block", _item_id(place, keys[id(other)]))
            found.append(Edit(at=at, item=item.id, changes={"links": (link,)}))
    return found


def _item(place: Place, life: Life, key: str, days: Days) -> SimItem:
    fields: dict[str, Any] = dict(life.fields)
    assignee = fields.pop("assignee")
    phase, sprint, release = fields.pop("phase"), fields.pop("sprint"), fields.pop("release")
    return SimItem(
        id=_item_id(place, key),
        key=key,
        title=life.title,
        project=hex_id(place.tool, "project", place.key),
        kind=life.kind,
        assignee=None if assignee is None else account(place.tool, assignee),
        phase=None if phase is None else hex_id(place.tool, "phase", place.key, phase),
        sprint=_release(place, place.sprints, sprint, days),
        releases=tuple(filter(None, [_release(place, place.releases, release, days)])),
        **fields,
    )


def _item_id(place: Place, key: str) -> str:
    return hex_id(place.tool, "item", key)


def _release(place: Place, spans: tuple[Span, ...], name: str | None, days: Days) -> SimRelease | None:
    if name is None:
        return None
    span = next(span for span in spans if span.name == name)
    return SimRelease(
        id=hex_id(place.tool, place.key, span.name),
        name=span.name,
        start=days.instant(days.ahead(span.start), 0),
        end=days.instant(days.ahead(span.end), 9) + _LAST_SECOND,
    )


def _phase(place: Place, span: Span, nth: int, days: Days) -> SimItem:
    ended = span.end < 0
    return SimItem(
        id=hex_id(place.tool, "phase", place.key, span.name),
        key=f"{place.key}-{nth}",
        title=span.name,
        project=hex_id(place.tool, "project", place.key),
        kind="phase",
        state="done" if ended else "doing",
        start=days.instant(days.ahead(span.start), 9),
        due=days.instant(days.ahead(span.end), 18),
        completed_at=days.instant(days.ahead(span.end), 17) if ended else None,
    )
