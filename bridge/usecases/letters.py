"""Drafting a letter to a customer: what is known from the report, what somebody adds, and the template of the admin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bridge.errors import UsageProblem
from bridge.language import LANGUAGES, Lang, Text
from bridge.reconcile.situation import Assessment
from bridge.report import letter_files, letters
from bridge.report.cells import day_of
from bridge.report.letters import Facts, Letter, Need, Template
from bridge.report.selection import Narrowed, folded, owners
from bridge.usecases import people, reporting
from bridge.usecases.reporting import Judged, ReportWish
from bridge.usecases.starting import write_new
from bridge.usecases.statements import write_note
from bridge.usecases.workspace import NOT_UTF8, Workspace

FOLDER = "letters"
"""Beside the settings; a template that is missing there is the built-in one."""
FORMS = ("text", "docx", "eml")
UNKNOWN = Text(
    zh="计划里没有里程碑 {value}；最接近的编号请看 pbridge report。",
    en="the plan has no milestone {value}; pbridge report lists the keys.",
)
NOT_OWNER = Text(
    zh="{name} 不是 {milestone} 的负责人（{owners}），不能批准新的日期。请让其中一位批准。",
    en="{name} does not own {milestone} ({owners}) and cannot approve a new date; ask one of them.",
)
NO_DATE = Text(
    zh="{milestone} 没有 P85 预测，批准不了；请用 --new-date 写明日期。",
    en="{milestone} has no P85 forecast to approve; name the day with --new-date.",
)
NEEDS_APPROVAL = Text(
    zh="--new-date 要由里程碑的负责人批准：请加 --approved-by 姓名。",
    en="--new-date needs the owner's approval: add --approved-by NAME.",
)
UNREADABLE = Text(
    zh="读不到信函模板 {path}：{why}。请更正权限或编码。",
    en="the template {path} cannot be read: {why}. Correct its permissions or encoding.",
)


@dataclass(frozen=True, slots=True)
class LetterWish:
    """What somebody adds to what the report knows."""

    milestone: str
    kind: str = "delay"
    approved_by: str | None = None
    new_date: date | None = None
    reason: str | None = None
    impact: str | None = None
    measures: tuple[str, ...] = ()
    needs: tuple[tuple[str, date | None], ...] = ()
    next_update: date | None = None


def draft(space: Workspace, wish: LetterWish, judged: Judged | None = None) -> Letter:
    """The letter as a draft, by what was `judged` already or is judged now; writes nothing and sends nothing."""
    judged = judged or reporting.judge(space, ReportWish())
    row = _row(judged, wish.milestone)
    view = reporting.document(space, judged, ReportWish(narrowed=Narrowed(deal=row.deal.key)))
    item = next(one for one in view["milestones"] if one["key"] == row.milestone.key)
    facts = _facts(space, view, item, wish)
    template = template_of(space, wish.kind, space.lang)
    return letters.draft(template, facts, space.lang, _internal(space, judged, item))


def content(letter: Letter, form: str, lang: Lang) -> bytes:
    """The bytes of a file in one of `FORMS`."""
    if form == "docx":
        return letter_files.docx(letter, lang)
    return letter_files.eml(letter) if form == "eml" else letter.text.encode("utf-8")


def template_of(space: Workspace, kind: str, lang: Lang) -> Template:
    """The admin's template, else the built-in one."""
    path = folder(space) / f"{kind}.{lang}.txt"
    try:
        return Template(str(path), path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return letters.built_in(kind, lang)
    except (OSError, UnicodeDecodeError) as err:
        raise UsageProblem(UNREADABLE, path=str(path), why=getattr(err, "strerror", None) or NOT_UTF8) from err


def write_templates(space: Workspace) -> list[tuple[Path, bool]]:
    """Copies of the built-in templates to edit; those that are there stay. Each path with whether it was written."""
    done = []
    for kind in letters.KINDS:
        for lang in LANGUAGES:
            template = letters.built_in(kind, lang)
            path = folder(space) / template.name
            done.append((path, write_new(path, template.text.encode("utf-8"))))
    return done


def folder(space: Workspace) -> Path:
    return space.settings.path(FOLDER)


def _row(judged: Judged, key: str) -> Assessment:
    for row in judged.result.assessments:
        if folded(row.milestone.key) == folded(key):
            return row
    raise UsageProblem(UNKNOWN, value=key)


def _facts(space: Workspace, view: Mapping[str, Any], item: Mapping[str, Any], wish: LetterWish) -> Facts:
    who = item["delivery_owner"] or item["owner"]
    codes = [reason["code"] for reason in item["reasons"]]
    is_delay = wish.kind == "delay"
    of_deal = [one for one in view["milestones"] if one["deal"]["key"] == item["deal"]["key"]]
    return Facts(
        today=space.clock.today,
        customer=item["customer"],
        deal=item["deal"]["name"],
        contact=item["sales_owner"],
        milestone=item["name"],
        promised=day_of(item["promised"]),
        new_date=_new_date(item, wish),
        reason=wish.reason or (letters.reason_for(codes, space.lang) if is_delay else None),
        impact=wish.impact,
        measures=tuple(Need(text, who) for text in wish.measures or _planned(item)),
        needs=tuple(Need(text, by=by) for text, by in wish.needs),
        next_update=wish.next_update,
        milestones=tuple((one["name"], letters.state_of(one), day_of(one["baseline"])) for one in of_deal),
    )


def mark_sent(space: Workspace, milestone: str, by: str, on: date | None = None) -> date:
    """Remember that the customer was told on a day, today unless given: a version of the milestone's note."""
    day = on or space.clock.today
    write_note(space, milestone, by, {"customer_informed": day}, ())
    return day


def _planned(item: Mapping[str, Any]) -> tuple[str, ...]:
    """What the note of the milestone says is done about it."""
    plan = item["note"]["recovery_plan"]
    return (plan,) if plan else ()


def _new_date(item: Mapping[str, Any], wish: LetterWish) -> date | None:
    """What its owner approved now, else an approved change of the promise; an unapproved forecast stays ours."""
    if wish.approved_by is None:
        if wish.new_date is not None:
            raise UsageProblem(NEEDS_APPROVAL)
        return day_of(item["baseline"]) if item["baseline"] != item["promised"] else None
    owners = [name for name in (item["owner"], item["delivery_owner"], item["sales_owner"]) if name]
    if folded(wish.approved_by) not in map(folded, owners):
        listed = ", ".join(dict.fromkeys(owners))
        raise UsageProblem(NOT_OWNER, name=wish.approved_by, milestone=item["key"], owners=listed)
    found = wish.new_date or day_of(item["forecast"]["p85"])
    if found is None:
        raise UsageProblem(NO_DATE, milestone=item["key"])
    return found


def _internal(space: Workspace, judged: Judged, item: Mapping[str, Any]) -> Sequence[str]:
    """Everybody's names and the keys of tasks; whom the customer deals with is taken out where the letter is read."""
    names = [name for row in judged.result.assessments for name in owners(row) if name]
    with space.store() as store:
        names += people.names_in(space, store)
    keys = [entry["key"] for reason in item["reasons"] for entry in reason["evidence"] if entry["key"]]
    return list(dict.fromkeys([*names, *keys]))
