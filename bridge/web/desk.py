"""Forms of the admin's pages: what is asked, what is done with it, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, request
from msgspec import Struct
from msgspec.structs import replace

from bridge.errors import BridgeError
from bridge.language import Lang, Text
from bridge.usecases.serving import Opened
from bridge.usecases.workspace import Workspace
from bridge.web.answers import Said
from bridge.web.frame import Frame
from bridge.web.login import form_mark
from bridge.web.sheets import Panel

NO_DEED = Text("不知道要做什么：请回到页面，用其中的按钮。", "It is not clear what to do: use the buttons of the page.")


class Field(Struct, frozen=True):
    """One question; `kind` is that of an input, or `area`, `code`, `select` or `checks` with `options` (value and name)."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    is_required: bool = False
    chosen: tuple[str, ...] = ()
    """Which of the `checks` are set."""
    filled: str = "off"
    """What a browser may fill in."""
    watch: str = ""
    """Where the page's script asks, while somebody types, what is wrong with it."""


class Button(Struct, frozen=True):
    """`deed` is what the page is asked to do."""

    deed: str
    label: str
    is_plain: bool = False


class Form(Struct, frozen=True):
    """A heading, questions and what may be done with the answers; sent to the page it stands on."""

    title: str
    buttons: tuple[Button, ...]
    fields: tuple[Field, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    takes_files: bool = False


class Notice(Struct, frozen=True):
    """What came of a deed; `kind` is good or bad, `secret` is shown this once."""

    kind: str
    lines: tuple[str, ...]
    secret: str = ""


def problem(error: BridgeError, frame: Frame) -> Notice:
    return Notice("bad", tuple(error.say(frame.language()).split("\n")))


def done(frame: Frame, said: Mapping[str, Text]) -> Notice | None:
    """What the address says was done by the form before this page, in words that the page knows."""
    text = said.get(request.args.get("done", ""))
    return None if text is None else Notice("good", (text.say(frame.language()),))


def again(frame: Frame, *path: str, deed: str) -> Response:
    """303: the browser asks anew, and a reload does nothing twice."""
    return Response("", 303, {"Location": frame.link(*path, done=deed)})


def desk(
    frame: Frame,
    title: str,
    here: str,
    panels: Sequence[Panel],
    forms: Sequence[Form] = (),
    *,
    notice: Notice | None = None,
    results: Sequence[Panel] = (),
    lede: str = "",
    words: Mapping[str, Any],
    live: tuple[str, Panel] | None = None,
) -> Response:
    """A page of panels and forms; `results` are what a deed found, and stand first; `live` is a panel, and the address at which the page's script asks
    for it anew while something goes on. What was refused is answered with 422 and what was typed."""
    values = {
        **words,
        "panels": panels,
        "results": results,
        "forms": forms,
        "notice": notice,
        "lede": lede,
        "mark": form_mark(),
        "live": live,
        "has_script": live is not None or any(field.watch for form in forms for field in form.fields),
    }
    status = 422 if notice is not None and notice.kind == "bad" else 200
    return frame.page("desk.html", values, title=title, here=here, status=status)


def fragment(frame: Frame, panel: Panel, *, goes_on: bool, words: Mapping[str, Any]) -> Response:
    """A panel alone, for the page's script; `goes_on` says whether it is worth asking again soon."""
    answer = frame.page("fragment.html", {**words, "panel_alone": panel}, title="")
    answer.headers["X-Goes-On"] = "yes" if goes_on else "no"
    return answer


def space_of(opened: Opened, frame: Frame) -> Workspace:
    """The workspace of the moment, speaking the language of the page."""
    return replace(opened(), lang=frame.language())


def typed(name: str) -> str:
    return request.form.get(name, "").strip()


def day(name: str, label: Text, lang: Lang) -> date:
    """The day that was given; 400 with the label of the question where none was."""
    try:
        return date.fromisoformat(typed(name))
    except ValueError:
        raise Said(400, label.say(lang)) from None
