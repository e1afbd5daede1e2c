"""What people may say of a milestone: acknowledge a finding, hold another colour for right, write a note.

Nothing computed is changed by it. Each statement is kept with who said it and when, and a later one takes its place.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, get_args

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Phrase, Text
from bridge.model import Colour
from bridge.reconcile.register import Account, Acknowledgement, Category, Episode, Note, Override
from bridge.report.record import instant as rfc3339
from bridge.store import findings, plans, runs, statements
from bridge.store.engine import Store
from bridge.usecases.planning import NO_PLAN_YET
from bridge.usecases.workspace import Workspace

NO_MILESTONE = Text(
    zh="计划里没有里程碑 {value}；可能想写 {near}。编号见 pbridge plan show。",
    en="the plan has no milestone {value}; did you mean {near}? pbridge plan show lists the keys.",
)
NO_FINDING = Text(
    zh="里程碑 {milestone} 没有未消除的 {value}；现有：{known}。请从中选一个；若刚刚出现，请先运行 pbridge reconcile。",
    en="milestone {milestone} has no open finding {value}; it has: {known}. Name one of these, or run pbridge reconcile "
    "first if it has just appeared.",
)
NOTHING_OPEN = Text(zh="无", en="none")
NO_WORDS = Text(
    zh="{option} 不能为空：要记下是谁、为什么。", en="{option} must not be empty: who says so and why is kept."
)
PAST = Text(
    zh="{option} 的日期 {value} 已过（今天 {today}）；请写今天或以后的日期。",
    en="{value} of {option} has passed (today is {today}); name today or a later day.",
)
FUTURE = Text(
    zh="{option} 的日期 {value} 还没有到（今天 {today}）；请在告知客户之后再记。",
    en="{value} of {option} is yet to come (today is {today}); note it once the customer has been told.",
)
NOT_SAID = Text(zh="里程碑 {value} 没有可以收回的{what}。", en="there is no {what} of milestone {value} to take back.")
AN_OVERRIDE = Text(zh="人工判定", en="status held by a person")
AN_ACKNOWLEDGEMENT = Text(zh="{code} 的确认", en="acknowledgement of {code}")
NO_STATUS = Text(
    zh="{value} 不能由人判定；可用：{known}。已完成请写在计划的“实际完成”里。",
    en="{value} is no status a person can hold; known: {known}. What is done belongs in the plan, as actual.",
)
EMPTY_NOTE = Text(
    zh="没有写任何内容；请至少给出一项，如 --recovery-plan。",
    en="nothing was said; give at least one of the fields, such as --recovery-plan.",
)
CATEGORIES: tuple[str, ...] = get_args(Category)
ACCOUNTS: tuple[str, ...] = get_args(Account)
STATUSES = tuple(colour for colour in Colour if colour is not Colour.DONE)
FIELDS = ("category", "account", "reason", "recovery_plan", "owner", "recovery_date", "customer_informed")


class Said(Struct, frozen=True):
    """Who says something, and why."""

    by: str
    reason: str


def acknowledge(space: Workspace, milestone: str, code: str, until: date, said: Said) -> Acknowledgement:
    """Answer for an open finding until a day: it stays listed, and speaks again after that day or when it worsens."""
    refuse_past(space, "--until", until)
    said = whole(said)
    with writing(space, "acknowledge") as store:
        episode = _open_finding(store, _known(store, milestone), code)
        statement = Acknowledgement(
            episode.milestone,
            episode.code,
            episode.opened_on,
            episode.severity,
            until,
            said.by,
            said.reason,
            space.clock.today,
            space.clock.now(),
        )
        statements.acknowledge(store, statement)
    return statement


def take_back_acknowledgement(space: Workspace, milestone: str, code: str, said: Said) -> None:
    """From now on the finding speaks again."""
    said = whole(said)
    with writing(space, "acknowledge") as store:
        former = statements.acknowledgements(store).get((milestone, code.upper()))
        if former is None:
            what = Phrase(AN_ACKNOWLEDGEMENT, {"code": code.upper()})
            raise UsageProblem(NOT_SAID, value=milestone, what=what)
        at = space.clock.now()
        now = replace(former, by=said.by, reason=said.reason, recorded_on=space.clock.today, recorded_at=at)
        statements.acknowledge(store, now, taken_back=True)


def override(space: Workspace, milestone: str, status: str, until: date, said: Said) -> Override:
    """Hold another colour for right until a day; reports show it beside the computed one."""
    if status not in STATUSES:
        raise UsageProblem(NO_STATUS, value=status, known=", ".join(STATUSES))
    refuse_past(space, "--until", until)
    said = whole(said)
    with writing(space, "override") as store:
        key = _known(store, milestone)
        statement = Override(key, Colour(status), until, said.by, said.reason, space.clock.now())
        statements.override(store, statement)
    return statement


def take_back_override(space: Workspace, milestone: str, said: Said) -> None:
    said = whole(said)
    with writing(space, "override") as store:
        if milestone not in statements.overrides(store):
            raise UsageProblem(NOT_SAID, value=milestone, what=AN_OVERRIDE)
        statements.withdraw_override(store, milestone, said.by, said.reason, space.clock.now())


def write_note(
    space: Workspace, milestone: str, by: str, fields: Mapping[str, Any], cleared: Iterable[str] = ()
) -> Note:
    """A new version of the milestone's note: what is given replaces what stood there, the rest is carried over.

    `fields` has some of `FIELDS`; None means not given. `cleared` names those that are to be empty.
    """
    if not by.strip():
        raise UsageProblem(NO_WORDS, option="--by")
    given = {name: _words(value) for name, value in fields.items() if value is not None}
    given |= dict.fromkeys(cleared)
    if not given:
        raise UsageProblem(EMPTY_NOTE)
    informed = given.get("customer_informed")
    if isinstance(informed, date) and informed > space.clock.today:
        raise UsageProblem(FUTURE, option="--informed", value=informed, today=space.clock.today)
    with writing(space, "note") as store:
        key, at = _known(store, milestone), space.clock.now()
        former = statements.notes(store).get(key, Note(key, by, at))
        note = replace(former, by=by.strip(), recorded_at=at, **given)
        statements.keep_note(store, note)
    return note


def note_versions(space: Workspace, milestone: str) -> list[Note]:
    """Every version of a milestone's note, newest first."""
    with space.store() as store:
        return list(reversed(list(statements.versions(store, _known(store, milestone)))))


