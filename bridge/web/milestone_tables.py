"""The tables of the page of a milestone: its work, its risks, how its promise and its dates moved, how its end is reckoned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bridge.language import Lang
from bridge.report import marks
from bridge.report.cells import one_line
from bridge.report.phrases import share_text
from bridge.report.risk_words import STATES
from bridge.report.rows import rows
from bridge.report.wording import method_name
from bridge.usecases.milestones import Detail, Moved, Work
from bridge.web.cuts import MOST_ROWS
from bridge.web.login import who
from bridge.web.milestone_words import (
    AFTER_LOGIN,
    BASELINE_COLUMNS,
    COUNTED,
    METHOD_COLUMNS,
    MOVE_COLUMNS,
    NAMES,
    NO_MOVES,
    NO_TASKS,
    NO_VERSIONS,
    RISK_COLUMNS,
    SAID,
    SEEN,
    TOLD,
    UNTOLD,
    VERSION_COLUMNS,
    WORK_COLUMNS,
)
from bridge.web.sheets import Cell, Panel, cell, grid, joined, outside

Day = Callable[[date | datetime | str | None], Cell]
"""Days as they are said, and instants as days in the configured zone."""


def panels(found: Detail, day: Day, lang: Lang) -> Iterator[Panel]:
    yield Panel(
        SAID["tasks"].say(lang),
        grid(lang, WORK_COLUMNS, (_work(one, day, lang) for one in found.work[:MOST_ROWS]), NO_TASKS),
        _more(found.work, lang),
    )
    if found.item["risks"]:
        yield Panel(
            SAID["risks"].say(lang), grid(lang, RISK_COLUMNS, (_risk(one, day, lang) for one in found.item["risks"]))
        )
    yield Panel(
        SAID["promises"].say(lang), grid(lang, BASELINE_COLUMNS, (_baseline(one, day) for one in found.baselines))
    )
    yield Panel(
        SAID["moves"].say(lang),
        grid(lang, MOVE_COLUMNS, (_move(one, day, lang) for one in found.moves[:MOST_ROWS]), NO_MOVES),
        _more(found.moves, lang),
    )
    yield Panel(
        SAID["methods"].say(lang),
        grid(lang, METHOD_COLUMNS, _methods(found.item, day, lang)),
        tuple(_why_not(found, lang)),
    )
    versions = (
        (day(one.recorded_at), cell(one.by), cell(_note(one, found.today, lang), "text")) for one in found.notes
    )
    yield Panel(SAID["versions"].say(lang), grid(lang, VERSION_COLUMNS, versions, NO_VERSIONS))


def _more(every: Sequence[object], lang: Lang) -> tuple[str, ...]:
    """What a table leaves out is said."""
    left = len(every) - MOST_ROWS
    return (SAID["more"].say(lang, count=left),) if left > 0 else ()


def _work(one: Work, day: Day, lang: Lang) -> Iterator[Cell]:
    task = one.task
    named = outside(task.key or task.title, task.url)
    yield Cell(named.text, named.href, "text", small=one_line(task.title) if task.key else None, is_elsewhere=True)
    yield cell(NAMES[task.status].say(lang), small=None if one.is_counted else COUNTED.say(lang))
    yield cell(joined((person.name for person in task.assignees), lang))
    yield day(task.start_on)
    due = day(task.due_on)
    yield cell(
        due.text, "day over" if one.is_overdue else "day", small=SAID["overdue"].say(lang) if one.is_overdue else None
    )
    yield day(task.completed_at)
    yield cell(None if task.remaining_hours is None else f"{task.remaining_hours:g}", "n")


def _risk(one: Mapping[str, Any], day: Day, lang: Lang) -> Iterator[Cell]:
    yield cell(one["cause"], "text", small=one["key"])
    yield cell(STATES[one["state"]].say(lang))
    yield cell(None if one["probability"] is None else share_text(one["probability"]), "n")
    yield cell(" / ".join(part for part in (one["response"], one["action"]) if part), "long")
    yield cell(one["owner"])
    yield day(one["due"])


def _baseline(one: tuple[Any, int | None], day: Day) -> Iterator[Cell]:
    baseline, workdays = one
    yield cell(f"B{baseline.number}")
    yield day(baseline.promised)
    yield cell(None if workdays is None else f"{workdays:+d}", "n")
    yield day(baseline.recorded_at)
    yield cell(baseline.approved_by)
    yield cell(baseline.reason, "text")


def _move(one: Moved, day: Day, lang: Lang) -> Iterator[Cell]:
    named = outside(one.task.key or one.task.title, one.task.url)
    yield Cell(
        named.text, named.href, "text", small=one_line(one.task.title) if one.task.key else None, is_elsewhere=True
    )
    yield day(one.old)
    yield day(one.new)
    yield cell(None if one.old is None or one.new is None else f"{(one.new - one.old).days:+d}", "n")
    yield day(one.at)
    # Where nobody has to log in, nobody can tell who looks.
    yield cell(AFTER_LOGIN.say(lang) if one.by and who() is None else one.by or UNTOLD.say(lang))
    yield cell((TOLD if one.told else SEEN).say(lang))


def _methods(item: Mapping[str, Any], day: Day, lang: Lang) -> Iterator[Iterator[Cell]]:
    """Every method that gives a date, the one that counts first."""
    forecast = item["forecast"]
    spread: Mapping[str, str] = forecast["spread"] or {}
    for method in sorted(spread, key=lambda name: (name != forecast["method"], name)):
        yield _method(method, spread[method], forecast, day, lang)


def _method(method: str, at: str, forecast: Mapping[str, Any], day: Day, lang: Lang) -> Iterator[Cell]:
    counts = method == forecast["method"]
    yield cell(method_name(method, lang), "text", small=SAID["counts"].say(lang) if counts else None)
    for name in ("p50", "p85", "p95"):
        yield day(forecast[name] if counts else at if name == "p85" else None)


def _why_not(found: Detail, lang: Lang) -> Iterator[str]:
    (row,) = rows({"as_of": found.today.isoformat(), "milestones": [found.item]}, lang)
    if row.why_not:
        yield row.why_not


def _note(note: Any, today: date, lang: Lang) -> str:
    dates = {
        name: getattr(note, name).isoformat() if getattr(note, name) else None
        for name in ("recovery_date", "customer_informed")
    }
    fields = {name: getattr(note, name) for name in ("category", "account", "reason", "recovery_plan", "owner")}
    said = marks.note_text({"note": {**fields, **dates}}, today, lang) or ""
    told = dates["customer_informed"]
    return " · ".join(part for part in (said, SAID["informed"].say(lang, day=told) if told else "") if part)
