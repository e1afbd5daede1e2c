"""Reads what an admin has confirmed about people: `[[people]]` with `same` or `different` accounts, `source:id` each."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from typing import Any

from bridge.errors import Problems, UsageProblem
from bridge.language import Text
from bridge.mapping import texts
from bridge.mapping.ledger import Ledger
from bridge.mapping.linking import Decisions, Ref
from bridge.mapping.positions import Keys, locate
from bridge.mapping.words import shown

KEYS = ("same", "different", "note")

HEADING = Text(zh="人员文件 {file} 有 {count} 处问题：", en="{count} problem(s) in the file of people {file}:")
NOT_TOML = Text(
    zh="{file}：不是有效的 TOML：{detail}。请改正该处。", en="{file}: not valid TOML: {detail}. Correct that place."
)
TABLES = Text(zh="以 [[people]] 开头的表", en="tables that begin with [[people]]")
ONE_OF_TWO = Text(
    zh="每个 [[people]] 要写 same 或 different，二者之一。",
    en="a [[people]] has either same or different: write one of them.",
)
ACCOUNTS = Text(
    zh='至少两个账号的列表，例如 ["pingcode:0f1e…", "worktile:9a8b…"]',
    en='a list of at least two accounts such as ["pingcode:0f1e…", "worktile:9a8b…"]',
)
NOT_AN_ACCOUNT = Text(
    zh="“{value}”不是账号；请写成 来源:编号，编号见 pbridge people --json。",
    en='"{value}" is no account; write source:id, with the id that pbridge people --json shows.',
)
NO_SOURCE = Text(
    zh="“{value}”：没有名为 {source} 的来源；设置中有：{known}。",
    en='"{value}": there is no source named {source}; the settings have: {known}.',
)
TWICE = Text(zh="“{value}”在这里写了两次；请删去一个。", en='"{value}" stands here twice; remove one.')


def parse(text: str, *, name: str, sources: Collection[str]) -> Decisions:
    """Raises `Problems` with every mistake at its line and column; accounts that nobody has are told elsewhere."""
    text = text.replace("\r\n", "\n")
    try:
        document = tomllib.loads(text)
        places = locate(text)
    except (tomllib.TOMLDecodeError, RecursionError) as err:
        problem = UsageProblem(NOT_TOML, file=name, detail=str(err))
        raise Problems(HEADING, [problem], file=name, count=1) from None
    reader = _Reader(Ledger(name, places), sources)
    decisions = reader.read(document)
    problems = sorted(reader.ledger.problems, key=lambda problem: (problem.facts["line"], problem.facts["column"]))
    if problems:
        raise Problems(HEADING, problems, file=name, count=len(problems))
    return decisions


class _Reader:
    """Reads the tables of one file; what is wrong goes into the ledger."""

    def __init__(self, ledger: Ledger, sources: Collection[str]) -> None:
        self.ledger = ledger
        self._sources = sources

    def read(self, document: dict[str, Any]) -> Decisions:
        self.ledger.known_keys((), document, ("people",))
        tables = document.get("people", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.ledger.wrong_type(("people",), tables, TABLES)
            return Decisions()
        found: dict[str, list[tuple[Ref, ...]]] = {"same": [], "different": []}
        for number, table in enumerate(tables):
            keys: Keys = ("people", number)
            self.ledger.known_keys(keys, table, KEYS)
            if not isinstance(table.get("note", ""), str):
                self.ledger.wrong_type((*keys, "note"), table["note"], texts.A_TEXT)
            said = [key for key in found if key in table]
            if len(said) != 1:
                self.ledger.refuse(keys, ONE_OF_TWO, code="one_of_two")
                continue
            found[said[0]].append(self._accounts((*keys, said[0]), table[said[0]]))
        return Decisions(tuple(found["same"]), tuple(found["different"]))

    def _accounts(self, keys: Keys, given: Any) -> tuple[Ref, ...]:
        if not isinstance(given, list) or len(given) < 2:
            self.ledger.wrong_type(keys, given, ACCOUNTS)
            return ()
        refs: list[Ref] = []
        for place, written in enumerate(given):
            ref = self._account((*keys, place), written)
            if ref in refs:
                self.ledger.refuse((*keys, place), TWICE, code="twice", value=shown(written))
            elif ref is not None:
                refs.append(ref)
        return tuple(refs)

    def _account(self, keys: Keys, written: Any) -> Ref | None:
        source, colon, identity = (written if isinstance(written, str) else "").strip().partition(":")
        if not colon or not source or not identity.strip():
            self.ledger.refuse(keys, NOT_AN_ACCOUNT, code="not_an_account", value=shown(written))
            return None
        if source not in self._sources:
            known = ", ".join(self._sources)
            self.ledger.refuse(keys, NO_SOURCE, code="no_source", value=shown(written), source=source, known=known)
            return None
        return (source, identity.strip())
