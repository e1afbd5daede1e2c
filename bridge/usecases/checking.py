"""Is everything in place: settings, mappings, plan, and each source, told apart by what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import connectors
from bridge.errors import BridgeError
from bridge.language import Phrase, Text
from bridge.plan import readers
from bridge.usecases.codes import in_words
from bridge.usecases.planning import read_files
from bridge.usecases.timetable import timetable
from bridge.usecases.workspace import Workspace
from connectors import contract
from connectors.contract import Check, SourceConfig

OTHER_ERROR = Text(zh="{error}", en="{error}")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `severity` is `info` where it is only worth knowing."""

    place: str
    ok: bool
    code: str
    text: Phrase | None
    severity: str = "warning"


@dataclass(frozen=True, slots=True)
class Examined:
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
    """Look at everything with reads only; the store is not touched. `samples` asks for the keys of one of each stream."""
    configs = space.sources(names)
    lines = [Line("config", True, "ok", None)]
    lines += [_mapping_line(space, source) for source in configs]
    if not names:
        lines += [_schedule_line(space), _calendar_line(space), _plan_line(space)]
    checks = [(source, _check(space, source, samples)) for source in configs]
    for source, check in checks:
        lines += _source_lines(source, check)
    return Examined(tuple(lines), tuple(checks))


def _check(space: Workspace, source: SourceConfig, samples: bool) -> Check:
    # The real clock, also under --today: how far it is from the server's is one of the things looked at.
    surroundings = contract.Surroundings(space.clock.timezone)
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
        space.calendar()
    except BridgeError as err:
        return Line("calendar", False, "calendar", Phrase(OTHER_ERROR, {"error": err}))
    return Line("calendar", True, "ok", None)


def _plan_line(space: Workspace) -> Line:
    try:
        readers.read(read_files(space.settings.plan_file))
    except BridgeError as err:
        return Line("plan", False, "plan", Phrase(OTHER_ERROR, {"error": err}))
    return Line("plan", True, "ok", None)


def _source_lines(source: SourceConfig, check: Check) -> list[Line]:
    place = f"source {source.name}"
    lines = [Line(place, f.severity != "error", f.code, in_words(f.code, f.detail), f.severity) for f in check.findings]
    return lines or [Line(place, check.ok, "ok" if check.ok else "failed", None)]
