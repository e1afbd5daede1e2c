"""The words of a source that a mapping leaves unmapped, how often each is met, and the file with a meaning for some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

import connectors
from bridge.mapping import document, editing
from bridge.mapping.apply import to_row
from bridge.mapping.document import MappingFile
from bridge.mapping.lint import attempt_of, is_person
from bridge.mapping.positions import Keys
from bridge.mapping.remarks import Tally, masked_value
from bridge.mapping.words import ABSENT, LONGEST_SHOWN
from bridge.store import sampling
from bridge.sync.remap import lookups
from bridge.usecases.mapping_check import MOST_ROWS
from bridge.usecases.workspace import Workspace
from connectors.contract import SourceConfig

MOST_LISTED = 60


class Word(Struct, frozen=True):
    """A value that no map of a target lists; `choices` are the words that may stand for it, empty where any may."""

    target: str
    """As `pbridge mapping set` calls it, such as `status` or `kind[1]`."""
    path: str
    word: str
    count: int
    choices: tuple[str, ...]


class Words(Struct, frozen=True):
    """The most frequent first; `looked` of `stored` rows were looked at."""

    words: tuple[Word, ...]
    looked: int
    stored: int


def unmapped(space: Workspace, source: SourceConfig, text: str, *, most: int = MOST_ROWS) -> Words:
    """Of a mapping that may not be in force yet; raises what is wrong with it. Words about people are left out."""
    mapping = document.parse("\n".join(text.splitlines()) + "\n", name=source.mapping or f"{source.kind}.toml")
    if not space.has_store:
        return Words((), 0, 0)
    seen = Tally()
    with space.store() as store:
        about = space.mapping_surroundings(source, lookups(store, source.name, mapping))
        look = sampling.look(store, source.name, connectors.load(source.kind).task_stream, most)
        for payload in look.payloads():
            seen.add(to_row(mapping, payload, about).problems)
    words = sorted(_words(mapping, seen), key=lambda one: (-one.count, one.target, one.word))
    return Words(tuple(words[:MOST_LISTED]), look.looked, look.total)


def put(text: str, chosen: Sequence[tuple[str, str, str]]) -> str:
    """The file with these (target, word, meaning) in its value maps; every other line stays as it was."""
    for target, word, value in chosen:
        text = editing.assign(text, target, word, value)
    return text


def _words(mapping: MappingFile, seen: Tally) -> Iterator[Word]:
    for name, rule in mapping.targets.items():
        for group in seen.of(name, "unmapped_value"):
            attempt = attempt_of(rule, group.path)
            target = _target(attempt.keys)
            # What a lookup does not find is mended at the lookup, and a person is no word.
            if target is None or attempt.values is None or is_person(rule, group.path):
                continue
            for word, count in group.values.items():
                # A word that was cut to be shown cannot be found again, and a masked one must not stand in a file.
                if word and word != ABSENT and len(word) < LONGEST_SHOWN and masked_value(word, False) == word:
                    yield Word(target, group.path, word, count, tuple(rule.target.canonical or ()))


def _target(keys: Keys) -> str | None:
    """The rule at this place as an editor of value maps calls it; None where it edits none."""
    head, tail = keys[:2], keys[2:]
    if head == ("task", "project") and tail:
        name, tail = f"project.{tail[0]}", tail[1:]
    elif len(head) == 2 and head[0] in ("task", "fields"):
        name = str(head[1]) if head[0] == "task" else f"fields.{head[1]}"
    else:
        return None
    if not tail:
        return name
    return f"{name}[{tail[1]}]" if len(tail) == 2 and tail[0] == "any" else None
