"""`/milestones/{key}`: why a milestone has its colour, how its promise and its dates moved, and what is done about it.

Leads and admins write the note and acknowledge reasons here, as `pbridge note` and `pbridge acknowledge` do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from bridge.errors import UsageProblem
from bridge.language import Lang
from bridge.report import marks
from bridge.report.cells import money_of, one_line, safe_url
from bridge.report.rows import rows
from bridge.usecases import milestones
from bridge.usecases.milestones import Detail
from bridge.usecases.serving import Opened
from bridge.usecases.statements import ACCOUNTS, CATEGORIES
from bridge.web import chart_panels
from bridge.web import milestone_deeds as deeds
from bridge.web.answers import Said
from bridge.web.frame import Frame
from bridge.web.login import own_deals, require, role
from bridge.web.milestone_tables import Day, panels
from bridge.web.milestone_words import FACTS, SAID
from bridge.web.report_page import Reporting
from bridge.web.sheets import Cell, Panel, said_day

WRITERS = ("admin", "lead")


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
        "states": {state: text.say(lang) for state, text in marks.STATE_WORDS.items()},
        "chain": [_step(one, day) for one in _chain(item)],
        "waits": [one_line(item[name]["text"]) for name in _told(item) if item[name]["text"]],
        **chart_panels.words(lang),
        "drawings": chart_panels.of_milestone(found, lang),
        "panels": tuple(panels(found, day, lang)),
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
