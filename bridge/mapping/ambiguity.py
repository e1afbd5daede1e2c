"""Finds what would make a backtracking engine stall: a repetition whose content can be repeated in many ways itself.

Our engine reads such a pattern in linear time too. It is refused because it never means more than the plain form does,
and because a file should not become dangerous where it is copied into another program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct, field

Matched = Callable[[str, str], frozenset[str]]
"""(an atom, characters) -> those of the characters that the atom matches."""

MANY = 10
"""As good as without end: ten times ten readings of each place are too many already."""
_SAMPLES = "aZ0_ -.,;:/@#+=\t\n中、（"
_ATOM = re.compile(
    r"""\\Q.*?(?:\\E|$)|\\[pP](?:\{[^}]*\}|.)|\\x(?:\{[0-9A-Fa-f]*\}|[0-9A-Fa-f]{2})|\\.
      |\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]|.""",
    re.VERBOSE | re.DOTALL,
)
_OPENING = re.compile(r"\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*:|(?P<flags>[a-zA-Z-]+)\)))?")
_TIMES = re.compile(r"(?:[*+?]|\{(?P<least>\d+)(?P<comma>,)?(?P<most>\d*)\})\??")
_NO_WIDTH = frozenset({"^", "$", r"\b", r"\B", r"\A", r"\z"})


class _Part(Struct):
    """A piece of a pattern: an atom, or a group of alternatives, each a sequence of parts."""

    text: str
    ways: list[list[_Part]] = field(default_factory=list)
    least: int = 1
    most: int = 1

    @property
    def repeats(self) -> bool:
        return self.most >= MANY


def doubtful(pattern: str, matched: Matched) -> str | None:
    """The first repetition that can be read in many ways; None where there is none. The pattern must be a valid one."""
    whole = _Reader(pattern).group()
    samples = "".join(dict.fromkeys([*(char for char in pattern if char.isalnum() or char in "-_.,;:"), *_SAMPLES]))
    known: dict[str, frozenset[str]] = {}

    def chars(part: _Part) -> frozenset[str]:
        """Which of the samples an atom matches."""
        if part.text not in known:
            known[part.text] = matched(part.text, samples)
        return known[part.text]

    for part in _inside(whole):
        if part.repeats and any(_is_open(way, chars) for way in part.ways):
            return part.text
        if part.repeats and _overlapping(part.ways, chars):
            return part.text
    return None


def _inside(part: _Part) -> Iterator[_Part]:
    yield part
    for way in part.ways:
        for one in way:
            yield from _inside(one)


def _is_open(way: list[_Part], chars: Callable[[_Part], frozenset[str]]) -> bool:
    """Whether a repetition in it may take what follows it too, so that nothing tells one round from the next."""
    for part in (inner for one in way for inner in _inside(one) if inner.repeats):
        own = frozenset().union(*(chars(atom) for atom in _atoms([part])))
        if all(chars(atom) & own for atom in _needed(way, part)):
            return True
    return False


def _atoms(way: list[_Part]) -> Iterator[_Part]:
    """Everything in it that matches a character."""
    for part in way:
        if part.ways:
            for inner in part.ways:
                yield from _atoms(inner)
        elif part.text not in _NO_WIDTH:
            yield part


def _needed(way: list[_Part], beside: _Part) -> Iterator[_Part]:
    """The atoms that stand in every round, but for those of one part."""
    for part in way:
        if part is beside or not part.least or part.text in _NO_WIDTH:
            continue
        if not part.ways:
            yield part
        elif len(part.ways) == 1:
            yield from _needed(part.ways[0], beside)


def _overlapping(ways: list[list[_Part]], chars: Callable[[_Part], frozenset[str]]) -> bool:
    """Whether one alternative, repeated, matches another one: then nobody can tell which was meant."""
    for number, way in enumerate(ways):
        if len(way) != 1 or way[0].ways or way[0].text in _NO_WIDTH:
            continue
        own = chars(way[0])
        for place, other in enumerate(ways):
            atoms = list(_atoms(other))
            if place != number and atoms and all(chars(atom) & own for atom in atoms):
                return True
    return False


class _Reader:
    """Reads a valid pattern into its parts."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def group(self) -> _Part:
        """From here to the closing bracket, or to the end."""
        found: list[list[_Part]] = [[]]
        start = self._at
        while self._at < len(self._pattern):
            char = self._pattern[self._at]
            if char == ")":
                break
            if char == "|":
                self._at += 1
                found.append([])
                continue
            part = self._part()
            if part is not None:
                found[-1].append(part)
        return _Part(self._pattern[start : self._at], found)

    def _part(self) -> _Part | None:
        start = self._at
        opening = _OPENING.match(self._pattern, start)
        if opening is not None:
            self._at = opening.end()
            if opening["flags"] is not None:
                return None
            part = self.group()
            self._at += 1
        else:
            atom = _ATOM.match(self._pattern, start)
            self._at = atom.end() if atom else start + 1
            part = _Part(self._pattern[start : self._at])
        return self._times(part, start)

    def _times(self, part: _Part, start: int) -> _Part:
        times = _TIMES.match(self._pattern, self._at)
        if times is None:
            return part
        sign = times.group()[0]
        least = int(times["least"]) if sign == "{" else int(sign == "+")
        most = 1 if sign == "?" else MANY
        if sign == "{":
            most = int(times["most"]) if times["most"] else MANY if times["comma"] else least
        self._at = times.end()
        if not part.ways:
            return _Part(part.text, [], least, most)
        return _Part(self._pattern[start : self._at], part.ways, least, most)