def override_as_json(said: Override) -> dict[str, object]:
    days = {"until": said.until.isoformat(), "recorded_at": rfc3339(said.recorded_at)}
    return {"milestone": said.milestone, "status": said.status.value, "by": said.by, "reason": said.reason, **days}


def note_as_json(note: Note) -> dict[str, object]:
    written = {name: getattr(note, name) for name in FIELDS}
    dates = {name: value.isoformat() for name, value in written.items() if isinstance(value, date)}
    return {"milestone": note.milestone, **written, **dates, "by": note.by, "recorded_at": rfc3339(note.recorded_at)}


@contextmanager
def writing(space: Workspace, kind: str) -> Iterator[Store]:
    """The store in one transaction that leaves a run of this kind behind: a statement dates the store like any run."""
    if not space.has_store:
        raise space.no_store
    with space.store(create=True) as store:
        space.refuse_the_past(store)
        with store.transaction():
            run = runs.start(store, kind, space.clock.today, space.clock.now())
            yield store
            runs.finish(store, run, space.clock.now())


def _known(store: Store, milestone: str) -> str:
    newest = plans.newest(store)
    if newest is None:
        raise UsageProblem(NO_PLAN_YET)
    keys = [row.key for row in newest.plan.milestones]
    if milestone not in keys:
        near = difflib.get_close_matches(milestone, keys, n=1, cutoff=0.0) or keys
        raise UsageProblem(NO_MILESTONE, value=milestone, near=near[0] if near else "—")
    return milestone


def _open_finding(store: Store, milestone: str, code: str) -> Episode:
    wanted = code.strip().upper()
    episodes = {episode.code: episode for episode in findings.episodes(store, milestone) if episode.cleared_on is None}
    if wanted not in episodes:
        known: object = ", ".join(episodes) or NOTHING_OPEN
        raise UsageProblem(NO_FINDING, milestone=milestone, value=code, known=known)
    return episodes[wanted]


def refuse_past(space: Workspace, option: str, day: date) -> None:
    if day < space.clock.today:
        raise UsageProblem(PAST, option=option, value=day, today=space.clock.today)


def whole(said: Said) -> Said:
    for option, text in (("--by", said.by), ("--reason", said.reason)):
        if not text.strip():
            raise UsageProblem(NO_WORDS, option=option)
    return Said(said.by.strip(), said.reason.strip())


def _words(value: Any) -> Any:
    """Text without blanks around it; an empty one says nothing."""
    return (value.strip() or None) if isinstance(value, str) else value
