"""Text for people, always in both languages: a `Text` cannot be built with one of them missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")


@runtime_checkable
class Sayable(Protocol):
    """Anything that can say itself in either language: a phrase, an error."""

    def say(self, lang: Lang) -> str: ...


class Text(Struct, frozen=True):
    """One sentence in Chinese and English, with the same `{named}` gaps in both."""

    zh: str
    en: str

    def say(self, lang: Lang, **facts: object) -> str:
        """The sentence in `lang` with its gaps filled; a fact may itself be a `Text` or a `Phrase`.

        A missing fact raises `KeyError`."""
        pattern = self.zh if lang == "zh" else self.en
        return (
            pattern.format(**{name: _said(fact, lang) for name, fact in facts.items()}) if facts else pattern.format()
        )


class Phrase(Struct, frozen=True):
    """A text together with its facts: what an error hands on when the language is not known yet."""

    text: Text
    facts: Mapping[str, object]

    def say(self, lang: Lang) -> str:
        return self.text.say(lang, **self.facts)


def _said(fact: object, lang: Lang) -> object:
    # Most facts are plain, and asking whether something can say itself is slow.
    return fact.say(lang) if not isinstance(fact, str | int) and isinstance(fact, Sayable) else fact
