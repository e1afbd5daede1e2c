"""Everything that is known of one milestone, as its page shows it: its row of the report, its work, its promises, its past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from bridge.language import Lang
from bridge.model import Status, Task
from bridge.plan.document import Baseline
from bridge.reconcile.register import Note, Register
from bridge.reconcile.situation import Assessment
from bridge.report.record import note_entry
from bridge.report.selection import Narrowed
from bridge.usecases import findings, promises, reporting, statements
from bridge.usecases.courses import Courses, courses
from bridge.usecases.findings import FindingWish, Listed
from bridge.usecases.reporting import Judged, ReportWish
from bridge.usecases.workspace import Workspace

FINISHED = (Status.DONE, Status.CANCELLED)


class Work(Struct, frozen=True):
    """A task of a milestone."""

    task: Task
    is_overdue: bool
    is_counted: bool
    """Whether it is a leaf of the milestone's scope; other tasks only tell its own date."""


class Moved(Struct, frozen=True):
    """A due date that was moved in the tool; `told` says that the tool's own history tells it, with its instant."""

    task: Task
    at: datetime
    old: date | None
    new: date | None
    told: bool
    by: str | None = None
    """Who moved it; None where the tool's history does not say."""


class Detail(Struct, frozen=True):
    today: date
    zone: ZoneInfo
    item: Mapping[str, Any]
    sources: list[Mapping[str, Any]]
    work: tuple[Work, ...]
    moves: tuple[Moved, ...]
    """Newest first."""
    baselines: tuple[tuple[Baseline, int | None], ...]
    """With the working days from the one before."""
    notes: tuple[Note, ...]
    """Every version of the note, newest first."""
    findings: tuple[Listed, ...]
    """As the last judgement that was recorded left them; what is cleared is left out."""
    courses: Courses
    """What its charts are drawn from."""


def look(
    space: Workspace, key: str, lang: Lang, sales_owner: str | None = None, judged: Judged | None = None
) -> Detail | None:
    """None where the plan has no such milestone, or where it is of somebody else's deal. Of what was `judged` already only
    what people have said of it is read anew."""
    wish = ReportWish(sales_owner=sales_owner, narrowed=Narrowed(milestone=key))
    judged = judged or reporting.judge(space, wish)
    document = reporting.document(space, judged, wish, lang)
    if not document["milestones"]:
        return None
    row = next(one for one in judged.result.assessments if one.milestone.key == key)
    baselines = judged.portfolio.baselines.get(key, ())
    notes = statements.note_versions(space, key)
    now = Register(notes={key: notes[0]}) if notes else Register()
    return Detail(
        today=judged.portfolio.today,
        zone=judged.portfolio.timezone,
        item={**document["milestones"][0], "note": note_entry(now, row.milestone)},
        sources=document["sources"],
        work=tuple(sorted(_work(judged, row), key=lambda one: _urgency(one, judged.portfolio.today))),
        moves=tuple(sorted(_moves(judged, key), key=lambda one: (one.at, one.task.ref), reverse=True)),
        baselines=tuple(zip(baselines, promises.steps(baselines, judged.portfolio.calendar), strict=True)),
        notes=tuple(notes),
        findings=tuple(findings.listed(space, FindingWish(key))),
        courses=courses(judged, row, baselines),
    )


def is_seen(space: Workspace, key: str, sales_owner: str | None) -> bool:
    """Whether there is such a milestone, of a deal that may be seen, without judging anything."""
    return key in promises.milestones_seen(space, sales_owner)


def _work(judged: Judged, row: Assessment) -> Iterator[Work]:
    for ref in judged.result.links.get(row.milestone.key, ()):
        task = judged.basis.tasks[ref]
        late = task.status not in FINISHED and task.due_on is not None and task.due_on < judged.portfolio.today
        yield Work(task, late, f"{task.source}/{task.id}" in row.leaves)


def _urgency(one: Work, today: date) -> tuple[bool, bool, date, str]:
    """What is open and due first; what is finished last."""
    task = one.task
    return task.status in FINISHED, task.due_on is None, task.due_on or today, task.key or task.id


def _moves(judged: Judged, key: str) -> Iterator[Moved]:
    for ref in judged.result.links.get(key, ()):
        record = judged.basis.records[ref]
        for change in record.changes:
            if change.field == "due_on" and change.cause == "source":
                told, by = change.how == "activity", change.actor.name if change.actor else None
                yield Moved(record.task, change.at, _day(change.old), _day(change.new), told, by)


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
