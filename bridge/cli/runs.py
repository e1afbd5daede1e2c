"""`pbridge runs`: what was run when and how it ended, and how the jobs of the service fare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from bridge.cli.printing import print_json, print_table
from bridge.cli.session import Command, Option, Session, json_option
from bridge.cli.sources import MODES
from bridge.language import Lang, Text
from bridge.usecases import history
from bridge.usecases.codes import OUTCOME_WORDS
from bridge.usecases.workspace import Workspace

ABOUT = Text(
    zh="运行历史：何时读取、对账，结果如何；--jobs 看后台任务。",
    en="History of runs: what was read and judged when, and how it ended; --jobs for those of the service.",
)
SOURCE = Text(zh="只看读过这个来源的（可多次）", en="only runs that read this source (repeatable)")
KIND = Text(zh="只看这一种，如 sync（可多次）", en="only this kind, such as sync (repeatable)")
LIMIT = Text(zh="最多几次", en="at most so many")
JOBS = Text(zh="后台服务的定时任务", en="the scheduled jobs of the service")
NO_RUNS = Text(zh="没有符合条件的运行。", en="no run fits.")
NO_JOBS = Text(zh="后台服务还没有执行过任务。", en="no service has run a job yet.")
UNFINISHED = Text(zh="进行中或被中断", en="under way, or cut off")
DONE = Text(zh="完成", en="done")
FAILED = Text(zh="失败", en="failed")
RUN_COLUMNS = (
    Text(zh="编号", en="id"),
    Text(zh="开始", en="started"),
    Text(zh="种类", en="kind"),
    Text(zh="耗时（秒）", en="seconds"),
    Text(zh="来源", en="source"),
    Text(zh="结果", en="outcome"),
    Text(zh="方式", en="mode"),
    Text(zh="请求", en="requests"),
    Text(zh="读取", en="read"),
    Text(zh="变化", en="changed"),
    Text(zh="错误", en="error"),
)
JOB_COLUMNS = (
    Text(zh="任务", en="job"),
    Text(zh="最近开始", en="last started"),
    Text(zh="结果", en="outcome"),
    Text(zh="完成", en="done"),
    Text(zh="失败", en="failed"),
    Text(zh="跳过", en="skipped"),
    Text(zh="错过", en="missed"),
    Text(zh="说明", en="message"),
)


@click.command(cls=Command, about=ABOUT, example="pbridge runs --source pingcode --limit 5")
@click.option("--source", "sources", cls=Option, text=SOURCE, multiple=True, metavar="NAME")
@click.option("--kind", "kinds", cls=Option, text=KIND, multiple=True, metavar="KIND")
@click.option(
    "--limit", cls=Option, text=LIMIT, type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N"
)
@click.option("--jobs", "only_jobs", cls=Option, text=JOBS, is_flag=True)
@json_option
@click.pass_obj
def runs(
    session: Session, sources: tuple[str, ...], kinds: tuple[str, ...], limit: int, only_jobs: bool, as_json: bool
) -> None:
    space = session.open()
    if only_jobs:
        _show_jobs(session, space, as_json)
        return
    found = history.past_runs(space, history.RunWish(limit, kinds, sources))
    if as_json:
        print_json([history.run_as_json(run) for run in found])
        return
    rows = [row for run in found for row in _run_rows(run, space.clock.timezone, space.lang)]
    if not print_table(space.lang, RUN_COLUMNS, rows, right=(0, 3, 7, 8, 9), flexible=(10,)):
        session.remark(NO_RUNS.say(space.lang))


def _run_rows(run: history.Run, zone: ZoneInfo, lang: Lang) -> Iterator[tuple[object, ...]]:
    """A row for each source that the run read, else one; what is the same is said once."""
    seconds = history.took(run)
    kind = history.KINDS[run.kind].say(lang) if run.kind in history.KINDS else run.kind
    head: tuple[object, ...] = (
        run.id,
        _local(run.started_at, zone),
        kind,
        None if seconds is None else f"{seconds:.1f}",
    )
    if not run.sources:
        yield (*head, None, UNFINISHED.say(lang) if seconds is None else None, *[None] * 5)
    for one in run.sources:
        report = one.report
        changed = sum(report[name] for name in ("created", "updated", "gone", "revived"))
        error = report["error"] and f"{report['error']['code']}: {report['error']['message']}"
        told = (one.source, OUTCOME_WORDS[one.outcome].say(lang), MODES[one.mode].say(lang))
        yield (*head, *told, report["requests"], report["fetched"], changed, error)
        head = (None,) * len(head)


def _show_jobs(session: Session, space: Workspace, as_json: bool) -> None:
    found = history.jobs(space)
    if as_json:
        print_json([history.job_as_json(job) for job in found])
        return
    lang, zone = space.lang, space.clock.timezone
    endings = {"done": DONE, "failed": FAILED, None: UNFINISHED}
    rows = [
        (
            job.name,
            None if job.started_at is None else _local(job.started_at, zone),
            None if job.started_at is None else endings[job.outcome].say(lang),
            job.done,
            job.failed,
            job.skipped,
            job.missed,
            job.said,
        )
        for job in found
    ]
    if not print_table(lang, JOB_COLUMNS, rows, right=(3, 4, 5, 6), flexible=(7,)):
        session.remark(NO_JOBS.say(lang))


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
