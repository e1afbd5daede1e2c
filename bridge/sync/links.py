"""The links of tasks on their way from the rows of a detail stream into the store, also when a new mapping reads them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from bridge.mapping.outcome import Problem
from bridge.store import history, links
from bridge.store.links import Told
from bridge.sync.landing import Turn

Payloads = Iterable[Mapping[str, Any]]
TARGETS = ("links.origin", "links.target", "links.kind", "links.lag")
SECTION = "links"


def record_links(turn: Turn, stream: str, task: str, payloads: Payloads) -> None:
    """Keep what all rows that a stream has of a task tell of its links; call it inside a transaction."""
    if _reads(turn, stream):
        known = links.of_task(turn.store, turn.source, stream, task)
        _keep(turn, stream, task, known, payloads)


def remap_links(turn: Turn) -> None:
    """Read every stored row of links with a new mapping, inside a transaction; what none tells any more has ended."""
    known = links.of_source(turn.store, turn.source)
    if turn.mapping.links is not None:
        streams = turn.mapping.links.streams
        for task, rows in history.rows_by_task(turn.store, turn.packing, turn.source, streams):
            for stream, payloads in rows.items():
                _keep(turn, stream, task, known.pop((stream, task), {}), payloads)
    else:
        links.forget_problems(turn.store, turn.source, TARGETS)
    for (stream, task), told in known.items():
        _keep(turn, stream, task, told, ())


def linked_alike(former: str, text: str) -> bool:
    """Whether two mappings certainly read links alike, so that they need not be read again."""
    try:
        return bool(_section(former) == _section(text))
    except tomllib.TOMLDecodeError:
        return False


def _section(text: str) -> tuple[Any, Any]:
    document = tomllib.loads(text)
    return document.get(SECTION), document.get("wrapped")


def _reads(turn: Turn, stream: str) -> bool:
    return turn.mapping.links is not None and stream in turn.mapping.links.streams


def _keep(turn: Turn, stream: str, task: str, known: Mapping[Told, int], payloads: Payloads) -> None:
    problems: list[Problem] = []
    now: dict[Told, None] = {}
    for row in payloads:
        found = turn.mapping.links.read(row, turn.about, problems) if turn.mapping.links is not None else None
        if found is not None:
            now[Told(found.predecessor, found.successor, found.kind.value, found.word, found.lag)] = None
    history.save_problems(turn.store, turn.source, TARGETS, {task: problems}, turn.at)
    version = turn.mapping.version
    links.replace(turn.store, turn.source, stream, task, known=known, now=now, version=version, at=turn.at)
