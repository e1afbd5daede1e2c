"""The delay report of one workspace as a page: the use cases behind the web application, and the two put together."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import Struct, field

from bridge.language import Lang
from bridge.usecases import looking
from bridge.usecases.evaluations import Evaluations
from bridge.usecases.health import Condition, condition
from bridge.usecases.metrics import Measured, measure
from bridge.usecases.reporting import Browsed, Judged, ReportWish
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.own_writes import last_write
from bridge.web.server import serve

LOOPBACK = "127.0.0.1"
LONGEST_STOP_S = 2.0


class Reports(Struct, frozen=True):
    """`Services` over a workspace; requests share what was judged of it (`usecases/evaluations`)."""

    space: Workspace
    shared: Evaluations = field(default_factory=Evaluations)

    @property
    def language(self) -> Lang:
        return self.space.lang

    def browse(self, lang: Lang, wish: ReportWish) -> Browsed:
        return self.shared.browse(self.space, wish, lang, last_write())

    def judged(self) -> Judged:
        return self.shared.judged(self.space, last_write())

    def report_json(self, lang: Lang, wish: ReportWish) -> Mapping[str, Any]:
        return self.browse(lang, wish).document

    def tasks(
        self, source: str | None, project: str | None, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        return list(looking.list_tasks(self.space, sources=_one(source), project=project, after=after, limit=limit))

    def condition(self) -> Condition:
        return condition(lambda: self.space)

    def metrics(self) -> Sequence[Measured]:
        return measure(lambda: self.space)


def _one(source: str | None) -> tuple[str, ...]:
    return () if source is None else (source,)


@contextmanager
def serving(space: Workspace, port: int) -> Iterator[str]:
    """Serve the report on loopback while the block runs; gives the address. Port 0 takes any free one."""
    stop = threading.Event()
    running = serve(create_app(Reports(space), opened=lambda: space), LOOPBACK, port, stop)
    try:
        yield running.url
    finally:
        stop.set()
        running.join(LONGEST_STOP_S)
