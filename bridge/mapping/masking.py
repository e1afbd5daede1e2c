"""Values as examples that may be shown to anybody: what tells who somebody is, or how to reach them, is blotted out."""

from __future__ import annotations

import re

_MAIL = re.compile(r"([\w+-])[\w.+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])((?:\+?86[- ]?)?1[3-9][0-9])[- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9A-Za-z])")
_IDENTITY_CARD = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_STEPS = re.compile(r"[A-Za-z_]+")
_OF_PEOPLE = frozenset(
    {"assignee", "assignees", "owner", "user", "users", "display_name", "user_name", "email", "mobile", "phone"}
    | {"created_by", "updated_by", "completed_by", "submitted_by", "participants", "members", "employee_number"}
)


def leads_to_people(path: str) -> bool:
    """Whether what stands at a path tells who somebody is, as far as names of members say."""
    return not _OF_PEOPLE.isdisjoint(_STEPS.findall(path))


def masked(text: str) -> str:
    """Text without mail addresses, mobile numbers and numbers of identity cards."""
    if "@" in text:
        text = _MAIL.sub(r"\1***@***", text)
    return _MOBILE.sub(r"\1********", _IDENTITY_CARD.sub("******************", text))


def masked_person(text: str) -> str:
    """A name or a number of a person by its first character; an id that only machines read stays."""
    is_id = text.isascii() and text.replace("-", "").isalnum() and any(char.isdigit() for char in text)
    if not text or (is_id and masked(text) == text) or text.startswith(("{", "[", "(absent)")):
        return masked(text)
    return f"{text[0]}**"
