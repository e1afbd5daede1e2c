"""A close-out review, and what one person is told, as pages for people: the words around the figures, in two languages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bridge.language import Lang, Text
from bridge.report import overview
from bridge.report.cells import one_line, short_day
from bridge.report.csv import BOM, words
from bridge.report.pages import Block, Page, cells
from bridge.report.phrases import long_day, money_text, share_text
from bridge.report.wording import status_name

View = Mapping[str, Any]

DAYS = Text("{n} 天", "{n} d")
TITLE = Text("结项复盘", "Close-out review")
PERSON = Text("个人回顾", "Looking back, for one person")
HEAD_DONE = Text(
    "{name}：{finished} 个里程碑全部完成，{kept} 个守住了最初的承诺",
    "{name}: all {finished} milestones done, {kept} by the date first promised",
)
HEAD_OPEN = Text(
    "{name}（进行中）：{milestones} 个里程碑完成了 {finished} 个，其中 {kept} 个守住了最初的承诺",
    "{name} (not finished): {finished} of {milestones} milestones done, {kept} by the date first promised",
)
HEAD_EMPTY = Text(
    "{name}：计划里没有里程碑，没有可以复盘的", "{name}: the plan has no milestones, so there is nothing to review"
)
HEAD_PERSON = Text(
    "{owner}：负责 {milestones} 个里程碑，已完成 {finished} 个",
    "{owner}: owns {milestones} milestones, {finished} finished",
)
PRIVATE = Text(
    "只供本人及其主管查看；不作比较，也不排名", "For this person and their lead only; nothing is compared or ranked"
)
ESTIMATE = Text(
    "违约金是按合同条款的估算，仅供参考，不是法律意见",
    "Penalties are an estimate from the contract terms, not legal advice",
)
EVERY_REASON = Text(
    "一个里程碑的延误工作日记在它的每个原因之下，因此各行不能相加",
    "The working days of a milestone stand under each of its reasons, so the lines do not add up",
)
LAST_PROMISE = Text(
    "比率和平均值以最近一次批准的承诺为准；比较对象是计划里所有已完成的里程碑",
    "Rates and means are against the last approved promise; compared with every finished milestone of the plan",
)

LABELS: dict[str, Text] = {
    "lessons": Text("经验", "Lessons"),
    "milestones": Text("承诺与结果（延误按工作日）", "Promises and how they ended (slips in working days)"),
    "causes": Text("延误期间记录到的原因", "Reasons recorded while milestones were late"),
    "figures": Text("数字", "Figures"),
    "remarks": Text("说明", "Remarks"),
    "kept": Text("守住的承诺", "Promises kept"),
    "recovered": Text("从红色追回来的", "Brought back from red"),
    "hints": Text("估算", "Estimates"),
    "milestone": Text("里程碑", "Milestone"),
    "customer": Text("客户", "Customer"),
    "first": Text("最初承诺", "First promise"),
    "last": Text("现行承诺", "Last promise"),
    "actual": Text("实际完成", "Finished"),
    "status": Text("状态", "Status"),
    "slip_first": Text("较最初", "vs first"),
    "slip": Text("较现行", "vs last"),
    "informed": Text("几天后告知", "Told after"),
    "penalty": Text("违约金", "Penalty"),
    "reason": Text("原因", "Reason"),
    "count": Text("里程碑数", "Milestones"),
    "days": Text("记录日", "Recorded days"),
    "late": Text("延误（工作日）", "Slip (wd)"),
    "symptom": Text("{name}（现象）", "{name} (a symptom)"),
    "figure": Text("指标", "Figure"),
    "deal": Text("本项目", "This deal"),
    "all": Text("全部项目", "All deals"),
    "red_since": Text("变红于", "Red since"),
    "key": Text("编号", "Key"),
    "owner": Text("负责人", "Owner"),
    "reasons": Text("记录到的原因（天数）", "Reasons recorded (days)"),
    "pushes": Text("推迟次数", "Pushes"),
}

FIGURES: tuple[tuple[Text, str, str], ...] = (
    (Text("守住最初承诺", "Kept the first promise"), "on_time_first", "share"),
    (Text("守住最近承诺", "Kept the last promise"), "on_time_last", "share"),
    (Text("平均延误（工作日）", "Mean slip (wd)"), "mean_slip", "signed"),
    (Text("延误中位数（工作日）", "Median slip (wd)"), "median_slip", "signed"),
    (Text("晚的平均晚几个工作日", "Mean of the late ones (wd)"), "late_mean", "signed"),
    (Text("延误 P85（工作日）", "P85 slip (wd)"), "p85_slip", "signed"),
    (Text("实际工期 / 计划工期（总和）", "Actual / planned duration (sums)"), "ratio_of_sums", "share"),
    (Text("实际工期 / 计划工期（几何平均）", "Actual / planned duration (geometric mean)"), "geometric_mean", "share"),
    (Text("实际工期 / 计划工期（P85）", "Actual / planned duration (P85)"), "p85_ratio", "share"),
    (
        Text("最初说出的把握的 Brier 分（0 最好）", "Brier score of the chance first stated (0 is best)"),
        "brier",
        "score",
    ),
)

MORE: tuple[tuple[Text, str, str, str], ...] = (
    (Text("P85 预测的命中率", "Hit rate of P85"), "forecast", "p85_hit_rate", "share"),
    (
        Text("每日把握的 Brier 分（0 最好）", "Brier score of the daily chances (0 is best)"),
        "forecast",
        "brier",
        "score",
    ),
    (Text("改期率", "Reschedule rate"), "discipline", "reschedule_rate", "share"),
    (
        Text("看到延误到告知客户（天，中位数）", "Slip seen to customer told (days, median)"),
        "discipline",
        "days_to_inform_median",
        "score",
    ),
    (
        Text("看到延误到告知客户（天，最久）", "Slip seen to customer told (days, longest)"),
        "discipline",
        "days_to_inform_max",
        "score",
    ),
    (
        Text("看到延误但没有告知记录的里程碑", "Milestones with a slip and no record of telling"),
        "discipline",
        "never_informed",
        "score",
    ),
    (
        Text("红色后 2 个工作日内有恢复计划", "Reds with a recovery plan within 2 wd"),
        "discipline",
        "recovery_plan_share",
        "share",
    ),
    (
        Text("工具显示正常、数据为红色的记录日", "Recorded days claimed green but red"),
        "discipline",
        "claimed_green_but_red_days",
        "score",
    ),
)

GOAL = {
    True: Text("目标「{name}」已达成：{current} / {target}", "The goal “{name}” is reached: {current} of {target}"),
    False: Text(
        "目标「{name}」还没有达成：{current} / {target}", "The goal “{name}” is not reached: {current} of {target}"
    ),
    None: Text(
        "目标「{name}」缺少数字，无法判断是否达成", "The goal “{name}” lacks figures to say whether it is reached"
    ),
}


def review_page(view: View, lang: Lang) -> Page:
    promises, deal = view["promises"], view["deal"]
    head = HEAD_EMPTY if not promises["milestones"] else HEAD_DONE if view["is_finished"] else HEAD_OPEN
    said = {
        "finished": promises["finished"],
        "milestones": promises["milestones"],
        "kept": promises["kept_first"],
    }
    lessons = [lesson["text"] for lesson in view["lessons"]]
    return Page(
        title=f"{TITLE.say(lang)} · {one_line(deal['key'])}",
        subtitle=" · ".join(one_line(part) for part in (deal["customer"], _spoken(view["as_of"], lang)) if part),
        headline=head.say(lang, name=one_line(deal["name"]), **said),
        blocks=(
            Block(_label("lessons", lang), lines=(*_goal(view["goal"], lang), *lessons)),
            _milestones(view, lang),
            _causes(view, lang),
            _figures(view, lang),
            Block(_label("remarks", lang), lines=tuple(view["remarks"])),
        ),
        foot=(LAST_PROMISE.say(lang), EVERY_REASON.say(lang), ESTIMATE.say(lang), overview.generated(view, lang)),
    )


def person_page(view: View, lang: Lang) -> Page:
    columns = tuple(_label(name, lang) for name in ("milestone", "customer", "last", "actual", "slip", "red_since"))
    return Page(
        title=PERSON.say(lang),
        subtitle=_spoken(view["as_of"], lang),
        headline=HEAD_PERSON.say(
            lang, owner=one_line(view["owner"]), milestones=view["milestones"], finished=view["finished"]
        ),
        blocks=(
            *(
                Block(_label(name, lang), columns, tuple(_thanked(view, name)), frozenset({4}))
                for name in ("kept", "recovered")
            ),
            Block(_label("hints", lang), lines=tuple(view["remarks"])),
        ),
        foot=(PRIVATE.say(lang), overview.generated(view, lang)),
    )


def review_csv(view: View, lang: Lang) -> str:
    """A row a milestone; unknown is an empty cell."""
    names = ("key", "milestone", "owner", "status", "first", "last", "actual", "slip_first", "slip", "pushes")
    headings = [
        *(_label(name, lang) for name in names),
        *(_label(name, lang) for name in ("informed", "penalty", "reasons")),
    ]
    rows = [
        [
            words(one["key"]),
            words(one["name"]),
            words(one["owner"]),
            status_name(one["status"], lang),
            *(
                one[name]
                for name in ("promised", "baseline", "actual", "slip_first_workdays", "slip_workdays", "pushes")
            ),
            one["days_to_inform"],
            one["penalty"],
            " ".join(f"{code}={days}" for code, days in one["reasons"].items()),
        ]
        for one in view["milestones"]
    ]
    return _csv([headings, *rows])


def person_csv(view: View, lang: Lang) -> str:
    names = ("key", "milestone", "customer", "last", "actual", "slip", "red_since")
    fields = ("key", "name", "customer", "promised", "actual", "slip_workdays", "red_since")
    rows = [
        [words(one[field]) if isinstance(one[field], str) else one[field] for field in fields]
        for one in view["recognition"]["kept"]
    ]
    return _csv([[_label(name, lang) for name in names], *rows])


def _csv(rows: list[list[Any]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(["" if cell is None else cell for cell in row] for row in rows)
    return BOM + file.getvalue()


def _goal(goal: View | None, lang: Lang) -> Iterator[str]:
    if goal is not None:
        amounts = {name: _grouped(goal[name]) for name in ("current", "target")}
        yield GOAL[goal["is_reached"]].say(lang, name=one_line(goal["name"]), **amounts)


def _milestones(view: View, lang: Lang) -> Block:
    names = ("milestone", "status", "first", "last", "actual", "slip_first", "slip", "informed", "penalty")
    today, currency = date.fromisoformat(view["as_of"]), view["money"]["currency"]
    rows = tuple(
        cells(
            f"{one_line(one['name'])} / {one_line(one['key'])}",
            status_name(one["status"], lang),
            _short(one["promised"], today),
            _short(one["baseline"], today),
            _short(one["actual"], today),
            _signed(one["slip_first_workdays"]),
            _signed(one["slip_workdays"]),
            None if one["days_to_inform"] is None else DAYS.say(lang, n=one["days_to_inform"]),
            None if one["penalty"] is None else money_text(Decimal(one["penalty"]), currency),
        )
        for one in view["milestones"]
    )
    return Block(_label("milestones", lang), tuple(_label(name, lang) for name in names), rows, frozenset({5, 6, 7, 8}))


def _causes(view: View, lang: Lang) -> Block:
    columns = tuple(_label(name, lang) for name in ("reason", "count", "days", "late"))
    rows = tuple(
        cells(
            cause["name"] if cause["is_cause"] else _label("symptom", lang, name=cause["name"]),
            cause["milestones"],
            cause["days"],
            _signed(cause["slip_workdays"]),
        )
        for cause in view["causes"]
    )
    return Block(_label("causes", lang), columns, rows, frozenset({1, 2, 3}))


def _figures(view: View, lang: Lang) -> Block:
    """What is unknown on both sides is left out; the remarks say why."""
    own, every = view["promises"]["figures"] or {}, view["compared"] or {}
    rows = [
        cells(name.say(lang), _said(own.get(figure), form), _said(every.get(figure), form))
        for name, figure, form in FIGURES
    ]
    rows += [cells(name.say(lang), _said(view[part][figure], form), None) for name, part, figure, form in MORE]
    known = tuple(row for row in rows if set(row[1:]) != {"-"})
    columns = tuple(_label(name, lang) for name in ("figure", "deal", "all"))
    return Block(_label("figures", lang), columns, known, frozenset({1, 2}))


def _thanked(view: View, name: str) -> Iterator[tuple[str, ...]]:
    today = date.fromisoformat(view["as_of"])
    for one in view["recognition"][name]:
        dates = [_short(one[field], today) for field in ("promised", "actual")]
        name_and_key = f"{one_line(one['name'])} / {one_line(one['key'])}"
        customer = one["customer"] and one_line(one["customer"])
        yield cells(name_and_key, customer, *dates, _signed(one["slip_workdays"]), _short(one["red_since"], today))


FORMS: dict[str, Callable[[float], str]] = {
    "share": share_text,
    "signed": lambda value: f"{value:+.1f}".removesuffix(".0") if value else "0",
    "score": lambda value: f"{value:.2f}".rstrip("0").rstrip("."),
}


def _said(value: float | None, form: str) -> str | None:
    return None if value is None else FORMS[form](value)


def _signed(value: int | None) -> str | None:
    return None if value is None else f"{value:+d}" if value else "0"


def _short(text: str | None, today: date) -> str | None:
    return None if text is None else short_day(date.fromisoformat(text), today)


def _spoken(text: str, lang: Lang) -> str:
    return Text("截至 {day}", "As of {day}").say(lang, day=long_day(date.fromisoformat(text), lang))


def _grouped(text: str | None) -> str:
    return "-" if text is None else f"{Decimal(text):,f}"


def _label(name: str, lang: Lang, /, **facts: object) -> str:
    return LABELS[name].say(lang, **facts)
