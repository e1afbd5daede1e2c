"""What each sheet of the workbook holds, as values: overview, delays, evidence, changes, risks and feedback, notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.language import Lang, Text
from bridge.plan.kinds import AUDIENCES
from bridge.report import overview
from bridge.report.cells import day_of, link_of, one_line
from bridge.report.excel_cells import DELAYS, Cell, Column, Item, Kind, Lines, Table, text
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

MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its heading."""
_NO_CHANGE = Text("没有改过期的里程碑。", "No milestone was moved.")
_TOO_MANY = Text("另有 {count} 行，工作表放不下", "{count} more rows than a sheet can hold")
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
    lines += [
        [Cell(Kind.STATUS, statuses[name]), Cell(Kind.NUMBER, count)] for name, _, count in overview.counts(view, lang)
    ]
    affected = view["summary"]["customers_affected"]
    lines.append([Cell(Kind.NOTE, label("customers_affected", lang)), Cell(Kind.NUMBER, affected)])
    for name in overview.MONEY:
        for currency, amount in sorted(view["summary"][name].items()):
            lines.append([Cell(Kind.NOTE, label(name, lang)), Cell(Kind.MONEY, amount, currency)])
    told = overview.concerns(found, lang)
    if told:
        lines += [[], head("concerns")]
        lines += [[Cell(Kind.STATUS, statuses[one.status]), Cell(Kind.SENTENCE, one.text)] for one in told]
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
    return [Cell(Kind.TEXT, text(name)), *(Cell(Kind.AMOUNT, goal[figure]) for figure in overview.GOAL_FIGURES)]


Heading = tuple[Text, float, str]


def _table(
    name: str,
    headings: Sequence[Heading],
    body: Sequence[Sequence[object]],
    statuses: Mapping[str, str],
    lang: Lang,
    series: Sequence[Sequence[float]] = (),
) -> Table:
    """The status stands first in every table; rows that no sheet can hold are counted in its last."""
    columns = (
        Column(label("status", lang), 10, Kind.STATUS),
        *(Column(heading.say(lang), width, kind) for heading, width, kind in headings),
    )
    if len(body) > MOST_ROWS:
        body = [*body[: MOST_ROWS - 1], (None, _TOO_MANY.say(lang, count=len(body) - MOST_ROWS + 1))]
    return Table(SHEETS[name].say(lang), columns, body, statuses, frozen=3, series=series[:MOST_ROWS])


def _delays(view: Item, found: Sequence[Row], statuses: Mapping[str, str], lang: Lang) -> Table:
    readings = [read for _, _, _, read in DELAYS]
    body = [
        [statuses[item["status"]], *[read(item, row, lang) for read in readings]]
        for item, row in zip(view["milestones"], found, strict=True)
    ]
    return _table("delays", [(heading, width, kind) for heading, width, kind, _ in DELAYS], body, statuses, lang)


_WHERE: tuple[Heading, ...] = (
    (Text("客户", "Customer"), 18, Kind.TEXT),
    (Text("里程碑", "Milestone"), 28, Kind.TEXT),
    (Text("编号", "Key"), 9, Kind.TEXT),
)
EVIDENCE: tuple[Heading, ...] = (
    *_WHERE,
    (Text("来源", "Source"), 12, Kind.TEXT),
    (Text("任务", "Task"), 16, Kind.LINK),
    (Text("它说明什么", "What it is evidence of"), 50, Kind.TEXT),
)


def _evidence(view: Item, found: Sequence[Row], statuses: Mapping[str, str], lang: Lang) -> Table:
    """A line a milestone and task, with the reasons it is evidence of, worst first; links lead into the tool."""
    names: dict[str, str] = {}
    sources: dict[str, str] = {}
    body: list[Sequence[object]] = []
    for item, row in zip(view["milestones"], found, strict=True):
        told: dict[tuple[str, str], tuple[Item, str, list[str]]] = {}
        for reason in item["reasons"]:
            name = names.setdefault(reason["code"], reason_name(reason["code"], lang))
            for entry in reason["evidence"]:
                told.setdefault((entry["source"], entry["id"]), (entry, reason["severity"], []))[2].append(name)
        for entry, severity, reasons in told.values():
            source: str = entry["source"]
            shown = sources.get(source) or sources.setdefault(source, one_line(BRANDS.get(source) or source))
            where = (statuses[severity], row.customer, row.name, row.key)
            body.append((*where, shown, link_of(entry), join(reasons, lang)))
    return _table("evidence", EVIDENCE, body, statuses, lang)


