"""Judging again after a few things changed: only milestones that know something new are worked out anew.

The law is that the result is that of `run.assess`, whatever changed since the last time. A change is one of three:

* of everything (`GLOBAL`: the day, the calendar, thresholds, people …): all is judged from the start;
* of single milestones (`OWN`): what a milestone was judged by is compared, and it is judged again where that differs;
* of nothing (`MOMENT`): `now` alone moves on. It matters where a task was updated after it, or a source grows old;
  and what a report only tells (`TOLD`) judges nothing.

A part of the portfolio that is in none of these makes everything be judged from the start.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from bridge.model import Task, TaskKey
from bridge.plan.document import Plan
from bridge.plan.relink import Relinker, moved
from bridge.plan.scope import Links, link
from bridge.reconcile import layout, news
from bridge.reconcile.case import Outline, Situation
from bridge.reconcile.edits import RecordEdit, edits_between
from bridge.reconcile.goals import Chances
from bridge.reconcile.layout import Ground
from bridge.reconcile.load import Scale
from bridge.reconcile.loadbook import LoadBook
from bridge.reconcile.news import Told, told_of
from bridge.reconcile.practised import practised
from bridge.reconcile.run import assessment, loose_of, result_of, wanting
from bridge.reconcile.situation import Assessment, Portfolio, Result, TaskRecord
from bridge.reconcile.waits import waits_of

GLOBAL = frozenset({"today", "timezone", "calendar", "thresholds", "hours_per_day", "people", "calibrate"})
OWN = frozenset(
    {"plan", "baselines", "tasks", "sources", "snapshots", "project_claims", "links", "register", "recorded"}
)
MOMENT = frozenset({"now"})
TOLD = frozenset({"decisions"})
NOWHERE: frozenset[str] = frozenset()
PLAN_OF_ALL = frozenset({"resources"})
PLAN_OF_SOME = frozenset({"goals", "deals", "milestones", "risks", "feedback", "communications"})


@dataclass(slots=True)
class Standing:
    """A judged portfolio with everything that is needed to judge the next one."""

    portfolio: Portfolio
    ground: Ground
    records: dict[TaskKey, TaskRecord]
    relinker: Relinker
    book: LoadBook
    linked_to: dict[TaskKey, frozenset[str]]
    """Task -> keys of the milestones it is linked to; tasks without any are left out."""
    loose: int
    """Tasks that ought to belong to a milestone and do not."""
    outlines: dict[str, Outline]
    situations: dict[str, Situation]
    rows: dict[str, Assessment]
    """As judged before any trigger of a risk strikes."""
    told: dict[str, Told]
    chances: Chances
    judged: int
    """How many milestones were worked out the last time."""

    def count_loose(self, records: Iterable[TaskRecord]) -> int:
        """How many of these ought to belong to a milestone, and do not."""
        return wanting(record for record in records if record.task.ref not in self.linked_to)

    def task(self, ref: TaskKey) -> Task | None:
        record = self.records.get(ref)
        return None if record is None else record.task


class Judge:
    """Judges one portfolio after the other. After a failure the next one is judged from the start."""

    def __init__(self) -> None:
        self._standing: Standing | None = None
        self.judged = 0
        """How many milestones the last judgement had to work out."""

    def judge(self, portfolio: Portfolio) -> Result:
        standing, self._standing = self._standing, None
        renewed = None if standing is None else _renewed(standing, portfolio)
        self._standing = renewed or _from_the_start(portfolio)
        self.judged = self._standing.judged
        return _result(self._standing)


def _from_the_start(portfolio: Portfolio) -> Standing:
    ground, laid_out = layout.situations(portfolio)
    tasks = [record.task for record in portfolio.tasks]
    situations = {at.milestone.key: at for at in laid_out}
    return Standing(
        portfolio=portfolio,
        ground=ground,
        records=ground.records,
        relinker=Relinker(portfolio.plan.milestones, portfolio.people, tasks),
        book=LoadBook(ground.records, _scale(portfolio), dict(ground.loads)),
        linked_to=_inverted(ground.links),
        loose=loose_of(portfolio.tasks, ground.links),
        outlines={key: at.outline for key, at in situations.items()},
        situations=situations,
        rows={key: assessment(at) for key, at in situations.items()},
        told={key: told_of(at) for key, at in situations.items()},
        chances={},
        judged=len(situations),
    )


def _renewed(standing: Standing, portfolio: Portfolio) -> Standing | None:
    """The standing brought up to date, None where everything has to be judged from the start."""
    before = standing.portfolio
    if not _is_comparable(before, portfolio):
        return None
    edits = edits_between(before.tasks, portfolio.tasks, standing.records)
    if edits is None:
        return None
    links = _take_over(standing, portfolio, edits)
    ground = replace(
        standing.ground,
        portfolio=portfolio,
        links=links,
        loads=standing.book.weeks,
        waits=waits_of(portfolio.links, standing.records),
        practised=practised(portfolio),
        finished={},
        ratios={},
        laid_out={},
    )
    concerned = _concerned(standing, ground, edits)
    outlines = standing.outlines = _outlines(standing, ground, concerned)
    layout.remember(ground, outlines.values())
    renewed = replace(standing, portfolio=portfolio, ground=ground, outlines=outlines)
    _judge_again(renewed, standing.ground, concerned)
    return renewed


def _is_comparable(before: Portfolio, after: Portfolio) -> bool:
    """Whether nothing changed that every milestone depends on, and every part of the portfolio is known here."""
    known = {part.name for part in fields(Portfolio)} == GLOBAL | OWN | MOMENT | TOLD
    known = known and {part.name for part in fields(Plan)} == PLAN_OF_ALL | PLAN_OF_SOME
    same = all(getattr(before, name) == getattr(after, name) for name in GLOBAL)
    same = same and all(getattr(before.plan, name) == getattr(after.plan, name) for name in PLAN_OF_ALL)
    return known and same and before.now <= after.now


def _take_over(standing: Standing, portfolio: Portfolio, edits: list[RecordEdit]) -> Links:
    """Bring records, loads and links up to date."""
    standing.loose -= standing.count_loose(before for before, _ in edits if before)
    for _, after in edits:
        standing.records[after.task.ref] = after
    pairs = [(before.task if before else None, after.task) for before, after in edits]
    standing.book.update(pairs, standing.records)
    is_followed = standing.relinker.follows(pairs, standing.task)
    if is_followed and _scopes(standing.portfolio) == _scopes(portfolio):
        links = _relinked(standing, pairs)
        standing.loose += standing.count_loose(after for _, after in edits)
        return links
    tasks = [record.task for record in portfolio.tasks]
    standing.relinker = Relinker(portfolio.plan.milestones, portfolio.people, tasks)
    links = link(portfolio.plan, tasks, portfolio.people)
    standing.linked_to = _inverted(links)
    standing.loose = loose_of(portfolio.tasks, links)
    return links


def _relinked(standing: Standing, pairs: Iterable[tuple[Task | None, Task]]) -> Links:
    old, relinker = standing.ground.links, standing.relinker
    left: dict[str, set[TaskKey]] = {}
    joined: dict[str, set[TaskKey]] = {}
    touched: set[str] = set()
    for before, after in pairs:
        ref, was = after.ref, standing.linked_to.get(after.ref, NOWHERE)
        if before is not None and relinker.is_same(before, after):
            continue
        now = relinker.milestones_of(after, standing.task)
        touched |= was | now
        for key in was - now:
            left.setdefault(key, set()).add(ref)
        for key in now - was:
            joined.setdefault(key, set()).add(ref)
        if now:
            standing.linked_to[ref] = now
        else:
            standing.linked_to.pop(ref, None)
    links = moved(old.tasks, left, joined)
    ambiguous = dict(old.ambiguous)
    for key in touched & relinker.with_keys:
        unclear = relinker.unclear(key, [standing.records[ref].task for ref in links[key]], standing.task)
        ambiguous.pop(key, None)
        if unclear:
            ambiguous[key] = unclear
    return Links(links, ambiguous)


def _concerned(standing: Standing, ground: Ground, edits: list[RecordEdit]) -> set[str]:
    """Milestones that know something new by themselves."""
    before, portfolio, former = standing.portfolio, ground.portfolio, standing.ground
    links, old = ground.links, former.links
    edited = [after.task.ref for _, after in edits]
    waiting = news.by_waits(former.waits, ground.waits)
    now = {key: replace(at, portfolio=portfolio, waits=ground.waits) for key, at in standing.situations.items()}
    found = {key for ref in (*edited, *waiting) for key in standing.linked_to.get(ref, NOWHERE)}
    found |= {key for key, refs in links.tasks.items() if old.tasks.get(key) != refs}
    found |= {key for key in {*old.ambiguous, *links.ambiguous} if old.ambiguous.get(key) != links.ambiguous.get(key)}
    found.update(news.by_plan(before.plan, portfolio.plan))
    found.update(news.by_records(before, portfolio))
    found.update(news.by_practice(former, ground))
    found.update(news.by_claims(before, portfolio, standing.outlines))
    found.update(news.by_scope_then(edited, standing.outlines))
    found.update(news.by_time(now, standing.told))
    standing.situations = now
    return found


def _outlines(standing: Standing, ground: Ground, concerned: set[str]) -> dict[str, Outline]:
    """Of every milestone of the plan, in its order."""
    deals = layout.overridden(ground.portfolio)
    outlines: dict[str, Outline] = {}
    for row in ground.portfolio.plan.milestones:
        before = standing.outlines.pop(row.key, None)
        if before is None or row.key in concerned:
            _let_go(row.key, standing.situations, standing.ground.laid_out)
            before = layout.outline(ground, row, *deals[row.deal], before=before)
        outlines[row.key] = before
    return outlines


def _let_go(key: str, *judged: dict[str, Situation]) -> None:
    """What was judged goes before what takes its place comes, so that a large plan is not held twice."""
    for situations in judged:
        situations.pop(key, None)


def _judge_again(standing: Standing, former: Ground, concerned: set[str]) -> None:
    """Work out what is concerned, by itself or by others; keep the rest as it was judged."""
    plan = standing.portfolio.plan
    keys = {row.key for row in plan.milestones}
    kept = {key: at for key, at in standing.situations.items() if key in keys and key not in concerned}
    again = concerned | set(news.by_others(standing.ground, former, kept)) | (keys - kept.keys())
    again = news.with_successors(plan, again) & keys
    kept = {key: at for key, at in kept.items() if key not in again}
    for key in again:
        _let_go(key, standing.situations, former.laid_out)
    laid_out = standing.ground.laid_out
    layout.lay_out(standing.ground, standing.outlines, kept)
    rows, told = standing.rows, standing.told
    for key in again:
        rows[key] = assessment(laid_out[key])
        told[key] = news.told_of(laid_out[key])
    standing.situations = {key: laid_out[key] for key in standing.outlines}
    standing.rows = {key: rows[key] for key in standing.outlines}
    standing.told = {key: told[key] for key in standing.outlines}
    standing.chances = {(key, day): chance for (key, day), chance in standing.chances.items() if key not in again}
    standing.judged = len(again)


def _result(standing: Standing) -> Result:
    laid_out = tuple(standing.situations.values())
    return result_of(standing.ground, laid_out, standing.rows, standing.loose, standing.chances)


def _scale(portfolio: Portfolio) -> Scale:
    plan = portfolio.plan
    return Scale(plan.resources, portfolio.calendar, portfolio.today, portfolio.hours_per_day, portfolio.people)


def _scopes(portfolio: Portfolio) -> list[tuple[str, str]]:
    return [(row.key, row.scope) for row in portfolio.plan.milestones]


def _inverted(links: Links) -> dict[TaskKey, frozenset[str]]:
    """Task -> milestones; tasks that belong to the same ones share one set."""
    found: dict[TaskKey, frozenset[str]] = {}
    joined: dict[tuple[frozenset[str], str], frozenset[str]] = {}
    for key, refs in links.tasks.items():
        for ref in refs:
            known = found.get(ref, NOWHERE)
            both = joined.get((known, key))
            if both is None:
                both = joined[known, key] = known | {key}
            found[ref] = both
    return found
