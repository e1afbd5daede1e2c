"""Collects every problem of one mapping file, each with the line and column it stands at."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from bridge.errors import Problems, UsageProblem
from bridge.language import Phrase, Text
from bridge.mapping import texts
from bridge.mapping.positions import Keys, Place
from bridge.mapping.positions import nearest as nearest_place
from bridge.mapping.words import shown


class FileProblem(UsageProblem):
    """One mistake in a mapping file: a code for programs, and the position at which an editor shows it."""

    def __init__(self, code: str, file: str, place: Place, what: Phrase, where: str = "") -> None:
        text = texts.AT if where else texts.AT_LINE
        super().__init__(text, file=file, line=place.line, column=place.column, place=where, what=what)
        self.code = code
        self.place = place
        self.what = what


_CODES = {text: name.lower().removesuffix("_far") for name, text in vars(texts).items() if isinstance(text, Text)}
TOP = Place(1, 1)


class Ledger:
    """The problems of the file `name`; `places` tells where its keys stand."""

    def __init__(self, name: str, places: Mapping[Keys, Place]) -> None:
        self.name = name
        self.problems: list[FileProblem] = []
        self._places = places

    def refuse(self, keys: Keys, text: Text, /, *, code: str = "", **facts: object) -> None:
        """What stands nowhere, because it is missing, is told at what should hold it."""
        place = nearest_place(self._places, keys) or TOP
        self.problems.append(FileProblem(code or _CODES[text], self.name, place, Phrase(text, facts), written(keys)))

    def wrong_type(self, keys: Keys, value: object, wanted: Text) -> None:
        said = shown(value) if isinstance(value, str | dict | list) else str(value)[:80]
        key = next(part for part in reversed(keys) if isinstance(part, str))
        self.refuse(keys, texts.WRONG_TYPE, key=key, value=f'"{said}"', wanted=Phrase(wanted, {}))

    def unknown(self, keys: Keys, known: Iterable[str], value: object = None, *, code: str = "") -> None:
        name = str(keys[-1] if value is None else value)
        words = list(known)
        near = similar(name, words)
        text = texts.UNKNOWN_KEY if near else texts.UNKNOWN_KEY_FAR
        self.refuse(keys, text, code=code, value=shown(name), near=near, known=", ".join(words))

    def known_keys(self, keys: Keys, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                self.unknown((*keys, key), known)

    def finish(self) -> None:
        """Raises `Problems` if there are any."""
        if self.problems:
            # As they stand in the file, so that they can be corrected from top to bottom.
            ordered = sorted(self.problems, key=lambda problem: (problem.place.line, problem.place.column))
            raise Problems(texts.HEADING, ordered, file=self.name, count=len(self.problems))


def similar(name: str, words: Iterable[str]) -> str:
    """The most similar word; empty where none is similar enough to have been meant."""
    return "".join(difflib.get_close_matches(name, list(words), n=1))


def nearest(name: str, words: Iterable[str]) -> str:
    """The most similar word, however far."""
    return difflib.get_close_matches(name, list(words), n=1, cutoff=0.0)[0]


def written(keys: Keys) -> str:
    return "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
