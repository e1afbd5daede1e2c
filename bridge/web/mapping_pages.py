"""`/mappings` and `/mappings/{source}`: the file of a source, what is wrong with it, what a change would do, and its history.

Nothing is in force before it is published. Only an admin sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Flask, Response, request

from bridge.errors import UsageProblem
from bridge.language import Lang
from bridge.usecases import drafting, mapping_fields, mapping_values, mapping_versions
from bridge.usecases.drafting import SourceConfig
from bridge.usecases.mapping_values import Words
from bridge.usecases.serving import Opened
from bridge.usecases.workspace import Workspace
from bridge.web import desk
from bridge.web.answers import Said, json_answer
from bridge.web.desk import Button, Field, Form, Notice, typed
from bridge.web.frame import Frame
from bridge.web.login import require
from bridge.web.mapping_trials import TRIALS, as_typed, source_of
from bridge.web.mapping_value_form import chosen_words, word_buttons, word_fields, words_notice
from bridge.web.mapping_words import COLUMNS, DONE, WORDS
from bridge.web.sheets import Cell, Panel, cell, grid, said_day

MOST_FIELDS, MOST_LOOKED = 400, 2_000


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
        return _page(space, frame, name, desk.done(frame, DONE), drafting.mapping_text(space, source_of(space, name)))

    @app.post("/mappings/<name>/problems")
    def mapping_problems(name: str) -> Response:
        """What a text would be told, for the script of the page; nothing is kept of it."""
        lang = frame.language()
        require(lang, "admin")
        space = desk.space_of(opened, frame)
        return json_answer(as_typed(space, source_of(space, name), request.form.get("text", ""), lang))

    @app.post("/mappings/<name>")
    def mapping_deed(name: str) -> Response:
        admin, space = require(frame.language(), "admin"), desk.space_of(opened, frame)
        text = request.form.get("text", "")
        try:
            return _done(space, frame, name, text, admin.name)
        except UsageProblem as error:
            source = source_of(space, name)
            kept = text or drafting.mapping_text(space, source)
            return _page(space, frame, name, _refused(error, source, frame.language()), kept)


def _done(space: Workspace, frame: Frame, name: str, text: str, who: str) -> Response:
    """What the button that was pressed asks for."""
    deed, why = request.form.get("deed", ""), typed("why") or None
    if deed in TRIALS:
        notice, panels = TRIALS[deed](space, name, text, frame.language())
        return _page(space, frame, name, notice, text, panels)
    if deed in ("words", "fill"):
        chosen = chosen_words() if deed == "fill" else []
        text = mapping_values.put(text, chosen)
        words = mapping_values.unmapped(space, source_of(space, name), text)
        return _page(space, frame, name, words_notice(words, len(chosen), frame.language()), text, words=words)
    if deed == "fill_publish":
        deed, text = "publish", mapping_values.put(text, chosen_words())
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


def _publish(space: Workspace, name: str, text: str, who: str, why: str | None) -> None:
    """For every source that has the same file: one file is one mapping."""
    source = source_of(space, name)
    only = name if sum(one.mapping == source.mapping for one in space.sources()) == 1 else None
    with drafting.mapping_draft(source, text) as file:
        mapping_versions.publish(space, file, source=only, who=who, why=why)


# --- The page ------------------------------------------------------------------------------------------------------------


def _page(
    space: Workspace,
    frame: Frame,
    name: str,
    notice: Notice | None,
    text: str,
    results: tuple[Panel, ...] = (),
    *,
    words: Words | None = None,
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

    watch = frame.link("mappings", name, "problems")
    forms = tuple(_forms(history, Field("text", say("file"), "code", text, watch=watch), words, lang))
    panels = (Panel(say("history"), grid(lang, COLUMNS["history"], map(version, history), WORDS["no_history"])),)
    return desk.desk(
        frame,
        f"{say('title')} · {name}",
        "/mappings",
        (*panels, *_fields(space, name, lang)),
        forms,
        notice=notice,
        results=results,
        words=frame.words(space.clock.today),
    )


def _forms(
    history: Sequence[mapping_versions.Version], editor: Field, words: Words | None, lang: Lang
) -> Iterator[Form]:
    def say(word: str) -> str:
        return WORDS[word].say(lang)

    buttons: tuple[Button, ...] = (
        Button("check", say("check")),
        Button("preview", say("preview"), is_plain=True),
        Button("words", say("words"), is_plain=True),
        Button("publish", say("publish"), is_plain=True),
    )
    why = Field("why", say("why"), value=typed("why"))
    if words is None or not words.words:
        yield Form(say("edit"), buttons, (editor, why), lines=(say("edit_lede"),))
    else:
        fields, hidden = word_fields(words, lang)
        buttons = (*word_buttons(lang), *buttons)
        yield Form(say("edit"), buttons, (*fields, editor, why), hidden, (say("words_lede"), say("edit_lede")))
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
        yield cell(", ".join(label for _, label in one.options[:12]) or None, "long")
        yield cell(" · ".join(one.examples) or None, "text")

    lines = [WORDS["looked"].say(lang, looked=found.looked_at, stored=found.stored)]
    yield Panel(
        WORDS["fields"].say(lang), grid(lang, COLUMNS["fields"], map(row, found.fields[:MOST_FIELDS])), tuple(lines)
    )
