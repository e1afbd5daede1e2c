"""`pbridge serve`: the background service until a signal ends it."""

from __future__ import annotations

import os
import sys

import click

from bridge.cli.progress import stop_on_signal, told_by_hangup
from bridge.cli.session import Command, Option, Session
from bridge.language import Text

ABOUT = Text(
    zh="后台服务：定时读取、网页与接口、接收 webhook。",
    en="The background service: timed reads, page and API, webhooks; Ctrl-C ends it.",
)
PORT = Text(zh="网页端口，0 为任选；默认用 [web] port", en="port of the page, 0 for any; default is [web] port")
SERVING = Text(zh="网页：{url}  （按 Ctrl-C 结束）", en="page: {url}  (Ctrl-C ends it)")
HOOKS = Text(
    zh="webhook 地址：{url}hooks/<来源名>/<hook_token>", en="webhooks go to {url}hooks/<source name>/<hook_token>"
)


WORKER = Text(
    zh="数据库在 PostgreSQL 时执行队列里的任务，可在多台机器上运行。",
    en="Do jobs from the queue, where the store is PostgreSQL; on any number of machines. Ctrl-C ends it.",
)
JOBS = Text(zh="同时执行的任务数", en="jobs at a time")
WORKING = Text(zh="等待任务（按 Ctrl-C 结束）", en="waiting for jobs  (Ctrl-C ends it)")


@click.command(cls=Command, about=ABOUT, example="pbridge serve")
@click.option("--port", cls=Option, text=PORT, type=click.IntRange(0, 65535), metavar="PORT")
@click.pass_obj
def serve(session: Session, port: int | None) -> int:
    from bridge.supervisor import Announced, Asked, supervise  # scheduler and web server are loaded only where they run
    from bridge.usecases.settled import Settled

    wanted = session.lang
    space = session.open(secrets=True)
    settled = Settled(session.config_file, session.today, wanted, space.settings)

    def address(url: str) -> None:
        click.echo(SERVING.say(space.lang, url=url))
        if space.settings.web.hook_token:
            session.remark(HOOKS.say(space.lang, url=url))

    with stop_on_signal(session, space.lang) as stop, told_by_hangup() as reread:
        ended = supervise(
            settled, Asked(stop, reread), Announced(address, session.remark), port=port, quiet=session.quiet
        )
    _leave(ended)
    return 0


@click.command(cls=Command, about=WORKER, example="pbridge worker")
@click.option("--jobs", cls=Option, text=JOBS, type=click.IntRange(1, 64), default=1, show_default=True, metavar="N")
@click.pass_obj
def worker(session: Session, jobs: int) -> int:
    from bridge.usecases.settled import Settled
    from bridge.worker import work

    wanted = session.lang
    space = session.open(secrets=True)
    settled = Settled(session.config_file, session.today, wanted, space.settings)
    with stop_on_signal(session, space.lang) as stop, told_by_hangup() as reread:
        ended = work(
            settled,
            stop,
            reread,
            jobs=jobs,
            quiet=session.quiet,
            ready=lambda: session.remark(WORKING.say(space.lang)),
        )
    _leave(ended)
    return 0


def _leave(ended: bool) -> None:
    if not ended:
        # A thread that waits for a vendor would hold the process; what it has not committed is read again next time.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
