"""Is everything in place: settings, mappings, plan, and each source, told apart by what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from msgspec import Struct

import connectors
from bridge.errors import BridgeError, Unavailable
from bridge.language import Phrase, Text
from bridge.plan import readers
from bridge.store import budgets
from bridge.usecases import calendars, health, people
from bridge.usecases.codes import in_words
from bridge.usecases.planning import read_files
from bridge.usecases.timetable import timetable
from bridge.usecases.workspace import Workspace
from connectors import contract
from connectors.contract import Allowances, Check, SourceConfig

OTHER_ERROR = Text(zh="{error}", en="{error}")
NOT_SHARED = Text(
    zh="请求数没有与正在运行的同步合计，两者同时进行可能超出限额：{error}",
    en="requests are not counted together with those of a sync, so both at once may exceed the limit: {error}",
)


class Line(Struct, frozen=True):
    """One thing that was looked at. `severity` is `info` where it is only worth knowing."""

    place: str
    ok: bool
    code: str
    text: Phrase | None
    severity: str = "warning"


class Examined(Struct, frozen=True):
    lines: tuple[Line, ...]
    sources: tuple[tuple[SourceConfig, Check], ...]

    @property
    def exit_code(self) -> int:
        return int(any(not line.ok for line in self.lines))

    def as_json(self, lang: Any) -> dict[str, Any]:
        return {
            "ok": self.exit_code == 0,
            "checks": [
                {
                    "place": line.place,
                    "ok": line.ok,
                    "code": line.code,
                    "message": line.text.say(lang) if line.text else None,
                }
                for line in self.lines
            ],
            "sources": [
                {
                    "source": config.name,
                    "kind": config.kind,
                    "signed_in": check.signed_in,
                    "profile": check.profile,
                    "clock_offset_s": check.clock_offset_s,
                    "projects": [{"id": p.id, "key": p.key, "name": p.name} for p in check.projects],
                    "findings": [{"code": f.code, "severity": f.severity, "detail": f.detail} for f in check.findings],
                    "samples": {s.stream: {key: list(types) for key, types in s.keys.items()} for s in check.samples},
                }
                for config, check in self.sources
            ],
        }


def examine(space: Workspace, names: Sequence[str] = (), *, samples: bool = False) -> Examined:
    """Look at everything with reads only; the store is not touched. `samples` asks for the keys of one of each stream.

    Where there is a folder for the store, requests are counted beside it with those of a sync that runs meanwhile.
    """
    configs = space.sources(names)
    lines = [Line("config", True, "ok", None)]
    lines += [_mapping_line(space, source) for source in configs]
    if not names:
        lines += [_schedule_line(space), _calendar_line(space), _plan_line(space), _people_line(space)]
        lines += _health_lines(space)
    checks: list[tuple[SourceConfig, Check]] = []
    with Counting(space) as counting:
        for source in configs:
            check = _check(space, source, samples, counting)
            checks.append((source, check))
            lines += _source_lines(source, check)
        lines += counting.lines()
    return Examined(tuple(lines), tuple(checks))


class Counting:
    """The allowances shared with a sync, for as long as they can be had: a look around is worth more than the count."""

    def __init__(self, space: Workspace) -> None:
        self.shared: Allowances | None = None
        self._error: Unavailable | None = None
        self._opened = ExitStack()
        place = space.settings.database_place
        if budgets.has_room(place):
            try:
                self.shared = self._opened.enter_context(budgets.allowances(place))
            except Unavailable as err:
                self.give_up(err)

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def give_up(self, error: Unavailable) -> None:
        self.shared, self._error = None, error

    def lines(self) -> Iterator[Line]:
        if self._error is not None:
            yield Line("requests", True, "not_shared", Phrase(NOT_SHARED, {"error": self._error}))


def _check(space: Workspace, source: SourceConfig, samples: bool, counting: Counting) -> Check:
    try:
        return _look(space, source, samples, counting.shared)
    except Unavailable as err:
        if counting.shared is None:
            raise
        counting.give_up(err)
    return _look(space, source, samples, None)


def _look(space: Workspace, source: SourceConfig, samples: bool, allowances: Allowances | None) -> Check:
    # The real clock, also under --today: how far it is from the server's is one of the things looked at.
    surroundings = contract.Surroundings(space.clock.timezone, allowances=allowances)
    connector = connectors.load(source.kind)(source, surroundings)
    try:
        return connector.check(samples=samples)
    finally:
        connector.close()


def _mapping_line(space: Workspace, source: SourceConfig) -> Line:
    place = f"mapping {source.name}"
    try:
        _, remark = space.mapping(source)
    except BridgeError as err:
        return Line(place, False, "mapping", Phrase(OTHER_ERROR, {"error": err}))
    return Line(place, True, "ok", Phrase(remark.text, remark.facts) if remark else None)


def _schedule_line(space: Workspace) -> Line:
    try:
        timetable(space.settings)
    except BridgeError as err:
        return Line("schedule", False, "schedule", Phrase(OTHER_ERROR, {"error": err}))
    return Line("schedule", True, "ok", None)


def _calendar_line(space: Workspace) -> Line:
    try:
        year = calendars.unannounced_year(space)
    except BridgeError as err:
        return Line("calendar", False, "calendar", Phrase(OTHER_ERROR, {"error": err}))
    if year is not None:
        return Line("calendar", True, "year_not_announced", Phrase(calendars.NOT_ANNOUNCED, {"year": year}))
    return Line("calendar", True, "ok", None)


def _plan_line(space: Workspace) -> Line:
    try:
        readers.read(read_files(space.settings.plan_file))
    except BridgeError as err:
        return Line("plan", False, "plan", Phrase(OTHER_ERROR, {"error": err}))
    return Line("plan", True, "ok", None)


def _people_line(space: Workspace) -> Line:
    try:
        remark = people.undecided(space)
    except BridgeError as err:
        return Line("people", False, "people", Phrase(OTHER_ERROR, {"error": err}))
    return Line("people", True, "ok", Phrase(remark.text, remark.facts) if remark else None)


def _health_lines(space: Workspace) -> list[Line]:
    """What the service itself needs somebody for; the calendar has a line of its own."""
    try:
        found = health.concerns(space)
    except BridgeError as err:
        return [Line("store", False, "store", Phrase(OTHER_ERROR, {"error": err}))]
    lines = [
        Line(f"service {one.place}", one.severity != "error", one.code, one.text)
        for one in found
        if one.code != "calendar_not_confirmed"
    ]
    return lines or [Line("service", True, "ok", None)]


def _source_lines(source: SourceConfig, check: Check) -> list[Line]:
    place = f"source {source.name}"
    lines = [Line(place, f.severity != "error", f.code, in_words(f.code, f.detail), f.severity) for f in check.findings]
    return lines or [Line(place, check.ok, "ok" if check.ok else "failed", None)]
