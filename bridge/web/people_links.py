"""`/people/accounts`: which accounts are one person, how that is known, and what somebody has to decide. Only an admin sees it.

What is decided here stands in `people.toml` afterwards, where it can be read and changed by hand as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from flask import Flask, Response, request

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.report.cells import one_line
from bridge.usecases import people_deciding
from bridge.usecases.people_deciding import Account, Decider, Linked, Sheet, name_of
from bridge.usecases.people_words import CLASHES, CONFIDENCES, KEYS
from bridge.usecases.serving import Opened
from bridge.usecases.workspace import Workspace
from bridge.web import desk
from bridge.web.answers import Said
from bridge.web.desk import Button, Field, Form, Notice, typed
from bridge.web.frame import Frame
from bridge.web.login import require
from bridge.web.sheets import Cell, Panel, cell, grid, joined

MOST_ASKED, MOST_LISTED = 40, 300
MOST_NAMED = 20
TITLE = Text("谁是谁", "Who is who")
COLUMNS = (
    Text("人员", "Person"),
    Text("把握", "Confidence"),
    Text("依据", "Known by"),
    Text("账号", "Accounts"),
)
SAID_COLUMNS = (
    Text("编号", "Number"),
    Text("决定", "Decision"),
    Text("账号", "Accounts"),
    Text("谁、何时", "Who, when"),
)
WORDS = {
    "lede": Text(
        "同一个人在两个工具里的账号；这里的决定写进 people.toml，立即生效",
        "The accounts of one person in both tools; what is decided here is written into people.toml and holds at once",
    ),
    "conflict": Text("待决定 {number}：{problem}", "To decide, {number}: {problem}"),
    "about": Text("涉及：{keys}", "About: {keys}"),
    "accounts": Text("账号", "Accounts"),
    "suggested": Text("只凭姓名归在一起，请确认：{name}", "Put together by name alone, please confirm: {name}"),
    "more": Text("还有 {count} 项，处理完再列出", "{count} more are listed once these are settled"),
    "clear": Text("没有要决定的。", "There is nothing to decide."),
    "same": Text("是同一个人", "One person"),
    "different": Text("不是同一个人", "Different people"),
    "by_hand": Text("自己写", "By hand"),
    "by_hand_lede": Text(
        "每行一个账号，写成 来源:编号；分开只写一个账号",
        "One account a line, as source:id; to separate one, name it alone",
    ),
    "separate": Text("从此人分开", "Separate from its person"),
    "why": Text("理由（写进文件）", "Why (kept in the file)"),
    "people": Text("有几个账号的人", "People with several accounts"),
    "nobody": Text("还没有人有几个账号。", "Nobody has several accounts yet."),
    "first": Text("共 {count} 人，列出前 {shown} 人", "{count} people; the first {shown} are listed"),
    "said": Text("已有的决定", "Decisions in the file"),
    "none_said": Text("people.toml 里还没有决定。", "people.toml has no decision yet."),
    "withdraw": Text("撤回一条决定", "Withdraw a decision"),
    "wrong": Text("people.toml 有误，请先在编辑器里改正。", "people.toml is wrong; correct it in an editor first."),
}
DONE = {
    "same": Text("已写明是同一个人。", "Written down as one person."),
    "different": Text("已写明不是同一个人。", "Written down as different people."),
    "separate": Text("已分开。", "Separated."),
    "withdraw": Text("已撤回。", "Withdrawn."),
}


def add_people_links(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.get("/people/accounts")
    def people_accounts() -> Response:
        require(frame.language(), "admin")
        return _page(desk.space_of(opened, frame), frame, desk.done(frame, DONE))

    @app.post("/people/accounts")
    def people_deed() -> Response:
        lang = frame.language()
        admin, space = require(lang, "admin"), desk.space_of(opened, frame)
        deed = request.form.get("deed", "")
        try:
            if deed not in DEEDS:
                raise Said(400, desk.NO_DEED.say(lang))
            DEEDS[deed](space, Decider(admin.name, typed("why")[:200]))
        except UsageProblem as error:
            return _page(space, frame, desk.problem(error, frame))
        return desk.again(frame, "people", "accounts", deed=deed)


def _named() -> list[str]:
    """The accounts that the form names, by boxes or by lines."""
    written = [*request.form.getlist("account"), *request.form.get("accounts", "").splitlines()]
    return list(dict.fromkeys(name.strip() for name in written if name.strip()))[:MOST_NAMED]


def _number() -> int:
    written = typed("number")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 7 else 0


DEEDS: dict[str, Callable[[Workspace, Decider], None]] = {
    "same": lambda space, who: people_deciding.same(space, _named(), who, typed("seen")),
    "different": lambda space, who: people_deciding.different(space, _named(), who, typed("seen")),
    "separate": lambda space, who: people_deciding.separate(space, _named(), who, typed("seen")),
    "withdraw": lambda space, who: people_deciding.withdraw(space, _number(), who, typed("seen")),
}


def _page(space: Workspace, frame: Frame, notice: Notice | None) -> Response:
    lang = frame.language()
    words, title, here = frame.words(space.clock.today), TITLE.say(lang), "/people/accounts"
    try:
        found = people_deciding.sheet(space)
    except UsageProblem as error:
        panel = Panel(WORDS["wrong"].say(lang), lines=tuple(error.say(lang).split("\n")))
        return desk.desk(frame, title, here, (panel,), notice=notice, words=words)
    panels = (_several(found, lang), _said(found, lang))
    lede = WORDS["lede"].say(lang)
    return desk.desk(frame, title, here, panels, tuple(_forms(found, lang)), notice=notice, lede=lede, words=words)


def _forms(found: Sheet, lang: Lang) -> Iterator[Form]:
    asked = [*_conflicts(found, lang), *_suggestions(found, lang)]
    yield from asked[:MOST_ASKED]
    seen = (("seen", found.mark),)
    lines = [WORDS["by_hand_lede"].say(lang)]
    if not asked:
        lines.insert(0, WORDS["clear"].say(lang))
    if len(asked) > MOST_ASKED:
        lines.insert(0, WORDS["more"].say(lang, count=len(asked) - MOST_ASKED))
    buttons = (*_both(lang), Button("separate", WORDS["separate"].say(lang), is_plain=True))
    fields = (Field("accounts", WORDS["accounts"].say(lang), "area", is_required=True), _why(lang))
    yield Form(WORDS["by_hand"].say(lang), buttons, fields, seen, tuple(lines))
    if found.entries:
        options = tuple((str(one.number), f"{one.number} · {', '.join(one.accounts)}"[:120]) for one in found.entries)
        number = Field("number", WORDS["withdraw"].say(lang), "select", options=options)
        button = Button("withdraw", WORDS["withdraw"].say(lang), is_plain=True)
        yield Form(WORDS["withdraw"].say(lang), (button,), (number,), seen)


def _conflicts(found: Sheet, lang: Lang) -> Iterator[Form]:
    for number, one in enumerate(found.known.conflicts, 1):
        title = WORDS["conflict"].say(lang, number=number, problem=CLASHES[one.code].say(lang))
        keys = joined((KEYS[key].say(lang) for key in one.keys), lang)
        lines = (WORDS["about"].say(lang, keys=keys),) if one.keys else ()
        yield _question(title, one.accounts, found.mark, lang, lines)


def _suggestions(found: Sheet, lang: Lang) -> Iterator[Form]:
    for _, one in found.known.persons:
        if one.confidence == "likely":
            title = WORDS["suggested"].say(lang, name=one_line(one.name))
            yield _question(title, one.accounts, found.mark, lang)


def _question(title: str, accounts: Sequence[Account], mark: str, lang: Lang, lines: tuple[str, ...] = ()) -> Form:
    names = tuple(name_of(one) for one in accounts)
    options = tuple((name, one_line(f"{one.name} · {name}")) for name, one in zip(names, accounts, strict=True))
    boxes = Field("account", WORDS["accounts"].say(lang), "checks", options=options, chosen=names)
    return Form(title, _both(lang), (boxes, _why(lang)), (("seen", mark),), lines)


def _both(lang: Lang) -> tuple[Button, Button]:
    return Button("same", WORDS["same"].say(lang)), Button("different", WORDS["different"].say(lang), is_plain=True)


def _why(lang: Lang) -> Field:
    return Field("why", WORDS["why"].say(lang))


def _several(found: Sheet, lang: Lang) -> Panel:
    several = [pair for pair in found.known.persons if len(pair[1].accounts) > 1]

    def row(number: int, one: Linked) -> Iterator[Cell]:
        grounds = dict.fromkeys(KEYS[how].say(lang) for how in one.how.values() if how in KEYS)
        yield cell(one.name, "text", small=str(number))
        yield cell(CONFIDENCES[one.confidence].say(lang))
        yield cell(joined(grounds, lang))
        yield cell(joined((f"{name_of(account)} {account.name}" for account in one.accounts), lang), "text")

    lines: tuple[str, ...] = ()
    if len(several) > MOST_LISTED:
        lines = (WORDS["first"].say(lang, count=len(several), shown=MOST_LISTED),)
    rows = (row(number, one) for number, one in several[:MOST_LISTED])
    return Panel(WORDS["people"].say(lang), grid(lang, COLUMNS, rows, WORDS["nobody"]), lines)


def _said(found: Sheet, lang: Lang) -> Panel:
    rows = (
        (
            cell(one.number, "n"),
            cell(WORDS["same" if one.is_same else "different"].say(lang)),
            cell(joined(one.accounts, lang), "text"),
            cell(one.note or None, "text"),
        )
        for one in found.entries
    )
    return Panel(WORDS["said"].say(lang), grid(lang, SAID_COLUMNS, rows, WORDS["none_said"]))
