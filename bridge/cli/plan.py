"""`pbridge plan …`: import, template, show and export the sales plan."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli import plan_history
from bridge.cli.printing import print_json, print_table
from bridge.cli.session import Group, Option, Session, json_option
from bridge.language import Text
from bridge.plan import template
from bridge.usecases import planning, promises, starting

ABOUT = Text(
    zh="销售计划：导入、模板、查看、导出，版本与承诺的由来。",
    en="The sales plan: import, template, show, export, its versions and promises.",
)
IMPORT = Text(
    zh="导入计划（.xlsx、.toml 或 .csv 文件夹）；改承诺日期须经批准。",
    en="Import a plan (.xlsx, .toml or a folder of .csv). Moving a promised date needs an approver and a reason.",
)
TEMPLATE = Text(zh="写出空白计划工作簿。", en="Write an empty plan workbook.")
SHOW = Text(zh="显示当前计划。", en="Show the plan in force.")
EXPORT = Text(zh="把当前计划导出为工作簿、TOML 或 CSV 文件夹。", en="Export the plan as workbook, TOML or CSV folder.")
APPROVED_BY = Text(zh="批准改期的人", en="who approved the new dates")
REASON = Text(zh="改期理由", en="why the dates move")
DONE = Text(
    zh="已导入第 {number} 版计划：{goals} 个目标，{deals} 个项目，{milestones} 个里程碑。",
    en="imported version {number} of the plan: {goals} goal(s), {deals} deal(s), {milestones} milestone(s).",
)
SAME = Text(zh="内容与当前计划相同，没有新版本。", en="the content equals the plan in force; no new version.")
BECAUSE = Text(
    zh="改期的起因：风险编号或反馈（项目@日期），可多次",
    en="what moved the dates: a risk's key or feedback (deal@date)",
)
WRITTEN = Text(zh="已生成 {path}", en="wrote {path}")
COLUMNS = (
    Text(zh="编号", en="key"),
    Text(zh="项目", en="deal"),
    Text(zh="客户", en="customer"),
    Text(zh="里程碑", en="milestone"),
    Text(zh="承诺日期", en="promised"),
    Text(zh="付款金额", en="amount"),
    Text(zh="范围", en="scope"),
)


@click.group(cls=Group, about=ABOUT, example="pbridge plan import plan.xlsx")
def plan() -> None:
    pass


@plan.command("import", about=IMPORT, example="pbridge plan import plan.xlsx --approved-by 王敏 --reason 客户同意延期")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--approved-by", cls=Option, text=APPROVED_BY, metavar="NAME")
@click.option("--reason", cls=Option, text=REASON, metavar="TEXT")
@click.option("--because", cls=Option, text=BECAUSE, metavar="KEY", multiple=True)
@json_option
@click.pass_obj
def import_(
    session: Session,
    file: Path,
    approved_by: str | None,
    reason: str | None,
    because: tuple[str, ...],
    as_json: bool,
) -> None:
    space = session.open()
    done = planning.import_plan(space, file, planning.Approval.of(approved_by, reason), because)
    for notice in done.notices:
        session.remark(notice.say(space.lang))
    counts = {name: len(getattr(done.plan, name)) for name in ("goals", "deals", "milestones")}
    if as_json:
        print_json({"version": done.version, "is_new": done.is_new, **counts})
    elif done.is_new:
        click.echo(DONE.say(space.lang, number=done.version, **counts))
    else:
        click.echo(SAME.say(space.lang))


@plan.command("template", about=TEMPLATE, example="pbridge plan template new-plan.xlsx")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def template_(session: Session, file: Path) -> None:
    lang = session.said_in
    starting.write_all_new({file: template.workbook(lang)}, ending=".xlsx")
    click.echo(WRITTEN.say(lang, path=file))


@plan.command("show", about=SHOW, example="pbridge plan show --json")
@json_option
@click.pass_obj
def show(session: Session, as_json: bool) -> None:
    space = session.open()
    current = planning.plan_in_force(space)
    if as_json:
        print_json(promises.plan_as_json(space))
        return
    deals = {deal.key: deal for deal in current.deals}
    rows = [(m.key, m.deal, deals[m.deal].customer, m.name, m.promised, m.amount, m.scope) for m in current.milestones]
    print_table(space.lang, COLUMNS, rows, right=(5,), flexible=(2, 3, 6))
    plan_history.print_consequences(promises.plan_as_json(space), space.lang)


@plan.command("export", about=EXPORT, example="pbridge plan export plan-copy.xlsx")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def export_(session: Session, file: Path) -> None:
    space = session.open()
    contents = planning.exported(planning.plan_in_force(space), file, space.lang)
    starting.write_all_new(contents)
    for path in contents:
        click.echo(WRITTEN.say(space.lang, path=path))


for command in (plan_history.diff, plan_history.versions, plan_history.baselines, plan_history.refuse):
    plan.add_command(command)
