"""`/milestones/{key}`: why a milestone has its colour, how its promise and its dates moved, and what is done about it.

Leads and admins write the note and acknowledge reasons here, as `pbridge note` and `pbridge acknowledge` do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from bridge.errors import UsageProblem
from bridge.language import Lang
from bridge.report import marks
from bridge.report.cells import money_of, one_line, safe_url
from bridge.report.phrases import share_text
from bridge.report.risk_words import STATES
from bridge.report.rows import rows
from bridge.report.wording import method_name
from bridge.usecases import milestones
from bridge.usecases.milestones import Detail, Moved, Work
from bridge.usecases.serving import Opened
from bridge.usecases.statements import ACCOUNTS, CATEGORIES
from bridge.web import chart_panels
from bridge.web import milestone_deeds as deeds
from bridge.web.answers import Said
from bridge.web.frame import Frame
from bridge.web.login import own_deals, require, role, who
from bridge.web.milestone_words import (
    AFTER_LOGIN,
    BASELINE_COLUMNS,
    COUNTED,
    FACTS,
    METHOD_COLUMNS,
    MOVE_COLUMNS,
    NAMES,
    NO_MOVES,
    NO_TASKS,
    NO_VERSIONS,
    RISK_COLUMNS,
    SAID,
    SEEN,
    STATUSES,
    TOLD,
    UNTOLD,
    VERSION_COLUMNS,
    WORK_COLUMNS,
)
from bridge.web.report_page import Reporting
from bridge.web.sheets import Cell, Panel, cell, grid, joined, outside, said_day

WRITERS = ("admin", "lead")
MOST_ROWS = 200
Day = Callable[[date | datetime | str | None], Cell]
"""Days as they are said, and instants as days in the configured zone."""


def add_milestone(app: Flask, reports: Reporting, opened: Opened, frame: Frame) -> None:
    @app.get("/milestones/<path:key>")
    def milestone_page(key: str) -> Response:
        return _page(frame, _found(reports, opened, key, frame.language()), request.args.get("done", ""))

    @app.post("/milestones/<path:key>")
    def milestone_written(key: str) -> Response:
        lang, space = frame.language(), opened()
        author = require(lang, *WRITERS)
        if not milestones.is_seen(space, key, own_deals()):
            raise NotFound
        deed = deeds.DEEDS.get(request.form.get("deed", ""))
        if deed is None:
            raise Said(400, SAID["no_deed"].say(lang))
        try:
            deed(space, key, author.name, request.form)
        except UsageProblem as problem:
            return _page(frame, _found(reports, opened, key, lang), problem=problem.say(lang), status=422)
        return Response("", 303, {"Location": frame.link("milestones", key, done=request.form["deed"])})

    deeds.add_letters(app, reports, opened, frame)


def _found(reports: Reporting, opened: Opened, key: str, lang: Lang) -> Detail:
    """Somebody else's milestone is as unknown as one that is not there."""
    found = milestones.look(opened(), key, lang, own_deals(), reports.judged())
    if found is None:
        raise NotFound
    return found


