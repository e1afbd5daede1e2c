"""Where a line of Chinese and Latin text may be broken on a terminal: between any two characters, but never in a word."""

from __future__ import annotations

import re
from itertools import pairwise

from rich.cells import cell_len
from rich.text import Text as Line

_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_OPENING = "「『（《〈【“‘"
_CLOSING = "」』）》〉】”’，。；：、！？"
# A word of another script, or one Chinese character with the number that counts it; punctuation stays with what it
# opens or closes.
_UNIT = re.compile(rf"[{_OPENING}]*(?:(?:[\d.]+\s)?[{_WIDE}]|[^\s{_WIDE}{_OPENING}{_CLOSING}]+|)[{_CLOSING}]*\s*")


def wrapped(line: Line, width: int) -> Line:
    """The same text with line breaks, so that each line is filled as far as it goes; a longer word is left to be cut."""
    parts = line.divide(_breaks(line.plain, width))
    for part in parts:
        part.rstrip()
    return Line("\n").join(parts)


def _breaks(text: str, width: int) -> list[int]:
    """The offsets at which a new line begins."""
    found, start = [], 0
    edges = [unit.start() for unit in _UNIT.finditer(text) if unit.group()] + [len(text)]
    for begin, end in pairwise(edges):
        if begin > start and cell_len(text[start:end].rstrip()) > width:
            found.append(begin)
            start = begin
    return found
