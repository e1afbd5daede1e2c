"""The delay report as CSV for a spreadsheet: one row a milestone with every figure, and no cell that is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

from bridge.language import Lang, Text
from bridge.report.cells import one_line, safe_url
from bridge.report.wording import method_name, status_name

BOM = "\ufeff"
"""Without it Excel reads Chinese as the code page of the machine."""

# What a spreadsheet may take for the start of a formula, full-width forms included.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

Item = Mapping[str, Any]
Column = tuple[Text, Callable[[Item, Lang], object]]


def render(view: Mapping[str, Any], lang: Lang) -> str:
    """Dates as in ISO 8601, shares as fractions, money without marks; unknown is an empty cell, never 0."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([heading.say(lang) for heading, _ in COLUMNS])
    for item in view["milestones"]:
        writer.writerow([_cell(read(item, lang)) for _, read in COLUMNS])
    return BOM + file.getvalue()


def words(text: str | None) -> str | None:
    """Text of people as one harmless line: an apostrophe keeps a spreadsheet from calculating it."""
    if text is None:
        return None
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULA) else line


def _cell(value: object) -> object:
    return "" if value is None else value


def _text(*path: str) -> Callable[[Item, Lang], object]:
    return lambda item, lang: words(_at(item, path))


def _figure(*path: str) -> Callable[[Item, Lang], object]:
    """Our own numbers and dates: a leading minus is a minus."""
    return lambda item, lang: _at(item, path)


def _at(item: Item, path: tuple[str, ...]) -> Any:
    value: Any = item
    for name in path:
        if value is None:
            return None
        value = value[name]
    return value


def _yes_no(item: Item, name: str, lang: Lang) -> str:
    return (Text("是", "yes") if item[name] else Text("否", "no")).say(lang)


def _method(item: Item, lang: Lang) -> str | None:
    method = item["forecast"]["method"]
    return None if method is None else method_name(method, lang)


def _colour(name: str) -> Callable[[Item, Lang], object]:
    return lambda item, lang: None if item[name] is None else status_name(item[name], lang)


def _held(item: Item, lang: Lang) -> str | None:
    return None if item["override"] is None else status_name(item["override"]["status"], lang)


def _reasons(item: Item, lang: Lang) -> str | None:
    return words((" / ").join(one_line(reason["text"]) for reason in item["reasons"])) or None


def _codes(item: Item, lang: Lang) -> str | None:
    return " ".join(reason["code"] for reason in item["reasons"]) or None


def _tasks(item: Item, lang: Lang) -> str | None:
    """The tasks behind the reasons, each once, as addresses where they have one."""
    evidence = [entry for reason in item["reasons"] for entry in reason["evidence"]]
    named = (safe_url(entry["url"]) or words(entry["key"] or entry["id"]) or "" for entry in evidence)
    return " ".join(dict.fromkeys(named)) or None


def _waits(item: Item, lang: Lang) -> str | None:
    """The chain that decides the end, and the milestones before this one."""
    said = [item[name]["text"] for name in ("network", "waits_for") if item[name] is not None]
    return words(" / ".join(one_line(text) for text in said if text)) or None


def _guessed(item: Item, lang: Lang) -> str | None:
    return " ".join(map(str, item["estimated_years"])) or None


def _slips(which: str, zh: str, en: str) -> tuple[Column, ...]:
    kinds = (
        ("plan", "排期", "plan"),
        ("overdue", "逾期", "overdue"),
        ("forecast", "预测", "forecast"),
        ("actual", "实际", "actual"),
    )
    return tuple(
        (Text(f"{zh}：{kind_zh}（{unit_zh}）", f"{en}: {kind_en} ({unit_en})"), _figure(which, kind, unit))
        for kind, kind_zh, kind_en in kinds
        for unit, unit_zh, unit_en in (("workdays", "工作日", "working days"), ("days", "天", "days"))
    )


