"""`pbridge plan diff | versions | baselines | refuse`: how the plan and its promises came to be what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from bridge.cli.printing import plain, print_json, print_table
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.plan.comparison import Change, Comparison
from bridge.plan.tables import BY_NAME
from bridge.usecases import plan_versions, promises
from bridge.usecases.workspace import Workspace

DIFF = Text(
    zh="两版计划的差别：写版本号、日期或文件；不写则比较最近两版。",
    en="What differs between two plans: numbers, days or files; without names the last two versions.",
)
VERSIONS = Text(zh="列出导入过的每一版计划。", en="List every version of the plan that was imported.")
BASELINES = Text(
    zh="每个承诺日期的由来：首次承诺与批准过的改期，谁、何时、为何、因何。",
    en="How each promise came to be: the first one and approved moves, by whom, when, why, because of what.",
)
REFUSE = Text(
    zh="记下没有同意的改期：起因、谁决定的、理由。",
    en="Record a move that was refused: what asked for it, who decided, why.",
)
BECAUSE = Text(
    zh="起因：风险编号或反馈（项目@日期），可多次", en="what asked for it: a risk's key or feedback (deal@date)"
)
BY = Text(zh="谁决定的", en="who decided")
REASON = Text(zh="理由", en="why")
SAME = Text(zh="没有差别。", en="there is no difference.")
BETWEEN = Text(zh="{old} → {new}", en="{old} → {new}")
NUMBERED = Text(zh="第 {number} 版（{day}）", en="version {number} ({day})")
NOTHING = Text(zh="还没有承诺过日期。", en="nothing was promised yet.")
RECORDED = Text(
    zh="已记录：里程碑 {milestone} 的承诺日期不因 {reference} 而改。",
    en="recorded: the promise of {milestone} does not move because of {reference}.",
)
SORTS = {
    "added": Text(zh="新增", en="added"),
    "removed": Text(zh="撤回", en="removed"),
    "moved": Text(zh="日期", en="date"),
    "renamed": Text(zh="改名", en="renamed"),
    "money": Text(zh="金额", en="money"),
    "other": Text(zh="其他", en="other"),
}
DIFF_COLUMNS = (
    Text(zh="变化", en="change"),
    Text(zh="表", en="table"),
    Text(zh="编号", en="key"),
    Text(zh="列", en="column"),
    Text(zh="原来", en="old"),
    Text(zh="现在", en="new"),
    Text(zh="工作日", en="working days"),
)
VERSION_COLUMNS = (
    Text(zh="版本", en="version"),
    Text(zh="导入时间", en="imported"),
    Text(zh="里程碑", en="milestones"),
    Text(zh="批准人", en="approved by"),
    Text(zh="理由", en="reason"),
    Text(zh="文件", en="file"),
)
BASELINE_COLUMNS = (
    Text(zh="里程碑", en="milestone"),
    Text(zh="基线", en="baseline"),
    Text(zh="承诺日期", en="promised"),
    Text(zh="工作日", en="working days"),
    Text(zh="记录时间", en="recorded"),
    Text(zh="批准人", en="approved by"),
    Text(zh="理由", en="reason"),
    Text(zh="起因", en="because of"),
)
CONSEQUENCE_COLUMNS = (
    Text(zh="起因", en="because of"),
    Text(zh="内容", en="which says"),
    Text(zh="里程碑", en="milestone"),
    Text(zh="结果", en="led to"),
    Text(zh="决定人", en="decided by"),
    Text(zh="理由", en="reason"),
)
REFUSED = Text(zh="拒绝改期", en="refused")


@click.command("diff", cls=Command, about=DIFF, example="pbridge plan diff 2026-08-24 2026-09-01")
@click.argument("old", required=False)
@click.argument("new", required=False)
@json_option
@click.pass_obj
def diff(session: Session, old: str | None, new: str | None, as_json: bool) -> None:
    space = session.open()
    done = plan_versions.compare(space, old, new)
    if as_json:
        print_json(done.as_json())
        return
    names = {"old": _side(done.old, space.lang), "new": _side(done.new, space.lang)}
    session.remark(BETWEEN.say(space.lang, **names))
    if not print_table(space.lang, DIFF_COLUMNS, _lines(done.found, space.lang), right=(6,), flexible=(2, 4, 5)):
        session.remark(SAME.say(space.lang))


def _side(side: plan_versions.Side, lang: Lang) -> str:
    if side.version is None:
        return plain(side.file)
    return NUMBERED.say(lang, number=side.version, day=(side.imported_at or "")[:10])


def _lines(found: Comparison, lang: Lang) -> Iterator[tuple[object, ...]]:
    for sort, tables in (("added", found.added), ("removed", found.removed)):
        for table, rows in tables.items():
            for label, name in rows:
                old, new = (None, name) if sort == "added" else (name, None)
                yield (SORTS[sort].say(lang), BY_NAME[table].title(lang), label, None, old, new, None)
    for sort in ("moved", "renamed", "money", "other"):
        for change in getattr(found, sort):
            yield (SORTS[sort].say(lang), *_changed(change, lang))


def _changed(change: Change, lang: Lang) -> tuple[object, ...]:
    table = BY_NAME[change.table]
    column = table.by_name.get(change.field)
    title = change.field if column is None else column.title(lang)
    signed = None if change.workdays is None else f"{change.workdays:+d}"
    return (table.title(lang), change.label, title, _shown(change, change.old), _shown(change, change.new), signed)


def _shown(change: Change, value: object) -> object:
    column = BY_NAME[change.table].by_name.get(change.field)
    if value is None or column is None:
        return value
    written = column.kind.written(value)
    return f"{change.currency} {written}" if change.currency else written


@click.command("versions", cls=Command, about=VERSIONS, example="pbridge plan versions")
@json_option
@click.pass_obj
def versions(session: Session, as_json: bool) -> None:
    space = session.open()
    found = plan_versions.versions(space)
    if as_json:
        print_json([plan_versions.version_as_json(entry) for entry in found])
        return
    zone = space.clock.timezone
    rows = [
        (e.number, f"{e.imported_at.astimezone(zone):%Y-%m-%d %H:%M}", e.milestones, e.approved_by, e.reason, e.file)
        for e in found
    ]
    print_table(space.lang, VERSION_COLUMNS, rows, right=(0, 2), flexible=(4, 5))


@click.command("baselines", cls=Command, about=BASELINES, example="pbridge plan baselines M-01")
@click.argument("key", required=False)
@json_option
@click.pass_obj
def baselines(session: Session, key: str | None, as_json: bool) -> None:
    space = session.open()
    found = promises.promised(space, key)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    rows = [row for one in found for row in _baseline_rows(one, space)]
    if not print_table(space.lang, BASELINE_COLUMNS, rows, right=(3,), flexible=(6, 7)):
        session.remark(NOTHING.say(space.lang))


def _baseline_rows(one: promises.Promised, space: Workspace) -> Iterator[tuple[object, ...]]:
    zone = space.clock.timezone
    for baseline, workdays in zip(one.baselines, one.workdays, strict=True):
        causes = [entry.reference for entry in one.decisions if entry.number == baseline.number]
        yield (
            one.key,
            f"B{baseline.number}",
            baseline.promised,
            None if workdays is None else f"{workdays:+d}",
            f"{baseline.recorded_at.astimezone(zone):%Y-%m-%d %H:%M}",
            baseline.approved_by,
            baseline.reason,
            "、".join(causes),
        )
    for entry in one.refused:
        at = f"{entry.recorded_at.astimezone(zone):%Y-%m-%d %H:%M}"
        yield (one.key, REFUSED.say(space.lang), None, None, at, entry.decided_by, entry.reason, entry.reference)


def print_consequences(document: Mapping[str, Any], lang: Lang) -> None:
    """Under the plan: which risk and which remark led to which decision about a promise."""
    named = [(row["key"], row["cause"], row) for row in document["risks"]]
    named += [(row["reference"], row["text"], row) for row in document["feedback"]]
    rows = [
        (name, said, one["milestone"], _decided(one, lang), one["decided_by"], one["reason"])
        for name, said, row in named
        for one in row["led_to"]
    ]
    if rows:
        click.echo()
        print_table(lang, CONSEQUENCE_COLUMNS, rows, flexible=(1, 5))


def _decided(one: Mapping[str, Any], lang: Lang) -> str:
    return REFUSED.say(lang) if one["baseline"] is None else f"B{one['baseline']}"


@click.command(
    "refuse", cls=Command, about=REFUSE, example="pbridge plan refuse M-05 --because R-02 --by 王敏 --reason 客户不同意"
)
@click.argument("milestone")
@click.option("--because", cls=Option, text=BECAUSE, metavar="KEY", multiple=True)
@click.option("--by", cls=Option, text=BY, metavar="NAME")
@click.option("--reason", cls=Option, text=REASON, metavar="TEXT")
@json_option
@click.pass_obj
def refuse(
    session: Session, milestone: str, because: tuple[str, ...], by: str | None, reason: str | None, as_json: bool
) -> None:
    space = session.open()
    done = promises.refuse(space, milestone, because, by, reason)
    if as_json:
        print_json([promises.refusal_as_json(one) for one in done])
        return
    for one in done:
        click.echo(RECORDED.say(space.lang, milestone=one.milestone, reference=one.reference))
