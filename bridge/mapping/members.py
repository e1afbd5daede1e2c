"""Reads what tells who somebody is out of a member as a tool sent it: names, e-mail, mobile, employee number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from bridge.mapping.words import clean, fold, numeral

FEWEST_DIGITS = 7
_COUNTRY = re.compile(r"(?:\+|00)?86(?=1\d{10}$)")
_NOT_A_DIGIT = re.compile(r"[^\d+]")
_NOT_SAID = re.compile(r"[0\-_/.*]*|n/?a|none|null|无|暂无", re.IGNORECASE)


class Fields(Struct, frozen=True):
    """Under which keys of a member stands what; the first that has a value counts."""

    name: Sequence[str] = ("display_name", "name")
    email: Sequence[str] = ("email",)
    mobile: Sequence[str] = ("mobile",)
    number: Sequence[str] = ("employee_number",)


class Account(Struct, frozen=True):
    """Somebody in one tool. What can be compared is in the form in which it is compared; absent is None."""

    source: str
    id: str
    name: str
    """The full name as written; the id where the tool tells none."""
    email: str | None = None
    mobile: str | None = None
    number: str | None = None

    @property
    def ref(self) -> tuple[str, str]:
        return (self.source, self.id)

    @property
    def full_name(self) -> str | None:
        """The name as names are compared; None where it is too short to be anybody's full name, or only the id."""
        folded = " ".join(fold(self.name).split())
        return folded if len(folded) > 1 and self.name != self.id else None


def account_of(source: str, identity: str, payload: Mapping[str, Any], fields: Fields) -> Account:
    """Never an exception: what cannot be read is absent."""
    read = (_first(payload, keys) for keys in (fields.name, fields.email, fields.mobile, fields.number))
    return known_as(source, identity, *read)


def known_as(
    source: str, identity: str, name: str | None, email: str | None, mobile: str | None, number: str | None
) -> Account:
    """An account by what a tool says of it, each as it was written."""
    return Account(source, identity, name or identity, _email(email), _mobile(mobile), _number(number))


def _first(payload: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    for key in keys:
        value = payload.get(key)
        text = clean(value) if isinstance(value, str) else numeral(value)
        if text is not None:
            return text
    return None


def _email(written: str | None) -> str | None:
    address = fold(written or "")
    local, at, domain = address.partition("@")
    return address if local and at and domain and "@" not in domain else None


def _mobile(written: str | None) -> str | None:
    """The digits, without the country where it is ours."""
    digits = _COUNTRY.sub("", _NOT_A_DIGIT.sub("", fold(written or "")))
    return digits if len(digits) >= FEWEST_DIGITS and digits.strip("+0") else None


def _number(written: str | None) -> str | None:
    number = fold(written or "")
    return None if _NOT_SAID.fullmatch(number) else number
