"""Every version of the sales plan that was imported, and the promises it made, in order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct

from bridge.plan import wire
from bridge.plan.causes import Decision
from bridge.plan.document import Baseline, Plan
from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store, dumps


class PlanVersion(Struct, frozen=True):
    number: int
    imported_at: datetime
    file: str
    hash: str
    plan: Plan


def newest(store: Store, before: str | None = None) -> PlanVersion | None:
    """The plan in force, or the one in force before an instant; None before the first import."""
    row = store.one(
        "SELECT id, imported_at, file, hash, data FROM plan_versions WHERE imported_at < ? ORDER BY id DESC LIMIT 1",
        (before or "9999",),
    )
    return None if row is None else _version(row)


class VersionEntry(Struct, frozen=True):
    """A version without its plan: what a list of versions shows."""

    number: int
    imported_at: datetime
    file: str
    hash: str
    approved_by: str | None
    reason: str | None
    milestones: int


def versions(store: Store) -> list[VersionEntry]:
    """Every version, oldest first."""
    return [
        VersionEntry(number, instant(at), file, digest, approved_by, reason, milestones)
        for number, at, file, digest, approved_by, reason, milestones in store.rows(
            "SELECT id, imported_at, file, hash, approved_by, reason, "
            f"{store.dialect.length_of_list.format('data', 'milestones')} FROM plan_versions ORDER BY id"
        )
    ]


def numbered(store: Store, number: int) -> PlanVersion | None:
    """The version of this number; None where there is none."""
    row = store.one("SELECT id, imported_at, file, hash, data FROM plan_versions WHERE id = ?", (number,))
    return None if row is None else _version(row)


def _version(row: tuple[Any, ...]) -> PlanVersion:
    number, imported_at, file, digest, data = row
    return PlanVersion(number, instant(imported_at), file, digest, _plan(data))


# A page asks for the plan in force several times, and a thousand milestones take a tenth of a second to read.
@lru_cache(maxsize=2)
def _plan(data: str) -> Plan:
    return wire.from_json(json.loads(data))


def last_hash_of(store: Store, file: str) -> str | None:
    """The content that was last imported from a file; None where nothing was."""
    row = store.one("SELECT hash FROM plan_versions WHERE file = ? ORDER BY id DESC LIMIT 1", (file,))
    return row[0] if row else None


def save(
    store: Store,
    plan: Plan,
    new_baselines: Iterable[Baseline],
    *,
    file: str,
    digest: str,
    at: datetime,
    approved_by: str | None,
    reason: str | None,
) -> int:
    """Keep a plan and the promises it adds, in the caller's transaction."""
    number = store.insert(
        "plan_versions",
        {
            "imported_at": stamp(at),
            "file": file,
            "hash": digest,
            "approved_by": approved_by,
            "reason": reason,
            "data": dumps(wire.as_json(plan)),
        },
    )
    store.insert_many(
        "baselines",
        ("milestone", "number", "promised", "recorded_at", "approved_by", "reason"),
        [
            (b.milestone, b.number, b.promised.isoformat(), stamp(b.recorded_at), b.approved_by, b.reason)
            for b in new_baselines
        ],
    )
    return number


def baselines(store: Store, before: str | None = None) -> dict[str, tuple[Baseline, ...]]:
    """Milestone key -> B0, B1, … in order, as known before an instant; keys of withdrawn milestones included."""
    found: dict[str, list[Baseline]] = {}
    for key, number, promised, recorded_at, approved_by, reason in store.rows(
        "SELECT milestone, number, promised, recorded_at, approved_by, reason FROM baselines "
        "WHERE recorded_at < ? ORDER BY milestone, number",
        (before or "9999",),
    ):
        baseline = Baseline(key, number, date.fromisoformat(promised), instant(recorded_at), approved_by, reason)
        found.setdefault(key, []).append(baseline)
    return {key: tuple(entries) for key, entries in found.items()}


def informed(store: Store, before: str | None = None) -> dict[str, set[date]]:
    """Milestone key -> every day on which its customer was told, by any version of the plan imported before an instant.

    A later version may overwrite the day; what was told before is not forgotten.
    """
    found: dict[str, set[date]] = {}
    words = store.dialect
    key_of, day_of = (words.at_member.format("entry.value", name) for name in ("key", "customer_informed"))
    for key, day in store.rows(
        f"SELECT DISTINCT {key_of}, {day_of} "
        f"FROM plan_versions, {words.members_of_list.format('plan_versions.data', 'milestones')} "
        f"WHERE imported_at < ? AND {day_of} IS NOT NULL",
        (before or "9999",),
    ):
        found.setdefault(key, set()).add(date.fromisoformat(day))
    return found


def save_decisions(store: Store, decisions: Iterable[Decision]) -> None:
    """Keep what made somebody decide about promises, in the caller's transaction."""
    store.insert_many(
        "promise_causes",
        ("milestone", "number", "kind", "reference", "said", "decided_by", "reason", "recorded_at"),
        [
            (d.milestone, d.number, d.kind, d.reference, d.said, d.decided_by, d.reason, stamp(d.recorded_at))
            for d in decisions
        ],
    )


def decisions(store: Store, before: str | None = None) -> tuple[Decision, ...]:
    """Every decision with its cause, oldest first, as known before an instant."""
    return tuple(
        Decision(milestone, number, kind, reference, said, decided_by, reason, instant(recorded_at))
        for milestone, number, kind, reference, said, decided_by, reason, recorded_at in store.rows(
            "SELECT milestone, number, kind, reference, said, decided_by, reason, recorded_at FROM promise_causes "
            "WHERE recorded_at < ? ORDER BY seq",
            (before or "9999",),
        )
    )
