"""`pbridge demo`: everything at once on simulated vendors, then the page until Ctrl-C."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from bridge.cli.progress import stop_on_signal, watching
from bridge.cli.reports import print_report
from bridge.cli.session import Command, Option, Session
from bridge.language import Text
from bridge.usecases import demo as play
from bridge.usecases import reporting
from bridge.usecases.refresh import Refreshed
from bridge.usecases.workspace import Workspace

ABOUT = Text(
    zh="演示：两个模拟的工具、数周历史、一份示例计划，直到报告和网页。",
    en="The demo: both tools simulated, weeks of pulls over HTTP, a sample plan, the delay report, then the page.",
)
PORT = Text(zh="网页端口，0 为任选", en="port of the page, 0 for any")
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
def demo(session: Session, port: int, no_serve: bool, seed: int, folder: Path) -> int:
    lang = session.said_in
    wish = play.DemoWish(folder, seed, session.today, lang)

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
        with watching(session, lang) as progress:
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
