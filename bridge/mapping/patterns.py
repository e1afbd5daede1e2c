"""Regular expressions that cannot stall: a linear engine, and limits on the pattern and on the text.

The engine never goes back, so no pattern takes more than a fixed number of steps for each character. What needs going
back (looking ahead or behind, repeating what a group found) does not exist in it and is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from msgspec import Struct

from bridge.language import Phrase, Text
from bridge.mapping.ambiguity import doubtful
from bridge.mapping.outcome import Surroundings, Unfit
from bridge.mapping.words import clean, numeral

LONGEST_PATTERN = 300
MOST_STEPS = 1_000
LONGEST_TEXT = 10_000

UNKNOWN_TO_ENGINE = Text(
    zh="引擎不接受：{detail}。没有前后预查和反向引用，重复次数最多 1000。",
    en="the engine refuses it: {detail}. There is no looking ahead or behind, no back reference, and at most 1000 repetitions.",
)
TOO_LARGE = Text(
    zh="太大：{size}，最多 {most}。请写短一些，或减少重复次数。",
    en="it is too large: {size}, at most {most}. Make it shorter, or repeat less.",
)
CATASTROPHIC = Text(
    zh="“{part}”里重复的内容又可以任意重复，同一段文字有指数多种读法（灾难性回溯）。请只保留一层重复。",
    en='what is repeated in "{part}" can be read in exponentially many ways (catastrophic backtracking). Repeat it once.',
)
SEVERAL_GROUPS = Text(
    zh="有 {count} 个捕获组，最多一个。其余的请写成 (?:…)。",
    en="it has {count} capturing groups, at most one can give the value. Write the others as (?:…).",
)


class Refused(Exception):
    """A pattern that cannot be used, and why."""

    def __init__(self, text: Text, /, **facts: object) -> None:
        super().__init__(text.en)
        self.text = text
        self.why = Phrase(text, facts)


class Pattern(Struct, frozen=True):
    """A pattern ready to run; it gives what its group matches, or all that matches where it has none."""

    text: str
    search: Callable[[str], Any]
    group: int = 0

    def find(self, value: Any, about: Surroundings) -> Any:
        """The part of a text that fits, None where nothing does; of a list the parts of its elements."""
        if isinstance(value, list):
            return [found for entry in value if (found := self.find(entry, about)) is not None] or None
        written = clean(value) if isinstance(value, str) else numeral(value)
        if written is None and isinstance(value, str):
            return None
        if written is None or len(written) > LONGEST_TEXT:
            raise Unfit("unreadable_value", value)
        found = self.search(written)
        return None if found is None else clean(found.group(self.group) or "")


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern:
    """Raises `Refused`."""
    # Only files that have a pattern pay for the engine.
    import re2

    if len(text) > LONGEST_PATTERN:
        raise Refused(TOO_LARGE, size=len(text), most=LONGEST_PATTERN)
    options = re2.Options()
    options.log_errors = False
    try:
        engine = re2.compile(text, options)
    except (re2.error, UnicodeEncodeError) as err:
        raise Refused(UNKNOWN_TO_ENGINE, detail=_words(err)) from None
    if engine.programsize > MOST_STEPS:
        raise Refused(TOO_LARGE, size=engine.programsize, most=MOST_STEPS)
    part = doubtful(text, lambda atom, chars: _matched(atom, chars, options))
    if part is not None:
        raise Refused(CATASTROPHIC, part=part)
    if engine.groups > 1:
        raise Refused(SEVERAL_GROUPS, count=engine.groups)
    return Pattern(text, engine.search, engine.groups)


def _matched(atom: str, chars: str, options: Any) -> frozenset[str]:
    import re2

    try:
        fits = re2.compile(atom, options).fullmatch
    except re2.error:
        return frozenset()
    return frozenset(char for char in chars if fits(char) is not None)


def _words(err: Exception) -> str:
    said = err.args[0] if err.args else ""
    return (said.decode("utf-8", "replace") if isinstance(said, bytes) else str(err))[:120]
