"""`pbridge db prune`: what goes by age, and how much it was."""

from __future__ import annotations

import click

from bridge.cli.printing import print_json, print_table, size
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Text
from bridge.usecases import pruning

ABOUT = Text(
    zh="按 [retention] 清理过期内容；任何一天的报告都不变。",
    en="Remove what is older than [retention] says; no report of any day changes.",
)
DRY_RUN = Text(zh="只列出会清理什么，不改动", en="tell what would be removed, and remove nothing")
NAMES = {
    "raw_records": Text(zh="来源内容的旧版本", en="former versions of contents"),
    "assessments": Text(zh="快照中逐条任务的权重", en="weights of tasks in snapshots"),
    "source_runs": Text(zh="各来源的读取记录", en="reads of sources"),
    "runs": Text(zh="运行记录", en="runs"),
    "outbox": Text(zh="已送达的消息", en="messages that have arrived"),
    "audit": Text(zh="审计记录", en="lines of the audit"),
    "sessions": Text(zh="已结束的登录", en="sessions that are over"),
    "login_failures": Text(zh="失败的登录", en="failed logins"),
    "uploads": Text(zh="上传后没有导入的计划", en="plans uploaded and never imported"),
}
WHAT = Text(zh="内容", en="what")
BEFORE = Text(zh="早于", en="older than")
ROWS = Text(zh="行", en="rows")
SIZE = Text(zh="大小", en="size")
NOTHING = Text(zh="没有过期的内容。", en="nothing is older than it may be.")
WOULD = Text(
    zh="以上内容会被清理，共 {size}；去掉 --dry-run 即执行。",
    en="all this would be removed, {size}; leave --dry-run away to do it.",
)
REMOVED = Text(
    zh="已清理，共 {size}；数据库文件里有 {free} 空闲，会被以后的内容用掉。",
    en="removed, {size}; {free} of the file are free now and will be used by what comes.",
)


@click.command("prune", cls=Command, about=ABOUT, example="pbridge db prune --dry-run")
@click.option("--dry-run", cls=Option, text=DRY_RUN, is_flag=True)
@json_option
@click.pass_obj
def prune(session: Session, dry_run: bool, as_json: bool) -> None:
    space = session.open()
    done = pruning.prune(space, dry_run=dry_run)
    if as_json:
        print_json(done.as_json())
        return
    lang = space.lang
    rows = [(NAMES[one.name].say(lang), one.before, one.rows, size(one.bytes)) for one in done.parts if one.rows]
    if not print_table(lang, (WHAT, BEFORE, ROWS, SIZE), rows, right=(2, 3)):
        click.echo(NOTHING.say(lang))
        return
    text = WOULD if dry_run else REMOVED
    click.echo(text.say(lang, size=size(done.bytes), free=size(done.free_bytes)))
