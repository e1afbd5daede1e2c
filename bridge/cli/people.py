"""`pbridge people`: who is who over all tools, how that is known, and what somebody has to decide."""

from __future__ import annotations

from collections.abc import Iterator

import click

from bridge.cli.printing import print_json, print_table
from bridge.cli.session import Command, Session, json_option
from bridge.cli.sources import source_option
from bridge.language import Lang, Text
from bridge.usecases import people as known
from bridge.usecases.people_words import CLASHES, CONFIDENCES, KEYS

ABOUT = Text(
    zh="两个工具里谁是同一个人：依据和把握；check 列出待决定的。",
    en="Who is one person in both tools, and how sure; check: what to decide.",
)
NOBODY = Text(zh="还没有读到任何成员。请先运行 pbridge sync。", en="no member was read yet. Run pbridge sync first.")
CLEAR = Text(zh="没有要决定的。", en="there is nothing to decide.")
NEXT = Text(
    zh='请在 {file} 中写明：[[people]] 之下写 same = ["来源:编号", …] 或 different = […]，然后再运行一次。',
    en='Say in {file} who is who: under [[people]] write same = ["source:id", …] or different = […], and run this again.',
)
ACCOUNT_COLUMNS = (
    Text(zh="账号", en="account"),
    Text(zh="账号姓名", en="name there"),
)
COLUMNS = (
    Text(zh="人员", en="person"),
    Text(zh="姓名", en="name"),
    Text(zh="把握", en="confidence"),
    Text(zh="依据", en="known by"),
    *ACCOUNT_COLUMNS,
)
CONFLICT_COLUMNS = (
    Text(zh="编号", en="no."),
    Text(zh="问题", en="problem"),
    Text(zh="涉及", en="about"),
    *ACCOUNT_COLUMNS,
)


@click.command(cls=Command, about=ABOUT, example="pbridge people check")
@click.argument("action", type=click.Choice(["list", "check"]), default="list", metavar="[list|check]")
@source_option
@json_option
@click.pass_obj
def people(session: Session, action: str, sources: tuple[str, ...], as_json: bool) -> int:
    space = session.open()
    found = known.look(space, sources)
    if action == "check":
        return _check(session, found, space.lang, as_json)
    if as_json:
        print_json([known.person_as_json(number, who) for number, who in found.persons])
    elif not print_table(space.lang, COLUMNS, _rows(found, space.lang), right=(0,), flexible=(1, 5)):
        session.remark(NOBODY.say(space.lang))
    return 0


def _check(session: Session, found: known.Known, lang: Lang, as_json: bool) -> int:
    if as_json:
        print_json([known.conflict_as_json(conflict) for conflict in found.conflicts])
    elif found.conflicts:
        print_table(lang, CONFLICT_COLUMNS, _conflict_rows(found, lang), right=(0,), flexible=(4,))
        session.remark(NEXT.say(lang, file=known.FILE))
    else:
        session.remark(CLEAR.say(lang))
    return int(bool(found.conflicts))


def _rows(found: known.Known, lang: Lang) -> Iterator[tuple[object, ...]]:
    """A line for each account; whose it is stands on the first."""
    for number, who in found.persons:
        said = dict.fromkeys(KEYS[how].say(lang) for how in who.how.values() if how in KEYS)
        person: tuple[object, ...] = (number, who.name, CONFIDENCES[who.confidence].say(lang), "、".join(said))
        for one in who.accounts:
            yield (*person, f"{one.source}:{one.id}", one.name)
            person = ("", "", "", "")


def _conflict_rows(found: known.Known, lang: Lang) -> Iterator[tuple[object, ...]]:
    for number, conflict in enumerate(found.conflicts, 1):
        keys = "、".join(KEYS[key].say(lang) for key in conflict.keys)
        problem: tuple[object, ...] = (number, CLASHES[conflict.code].say(lang), keys)
        for one in conflict.accounts:
            yield (*problem, f"{one.source}:{one.id}", one.name)
            problem = ("", "", "")
