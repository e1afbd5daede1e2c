"""Every version of the sales plan that was imported, and the promises it made, in order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from bridge.plan import wire
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
    if row is None:
        return None
    number, imported_at, file, digest, data = row
    return PlanVersion(number, instant(imported_at), file, digest, wire.from_json(json.loads(data)))


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
