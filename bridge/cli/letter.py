"""`pbridge letter …`: draft a letter to a customer, to be read, filled in and sent by a person."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from bridge.cli.printing import plain, plain_lines
from bridge.cli.session import Day, Group, Option, Session
from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.report.letters import KINDS
from bridge.usecases import letters
from bridge.usecases.starting import overwrite

ABOUT = Text(
    zh="给客户的信函草稿：延期说明、进展通报；从不自动发送。",
    en="Drafts of letters to a customer; never sent by the program.",
)
DRAFT = Text(
    zh="起草一封信：空缺处醒目留白，内部姓名、概率、违约金不会出现。",
    en="Draft a letter: blanks stay visible; internal names, probabilities and penalties cannot appear.",
)
TEMPLATES = Text(
    zh="把内置模板复制到 letters/ 供修改，从不覆盖。",
    en="Copy the built-in templates to letters/ to edit; never overwrites.",
)
KIND = Text(zh="delay 延期说明，progress 进展通报", en="delay, or progress")
FORM = Text(zh="text、docx 或 eml（邮件草稿）", en="text, docx or eml (a mail to go on with)")
OUT = Text(zh="写入文件", en="write to this file")
APPROVED_BY = Text(
    zh="批准新日期的里程碑负责人；没有批准，新日期留白",
    en="the owner of the milestone who approves the new date; blank without",
)
NEW_DATE = Text(zh="新的日期；默认是 P85 预测", en="the new date; P85 unless given")
REASON = Text(zh="事实原因", en="the reason, as a fact")
IMPACT = Text(zh="对客户的影响", en="what it means for the customer")
MEASURE = Text(zh="我方措施（可多次）", en="what we do (repeatable)")
NEEDS = Text(
    zh="需要客户提供的，写成 内容=日期（可多次）", en="what the customer has to provide, as TEXT=DATE (repeatable)"
)
NEXT = Text(zh="下次通报的日期", en="day of the next report")
BLANKS = Text(
    zh="还有 {count} 处待填，信里用【】标出。", en="{count} place(s) are still to be filled in; they stand in brackets."
)
AFTERWARDS = Text(
    zh="程序不会发送。寄出后请运行 pbridge letter sent {key} --by 姓名，记下已告知客户。",
    en="the program sends nothing. Once it is sent, tell so: pbridge letter sent {key} --by NAME.",
)
SENT = Text(
    zh="记下信已寄出：该里程碑从这一天起算已告知客户。",
    en="Record that a letter was sent: the customer is informed from that day on.",
)
ON = Text(zh="哪一天寄出；默认今天", en="on which day; today unless given")
BY = Text(zh="由谁寄出", en="who sent it")
INFORMED = Text(
    zh="已记录：{key} 于 {day} 告知客户（{by}）。", en="recorded: the customer of {key} was told on {day} ({by})."
)
NEEDS_A_FILE = Text(zh="{form} 是文件，请用 --out 指出写到哪里。", en="{form} is a file; name one with --out.")
SAVED = Text(zh="已写入 {path}", en="wrote {path}")
KEPT = Text(zh="{path} 已存在，没有改动", en="{path} exists and was left alone")


@click.group(cls=Group, about=ABOUT, example="pbridge letter draft M-01 --out notice.docx --format docx")
def letter() -> None:
    pass


@letter.command(
    "draft", about=DRAFT, example="pbridge letter draft M-01 --approved-by 韩冬生 --needs 接口文档=2026-09-05"
)
@click.argument("milestone", metavar="KEY")
@click.option("--kind", cls=Option, text=KIND, type=click.Choice(KINDS), metavar="KIND", default="delay")
@click.option(
    "--format", "form", cls=Option, text=FORM, type=click.Choice(letters.FORMS), metavar="FORM", default="text"
)
@click.option("--out", cls=Option, text=OUT, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--approved-by", cls=Option, text=APPROVED_BY, metavar="NAME")
@click.option("--new-date", cls=Option, text=NEW_DATE, type=Day())
@click.option("--reason", cls=Option, text=REASON, metavar="TEXT")
@click.option("--impact", cls=Option, text=IMPACT, metavar="TEXT")
@click.option("--measure", "measures", cls=Option, text=MEASURE, metavar="TEXT", multiple=True)
@click.option("--needs", cls=Option, text=NEEDS, metavar="TEXT", multiple=True)
@click.option("--next-update", cls=Option, text=NEXT, type=Day())
@click.pass_obj
def draft(
    session: Session,
    milestone: str,
    kind: str,
    form: str,
    out: Path | None,
    approved_by: str | None,
    new_date: date | None,
    reason: str | None,
    impact: str | None,
    measures: tuple[str, ...],
    needs: tuple[str, ...],
    next_update: date | None,
) -> None:
    if form != "text" and out is None:
        raise UsageProblem(NEEDS_A_FILE, form=form)
    space = session.open()
    asked = tuple(map(_need, needs))
    wish = letters.LetterWish(milestone, kind, approved_by, new_date, reason, impact, measures, asked, next_update)
    made = letters.draft(space, wish)
    if out is None:
        click.echo(plain_lines(made.text), nl=False)
    else:
        overwrite(out, letters.content(made, form, space.lang))
        session.remark(SAVED.say(space.lang, path=out))
    if made.blanks:
        session.remark(BLANKS.say(space.lang, count=made.blanks))
    session.remark(AFTERWARDS.say(space.lang, key=plain(milestone)))


@letter.command("sent", about=SENT, example="pbridge letter sent M-01 --by 林悦")
@click.argument("milestone", metavar="KEY")
@click.option("--on", "on", cls=Option, text=ON, type=Day())
@click.option("--by", cls=Option, text=BY, metavar="NAME", required=True)
@click.pass_obj
def sent(session: Session, milestone: str, on: date | None, by: str) -> None:
    space = session.open()
    day = letters.mark_sent(space, milestone, by, on)
    click.echo(INFORMED.say(space.lang, key=plain(milestone), day=day, by=plain(by)))


@letter.command("templates", about=TEMPLATES, example="pbridge letter templates")
@click.pass_obj
def templates(session: Session) -> None:
    space = session.open()
    for path, is_new in letters.write_templates(space):
        click.echo((SAVED if is_new else KEPT).say(space.lang, path=path))


def _need(text: str) -> tuple[str, date | None]:
    what, mark, day = text.rpartition("=")
    return (what, Day().convert(day, None, None)) if mark else (text, None)
