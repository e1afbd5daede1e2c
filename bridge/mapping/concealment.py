"""Takes people and secrets out of a payload before somebody looks at it; what is nested how, and ids, stay as they are.

Names, e-mail addresses, phone and identity numbers, passwords and tokens become `***`, wherever they stand: under a key
that tells, inside a longer text, in a key. It never raises; what is no person and no secret is not touched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from bridge.mapping.words import fold

MASK = "***"
MOST_DEPTH = 60

_SECRET_KEY = re.compile(
    r"passw|secret|token|credential|authori[sz]ation|cookie|session|api_?key|access_?key|private_?key|signature", re.I
)
_PERSONAL = (
    r"e_?mails?|mail|mobiles?|phones?|tel|telephone|wechat|weixin|qq|avatar|birthday|id_?card|employee_number|"
    r"display_name|display_name_pinyin|real_?name|nick_?name|full_?name|user_?name|login|contacts?"
)
_PERSONAL_KEY = re.compile(_PERSONAL, re.I)
_PEOPLE_KEY = re.compile(
    r"assignees?|owners?|creator|author|users?|members?|participants?|watchers?|followers?|reporter|reviewers?|"
    r"(?:created|updated|create|update|changed|completed|deleted|estimated|submitted|operated)_by|operator|head|"
    r"assign_user",
    re.I,
)
# What only people have; an object with one of these is a person wherever it stands.
_MARKS_OF_A_PERSON = frozenset({"display_name", "display_name_pinyin", "uid", "employee_number", "mobile", "user_name"})
_NAME_KEYS = (
    "display_name",
    "name",
    "user_name",
    "real_name",
    "nick_name",
    "full_name",
    "login",
    "display_name_pinyin",
)

_IN_TEXT = re.compile(
    rf"""(?P<quoted>"(?i:{_PERSONAL})"\s{{0,3}}:\s{{0,3}}")(?P<inside>(?:[^"\\]|\\.)*)
      |"""
    r"""(?P<id>(?<![0-9A-Za-z])(?:[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z]))
      |(?P<mail>[^\s@＠<>()"，。；：、]{1,64}(?:[@＠]|%40|&\#64;)[^\s@＠<>()"，。；：、]{1,255})
      |(?P<jwt>eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?)
      |(?P<named>(?i:bearer\s+|basic\s+|(?:token|secret|passwd|password|pwd|signature|api_?key|access_?key)
         ["']?\s{0,3}[=:：]\s{0,3}["']?))(?P<secret>[^\s"'&<>,;，；。]+)
      |(?P<card>(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![\dXx]))
      |(?P<phone>(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d){8}(?!\d)
         |(?<!\d)0\d{2,3}-\d{7,8}(?!\d)
         |(?<![\d.])\+\d{1,3}(?:[ -]?\d){7,12}(?!\d))""",
    re.VERBOSE,
)
# Most texts have none of these, and are let through at once.
_SUSPICIOUS = re.compile(
    r"[@＠\"=:：+]|%40|&#64;|\d[ -]?\d{2}[ -]?\d[ -]?\d[ -]?\d[ -]?\d|eyJ|bearer|basic", re.IGNORECASE
)
_FIRST_PHONE, _LAST_PHONE = 13_000_000_000, 20_000_000_000


class Mask:
    """Masks payloads; knows the names of everybody it was told of, and finds those that a payload tells itself."""

    def __init__(self, names: Iterable[str] = (), *, ids: bool = False) -> None:
        self._ids = ids
        """Whether ids of people are masked too: an example needs none, a diagnosis does."""
        self._known = _Names(names)

    def __call__(self, payload: Any) -> Any:
        """The payload as it may be shown: the same keys, lists and kinds of nesting."""
        found = _Names(_names_in(payload, 0))
        return self._masked(payload, "", lambda text: found.cut(self._known.cut(text)), in_person=False, depth=0)

    def text(self, written: str) -> str:
        """A text that stands alone, such as the title of a task."""
        return _told(self._known.cut(written))

    def is_person(self, key: str, value: Any) -> bool:
        """Whether a value under this key is a person, or people."""
        return _is_person(key, value)

    def hides(self, key: str) -> bool:
        """Whether nothing under a key of this name may be shown."""
        return _hides(key)

    def _masked(self, value: Any, key: str, cut: Callable[[str], str], *, in_person: bool, depth: int) -> Any:
        if depth > MOST_DEPTH:
            return MASK
        if isinstance(value, Mapping):
            inside = in_person or _is_person(key, value)
            pairs = [(_told(cut(str(name))), name, inner) for name, inner in value.items()]
            return {
                shown: self._masked(inner, str(name), cut, in_person=inside, depth=depth + 1)
                for shown, name, inner in _distinct(pairs)
            }
        if isinstance(value, list | tuple):
            return [self._masked(inner, key, cut, in_person=in_person, depth=depth + 1) for inner in value]
        return self._leaf(value, key, cut, in_person)

    def _leaf(self, value: Any, key: str, cut: Callable[[str], str], in_person: bool) -> Any:
        if value is None or isinstance(value, bool) or value == "":
            return value
        if _hides(key) or (in_person and _is_of_person(key, ids=self._ids)):
            return MASK
        if isinstance(value, str):
            return _told(cut(value))
        # A number that reads as one of our phones is none of the numbers that a task has.
        return MASK if isinstance(value, int | float) and _FIRST_PHONE <= value < _LAST_PHONE else value


def _hides(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None or _PERSONAL_KEY.fullmatch(key) is not None


def _is_of_person(key: str, *, ids: bool) -> bool:
    return key in _NAME_KEYS or (ids and key in ("id", "_id", "uid", "url"))


def _is_person(key: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        return not _MARKS_OF_A_PERSON.isdisjoint(value.keys()) or _PEOPLE_KEY.fullmatch(key) is not None
    return _PEOPLE_KEY.fullmatch(key) is not None


def _told(text: str) -> str:
    return _IN_TEXT.sub(_replaced, text) if _SUSPICIOUS.search(text) else text


def _replaced(match: re.Match[str]) -> str:
    if match["id"] is not None:
        return match["id"]
    return f"{match['quoted'] or match['named'] or ''}{MASK}"


def _distinct(pairs: Iterable[tuple[str, Any, Any]]) -> Iterator[tuple[str, Any, Any]]:
    """Keys that became the same are told apart again, so that nothing is lost."""
    taken: set[str] = set()
    for shown, name, inner in pairs:
        one, number = shown, 2
        while one in taken:
            one, number = f"{shown} {number}", number + 1
        taken.add(one)
        yield one, name, inner


def _names_in(value: Any, depth: int, key: str = "", *, in_person: bool = False) -> Iterator[str]:
    """What people in a payload are called."""
    if depth > MOST_DEPTH:
        return
    if isinstance(value, Mapping):
        inside = in_person or _is_person(key, value)
        for name, inner in value.items():
            if inside and isinstance(inner, str) and name in _NAME_KEYS:
                yield inner
            elif isinstance(inner, Mapping | list | tuple):
                yield from _names_in(inner, depth + 1, str(name), in_person=inside)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _names_in(inner, depth + 1, key, in_person=in_person)


class _Names:
    """Finds names in texts in one pass, however many names there are."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        for name in {_plain(fold(name)).strip() for name in names}:
            # One letter, and two Latin ones, are found in every second word.
            if len(name) >= (3 if name.isascii() else 2):
                self._by_start.setdefault(name[:2], []).append(name)
        for found in self._by_start.values():
            found.sort(key=len, reverse=True)

    def cut(self, text: str) -> str:
        if not self._by_start or len(text) < 2:
            return text
        plain, kept, at, last = _plain(text), [], 0, 0
        starts = self._by_start
        while at < len(plain) - 1:
            name = self._at(plain, at) if plain[at : at + 2] in starts else ""
            if name:
                kept += [text[last:at], MASK]
                at = last = at + len(name)
            else:
                at += 1
        return "".join([*kept, text[last:]])

    def _at(self, plain: str, at: int) -> str:
        for name in self._by_start.get(plain[at : at + 2], ()):
            if plain.startswith(name, at) and _is_whole(plain, at, at + len(name)):
                return name
        return ""


def _is_whole(text: str, start: int, end: int) -> bool:
    """A Latin name is a word of its own: "lin" is not in "online". Chinese knows no such bounds."""
    left = start > 0 and _is_latin(text[start]) and _is_latin(text[start - 1])
    right = end < len(text) and _is_latin(text[end - 1]) and _is_latin(text[end])
    return not (left or right)


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _plain(text: str) -> str:
    """The text as it is compared, character by character, so that places stay the same."""
    return text.lower() if text.isascii() else "".join(map(_plain_char, text))


@lru_cache(maxsize=16_384)
def _plain_char(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).casefold()
    return plain if len(plain) == 1 else char
