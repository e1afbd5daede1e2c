"""What was said of each milestone on each civil day: the last run of a day is the day's snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from bridge.model import Colour
from bridge.reconcile.situation import Snapshot
from bridge.report.week import Kept, Then
from bridge.store.engine import Store, dumps


def save(store: Store, run: int, day: date, snapshots: Iterable[Snapshot]) -> None:
    """Keep the snapshots of a day's run in place of what an earlier run of that day said.

    That one may have spoken of a milestone which the plan has withdrawn since: it has no snapshot on this day.
    """
    store.delete_many("assessments", ("day",), [(day.isoformat(),)])
    store.upsert_many(
        "assessments",
        ("milestone", "day", "run", "colour", "data"),
        [(s.milestone, s.day.isoformat(), run, s.colour.value, dumps(_as_json(s))) for s in snapshots],
    )


def before(store: Store, day: date) -> dict[str, tuple[Snapshot, ...]]:
    """Milestone key -> snapshots of days before `day`, oldest first."""
    found: dict[str, list[Snapshot]] = {}
    for key, on, colour, data in store.rows(
        "SELECT milestone, day, colour, data FROM assessments WHERE day < ? ORDER BY milestone, day",
        (day.isoformat(),),
    ):
        found.setdefault(key, []).append(_from_json(key, date.fromisoformat(on), Colour(colour), json.loads(data)))
    return {key: tuple(entries) for key, entries in found.items()}


def on_or_before(store: Store, day: date) -> dict[str, Snapshot]:
    """Milestone key -> its last snapshot on or before `day`."""
    rows = store.rows(
        "SELECT milestone, day, colour, data FROM assessments JOIN "
        "(SELECT milestone AS m, max(day) AS d FROM assessments WHERE day <= ? GROUP BY milestone) AS last "
        "ON milestone = m AND day = d",
        (day.isoformat(),),
    )
    return {
        key: _from_json(key, date.fromisoformat(on), Colour(colour), json.loads(data)) for key, on, colour, data in rows
    }


def figures_between(store: Store, first: date, last: date) -> Then | None:
    """Colour and money of every milestone on the newest recorded day between the two."""
    row = store.one("SELECT max(day) FROM assessments WHERE day BETWEEN ? AND ?", (first.isoformat(), last.isoformat()))
    if row is None or row[0] is None:
        return None
    expected, sums = (store.dialect.at_member.format("data", name) for name in ("at_risk_expected", "money"))
    found = store.rows(f"SELECT milestone, colour, {expected}, {sums} FROM assessments WHERE day = ?", (row[0],))
    kept = {
        key: Kept(colour, _decimal(amount), _sums(None if money is None else json.loads(money)))
        for key, colour, amount, money in found
    }
    return Then(date.fromisoformat(row[0]), kept)


def _as_json(s: Snapshot) -> dict[str, Any]:
    return {
        "own_colour": s.own_colour.value,
        "due": _text(s.due),
        "forecast_p85": _text(s.forecast_p85),
        "at_risk_expected": _amount(s.at_risk_expected),
        "total_weight": None if s.total_weight is None else str(s.total_weight),
        "weight_kind": s.weight_kind,
        "leaves": dict(s.leaves.items()),
        "earliest_start": _text(s.earliest_start),
        "p": s.on_time_probability,
        "claimed": None if s.claimed is None else s.claimed.value,
        "reasons": None if s.reasons is None else dict(s.reasons),
        "method": s.method,
        "raw_p50": _text(s.raw_p50),
        "money": None if s.money is None else {name: _amount(one) for name, one in s.money.items()},
    }


def _from_json(key: str, day: date, colour: Colour, data: dict[str, Any]) -> Snapshot:
    return Snapshot(
        milestone=key,
        day=day,
        colour=colour,
        own_colour=Colour(data["own_colour"]),
        due=_date(data["due"]),
        forecast_p85=_date(data["forecast_p85"]),
        at_risk_expected=_decimal(data["at_risk_expected"]),
        total_weight=_decimal(data["total_weight"]),
        weight_kind=data["weight_kind"],
        leaves=data["leaves"],
        earliest_start=_date(data["earliest_start"]),
        # Rows of earlier versions of the program say nothing of these: unknown, not nothing.
        on_time_probability=data.get("p"),
        claimed=Colour(data["claimed"]) if data.get("claimed") else None,
        reasons=data.get("reasons"),
        method=data.get("method"),
        raw_p50=_date(data.get("raw_p50")),
        money=_sums(data.get("money")),
    )


def _sums(data: dict[str, str | None] | None) -> dict[str, Decimal | None] | None:
    return None if data is None else {name: _decimal(amount) for name, amount in data.items()}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
