"""`pbridge retro`: the close-out review of a deal, or what one person may be thanked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from bridge.cli.reports import AS_OF, FORMAT, OUT, print_document
from bridge.cli.session import Command, Day, Option, Session, json_option
from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.usecases import retrospect

ABOUT = Text(
    zh="结项复盘：承诺守住了吗，为什么晚，预测准不准，学到什么。",
    en="Close-out review of a deal: promises kept, why late, how good the forecasts were, what was learnt.",
)
PEOPLE = Text(
    zh="改看一个人守住的承诺和估算提示；只供本人及其主管",
    en="one person instead: kept promises and a hint on estimates; for them and their lead",
)
ONE_OF_THEM = Text(
    zh="请给出一个项目编号，或 --people 加一个姓名，二者取一。例如 pbridge retro D-01。",
    en="name one deal by its key, or one person with --people, not both. For example pbridge retro D-01.",
)


@click.command(cls=Command, about=ABOUT, example="pbridge retro D-01 --format html --out review.html")
@click.argument("deal", required=False)
@click.option("--people", "owner", cls=Option, text=PEOPLE, metavar="OWNER")
@click.option(
    "--format", "form", cls=Option, text=FORMAT, type=click.Choice(retrospect.FORMATS), metavar="FORM", default="table"
)
@click.option("--out", cls=Option, text=OUT, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as-of", cls=Option, text=AS_OF, type=Day())
@json_option
@click.pass_obj
def retro(
    session: Session,
    deal: str | None,
    owner: str | None,
    form: str,
    out: Path | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    if (deal is None) == (owner is None):
        raise UsageProblem(ONE_OF_THEM)
    space = session.open()
    document = retrospect.build(space, retrospect.RetroWish(deal, owner, as_of))
    print_document(space, session, document, retrospect.render, "json" if as_json else form, out)
