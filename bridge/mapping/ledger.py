"""Collects every problem of one mapping file, each with the line and column it stands at."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from bridge.errors import Problems, UsageProblem
from bridge.language import Phrase, Text
from bridge.mapping import texts
from bridge.mapping.positions import Keys, Place
from bridge.mapping.words import shown

_AT_THE_END = (sys.maxsize, 0)


class Ledger:
    """The problems of the file `name`; `places` tells where its keys stand."""

    def __init__(self, name: str, places: Mapping[Keys, Place]) -> None:
        self.name = name
        self.problems: list[UsageProblem] = []
        self._order: list[tuple[int, int]] = []
        self._places = places

    def refuse(self, keys: Keys, text: Text, /, **facts: object) -> None:
        place = self._place(keys)
        what = Phrase(text, facts)
        self._order.append((place.line, place.column) if place else _AT_THE_END)
        if place is None:
            self.problems.append(UsageProblem(texts.WITHOUT_PLACE, file=self.name, what=what))
            return
        self.problems.append(
            UsageProblem(
                texts.AT, file=self.name, line=place.line, column=place.column, place=_written(keys), what=what
            )
        )

    def wrong_type(self, keys: Keys, value: object, wanted: Text) -> None:
        said = shown(value) if isinstance(value, str | dict | list) else str(value)[:80]
        key = next(part for part in reversed(keys) if isinstance(part, str))
        self.refuse(keys, texts.WRONG_TYPE, key=key, value=f'"{said}"', wanted=Phrase(wanted, {}))

    def unknown(self, keys: Keys, known: Iterable[str], value: object = None) -> None:
        name = str(keys[-1] if value is None else value)
        words = list(known)
        near = similar(name, words)
        text = texts.UNKNOWN_KEY if near else texts.UNKNOWN_KEY_FAR
        self.refuse(keys, text, value=shown(name), near=near, known=", ".join(words))

    def known_keys(self, keys: Keys, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                self.unknown((*keys, key), known)

    def finish(self) -> None:
        """Raises `Problems` if there are any."""
        if self.problems:
            # As they stand in the file, so that they can be corrected from top to bottom.
            ordered = [self.problems[index] for index in sorted(range(len(self._order)), key=self._order.__getitem__)]
            raise Problems(texts.HEADING, ordered, file=self.name, count=len(self.problems))

    def _place(self, keys: Keys) -> Place | None:
        while keys and keys not in self._places:
            keys = keys[:-1]
        return self._places.get(keys)


def similar(name: str, words: Iterable[str]) -> str:
    """The most similar word; empty where none is similar enough to have been meant."""
    return "".join(difflib.get_close_matches(name, list(words), n=1))


def nearest(name: str, words: Iterable[str]) -> str:
    """The most similar word, however far."""
    return difflib.get_close_matches(name, list(words), n=1, cutoff=0.0)[0]


def _written(keys: Keys) -> str:
    return "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