CHANGES: tuple[Heading, ...] = (
    *_WHERE,
    (Text("最初承诺", "First promise"), 12, Kind.DAY),
    (Text("现行承诺", "Promise"), 12, Kind.DAY),
    (Text("推迟次数", "Pushes"), 9, Kind.NUMBER),
    (Text("推迟天数", "Days pushed"), 9, Kind.NUMBER),
    (Text("工具中最早的日期", "First date in the tool"), 13, Kind.DAY),
    (Text("工具中现在的日期", "Date in the tool"), 13, Kind.DAY),
    (Text("预测 P85", "P85"), 12, Kind.DAY),
    (Text("与对比日相比", "Since the day compared with"), 40, Kind.TEXT),
    (Text("走势", "Trend"), 18, Kind.TEXT),
)


def _changes(view: Item, found: Sequence[Row], statuses: Mapping[str, str], lang: Lang) -> Table:
    """What was moved: the promise, the date in the tool, or the forecast since the day compared with."""
    body: list[Sequence[object]] = []
    series = []
    for item, row in zip(view["milestones"], found, strict=True):
        pushes = item["pushes"]
        if not (pushes["count"] or item["promised"] != item["baseline"] or row.changed):
            continue
        moved = (day_of(pushes["first_promise"]), day_of(pushes["last_promise"]))
        promises = (day_of(item["promised"]), row.promise)
        where = (statuses[item["status"]], row.customer, row.name, row.key)
        body.append((*where, *promises, pushes["count"], pushes["days"], *moved, row.p85, row.changed, None))
        series.append(_points(item))
    if not body:
        body = [(None, _NO_CHANGE.say(lang))]
    return _table("changes", CHANGES, body, statuses, lang, series)


def _points(item: Item) -> tuple[float, ...]:
    """Days from the first promise: each promise after it, the dates in the tool, the forecast; unknown ones left out."""
    promises = [entry["promised"] for entry in item.get("baselines", ())] or [item["promised"], item["baseline"]]
    tool = (item["pushes"]["first_promise"], item["due_in_tool"] or item["pushes"]["last_promise"])
    days = [day_of(text) for text in (*promises, *tool, item["forecast"]["p85"]) if text is not None]
    start = day_of(item["promised"]) or (days[0] if days else None)
    return tuple(float((day - start).days) for day in days if day is not None and start is not None)


RISKS: tuple[Heading, ...] = (
    *_WHERE,
    (Text("类别", "Kind"), 16, Kind.TEXT),
    (Text("说明", "What it says"), 60, Kind.TEXT),
    (Text("措施", "Action"), 40, Kind.TEXT),
    (Text("负责人", "Owner"), 10, Kind.TEXT),
    (Text("期限", "Due"), 12, Kind.DAY),
)
_RISK, _CONTACT = Text("风险", "Risk"), Text("下次沟通", "Next contact")


def _risks(view: Item, statuses: Mapping[str, str], lang: Lang) -> Table:
    """What the rules say of risks, feedback and contacts, then the registers themselves: the risks and the next contact."""
    body: list[Sequence[object]] = []
    for item in view["milestones"]:
        where = [text(value) for value in (item["customer"], item["name"], item["key"])]
        for reason in item["reasons"]:
            if reason["code"] in PRACTICE:
                said = (text(reason_name(reason["code"], lang)), text(sentence(reason["text"], lang)))
                body.append((statuses[reason["severity"]], *where, *said))
        for risk in item["risks"]:
            told = (text(risk["cause"]), text(risk["action"]), text(risk["owner"]), day_of(risk["due"]))
            body.append((None, *where, _RISK.say(lang), *told))
        contact = item["next_contact"]
        if contact is not None:
            audience = AUDIENCES[contact["audience"]].say(lang)
            whom = (_CONTACT.say(lang), audience, None, text(contact["owner"]), day_of(contact["due"]))
            body.append((None, *where, *whom))
    body = body or [(None, _NO_RISK.say(lang))]
    return _table("risks", RISKS, body, statuses, lang)


def _notes(view: Item, lang: Lang) -> Lines:
    lines: list[list[Cell]] = [[Cell(Kind.TITLE, label("definitions", lang))], []]
    lines += [[Cell(Kind.BOLD, word), Cell(Kind.TEXT, meaning)] for word, meaning in definitions(lang)]
    lines.append([])
    lines += [[Cell(Kind.BOLD, "•"), Cell(Kind.TEXT, text.say(lang))] for text in _NOTES]
    lines.append([])
    lines.append([Cell(Kind.NOTE, f"{view['schema']} · {view['as_of']} · {view['timezone']}")])
    return Lines(SHEETS["notes"].say(lang), (22, 110), lines)
