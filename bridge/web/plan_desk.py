"""`/plan/import`: a plan file is uploaded, its problems are listed by cell, its changes shown, and then it is imported.

Only an admin may. A promised date moves only with an approver and a reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, Response, request

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.plan.baselines import PlanDiff
from bridge.usecases import drafting
from bridge.usecases.drafting import Trial
from bridge.usecases.planning import Approval
from bridge.usecases.serving import Opened
from bridge.usecases.workspace import Workspace
from bridge.web import desk
from bridge.web.answers import Said
from bridge.web.desk import Button, Field, Form, Notice, typed
from bridge.web.frame import Frame
from bridge.web.login import require
from bridge.web.sheets import Cell, Panel, cell, grid, said_day

WORDS = {
    "title": Text("上传计划", "Upload a plan"),
    "lede": Text(
        "一次导入就是整份计划：没有写在里面的行视为撤回，历史仍在",
        "An import is the whole plan: rows that are missing are withdrawn, their history stays",
    ),
    "upload": Text("选择文件", "Choose a file"),
    "file": Text("计划文件（.xlsx 或 .toml，最大 8 MB）", "Plan file (.xlsx or .toml, 8 MB at most)"),
    "try": Text("检查，看看会改什么", "Check it and show what would change"),
    "import": Text("导入这份计划", "Import this plan"),
    "confirm": Text("确认导入：{name}", "Import: {name}"),
    "approved_by": Text("批准改期的人", "Who approved the new dates"),
    "reason": Text("改期理由", "Why the dates move"),
    "moves": Text(
        "有 {count} 个承诺日期会变：必须填写批准人和理由，原来的承诺永远保留",
        "{count} promised date(s) would move: an approver and a reason are needed, and the first promise stays for ever",
    ),
    "no_moves": Text("没有承诺日期会变", "No promised date would move"),
    "fine": Text("文件没有问题，还没有导入任何内容。", "The file has no problem; nothing was imported yet."),
    "same": Text("与现在的计划相同，没有要导入的。", "It equals the plan in force; there is nothing to import."),
    "changes": Text("会改什么", "What would change"),
    "imported": Text("已导入第 {number} 版。", "Version {number} was imported."),
    "unchanged": Text("内容与当前计划相同，没有新版本。", "The content equals the plan in force; no new version."),
}
KINDS = {
    "added": Text("新增", "added"),
    "withdrawn": Text("撤回", "withdrawn"),
    "changed": Text("修改", "changed"),
    "moved": Text("改期", "moved"),
    "renamed": Text("改名", "renamed"),
}
COLUMNS = (
    Text("变化", "Change"),
    Text("表", "Table"),
    Text("内容", "Which"),
    Text("原来", "Before"),
    Text("现在", "Now"),
)
TABLES = {
    "goals": Text("目标", "goals"),
    "deals": Text("项目", "deals"),
    "milestones": Text("里程碑", "milestones"),
    "resources": Text("资源", "resources"),
    "risks": Text("风险", "risks"),
    "feedback": Text("反馈", "feedback"),
    "communications": Text("沟通", "communications"),
}


def add_plan_desk(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.get("/plan/import")
    def plan_desk() -> Response:
        require(frame.language(), "admin")
        return _page(desk.space_of(opened, frame), frame)

    @app.post("/plan/import")
    def plan_deed() -> Response:
        lang = frame.language()
        require(lang, "admin")
        space, deed = desk.space_of(opened, frame), request.form.get("deed", "")
        if deed not in ("try", "import"):
            raise Said(400, desk.NO_DEED.say(lang))
        try:
            return _tried(space, frame) if deed == "try" else _imported(space, frame)
        except UsageProblem as error:
            return _page(space, frame, desk.problem(error, frame))


def _tried(space: Workspace, frame: Frame) -> Response:
    given = request.files.get("file")
    name, content = (given.filename or "", given.read()) if given else ("", b"")
    trial = drafting.try_plan(space, name, content)
    lang = frame.language()
    if not trial.difference:
        return _page(space, frame, Notice("good", (WORDS["same"].say(lang),)))
    return _page(space, frame, Notice("good", (WORDS["fine"].say(lang),)), trial)


def _imported(space: Workspace, frame: Frame) -> Response:
    approval = Approval.of(typed("approved_by") or None, typed("reason") or None)
    done = drafting.import_tried(space, typed("mark"), approval)
    lang = frame.language()
    first = WORDS["imported"].say(lang, number=done.version) if done.is_new else WORDS["unchanged"].say(lang)
    return _page(space, frame, Notice("good", (first, *(notice.say(lang) for notice in done.notices))))


def _page(space: Workspace, frame: Frame, notice: Notice | None = None, trial: Trial | None = None) -> Response:
    lang = frame.language()

    def say(word: str, **facts: object) -> str:
        return WORDS[word].say(lang, **facts)

    file = Field("file", say("file"), "file", is_required=True)
    forms = [Form(say("upload"), (Button("try", say("try"), is_plain=trial is not None),), (file,), takes_files=True)]
    panels = []
    if trial is not None:
        count = len(trial.needs_approval)
        asked = (
            Field("approved_by", say("approved_by"), is_required=True),
            Field("reason", say("reason"), is_required=True),
        )
        line = say("moves", count=count) if count else say("no_moves")
        title, mark = say("confirm", name=trial.name[:100]), (("mark", trial.mark),)
        button = Button("import", say("import"))
        forms.insert(0, Form(title, (button,), asked if count else (), mark, (line,)))
        rows = _changes(trial.difference, space, lang)
        panels.append(Panel(say("changes"), grid(lang, COLUMNS, rows)))
    words = frame.words(space.clock.today)
    return desk.desk(frame, say("title"), "/plan", panels, forms, notice=notice, lede=say("lede"), words=words)


def _changes(difference: PlanDiff, space: Workspace, lang: Lang) -> Iterator[Iterator[Cell]]:
    day = said_day(space.clock.today, lang)

    def row(kind: str, table: str, which: str, old: Cell, new: Cell) -> Iterator[Cell]:
        return iter((cell(KINDS[kind].say(lang)), cell(TABLES[table].say(lang)), cell(which, "text"), old, new))

    nothing = cell(None)
    for moved in difference.moved:
        yield row("moved", "milestones", f"{moved.key} {moved.name}", day(moved.old), day(moved.new))
    for renamed in difference.renamed:
        yield row("renamed", renamed.table, renamed.key, cell(renamed.old), cell(renamed.new))
    for kind in ("added", "withdrawn", "changed"):
        for table, labels in getattr(difference, kind).items():
            for label in labels:
                yield row(kind, table, label, nothing, nothing)
