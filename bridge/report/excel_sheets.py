"""What each sheet of the workbook holds, as values: overview, delays, evidence, changes, risks and feedback, notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.language import Lang, Text
from bridge.report import overview
from bridge.report.cells import day_of, link_of
from bridge.report.excel_cells import DELAYS, Cell, Column, Item, Kind, Lines, Table, day, line, status, text
from bridge.report.labels import BRANDS, definitions, join, label, sentence
from bridge.report.rows import Row, rows
from bridge.report.wording import headline, reason_name, status_name

SHEETS = {
    "overview": Text("概览", "Overview"),
    "delays": Text("延期明细", "Delays"),
    "evidence": Text("任务依据", "Evidence"),
    "changes": Text("变更", "Changes"),
    "risks": Text("风险与反馈", "Risks and feedback"),
    "notes": Text("说明", "Notes"),
}
PRACTICE = ("CONTACT_DUE", "CUSTOMER_NOT_INFORMED", "FEEDBACK_OPEN", "RISK_TRIGGERED")
"""Reasons that speak of risks, of feedback and of talking to people."""

AUDIENCES = {"customer": Text("客户", "customer"), "team": Text("团队", "team")}
_NO_CHANGE = Text("没有改过期的里程碑。", "No milestone was moved.")
_NO_RISK = Text(
    "没有已触发的风险、未处理的反馈或到期的沟通。", "No risk has struck, no feedback is open, no contact is due."
)
_NOTES = (
    Text(
        "日期都是真正的日期，金额都是数字，可以排序和筛选；不同币种不能相加。",
        "Dates are real dates and amounts are numbers, to be sorted and filtered; currencies are not added.",
    ),
    Text(
        "“走势”画的是：最初承诺、历次现行承诺、工具中的日期、预测 P85，单位为距最初承诺的天数；WPS 与旧版软件可能不显示。",
        "“Trend” draws the first promise, the promises after it, the date in the tool and P85, in days from the first "
        "promise; some programs do not show it.",
    ),
    Text("空格表示不知道，不是 0。", "An empty cell means unknown, not 0."),
)


def sheets(view: Item, lang: Lang) -> Iterator[Lines | Table]:
    """In the order in which they are read; a sheet without rows says so."""
    found = rows(view, lang)
    statuses = {status: status_name(status, lang) for status in overview.COUNTED}
    yield _overview(view, found, statuses, lang)
    yield _delays(view, found, statuses, lang)
    yield _evidence(view, found, statuses, lang)
    yield _changes(view, found, statuses, lang)
    yield _risks(view, statuses, lang)
    yield _notes(view, lang)


def _overview(view: Item, found: Sequence[Row], statuses: Mapping[str, str], lang: Lang) -> Lines:
    def head(name: str) -> list[Cell]:
        return [Cell(Kind.HEAD, label(name, lang))]

    lines: list[list[Cell]] = [
        [Cell(Kind.TITLE, f"{label('product', lang)} · {label('title', lang)}")],
        [Cell(Kind.NOTE, f"{overview.dateline(view, lang)} · {overview.generated(view, lang)}")],
        [Cell(Kind.BOLD, headline(view, lang))],
        [],
        head("figures"),
    ]
    lines += [[status(name, statuses), Cell(Kind.NUMBER, count)] for name, _, count in overview.counts(view, lang)]
    affected = view["summary"]["customers_affected"]
    lines.append([Cell(Kind.NOTE, label("customers_affected", lang)), Cell(Kind.NUMBER, affected)])
    for name in overview.MONEY:
        for currency, amount in sorted(view["summary"][name].items()):
            lines.append([Cell(Kind.NOTE, label(name, lang)), Cell(Kind.MONEY, amount, currency)])
    told = overview.concerns(found, lang)
    if told:
        lines += [[], head("concerns")]
        lines += [[status(one.status, statuses), Cell(Kind.SENTENCE, one.text)] for one in told]
    elif not any(row.is_worrying for row in found):
        lines += [[], [Cell(Kind.NOTE, label("nothing_wrong" if found else "no_rows", lang))]]
    if view["goals"]:
        lines += [[], [Cell(Kind.HEAD, name) for name in overview.goal_columns(lang)]]
        lines += [_goal(goal) for goal in view["goals"]]
    lines += [[], head("data")]
    said = [source.text for source in overview.sources(view, lang)] + overview.remarks(view, lang)
    lines += [[Cell(Kind.SENTENCE, sentence(text, lang))] for text in said]
    return Lines(SHEETS["overview"].say(lang), (28, 20, 18, 18, 18, 18), lines, statuses)


def _goal(goal: Item) -> list[Cell]:
    name = goal["name"] if goal["metric"] is None else f"{goal['name']} · {goal['metric']}"
    return [text(name), *(Cell(Kind.AMOUNT, goal[figure]) for figure in overview.GOAL_FIGURES)]


def _columns(headings: Sequence[tuple[Text, float]], lang: Lang) -> tuple[Column, ...]:
    """The status stands first in every table."""
    return (
        Column(label("status", lang), 10, is_status=True),
        *(Column(heading.say(lang), width) for heading, width in headings),
    )


def _delays(view: Item, found: Sequence[Row], statuses: Mapping[str, str], lang: Lang) -> Table:
    body = [
        [status(item["status"], statuses), *(read(item, row, lang) for _, _, read in DELAYS)]
        for item, row in zip(view["milestones"], found, strict=True)
    ]
    columns = _columns([(heading, width) for heading, width, _ in DELAYS], lang)
    return Table(SHEETS["delays"].say(lang), columns, body, statuses, frozen=3)


EVIDENCE = (
    (Text("客户", "Customer"), 18),
    (Text("里程碑", "Milestone"), 28),
    (Text("编号", "Key"), 9),
    (Text("来源", "Source"), 12),
    (Text("任务", "Task"), 16),
    (Text("它说明什么", "What it is evidence of"), 50),
)


def _evidence(view: Item, found: Sequence[Row], statuses: Mapping[str, str], lang: Lang) -> Table:
    """A line a milestone and task, with the reasons it is evidence of, worst first; links lead into the tool."""
    names: dict[str, str] = {}
    body = []
    for item, row in zip(view["milestones"], found, strict=True):
        told: dict[tuple[str, str], tuple[Item, str, list[str]]] = {}
        for reason in item["reasons"]:
            name = names.setdefault(reason["code"], reason_name(reason["code"], lang))
            for entry in reason["evidence"]:
                told.setdefault((entry["source"], entry["id"]), (entry, reason["severity"], []))[2].append(name)
        where = [Cell(Kind.TEXT, value) for value in (row.customer, row.name, row.key)]
        for entry, severity, reasons in told.values():
            link = link_of(entry)
            source = text(BRANDS.get(entry["source"], entry["source"]))
            task = Cell(Kind.LINK, link.text, link.url)
            body.append([status(severity, statuses), *where, source, task, Cell(Kind.TEXT, join(reasons, lang))])
    return Table(SHEETS["evidence"].say(lang), _columns(EVIDENCE, lang), body, statuses, frozen=3)


CHANGES = (
    (Text("客户", "Customer"), 18),
    (Text("里程碑", "Milestone"), 28),
    (Text("编号", "Key"), 9),
    (Text("最初承诺", "First promise"), 12),
    (Text("现行承诺", "Promise"), 12),
    (Text("推迟次数", "Pushes"), 9),
    (Text("推迟天数", "Days pushed"), 9),
    (Text("工具中最早的日期", "First date in the tool"), 13),
    (Text("工具中现在的日期", "Date in the tool"), 13),
    (Text("预测 P85", "P85"), 12),
    (Text("与对比日相比", "Since the day compared with"), 40),
    (Text("走势", "Trend"), 18),
)


def _changes(view: Item, found: Sequence[Row], statuses: Mapping[str, str], lang: Lang) -> Table:
    """What was moved: the promise, the date in the tool, or the forecast since the day compared with."""
    body: list[Sequence[Cell]] = []
    series = []
    for item, row in zip(view["milestones"], found, strict=True):
        pushes = item["pushes"]
        if not (pushes["count"] or item["promised"] != item["baseline"] or row.changed):
            continue
        days = (item["promised"], item["baseline"])
        moved = (pushes["first_promise"], pushes["last_promise"])
        counts = (Cell(Kind.NUMBER, pushes["count"]), Cell(Kind.NUMBER, pushes["days"]))
        body.append(
            [
                status(item["status"], statuses),
                *(line(value) for value in (row.customer, row.name, row.key)),
                *(day(value) for value in days),
                *counts,
                *(day(value) for value in (*moved, row.p85)),
                text(row.changed),
                text(None),
            ]
        )
        series.append(_points(item))
    if not body:
        body = [[text(None), text(_NO_CHANGE.say(lang))]]
    return Table(SHEETS["changes"].say(lang), _columns(CHANGES, lang), body, statuses, frozen=3, series=series)


def _points(item: Item) -> tuple[float, ...]:
    """Days from the first promise: each promise after it, the dates in the tool, the forecast; unknown ones left out."""
    promises = [entry["promised"] for entry in item.get("baselines", ())] or [item["promised"], item["baseline"]]
    tool = (item["pushes"]["first_promise"], item["due_in_tool"] or item["pushes"]["last_promise"])
    days = [day_of(text) for text in (*promises, *tool, item["forecast"]["p85"]) if text is not None]
    start = day_of(item["promised"]) or (days[0] if days else None)
    return tuple(float((day - start).days) for day in days if day is not None and start is not None)


RISKS = (
    (Text("客户", "Customer"), 18),
    (Text("里程碑", "Milestone"), 28),
    (Text("编号", "Key"), 9),
    (Text("类别", "Kind"), 16),
    (Text("说明", "What it says"), 60),
    (Text("措施", "Action"), 40),
    (Text("负责人", "Owner"), 10),
    (Text("期限", "Due"), 12),
)
_RISK, _CONTACT = Text("风险", "Risk"), Text("下次沟通", "Next contact")


def _risks(view: Item, statuses: Mapping[str, str], lang: Lang) -> Table:
    """What the rules say of risks, feedback and contacts, then the registers themselves: the risks and the next contact."""
    body: list[Sequence[Cell]] = []
    for item in view["milestones"]:
        where = [text(value) for value in (item["customer"], item["name"], item["key"])]
        for reason in item["reasons"]:
            if reason["code"] in PRACTICE:
                said = (text(reason_name(reason["code"], lang)), text(sentence(reason["text"], lang)))
                body.append([status(reason["severity"], statuses), *where, *said])
        for risk in item["risks"]:
            said = (text(_RISK.say(lang)), text(risk["cause"]))
            body.append([text(None), *where, *said, text(risk["action"]), text(risk["owner"]), day(risk["due"])])
        contact = item["next_contact"]
        if contact is not None:
            said = (text(_CONTACT.say(lang)), text(AUDIENCES[contact["audience"]].say(lang)))
            body.append([text(None), *where, *said, text(None), text(contact["owner"]), day(contact["due"])])
    body = body or [[text(None), text(_NO_RISK.say(lang))]]
    return Table(SHEETS["risks"].say(lang), _columns(RISKS, lang), body, statuses, frozen=3)


def _notes(view: Item, lang: Lang) -> Lines:
    lines: list[list[Cell]] = [[Cell(Kind.TITLE, label("definitions", lang))], []]
    lines += [[Cell(Kind.BOLD, word), Cell(Kind.TEXT, meaning)] for word, meaning in definitions(lang)]
    lines.append([])
    lines += [[Cell(Kind.BOLD, "•"), Cell(Kind.TEXT, text.say(lang))] for text in _NOTES]
    lines.append([])
    lines.append([Cell(Kind.NOTE, f"{view['schema']} · {view['as_of']} · {view['timezone']}")])
    return Lines(SHEETS["notes"].say(lang), (22, 110), lines)
