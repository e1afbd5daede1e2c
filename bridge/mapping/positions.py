"""Where each key and array element of a valid TOML text stands, so that a message can point at it."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import suppress

from msgspec import Struct

Keys = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^\n#,\]}]*")


class Place(Struct, frozen=True):
    """A position as an editor shows it: both count from 1."""

    line: int
    column: int


def locate(text: str) -> dict[Keys, Place]:
    """Path of keys (and indices of arrays) -> where it was first written; `text` must be valid TOML with \\n ends."""
    scan = _Scan(text)
    scan.document()
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    return {keys: _place(lines, offset) for keys, offset in scan.found.items()}


def declared_twice(text: str) -> tuple[Keys, Place, Place] | None:
    """The first table or key that TOML refuses because it has been declared before; None where that is not what is wrong."""
    scan = _Scan(text)
    # What is wrong otherwise is told by the parser; up to there the scan knows what it has met.
    with suppress(ValueError, RecursionError):
        scan.document()
    if scan.twice is None:
        return None
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    keys, first, second = scan.twice
    return keys, _place(lines, first), _place(lines, second)


def nearest(places: Mapping[Keys, Place], keys: Keys) -> Place | None:
    """Where the keys stand, else the innermost of what holds them; None where nothing of it is in the file."""
    while keys and keys not in places:
        keys = keys[:-1]
    return places.get(keys)


def _place(lines: list[int], offset: int) -> Place:
    number = bisect_right(lines, offset)
    return Place(number, offset - lines[number - 1] + 1)


class _Scan:
    """Walks the text once; what is valid has been decided before, so it only looks for where things stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Keys, int] = {}
        self.twice: tuple[Keys, int, int] | None = None
        """What was declared twice, and both offsets."""
        self._declared: dict[Keys, int] = {}
        self._elements: dict[Keys, int] = {}

    def document(self) -> None:
        table: Keys = ()
        self._blank()
        while self.at < len(self.text) and self.twice is None:
            if self._is("["):
                table = self._header()
            else:
                self._pair(table)
            self._blank()

    def _header(self) -> Keys:
        start = self.at
        is_array = self._is("[[")
        self.at += 2 if is_array else 1
        names = self._key()
        self.at += 2 if is_array else 1
        keys: Keys = ()
        for name in names[:-1]:
            keys = self._entered((*keys, name), start)
        keys = (*keys, names[-1])
        if is_array:
            self.found.setdefault(keys, start)
            self._elements[keys] = self._elements.get(keys, 0) + 1
        else:
            self._declare(keys, start)
        return self._entered(keys, start)

    def _declare(self, keys: Keys, start: int) -> None:
        first = self._declared.setdefault(keys, start)
        if first != start and self.twice is None:
            self.twice = keys, first, start

    def _entered(self, keys: Keys, start: int) -> Keys:
        """The keys of the table itself: of an array of tables that is its latest element."""
        self.found.setdefault(keys, start)
        if keys in self._elements:
            keys = (*keys, self._elements[keys] - 1)
            self.found.setdefault(keys, start)
        return keys

    def _pair(self, table: Keys) -> None:
        start = self.at
        keys = table
        for name in self._key():
            keys = (*keys, name)
            self.found.setdefault(keys, start)
        self._declare(keys, start)
        self._blank()
        self.at += 1
        self._blank()
        self._value(keys)

    def _key(self) -> list[str]:
        names = []
        while True:
            self._blank()
            match = _STRING.match(self.text, self.at) or _BARE_KEY.match(self.text, self.at)
            if match is None:
                raise ValueError(f"no key at offset {self.at}")
            self.at = match.end()
            raw = match.group()
            names.append(tomllib.loads(f"k={raw}")["k"] if raw[0] in "\"'" else raw)
            self._blank()
            if not self._is("."):
                return names
            self.at += 1

    def _value(self, keys: Keys) -> None:
        string = _STRING.match(self.text, self.at)
        if string is not None:
            self.at = string.end()
        elif self._is("["):
            self._array(keys)
        elif self._is("{"):
            self._inline_table(keys)
        else:
            scalar = _SCALAR.match(self.text, self.at)
            self.at = scalar.end() if scalar else self.at

    def _array(self, keys: Keys) -> None:
        self.at += 1
        index = 0
        self._blank()
        while not self._ends("]"):
            start = self.at
            self.found.setdefault((*keys, index), start)
            self._value((*keys, index))
            index += 1
            self._comma()
            if self.at == start:
                raise ValueError(f"no value at offset {start}")
        self.at += 1

    def _inline_table(self, keys: Keys) -> None:
        self.at += 1
        self._blank()
        while not self._ends("}"):
            self._pair(keys)
            self._comma()
        self.at += 1

    def _ends(self, mark: str) -> bool:
        if self.at >= len(self.text):
            raise ValueError(f"no {mark} before the end")
        return self._is(mark)

    def _comma(self) -> None:
        self._blank()
        if self._is(","):
            self.at += 1
        self._blank()

    def _blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _is(self, mark: str) -> bool:
        return self.text.startswith(mark, self.at)