def _page(frame: Frame, found: Detail, done: str = "", problem: str = "", status: int = 200) -> Response:
    lang, item = frame.language(), found.item
    day = _days(found, lang)
    (row,) = rows({"as_of": found.today.isoformat(), "milestones": [item]}, lang)
    typed: Mapping[str, str] = request.form if problem and request.form.get("deed") == "note" else {}
    values: dict[str, Any] = {
        **frame.words(found.today),
        "ask": lambda name, **told: SAID[name].say(lang, **told),
        "freshness": found.sources,
        "row": row,
        "item": item,
        "customer": one_line(item["customer"]) if item["customer"] else None,
        "facts": tuple(_facts(item, row, day, lang)),
        "lives": {one.episode.code: one for one in found.findings},
        "states": {state: text.say(lang) for state, text in STATUSES.items()},
        "chain": [_step(one, day) for one in _chain(item)],
        "waits": [one_line(item[name]["text"]) for name in _told(item) if item[name]["text"]],
        **chart_panels.words(lang),
        "drawings": chart_panels.of_milestone(found, lang),
        "panels": tuple(_panels(found, day, lang)),
        "money": _money(item, lang),
        "note": {name: typed.get(name, item["note"][name] or "") for name in deeds.NOTE},
        "written": item["note"]["recorded_at"] or "",
        "by": _by(item, day),
        "categories": [(code, marks.CATEGORIES[code].say(lang)) for code in CATEGORIES],
        "accounts": [(code, marks.ACCOUNTS[code].say(lang)) for code in ACCOUNTS],
        "may_write": role() in WRITERS and frame.someone() is not None,
        "today": found.today.isoformat(),
        "done": SAID[f"done_{done}"].say(lang) if f"done_{done}" in SAID else "",
        "problem": problem,
        "letter": frame.link("letters", item["key"]),
        "deal": frame.link("retro", item["deal"]["key"]),
    }
    return frame.page("milestone_page.html", values, title=row.name, here="/", status=status)


def _chain(item: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = item["network"]["chain"] if item["network"] else ()
    return found


def _step(one: Mapping[str, Any], day: Day) -> Cell:
    """A task of the chain that decides the end, with the days on which it should be worked on."""
    named = one_line(f"{one['key']} {one['title']}" if one["key"] else one["title"])
    return Cell(named, safe_url(one["url"]), small=f"{day(one['start']).text} – {day(one['finish']).text}")


def _told(item: Mapping[str, Any]) -> list[str]:
    """What the end waits for, in sentences; a chain that is listed needs none."""
    return [name for name in ("network", "waits_for") if item[name] and not (name == "network" and _chain(item))]


def _days(found: Detail, lang: Lang) -> Day:
    say = said_day(found.today, lang)

    def field(value: date | datetime | str | None) -> Cell:
        if isinstance(value, str) and "T" in value:
            value = datetime.fromisoformat(value)
        return say(value.astimezone(found.zone).date() if isinstance(value, datetime) else value)

    return field


def _by(item: Mapping[str, Any], day: Day) -> str:
    note = item["note"]
    return "" if note["by"] is None else f"{one_line(note['by'])} · {day(note['recorded_at']).text}"


def _facts(item: Mapping[str, Any], row: Any, day: Day, lang: Lang) -> Iterator[tuple[str, str]]:
    known: dict[str, object] = {
        "promise": day(item["baseline"]).text,
        "due": day(item["due_in_tool"]).text,
        "actual": day(item["actual"]).text if item["actual"] else None,
        "p85": None if item["actual"] else day(item["forecast"]["p85"]).text,
        "chance": row.chance,
        "slip": None if row.slip is None else SAID["workdays"].say(lang, slip=row.slip.signed),
        "amount": row.amount,
        "owner": row.owner,
        "contact": _contact(item, day, lang),
    }
    for name, value in known.items():
        if value is not None:
            yield FACTS[name].say(lang), str(value)


def _contact(item: Mapping[str, Any], day: Day, lang: Lang) -> str | None:
    """When the customer or the team is to be talked to next, and whether that day has passed."""
    contact = item["next_contact"]
    if contact is None:
        return None
    late = contact["overdue_days"]
    return day(contact["due"]).text + (SAID["overdue_by"].say(lang, days=late) if late else "")


def _money(item: Mapping[str, Any], lang: Lang) -> Panel:
    money = item["money"]
    names = ("at_risk_gross", "at_risk_expected", "penalty_today", "penalty_p85")
    said = [
        (FACTS[name].say(lang), money_of(money[name], money["currency"])) for name in names if money[name] is not None
    ]
    return Panel(SAID["money"].say(lang), facts=tuple(said), lines=(SAID["estimate"].say(lang),) if said else ())


def _panels(found: Detail, day: Day, lang: Lang) -> Iterator[Panel]:
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
