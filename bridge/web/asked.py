"""What the address of a report asks for: which rows, in which order; the same words for pages, files and the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import request
from msgspec import Struct

from bridge.language import Lang, Text
from bridge.report.order import ORDERS, arranged
from bridge.report.selection import PERIODS, Narrowed
from bridge.usecases.reporting import ReportWish
from bridge.web.answers import Said

STATUSES = ("red", "amber", "grey", "green", "done")
NOT_ONE_OF = Text("{name} 要是其中之一：{known}；写的是 {value}", "{name} must be one of {known}; it was {value}")
NOT_A_DAY = Text(
    "{name} 要写成 2026-09-01 的形式；写的是 {value}", "{name} must be a day like 2026-09-01; it was {value}"
)
LONGEST = 200
TOO_LONG = Text("{name} 太长，最多 {longest} 个字符", "{name} is too long: at most {longest} characters")


class Asked(Struct, frozen=True):
    """A view of the report: what it shows, and the arguments of the address that bring it back."""

    wish: ReportWish
    order: str
    by_customer: bool
    is_whole: bool
    """Every row on one page, however many there are."""
    kept: Mapping[str, str | tuple[str, ...]]

    def arranged(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        return arranged(document, self.order, by_customer=self.by_customer)


def asked(lang: Lang, own: str | None) -> Asked:
    """As the address has it; an empty filter is no filter, and one that cannot be is refused by name."""
    customer, owner, deal = (_text(name, lang) for name in ("customer", "owner", "deal"))
    words = _text("q", lang)
    period = _one_of("period", PERIODS, lang)
    first, last = day_asked("from", lang), day_asked("to", lang)
    statuses = tuple(dict.fromkeys(value for value in request.args.getlist("status") if value))
    for value in statuses:
        _known("status", value, STATUSES, lang)
    order = _one_of("sort", ORDERS, lang) or "worst"
    group, whole = _one_of("group", ("customer",), lang), _one_of("rows", ("all",), lang)
    narrowed = Narrowed(deal=deal, statuses=statuses, first=first, last=last, words=words, period=period)
    wish = ReportWish(customer=customer, owner=owner, sales_owner=own, narrowed=narrowed)
    kept: dict[str, str | tuple[str, ...] | None] = {
        "customer": customer,
        "owner": owner,
        "deal": deal,
        "status": statuses or None,
        "period": period,
        "from": None if first is None else first.isoformat(),
        "to": None if last is None else last.isoformat(),
        "q": words,
        "sort": None if order == "worst" else order,
        "group": group,
        "rows": whole,
    }
    return Asked(
        wish,
        order,
        group is not None,
        whole is not None,
        {name: value for name, value in kept.items() if value is not None},
    )


def _text(name: str, lang: Lang) -> str | None:
    value = request.args.get(name, "").strip()
    if len(value) > LONGEST:
        raise Said(422, TOO_LONG.say(lang, name=name, longest=LONGEST))
    return value or None


def day_asked(name: str, lang: Lang) -> date | None:
    value = request.args.get(name, "").strip()
    if not value:
        return None
    try:
        return date.fromisoformat(value) if value.isascii() and len(value) == 10 else _refuse_day(name, value, lang)
    except ValueError:
        return _refuse_day(name, value, lang)


def _refuse_day(name: str, value: str, lang: Lang) -> date:
    raise Said(422, NOT_A_DAY.say(lang, name=name, value=value[:LONGEST]))


def _one_of(name: str, known: Sequence[str] | Mapping[str, Any], lang: Lang) -> str | None:
    value = request.args.get(name, "").strip()
    if value:
        _known(name, value, known, lang)
    return value or None


def _known(name: str, value: str, known: Sequence[str] | Mapping[str, Any], lang: Lang) -> None:
    if value not in known:
        raise Said(422, NOT_ONE_OF.say(lang, name=name, known=", ".join(known), value=value[:LONGEST]))
