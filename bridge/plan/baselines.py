"""Promised dates are protected: the first one is kept for ever, a later move needs an approval; and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from bridge.errors import Problems, UsageProblem
from bridge.language import Text
from bridge.plan.cells import fold
from bridge.plan.document import Baseline, Milestone, Plan
from bridge.plan.tables import TABLES, Table

MOVED = Text(
    zh="里程碑 {key}“{name}”：承诺日期从 {old} 改为 {new}（首次承诺 {first}）；"
    "若客户已同意，请加 --approved-by 姓名 --reason 理由，否则请改回 {old}",
    en='milestone {key} "{name}": the promised date moved from {old} to {new} (first promised {first}); '
    "if the customer agreed, add --approved-by NAME --reason TEXT, else write {old} again",
)
REMOVED = Text(
    zh="里程碑 {key}“{name}”：承诺日期 {old} 被清空（首次承诺 {first}）；承诺不能清空，请写回 {old}；要撤回里程碑，请删除整行",
    en='milestone {key} "{name}": the promised date {old} was removed (first promised {first}); '
    "a promise cannot be blanked, write {old} again; to withdraw the milestone, delete its row",
)
REFUSED = Text(
    zh="承诺日期受保护：{count} 个里程碑的承诺日期有变动，未导入任何内容：",
    en="promised dates are protected: {count} milestone(s) changed theirs; nothing was imported:",
)


def protect(
    plan: Plan,
    known: Mapping[str, tuple[Baseline, ...]],
    *,
    at: datetime,
    approved_by: str | None = None,
    reason: str | None = None,
) -> tuple[Baseline, ...]:
    """The new baselines this plan brings, in its order: B0 of first promises, and Bk of approved moves.

    A move is judged against the latest baseline of the key, also after the row had vanished for a while. Without
    both approver and reason every move raises, all of them listed; a blanked promise raises even with them. A key that
    is only spelled otherwise (case, width) is the key it was: its baselines go on under the first spelling.
    """
    approver, why = (approved_by or "").strip(), (reason or "").strip()
    first_spelling = spellings(plan, known)
    fresh: list[Baseline] = []
    problems: list[UsageProblem] = []
    for milestone in plan.milestones:
        key = first_spelling.get(milestone.key, milestone.key)
        past = sorted(known.get(key, ()), key=lambda baseline: baseline.number)
        if not past:
            fresh += _first(milestone, at)
        elif milestone.promised is None:
            problems.append(_refusal(REMOVED, milestone, past))
        elif milestone.promised != past[-1].promised:
            if approver and why:
                number = past[-1].number + 1
                fresh.append(Baseline(key, number, milestone.promised, at, approver, why))
            else:
                problems.append(_refusal(MOVED, milestone, past))
    if problems:
        raise Problems(REFUSED, problems, count=len(problems))
    return tuple(fresh)


def spellings(plan: Plan, known: Collection[str]) -> dict[str, str]:
    """Key in the plan -> the key under which its promises are known, where it is spelled otherwise now.

    A plan that has both spellings means two milestones.
    """
    present = {milestone.key for milestone in plan.milestones}
    former = {fold(key): key for key in known if key not in present}
    return {key: former[fold(key)] for key in present if key not in known and fold(key) in former}


def of_plan(plan: Plan, known: Mapping[str, tuple[Baseline, ...]]) -> dict[str, tuple[Baseline, ...]]:
    """Milestone key -> its baselines, also under the spelling that the plan has now."""
    return {**known, **{key: known[former] for key, former in spellings(plan, known).items()}}


def _first(milestone: Milestone, at: datetime) -> list[Baseline]:
    return [] if milestone.promised is None else [Baseline(milestone.key, 0, milestone.promised, at)]


def _refusal(text: Text, milestone: Milestone, past: Sequence[Baseline]) -> UsageProblem:
    return UsageProblem(
        text,
        key=milestone.key,
        name=milestone.name,
        old=past[-1].promised,
        new=milestone.promised,
        first=past[0].promised,
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """A milestone whose promised date differs between two plans."""

    key: str
    name: str
    old: date | None
    new: date | None


@dataclass(frozen=True, slots=True)
class Renamed:
    table: str
    key: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """What one plan changed against the one before. Rows without a key are named by what they say.

    `added`, `withdrawn` and `changed` are table name -> labels, tables without any left out; `changed` counts every
    difference of a row that stayed, a moved date and a new name included.
    """

    added: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    withdrawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moved: tuple[Moved, ...] = ()
    renamed: tuple[Renamed, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, part.name) for part in fields(self))


def diff(old: Plan | None, new: Plan) -> PlanDiff:
    """From `old`, or from nothing, to `new`."""
    before = old if old is not None else Plan()
    added, withdrawn, changed = {}, {}, {}
    renamed: list[Renamed] = []
    for table in TABLES:
        was, now = labelled(before, table), labelled(new, table)
        stayed = [label for label in now if label in was]
        added[table.name] = tuple(label for label in now if label not in was)
        withdrawn[table.name] = tuple(label for label in was if label not in now)
        changed[table.name] = tuple(label for label in stayed if was[label] != now[label])
        if "name" in table.by_name:
            renamed += [
                Renamed(table.name, label, was[label].name, now[label].name)
                for label in stayed
                if was[label].name != now[label].name
            ]
    return PlanDiff(_filled(added), _filled(withdrawn), _filled(changed), _moved(before, new), tuple(renamed))


def labelled(plan: Plan, table: Table) -> dict[str, Any]:
    """Label -> row of a table. A repeated label gets its turn, so that two equal rows stay two."""
    found: dict[str, Any] = {}
    turns: Counter[str] = Counter()
    identity = ["key"] if "key" in table.by_name else [column.name for column in table.columns if column.filled]
    for row in getattr(plan, table.name):
        label = " · ".join(str(getattr(row, name)) for name in identity)
        turns[label] += 1
        found[label if turns[label] == 1 else f"{label} ({turns[label]})"] = row
    return found


def _moved(old: Plan, new: Plan) -> tuple[Moved, ...]:
    was = {milestone.key: milestone for milestone in old.milestones}
    return tuple(
        Moved(milestone.key, milestone.name, was[milestone.key].promised, milestone.promised)
        for milestone in new.milestones
        if milestone.key in was and was[milestone.key].promised != milestone.promised
    )


def _filled(labels: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {table: names for table, names in labels.items() if names}
