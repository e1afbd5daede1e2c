"""The file of people changed in one place by the program: comments, order and every other decision stay as they are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

import tomlkit
from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping.editing import in_its_form

NEW = "# 谁是谁：same 是同一个人，different 不是。 Who is who: same is one person, different are several.\n"
NOT_SAFE = Text(
    zh="程序无法只改 {file} 的这一处而不动别处；文件没有改动，请在编辑器里改。",
    en="the program cannot change this place of {file} and nothing else; the file is as it was, use an editor.",
)
TOGETHER = Text(
    zh="{file} 里写着它们和别的账号是同一个人，说不清谁该分开；请先撤回那一条，或只分开一个账号。",
    en="{file} says that these and others are one person, so it is not clear who leaves; withdraw that decision, or "
    "separate one account.",
)
NO_ENTRY = Text(
    zh="{file} 里没有第 {number} 条决定；请刷新页面再看。",
    en="{file} has no decision number {number}; reload the page and look again.",
)
FILE = "people.toml"
HEAD = re.compile(r"\s*\[\[\s*people\s*\]\]")


class Entry(Struct, frozen=True):
    """One decision as it stands in the file; `number` counts them from 1."""

    number: int
    is_same: bool
    accounts: tuple[str, ...]
    note: str


def entries(text: str) -> list[Entry]:
    """Every decision, of a file that was found to be right."""
    tables = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n")).get("people", [])
    return [
        Entry(number, "same" in table, _accounts(table, "same") or _accounts(table, "different"), table.get("note", ""))
        for number, table in enumerate(tables, 1)
    ]


def same(text: str, accounts: Sequence[str], note: str) -> str:
    """The file with these accounts being one person; what said otherwise of two of them says it no more."""
    wanted, gone, added = set(accounts), set[int](), [{"same": list(accounts), "note": note}]
    for one in entries(text):
        listed = set(one.accounts)
        if one.is_same and listed <= wanted:
            gone.add(one.number)
        elif not one.is_same and len(listed & wanted) > 1:
            gone.add(one.number)
            pairs = (pair for pair in combinations(one.accounts, 2) if not wanted.issuperset(pair))
            added += [{"different": list(pair), **_noted(one)} for pair in pairs]
    return _changed(text, gone, added)


def different(text: str, accounts: Sequence[str], note: str) -> str:
    """The file with each of these being somebody else; what said that two of them are one says it no more."""
    wanted, gone = set(accounts), set[int]()
    for one in entries(text):
        listed = set(one.accounts)
        if not one.is_same and listed <= wanted:
            gone.add(one.number)
        elif one.is_same and len(listed & wanted) > 1:
            if not listed <= wanted:
                raise UsageProblem(TOGETHER, file=FILE)
            gone.add(one.number)
    return _changed(text, gone, [{"different": list(accounts), "note": note}])


def separated(text: str, account: str, others: Collection[str], note: str) -> str:
    """The file with one account being nobody of the others, who stay as they are among each other."""
    gone, added = set[int](), list[dict[str, Any]]()
    known = {frozenset(one.accounts) for one in entries(text) if not one.is_same}
    for one in entries(text):
        if one.is_same and account in one.accounts:
            gone.add(one.number)
            rest = [name for name in one.accounts if name != account]
            added += [{"same": rest, **_noted(one)}] if len(rest) > 1 else []
    pairs = ([account, other] for other in sorted(others))
    added += [{"different": pair, "note": note} for pair in pairs if frozenset(pair) not in known]
    return _changed(text, gone, added)


def withdrawn(text: str, number: int) -> str:
    """The file without one decision."""
    if not any(one.number == number for one in entries(text)):
        raise UsageProblem(NO_ENTRY, file=FILE, number=number)
    return _changed(text, {number}, [])


def _accounts(table: dict[str, Any], key: str) -> tuple[str, ...]:
    """As they are compared: blanks around the parts do not count."""
    return tuple(_plain(written) for written in table.get(key, ()))


def _plain(written: str) -> str:
    source, _, identity = written.strip().partition(":")
    return f"{source}:{identity.strip()}"


def _noted(one: Entry) -> dict[str, str]:
    return {"note": one.note} if one.note else {}


def _changed(text: str, gone: Collection[int], added: Sequence[dict[str, Any]]) -> str:
    return in_its_form(text or NEW, lambda plain: _rewritten(plain, gone, added))


def _rewritten(text: str, gone: Collection[int], added: Sequence[dict[str, Any]]) -> str:
    kept = [table for number, table in enumerate(tomllib.loads(text).get("people", []), 1) if number not in gone]
    edited = _without(text.split("\n"), gone)
    edited = (edited.rstrip("\n") + "\n" if edited.strip() else NEW) + "".join(map(_written, added))
    try:
        after = tomllib.loads(edited).get("people", [])
    except tomllib.TOMLDecodeError as err:
        raise UsageProblem(NOT_SAFE, file=FILE) from err
    # Headings are found by their look, so that a file which hides one in a text is left alone.
    if after != [*kept, *added]:
        raise UsageProblem(NOT_SAFE, file=FILE)
    return edited


def _without(lines: list[str], gone: Collection[int]) -> str:
    """Without these tables; a comment behind the last value of one belongs to what follows, and stays."""
    heads = [place for place, line in enumerate(lines) if HEAD.match(line)]
    for number in sorted(gone, reverse=True):
        if number > len(heads):
            raise UsageProblem(NOT_SAFE, file=FILE)
        begin = heads[number - 1]
        end = heads[number] if number < len(heads) else len(lines)
        while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
            end -= 1
        is_double = end < len(lines) and not lines[end].strip() and (begin == 0 or not lines[begin - 1].strip())
        del lines[begin : end + is_double]
    return "\n".join(lines)


def _written(values: Mapping[str, Any]) -> str:
    rows = (f"{key} = {tomlkit.item(value).as_string()}\n" for key, value in values.items())
    return "\n[[people]]\n" + "".join(rows)
