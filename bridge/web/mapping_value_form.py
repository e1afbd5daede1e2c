"""The builder of value maps on the page of a mapping: a question for each word that is unmapped, and what was answered."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request

from bridge.language import Lang
from bridge.report.cells import one_line
from bridge.usecases.mapping_values import MOST_LISTED, Word, Words
from bridge.web.desk import Button, Field, Notice
from bridge.web.mapping_words import WORDS

LONGEST = 200


def words_notice(found: Words, put: int, lang: Lang) -> Notice:
    """What was put into the text, and what is still unmapped."""
    lines = [WORDS["words_put"].say(lang, count=put)] if put else []
    word = "words_found" if found.words else "words_none"
    lines.append(WORDS[word].say(lang, count=len(found.words), looked=found.looked, stored=found.stored))
    return Notice("good", tuple(lines))


def word_fields(found: Words, lang: Lang) -> tuple[tuple[Field, ...], tuple[tuple[str, str], ...]]:
    """A question for each word, and what the form carries along to know which word it was."""
    fields = tuple(_field(number, one, lang) for number, one in enumerate(found.words))
    hidden = tuple(
        (f"{part}-{number}", value)
        for number, one in enumerate(found.words)
        for part, value in (("target", one.target), ("word", one.word))
    )
    return fields, hidden


def word_buttons(lang: Lang) -> tuple[Button, ...]:
    return (
        Button("fill", WORDS["fill"].say(lang)),
        Button("fill_publish", WORDS["fill_publish"].say(lang), is_plain=True),
    )


def chosen_words() -> list[tuple[str, str, str]]:
    """(target, word, meaning) of what was answered; what was left alone is left out."""
    return list(_chosen())


def _chosen() -> Iterator[tuple[str, str, str]]:
    for number in range(MOST_LISTED):
        target, word, value = (request.form.get(f"{part}-{number}", "") for part in ("target", "word", "value"))
        if target and word and value.strip():
            yield target[:LONGEST], word[:LONGEST], value.strip()[:LONGEST]


def _field(number: int, one: Word, lang: Lang) -> Field:
    label = WORDS["word"].say(lang, target=one.target, word=one_line(one.word), count=one.count)
    if not one.choices:
        return Field(f"value-{number}", label)
    options = (("", WORDS["leave"].say(lang)), *((choice, choice) for choice in one.choices))
    return Field(f"value-{number}", label, "select", options=options)
