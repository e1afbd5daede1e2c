"""The milestones of a report as readers see them: the same choice of figures and words in every rendered form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from bridge.language import Lang
from bridge.model import Colour
from bridge.report.cells import Link, day_of, estimate_of, link_of, money_of, one_line, spoken_day
from bridge.report.labels import label
from bridge.report.marks import held_status, mark, note_text, override_text
from bridge.report.phrases import share_text
from bridge.report.wording import status_name, why_not_text

SEVERITIES = ("red", "amber", "grey")
TELLING = ("OVERDUE", "FORECAST_LATE", "DUE_AFTER_PROMISE", "UNLIKELY", "NO_PROMISE", "NO_LINKED_TASK", "PUSHED")
"""Reasons that say most about a promise, in the order in which they are told; the others follow by code."""
_SEVERITY = {severity: number for number, severity in enumerate(SEVERITIES)}
_TELLING = {code: number for number, code in enumerate(TELLING)}

ONE_DATE = frozenset({"network", "earned_schedule", "due_dates"})
"""Methods without a distribution: their P50 is their P85."""

# Said by a reason of the same row already, or not worth a line.
PLAIN_WHY_NOT = frozenset({"past_promise", "no_promise", "nothing_open"})


Item = Mapping[str, Any]


class _Source(NamedTuple):
    """What a row is of, the day on which it is read, and the language."""

    item: Item
    today: date
    lang: Lang


@dataclass(frozen=True, slots=True)
class Slip:
    """The distance from the promise that matters most, and what it was measured by."""

    workdays: int
    days: int
    kind: str

    @property
    def signed(self) -> str:
        return f"{self.workdays:+d}" if self.workdays else "0"


@dataclass(frozen=True)
class Reason:
    code: str
    severity: str
    text: str
    is_acknowledged: bool
    _said: Item = field(repr=False, compare=False)
    _of: _Source = field(repr=False, compare=False)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return tuple(dict.fromkeys(link_of(evidence) for evidence in self._said["evidence"]))

    @cached_property
    def mark(self) -> str:
        """In brackets, to stand behind the sentence: that it is new, worse or better, or until when somebody answers for it."""
        return mark(self._said, *self._of)


@dataclass(frozen=True)
class Row:
    """One milestone; every text is one clean line, not yet escaped for any format.

    What is not said in every form is put into words when it is asked for.
    """

    key: str
    name: str
    customer: str | None
    deal: str
    owner: str | None
    is_contractual: bool
    status: str
    first_promise: date | None
    """Only where it differs from `promise`."""
    promise: date | None
    due: date | None
    actual: date | None
    p50: date | None
    """Only of a method that tells it from P85."""
    p85: date | None
    is_from_due_dates: bool
    """The forecast says no more than the due dates of the tasks."""
    slip: Slip | None
    reasons: tuple[Reason, ...]
    done_ratio: float | None
    changed: str | None
    """What is different from the day compared with, and which day that is."""
    _of: _Source = field(repr=False, compare=False)

    @property
    def is_worrying(self) -> bool:
        return self.status in SEVERITIES

    @property
    def links(self) -> tuple[Link, ...]:
        """Every task that shows a reason, each once, in the order of the reasons."""
        return tuple(dict.fromkeys(link for reason in self.reasons for link in reason.links))

    @cached_property
    def status_name(self) -> str:
        return status_name(self.status, self._of.lang)

    @cached_property
    def one_date(self) -> str | None:
        """By what the only date was found where there is no P50 beside it, or that it is the day it was finished."""
        return _one_date(self._of.item, self._of.lang)

    @cached_property
    def chance(self) -> str | None:
        ratio = self._of.item["forecast"]["on_time_probability"]
        return None if ratio is None else share_text(ratio)

    @cached_property
    def why_not(self) -> str | None:
        return _why_not(self._of.item, self._of.lang)

    @cached_property
    def amount(self) -> str | None:
        money = self._of.item["amount"]
        return None if money["amount"] is None else money_of(money["amount"], money["currency"])

    @cached_property
    def at_risk(self) -> str | None:
        """Said with "about" where it is assumed; None where nothing is at risk."""
        return _at_risk(self._of.item["money"], self._of.lang)

    @cached_property
    def waits(self) -> tuple[str, ...]:
        """What decides the end: the chain of tasks, the milestones before this one."""
        told = (self._of.item.get(name) for name in ("network", "waits_for"))
        return tuple(one_line(found["text"]) for found in told if found and found["text"])

    @cached_property
    def progress(self) -> str | None:
        return _progress(self._of.item, self._of.lang)

    @cached_property
    def change(self) -> str | None:
        """What `changed` says without the day, where that is said once for all."""
        return _change(self._of.item, self._of.lang)

    @cached_property
    def informed(self) -> str | None:
        item, today, lang = self._of
        day = item["note"]["customer_informed"]
        return None if day is None else label("informed", lang, day=spoken_day(date.fromisoformat(day), today, lang))

    @cached_property
    def next_contact(self) -> str | None:
        """When somebody is to speak with the customer next, and who; what is overdue is a reason already."""
        item, today, lang = self._of
        contact = item["next_contact"]
        if contact is None or contact["audience"] != "customer" or contact["due"] is None:
            return None
        if contact["overdue_days"] or item["status"] == "done":
            return None
        day = spoken_day(date.fromisoformat(contact["due"]), today, lang)
        who = one_line(contact["owner"]) if contact["owner"] else None
        return label("next_contact" if who is None else "next_contact_by", lang, day=day, who=who)

    @cached_property
    def override(self) -> str | None:
        """The colour that a person holds for right, with who says so and why."""
        return override_text(*self._of)

    @cached_property
    def held(self) -> str | None:
        """The same in a few words, to stand below the computed one."""
        return held_status(self._of.item, self._of.lang)

    @cached_property
    def note(self) -> str | None:
        return note_text(*self._of)


def rows(view: Mapping[str, Any], lang: Lang) -> list[Row]:
    """In the order of the view: worst first."""
    today = date.fromisoformat(view["as_of"])
    return [_row(_Source(item, today, lang)) for item in view["milestones"]]


def _row(of: _Source) -> Row:
    item = of.item
    forecast = item["forecast"]
    promise, first = day_of(item["baseline"]), day_of(item["promised"])
    return Row(
        key=one_line(item["key"]),
        name=one_line(item["name"]),
        customer=_line(item["customer"]),
        deal=one_line(item["deal"]["name"]),
        owner=_line(item["owner"] or item["delivery_owner"] or item["sales_owner"]),
        is_contractual=item["contractual"],
        status=item["status"],
        first_promise=None if first == promise else first,
        promise=promise,
        due=day_of(item["due_in_tool"]),
        actual=day_of(item["actual"]),
        p50=None if forecast["method"] in ONE_DATE else day_of(forecast["p50"]),
        p85=day_of(forecast["p85"]),
        is_from_due_dates=forecast["method"] == "due_dates",
        slip=slip_of(item),
        reasons=_reasons(of),
        done_ratio=None if item["progress"] is None else item["progress"]["ratio"],
        changed=_changed(*of),
        _of=of,
    )


def _one_date(item: Mapping[str, Any], lang: Lang) -> str | None:
    if item["actual"] is not None:
        return label("finished_short", lang)
    method = item["forecast"]["method"]
    return label(f"by_{method}", lang) if method in ONE_DATE else None


def _line(text: str | None) -> str | None:
    return None if text is None else one_line(text)


def slip_of(item: Mapping[str, Any]) -> Slip | None:
    """Of what is done, how late it was; of what is open, the largest of the known distances.

    Of equal ones the forecast is named, unless it only repeats the due dates.
    """
    slip, is_from_due_dates = item["slip"], item["forecast"]["method"] == "due_dates"
    kinds = (
        ("actual", "plan", "overdue", "forecast") if is_from_due_dates else ("actual", "forecast", "overdue", "plan")
    )
    known = [(kind, slip[kind]) for kind in kinds if slip[kind] is not None]
    if not known:
        return None
    kind, span = max(known, key=lambda entry: (entry[1]["workdays"], entry[1]["days"]))
    return Slip(span["workdays"], span["days"], kind)


def _at_risk(money: Mapping[str, Any], lang: Lang) -> str | None:
    if money["at_risk_expected"] is None or Decimal(money["at_risk_expected"]) == 0:
        return None
    said = estimate_of(money["at_risk_expected"], money["currency"])
    return label("at_risk_assumed" if money["assumed"] else "at_risk", lang, money=said)


def _reasons(of: _Source) -> tuple[Reason, ...]:
    told = [
        Reason(said["code"], said["severity"], one_line(said["text"]), said["state"] == "acknowledged", said, of)
        for said in of.item["reasons"]
    ]
    return tuple(sorted(told, key=_rank))


def _rank(reason: Reason) -> tuple[int, int, str]:
    return (_SEVERITY[reason.severity], _TELLING.get(reason.code, len(TELLING)), reason.code)


def _why_not(item: Mapping[str, Any], lang: Lang) -> str | None:
    code = item["forecast"]["why_not"]
    is_said = code is not None and item["status"] != Colour.DONE and code not in PLAIN_WHY_NOT
    return why_not_text(code, lang) if is_said else None


def _progress(item: Mapping[str, Any], lang: Lang) -> str | None:
    progress = item["progress"]
    if progress is None or progress["ratio"] is None or item["status"] == Colour.DONE:
        return None
    expected = progress["expected_ratio"]
    planned = "" if expected is None else label("progress_planned", lang, expected=share_text(expected))
    return label("progress", lang, done=share_text(progress["ratio"]), planned=planned, open=item["work"]["open"])


def _changed(item: Mapping[str, Any], today: date, lang: Lang) -> str | None:
    """What is different from the day compared with, and since when; None where nothing is."""
    what = _change(item, lang)
    if what is None:
        return None
    return label("changed", lang, day=spoken_day(date.fromisoformat(item["change"]["since"]), today, lang), what=what)


def _change(item: Mapping[str, Any], lang: Lang) -> str | None:
    change = item["change"]
    if change is None:
        return None
    what = []
    if change["status"] != item["status"]:
        what.append(label("status_was", lang, status=status_name(change["status"], lang)))
    if change["forecast_workdays"]:
        moved = "forecast_later" if change["forecast_workdays"] > 0 else "forecast_earlier"
        what.append(label(moved, lang, days=abs(change["forecast_workdays"])))
    return ("，" if lang == "zh" else ", ").join(what) or None
