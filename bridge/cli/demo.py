"""`pbridge demo`: everything at once on simulated vendors, then the page until Ctrl-C."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from bridge.cli.progress import stop_on_signal, watching
from bridge.cli.reports import print_report
from bridge.cli.session import Command, Option, Session
from bridge.language import Lang, Text
from bridge.usecases import demo as play
from bridge.usecases import reporting
from bridge.usecases.refresh import Refreshed
from bridge.usecases.workspace import Workspace

ABOUT = Text(
    zh="演示：两个模拟的工具、数周历史、一份示例计划，直到报告和网页。",
    en="The demo: both tools simulated, weeks of pulls over HTTP, a sample plan, the delay report, then the page.",
)
PORT = Text(
    zh="网页端口，0 为任选；练习时两个工具用其后的两个",
    en="port of the page, 0 for any; in practice the tools have the next two",
)
PRACTICE = Text(
    zh="只启动两个模拟的工具，供自己的设置和计划练习；打印地址和密钥",
    en="start only the simulated tools, to practise with settings and a plan of your own; prints addresses and secrets",
)
PRACTISE = Text(
    zh="""两个模拟的工具已启动（按 Ctrl-C 结束）。另开一个终端，在 config.toml 里改两处 base_url：

  [[sources]] pingcode   base_url = "{pingcode}"
  [[sources]] worktile   base_url = "{worktile}/open-api"

再设置密钥，然后 pbridge check：

  export PINGCODE_CLIENT_ID={id} PINGCODE_CLIENT_SECRET={secret}
  export WORKTILE_CLIENT_ID={id} WORKTILE_CLIENT_SECRET={secret}

计划里的范围可以写 project:PAY、project:PLT、project:DLV（PingCode），project:MKT、project:CSM（Worktile）。""",
    en="""Both tools are simulated now (Ctrl-C ends them). In another terminal, change two base_url in config.toml:

  [[sources]] pingcode   base_url = "{pingcode}"
  [[sources]] worktile   base_url = "{worktile}/open-api"

then set the secrets, and run pbridge check:

  export PINGCODE_CLIENT_ID={id} PINGCODE_CLIENT_SECRET={secret}
  export WORKTILE_CLIENT_ID={id} WORKTILE_CLIENT_SECRET={secret}

Scopes of the plan may be project:PAY, project:PLT, project:DLV (PingCode), project:MKT, project:CSM (Worktile).""",
)
TICK_S = 10
NO_SERVE = Text(zh="打印报告后结束", en="end after printing the report")
SEED = Text(zh="随机种子；同种子同一天结果相同", en="seed; same seed and day give the same report")
FOLDER = Text(zh="演示数据放在这里", en="where the demo keeps its data")
DAY = Text(
    zh="{day}  读取 {fetched} 条，更新 {updated} 条，{requests} 次请求",
    en="{day}  {fetched} read, {updated} updated, {requests} requests",
)
KEPT = Text(
    zh="演示数据在 {folder}；例如再看一次：pbridge --config {config} report --format html --out report.html",
    en="the demo's data is in {folder}; to look again: pbridge --config {config} report --format html --out report.html",
)
SERVING = Text(zh="网页：{url}  （按 Ctrl-C 结束）", en="page: {url}  (Ctrl-C ends it)")


@click.command(cls=Command, about=ABOUT, example="pbridge demo --no-serve")
@click.option(
    "--port", cls=Option, text=PORT, type=click.IntRange(0, 65535), metavar="PORT", default=8321, show_default=True
)
@click.option("--no-serve", cls=Option, text=NO_SERVE, is_flag=True)
@click.option("--practice", cls=Option, text=PRACTICE, is_flag=True)
@click.option("--seed", cls=Option, text=SEED, type=int, metavar="N", default=1, show_default=True)
@click.option(
    "--dir",
    "folder",
    cls=Option,
    text=FOLDER,
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=Path("demo-data"),
)
@click.pass_obj
def demo(session: Session, port: int, no_serve: bool, practice: bool, seed: int, folder: Path) -> int:
    lang = session.said_in
    wish = play.DemoWish(folder, seed, session.today, lang)
    if practice:
        return _practise(session, wish, port, lang)

    def on_day(day: date, done: Refreshed) -> None:
        counts = [source.counts for source in done.report.sources]
        session.remark(
            DAY.say(
                lang,
                day=day,
                fetched=sum(c.fetched for c in counts),
                updated=sum(c.created + c.updated for c in counts),
                requests=sum(c.requests for c in counts),
            )
        )

    with stop_on_signal(session, lang) as stop:
        with watching(session, lang, tells_parts=False) as progress:
            stage = play.staged(wish, progress=progress, stop=stop, on_day=on_day)
            running = stage.__enter__()
        try:
            space = Workspace.open(running.config, today=running.today, lang=lang)
            print_report(space, session, reporting.build(space, reporting.ReportWish()), "table", None)
            session.remark(KEPT.say(lang, folder=folder, config=running.config))
            if not no_serve and not stop.is_set():
                from bridge.web import page  # the web server is only loaded where there is a page to serve

                with page.serving(space, port) as url:
                    click.echo(SERVING.say(lang, url=url))
                    stop.wait()
        finally:
            stage.__exit__(None, None, None)
    return running.exit_code


def _practise(session: Session, wish: play.DemoWish, port: int, lang: Lang) -> int:
    with stop_on_signal(session, lang) as stop, play.practice(wish, port and port + 1) as tools:
        urls = {vendor.kind: vendor.url for vendor in tools.vendors}
        click.echo(PRACTISE.say(lang, id=tools.client_id, secret=tools.client_secret, **urls))
        while not stop.wait(TICK_S):
            tools.catch_up()
    return 0
