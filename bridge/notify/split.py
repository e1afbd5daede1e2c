"""Texts cut to a number of bytes where it hurts least: after a line, else outside links and characters of several parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

LINK = re.compile(r"\[[^\[\]\n]*\]\([^()\s]*\)|\(?https?://[^\s()]*\)?")
"""A link of Markdown, or an address in plain text with the brackets around it."""
SMALLEST = 200
"""Bytes of text that a part holds in any case."""
Body = TypeVar("Body")
_JOINER = "\u200d"
_FLAGS = ("\U0001f1e6", "\U0001f1ff")
"""The first and the last of the letters of which two make a flag."""
_LONGEST_CLUSTER = 16
"""Code points that belong together are looked for no further back than this."""


def size(text: str) -> int:
    """Bytes in UTF-8, as every vendor counts."""
    return len(text.encode("utf-8", "surrogatepass"))


def by_bytes(text: str, limit: int) -> list[str]:
    """Pieces whose concatenation is the text, each of at most `limit` bytes; nothing gives no piece.

    Cut after a line end where one is in reach; otherwise never inside a code point, and inside a link or an emoji of
    several code points only where that alone is longer than the limit. A limit under 4 raises `ValueError`.
    """
    if limit < 4:
        raise ValueError("a code point may need 4 bytes")
    pieces, rest = [], text
    while size(rest) > limit:
        fits = len(rest.encode("utf-8", "surrogatepass")[:limit].decode("utf-8", "ignore"))
        cut = rest.rfind("\n", 0, fits) + 1 or _softly(rest, fits)
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return [*pieces, rest] if rest else pieces


def packed(lines: Iterable[str], limit: int) -> list[str]:
    """Whole lines put together, each text of at most `limit` bytes; only a line that is longer alone is cut."""
    texts: list[str] = []
    for line in lines:
        for piece in by_bytes(line, limit) or [""]:
            if texts and size(texts[-1]) + 1 + size(piece) <= limit:
                texts[-1] += f"\n{piece}"
            else:
                texts.append(piece)
    return texts


def fitted(make: Callable[[int], list[Body]], weigh: Callable[[Body], int], limit: int) -> list[Body]:
    """Bodies that `make` builds of texts of some bytes, with as few bytes less as each body needs to stay in the limit.

    What stands around a text, and how it is escaped, is only known when the body is made.
    """
    room = limit
    while room > SMALLEST:
        bodies = make(room)
        over = max((weigh(body) for body in bodies), default=0) - limit
        if over <= 0:
            return bodies
        room -= max(over, room // 20)
    return make(SMALLEST)


def _softly(text: str, fits: int) -> int:
    """The last good place to cut up to `fits`; `fits` itself where there is none."""
    for link in LINK.finditer(text):
        if link.start() >= fits:
            break
        if link.end() > fits and link.start() > 0:
            return link.start()
    for cut in range(fits, max(fits - _LONGEST_CLUSTER, 0), -1):
        if not _belongs(text[cut - 1], text[cut]) and not _is_half_a_flag(text, cut):
            return cut
    return fits


def _belongs(before: str, sign: str) -> bool:
    """Whether two neighbours are parts of one character as a reader sees it."""
    is_tone = "\U0001f3fb" <= sign <= "\U0001f3ff"
    is_tag = "\U000e0020" <= sign <= "\U000e007f"
    return _JOINER in (before, sign) or is_tone or is_tag or unicodedata.category(sign) in ("Mn", "Me", "Mc")


def _is_half_a_flag(text: str, cut: int) -> bool:
    """Whether a cut parts two letters that make one flag: counted in pairs from where such letters begin."""
    first = cut
    while first > 0 and _FLAGS[0] <= text[first - 1] <= _FLAGS[1]:
        first -= 1
    return (cut - first) % 2 == 1 and _FLAGS[0] <= text[cut] <= _FLAGS[1]
