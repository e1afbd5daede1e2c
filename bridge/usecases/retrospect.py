"""Looking back: the close-out review of a deal, and what one person may be thanked for; reading them writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Lang, Phrase, Text
from bridge.plan.cells import fold
from bridge.plan.document import Deal
from bridge.reconcile.register import Note
from bridge.reconcile.situation import Portfolio
from bridge.report import pages, retro_page, retro_people, retro_view
from bridge.store import plans, statements
from bridge.store.clockwork import end_of
from bridge.usecases import reporting
from bridge.usecases.json_text import dumps
from bridge.usecases.reporting import Judged, ReportWish
from bridge.usecases.workspace import Workspace

FORMATS = ("table", "json", "md", "html", "csv")
View = Mapping[str, Any]

NO_SUCH_DEAL = Text(
    zh="计划里没有项目 {value}{near}。请写 deals 表里的编号：{known}。",
    en="the plan has no deal {value}{near}. Write a key of its deals table: {known}.",
)
NEAR = Text(zh="，是不是 {key}？", en=", did you mean {key}?")
NO_DEALS = Text(zh="（计划里没有项目）", en="(the plan has no deals)")
NO_SUCH_OWNER = Text(
    zh="没有里程碑由 {value} 负责，也没有任务分给此人。请按计划或工具里的姓名写。",
    en="no milestone is owned by {value} and no task is assigned to them. Write the name as in the plan or the tools.",
)
KEYS_SHOWN = 12


class RetroWish(Struct, frozen=True):
    """A deal or a person, and the day."""

    deal: str | None = None
    owner: str | None = None
    as_of: date | None = None


def build(space: Workspace, wish: RetroWish, lang: Lang | None = None, judged: Judged | None = None) -> View:
    """The review as the JSON document of its schema; an unknown deal or person is wrong usage. What was `judged` already
    is taken for how things stand now."""
    judged = judged or reporting.judge(space, ReportWish(as_of=wish.as_of))
    portfolio, result = judged.portfolio, judged.result
    with space.store() as store, store.snapshot():
        before = None if wish.as_of is None else end_of(wish.as_of, space.clock.timezone)
        informed = plans.informed(store, before)
        notes = tuple(statements.every_version(store, before))
    said_in, at = lang or space.lang, space.clock.now()
    if wish.owner is not None:
        _refuse_unknown(portfolio, wish.owner)
        return retro_people.build(portfolio, result, wish.owner, lang=said_in, generated_at=at)
    deal = _deal(portfolio, wish.deal or "")
    return retro_view.build(
        portfolio,
        result,
        deal,
        lang=said_in,
        generated_at=at,
        informed=_told(informed, notes),
        recovery_plans=_planned(notes, space) if notes else None,
    )


def render(document: View, form: str, lang: Lang, *, width: int = 120, colour: bool = False) -> str:
    """The review as text in one of `FORMATS`."""
    if form == "json":
        return dumps(document, indent=2) + "\n"
    is_person = document["schema"] == retro_people.SCHEMA
    if form == "csv":
        return (retro_page.person_csv if is_person else retro_page.review_csv)(document, lang)
    page = (retro_page.person_page if is_person else retro_page.review_page)(document, lang)
    if form == "html":
        return pages.page_html(page, lang)
    return pages.markdown(page, lang) if form == "md" else pages.text(page, lang, width=width, colour=colour)


def _told(informed: Mapping[str, Iterable[date]], notes: Iterable[Note]) -> dict[str, set[date]]:
    """Milestone -> the days on which its customer was told, by the plans and by the notes."""
    days = {key: set(known) for key, known in informed.items()}
    for note in notes:
        if note.customer_informed is not None:
            days.setdefault(note.milestone, set()).add(note.customer_informed)
    return days


def _planned(notes: Iterable[Note], space: Workspace) -> dict[str, list[date]]:
    """Milestone -> the days on which a plan of recovery was written down that was not there before."""
    days: dict[str, list[date]] = {}
    last: dict[str, str | None] = {}
    for note in notes:
        if note.recovery_plan and note.recovery_plan != last.get(note.milestone):
            days.setdefault(note.milestone, []).append(note.recorded_at.astimezone(space.clock.timezone).date())
        last[note.milestone] = note.recovery_plan
    return days


def _deal(portfolio: Portfolio, value: str) -> Deal:
    """By its key; width, blanks and case make no difference."""
    known = {fold(deal.key): deal for deal in portfolio.plan.deals}
    found = known.get(fold(value))
    if found is not None:
        return found
    near = get_close_matches(fold(value), known, 1)
    keys = [deal.key for deal in portfolio.plan.deals]
    listed = ", ".join(keys[:KEYS_SHOWN]) + (", …" if len(keys) > KEYS_SHOWN else "")
    raise UsageProblem(
        NO_SUCH_DEAL,
        value=value,
        near=Phrase(NEAR, {"key": known[near[0]].key}) if near else "",
        known=listed or NO_DEALS,
    )


def _refuse_unknown(portfolio: Portfolio, owner: str) -> None:
    who = portfolio.people.called(owner)
    owners = (milestone.owner for milestone in portfolio.plan.milestones)
    if any(name is not None and fold(name) in who.names for name in owners):
        return
    for record in portfolio.tasks:
        if any(portfolio.people.who(record.task.source, one).key == who.key for one in record.task.assignees):
            return
    raise UsageProblem(NO_SUCH_OWNER, value=owner)