COLUMNS: tuple[Column, ...] = (
    (Text("状态", "Status"), _colour("status")),
    (Text("客户", "Customer"), _text("customer")),
    (Text("项目编号", "Deal key"), _text("deal", "key")),
    (Text("项目", "Deal"), _text("deal", "name")),
    (Text("编号", "Key"), _text("key")),
    (Text("里程碑", "Milestone"), _text("name")),
    (Text("合同节点", "Contractual"), lambda item, lang: _yes_no(item, "contractual", lang)),
    (Text("负责人", "Owner"), _text("owner")),
    (Text("销售负责人", "Sales owner"), _text("sales_owner")),
    (Text("交付负责人", "Delivery owner"), _text("delivery_owner")),
    (Text("最初承诺", "First promise"), _figure("promised")),
    (Text("现行承诺", "Promise"), _figure("baseline")),
    (Text("工具中的日期", "Date in the tool"), _figure("due_in_tool")),
    (Text("实际完成", "Finished"), _figure("actual")),
    (Text("P50", "P50"), _figure("forecast", "p50")),
    (Text("P85", "P85"), _figure("forecast", "p85")),
    (Text("P95", "P95"), _figure("forecast", "p95")),
    (Text("按时概率", "Probability on time"), _figure("forecast", "on_time_probability")),
    (Text("推算方法", "Method"), _method),
    *_slips("slip", "延误", "Slip"),
    *_slips("slip_first", "对最初承诺的延误", "Slip from the first promise"),
    (Text("推迟次数", "Pushes"), _figure("pushes", "count")),
    (Text("推迟天数", "Days pushed"), _figure("pushes", "days")),
    (Text("进度按", "Weighed by"), _figure("progress", "weighed_by")),
    (Text("已完成量", "Work done"), _figure("progress", "done")),
    (Text("总量", "Work in all"), _figure("progress", "total")),
    (Text("完成比例", "Done ratio"), _figure("progress", "ratio")),
    (Text("计划比例", "Planned ratio"), _figure("progress", "expected_ratio")),
    (Text("任务数", "Tasks"), _figure("work", "tasks")),
    (Text("未完成", "Open"), _figure("work", "open")),
    (Text("逾期任务", "Overdue tasks"), _figure("work", "overdue")),
    (Text("无截止日期", "Undated"), _figure("work", "undated")),
    (Text("无负责人", "Unassigned"), _figure("work", "unassigned")),
    (Text("被阻塞", "Blocked"), _figure("work", "blocked")),
    (Text("无更新", "Stale"), _figure("work", "stale")),
    (Text("状态未识别", "Unmapped"), _figure("work", "unmapped")),
    (Text("币种", "Currency"), _figure("amount", "currency")),
    (Text("付款金额", "Amount"), _figure("amount", "amount")),
    (Text("风险金额", "At risk"), _figure("money", "at_risk_gross")),
    (Text("按概率折算", "At risk, weighted"), _figure("money", "at_risk_expected")),
    (Text("概率为假设", "Probability assumed"), lambda item, lang: _yes_no(item["money"], "assumed", lang)),
    (Text("违约金（今天）", "Penalty today"), _figure("money", "penalty_today")),
    (Text("违约金（按 P85）", "Penalty at P85"), _figure("money", "penalty_p85")),
    (Text("对比日", "Compared with"), _figure("change", "since")),
    (Text("预测变化（工作日）", "Forecast moved (working days)"), _figure("change", "forecast_workdays")),
    (Text("告知客户", "Customer informed"), _figure("note", "customer_informed")),
    (Text("人工判定", "Status held by a person"), _held),
    (Text("延误原因", "Reason given"), _text("note", "reason")),
    (Text("补救计划", "Recovery plan"), _text("note", "recovery_plan")),
    (Text("预计赶上", "Recovery date"), _figure("note", "recovery_date")),
    (Text("原因代码", "Reason codes"), _codes),
    (Text("原因", "Reasons"), _reasons),
    (Text("任务", "Tasks"), _tasks),
    (Text("余量（工作日）", "Float (working days)"), _figure("network", "float")),
    (Text("关键路径指数", "CPLI"), _figure("network", "cpli")),
    (Text("先后顺序", "Order of the work"), _waits),
    (Text("缓冲已用", "Buffer used"), _figure("buffer", "used")),
    (Text("工作日为估算的年份", "Years with estimated working days"), _guessed),
)
