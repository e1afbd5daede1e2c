"""`/mappings` and `/mappings/{source}`: the file of a source, what is wrong with it, what a change would do, and its history.

Nothing is in force before it is published. Only an admin sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from bridge.errors import UsageProblem
from bridge.language import Lang
from bridge.report.cells import money_of
from bridge.usecases import drafting, mapping_check, mapping_fields, mapping_preview, mapping_versions
from bridge.usecases.drafting import SourceConfig
from bridge.usecases.mapping_check import Checked
from bridge.usecases.mapping_preview import Preview
from bridge.usecases.serving import Opened
from bridge.usecases.shown import shown
from bridge.usecases.workspace import Workspace
from bridge.web import desk
from bridge.web.answers import Said
from bridge.web.desk import Button, Field, Form, Notice, typed
from bridge.web.frame import Frame
from bridge.web.login import require
from bridge.web.mapping_words import COLUMNS, DONE, WHY_NOT, WORDS
from bridge.web.sheets import Cell, Panel, cell, grid, said_day, status_cell

MOST_FIELDS, MOST_LOOKED = 400, 2_000
PREVIEW_SECONDS = 8.0
Result = tuple[Notice, tuple[Panel, ...]]


def add_mappings(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.get("/mappings")
    def mapping_list() -> Response:
        lang = frame.language()
        require(lang, "admin")
        space = opened()

        def rows() -> Iterator[Iterator[Cell]]:
            for one in mapping_versions.standings(space):
                yield _standing(one, frame, lang)

        panels = (Panel(WORDS["sources"].say(lang), grid(lang, COLUMNS["sources"], rows())),)
        words = frame.words(space.clock.today)
        lede = WORDS["lede"].say(lang)
        return desk.desk(frame, WORDS["title"].say(lang), "/mappings", panels, lede=lede, words=words)

    @app.get("/mappings/<name>")
    def mapping_desk(name: str) -> Response:
        require(frame.language(), "admin")
        space = desk.space_of(opened, frame)
        return _page(space, frame, name, desk.done(frame, DONE), drafting.mapping_text(space, _source(space, name)))

    @app.post("/mappings/<name>")
    def mapping_deed(name: str) -> Response:
        admin, space = require(frame.language(), "admin"), desk.space_of(opened, frame)
        text = request.form.get("text", "")
        try:
            return _done(space, frame, name, text, admin.name)
        except UsageProblem as error:
            source = _source(space, name)
            kept = text or drafting.mapping_text(space, source)
            return _page(space, frame, name, _refused(error, source, frame.language()), kept)


def _done(space: Workspace, frame: Frame, name: str, text: str, who: str) -> Response:
    """What the button that was pressed asks for."""
    deed, why = request.form.get("deed", ""), typed("why") or None
    if deed in TRIALS:
        notice, panels = TRIALS[deed](space, name, text, frame.language())
        return _page(space, frame, name, notice, text, panels)
    if deed == "publish":
        _publish(space, name, text, who, why)
    elif deed == "rollback":
        mapping_versions.roll_back(space, name, to=typed("version") or None, who=who, why=why)
    else:
        raise Said(400, desk.NO_DEED.say(frame.language()))
    return desk.again(frame, "mappings", name, deed=deed)


def _standing(one: mapping_versions.Standing, frame: Frame, lang: Lang) -> Iterator[Cell]:
    yield cell(one.source, "text", frame.link("mappings", one.source))
    yield cell(one.file)
    yield cell(one.version or WORDS["unusable"].say(lang), "" if one.version else "over")
    yield cell(one.active.version if one.active else None)


def _refused(error: UsageProblem, source: SourceConfig, lang: Lang) -> Notice:
    return Notice("bad", tuple(drafting.named(source, line) for line in error.say(lang).split("\n")))


def _source(space: Workspace, name: str) -> SourceConfig:
    """A source of the settings; there is no page for another one."""
    found = next((one for one in space.settings.sources if one.name == name), None)
    if found is None:
        raise NotFound
    return found


# --- What may be tried: nothing of it is kept ----------------------------------------------------------------------------


def _check(space: Workspace, name: str, text: str, lang: Lang) -> Result:
    source = _source(space, name)
    with drafting.mapping_draft(source, text) as file:
        found = [one for one in mapping_check.check(space, file) if one.source in ("", name)]
    problems = [problem for one in found for problem in one.problems]
    panel = Panel(
        WORDS["problems"].say(lang), grid(lang, COLUMNS["problems"], _problems(found, lang), WORDS["no_problem"])
    )
    bad = sum(not problem.is_remark for problem in problems)
    said = WORDS["checked_bad"].say(lang, count=bad) if bad else WORDS["checked_good"].say(lang)
    return Notice("bad" if bad else "good", (said,)), (panel,) if problems else ()


def _problems(found: list[Checked], lang: Lang) -> Iterator[Iterator[Cell]]:
    for one in found:
        for problem in sorted(one.problems, key=lambda problem: (problem.line, problem.column)):
            kind = "over" if problem.severity == "error" else ""
            yield iter(
                (
                    cell(problem.line, "n"),
                    cell(problem.column, "n"),
                    cell(WORDS["remark" if problem.is_remark else "problem"].say(lang), kind),
                    cell(problem.text.say(lang), "text"),
                )
            )


def _preview(space: Workspace, name: str, text: str, lang: Lang) -> Result:
    source = _source(space, name)
    with drafting.mapping_draft(source, text) as file:
        wish = mapping_preview.Wish(seconds=PREVIEW_SECONDS)
        found = mapping_preview.preview(space, file, source=name, wish=wish)
    (one,) = found.sources
    facts = {"examined": one.findings.examined, "rows": one.findings.rows, "changed": one.findings.changed}
    lines = [
        WORDS["sampled" if one.is_sampled else "whole"].say(lang, **facts),
        WORDS["rows"].say(
            lang, new=one.findings.new, held=one.findings.to_quarantine, released=one.findings.from_quarantine
        ),
    ]
    panels = [Panel(WORDS["changes"].say(lang), grid(lang, COLUMNS["changes"], _changes(one), WORDS["no_change"]))]
    if found.why_not is not None:
        lines.append(WHY_NOT[found.why_not].say(lang))
    elif found.shifts:
        panels.append(Panel(WORDS["shifts"].say(lang), grid(lang, COLUMNS["shifts"], _shifts(found, lang))))
    else:
        lines.append(WORDS["no_shift"].say(lang))
    return Notice("good", tuple(lines)), tuple(panels)


def _changes(one: mapping_preview.SourcePreview) -> Iterator[Iterator[Cell]]:
    for name, count in one.findings.fields.items():
        for example in one.findings.examples.get(name, []):
            key, title = one.titles.get(example.id, (None, example.id))
            yield iter(
                (
                    cell(name),
                    cell(count, "n"),
                    cell(title, "text", small=key),
                    cell(shown(example.old)),
                    cell(shown(example.new)),
                )
            )


def _shifts(found: Preview, lang: Lang) -> Iterator[Iterator[Cell]]:
    def money(amount: Decimal, currency: str) -> Cell:
        return cell(money_of(f"{amount:.2f}", currency), "n")

    for shift in found.shifts:
        yield iter(
            (
                cell(shift.name, "text", small=shift.key),
                status_cell(shift.before.value, lang),
                status_cell(shift.after.value, lang),
                money(shift.at_risk_before, shift.currency),
                money(shift.at_risk_after, shift.currency),
            )
        )


TRIALS = {"check": _check, "preview": _preview}


def _publish(space: Workspace, name: str, text: str, who: str, why: str | None) -> None:
    """For every source that has the same file: one file is one mapping."""
    source = _source(space, name)
    only = name if sum(one.mapping == source.mapping for one in space.sources()) == 1 else None
    with drafting.mapping_draft(source, text) as file:
        mapping_versions.publish(space, file, source=only, who=who, why=why)


# --- The page ------------------------------------------------------------------------------------------------------------


def _page(
    space: Workspace, frame: Frame, name: str, notice: Notice | None, text: str, results: tuple[Panel, ...] = ()
) -> Response:
    lang = frame.language()
    history = [version for _, version in mapping_versions.histories(space, (name,))]
    day = said_day(space.clock.today, lang)

    def say(word: str) -> str:
        return WORDS[word].say(lang)

    def version(one: mapping_versions.Version) -> Iterator[Cell]:
        yield cell(one.version)
        yield day(one.activated_at.astimezone(space.clock.timezone).date())
        yield cell(None if one.how is None else say(f"how_{one.how}"))
        yield cell(one.who)
        yield cell(one.why, "text")

    forms = tuple(_forms(history, text, lang))
    panels = (Panel(say("history"), grid(lang, COLUMNS["history"], map(version, history), WORDS["no_history"])),)
    words: Mapping[str, object] = frame.words(space.clock.today)
    return desk.desk(
        frame,
        f"{say('title')} · {name}",
        "/mappings",
        (*panels, *_fields(space, name, lang)),
        forms,
        notice=notice,
        results=results,
        words=words,
    )


def _forms(history: Sequence[mapping_versions.Version], text: str, lang: Lang) -> Iterator[Form]:
    def say(word: str) -> str:
        return WORDS[word].say(lang)

    buttons = (
        Button("check", say("check")),
        Button("preview", say("preview"), is_plain=True),
        Button("publish", say("publish"), is_plain=True),
    )
    fields = (Field("text", say("file"), "code", text), Field("why", say("why"), value=typed("why")))
    yield Form(say("edit"), buttons, fields, lines=(say("edit_lede"),))
    if len(history) > 1:
        options = tuple(
            (one.version, f"{one.version} · {one.why or one.who or ''}".rstrip(" ·")) for one in history[1:]
        )
        back = (Button("rollback", say("rollback"), is_plain=True),)
        yield Form(
            say("back"), back, (Field("version", say("version"), "select", options=options), Field("why", say("why")))
        )


def _fields(space: Workspace, name: str, lang: Lang) -> Iterator[Panel]:
    """What a mapping of this source can be made of."""
    try:
        found = mapping_fields.fields_of(space, name, most=MOST_LOOKED)
    except UsageProblem as error:
        yield Panel(WORDS["fields"].say(lang), lines=(error.say(lang),))
        return

    def row(one: mapping_fields.Field) -> Iterator[Cell]:
        yield cell(one.path, "text", small=one.name)
        yield cell(one.type)
        yield cell(f"{one.share:.0%}", "n")
        yield cell(", ".join(label for _, label in one.options[:12]) or None)
        yield cell(" · ".join(one.examples) or None, "text")

    lines = [WORDS["looked"].say(lang, looked=found.looked_at, stored=found.stored)]
    yield Panel(
        WORDS["fields"].say(lang), grid(lang, COLUMNS["fields"], map(row, found.fields[:MOST_FIELDS])), tuple(lines)
    )
