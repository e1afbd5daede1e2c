"""How words of people are compared, cleaned and quoted: after NFKC, without outer blanks, in one case."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST_SHOWN = 80
ABSENT = "(absent)"
_LONGEST_CACHED = 200
_MOST_DIGITS = 10**30
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def fold(text: str) -> str:
    """The form in which two spellings of one word are equal."""
    return _folded(text) if len(text) <= _LONGEST_CACHED else _fold(text)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


_folded = lru_cache(maxsize=16_384)(_fold)


def word(value: object) -> str | None:
    """A JSON scalar as a word to compare, None for anything else: 1, 1.0 and "1" are the same word."""
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return numeral(value)


def numeral(value: object) -> str | None:
    """A number as people write it, None for anything else (also for numbers that nobody writes)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value) if abs(value) < _MOST_DIGITS else None


def clean(text: str) -> str | None:
    """Text without outer blanks and without half characters, which no database stores; None if nothing is left."""
    text = text.strip()
    # What is printable has no half characters, and is told apart sooner than by encoding it.
    if not (text.isascii() or text.isprintable()):
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-8", "replace").decode()
    return text or None


def shown(value: object) -> str:
    """A value in a message: short, in one line; of an object its keys, of a list its length."""
    if isinstance(value, dict):
        text = "{" + ", ".join(str(key) for key in list(value)[:8]) + "}"
    elif isinstance(value, list):
        text = f"[{len(value)}]"
    elif isinstance(value, str):
        text = value
    else:
        text = word(value) or repr(value)[:LONGEST_SHOWN]
    text = _CONTROLS.sub(" ", text[: 4 * LONGEST_SHOWN]).strip()
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
