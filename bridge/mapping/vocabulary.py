"""Reads the words of a file: value maps, constants and what is taken otherwise, each checked against its target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from bridge.language import Phrase
from bridge.mapping import texts
from bridge.mapping.conversions import FIRST_YEAR, LAST_YEAR, truth
from bridge.mapping.ledger import Ledger, similar
from bridge.mapping.outcome import Unfit
from bridge.mapping.positions import Keys
from bridge.mapping.targets import Target
from bridge.mapping.words import clean, fold, shown, word


class Vocabulary:
    """What may stand for a value of one target."""

    def __init__(self, ledger: Ledger, target: Target) -> None:
        self._ledger = ledger
        self._target = target

    def values(self, keys: Keys, table: Any) -> dict[str, Any]:
        """Folded word of the source -> value of the target."""
        if not isinstance(table, dict) or not table:
            self._ledger.wrong_type(keys, table, texts.VALUES)
            return {}
        found: dict[str, Any] = {}
        for place, raw, given in self._pairs(keys, table):
            said, result = word(raw), self._result(place, given)
            if said is None or isinstance(raw, date):
                self._ledger.wrong_type(place, raw, texts.VALUES)
            elif result is not None and found.setdefault(said, result) != result:
                facts = {"value": shown(raw), "first": found[said], "second": result}
                self._ledger.refuse(place, texts.TWICE, **facts)
        return found

    def _pairs(self, keys: Keys, table: Mapping[str, Any]) -> Iterator[tuple[Keys, Any, Any]]:
        """(place, word of the source, value of the target); a list names all words of one value."""
        for key, entry in table.items():
            if isinstance(entry, list):
                yield from (((*keys, key, index), raw, key) for index, raw in enumerate(entry))
            else:
                yield (*keys, key), key, entry

    def _result(self, keys: Keys, given: Any) -> Any:
        if self._target.canonical is not None:
            return self.canonical(keys, given)
        if self._target.gives == "flag":
            return self._yes_or_no(keys, given)
        if not isinstance(given, str) or clean(given) is None:
            self._ledger.wrong_type(keys, given, texts.A_TEXT)
            return None
        return clean(given)

    def _yes_or_no(self, keys: Keys, given: Any) -> bool | None:
        try:
            # As the key of a list of words, true and false can only be written as text.
            return truth(given)
        except Unfit:
            self._ledger.wrong_type(keys, given, texts.TRUTH)
            return None

    def canonical(self, keys: Keys, given: Any) -> Any:
        """One of the target's fixed words, or None after having refused it."""
        words = self._target.canonical or {}
        if isinstance(given, str) and fold(given) in words:
            return words[fold(given)]
        near = similar(str(given), words)
        facts = {"target": self._target.name, "known": ", ".join(words), "near": near}
        text = texts.NOT_CANONICAL if near else texts.NOT_CANONICAL_FAR
        self._ledger.refuse(keys, text, value=shown(str(given)), **facts)
        return None

    def otherwise(self, keys: Keys, given: Any) -> Any:
        """What is taken where nothing fits; empty text leaves the field unset."""
        target = self._target
        if not target.guessable or target.gives not in ("text", "anything"):
            why = Phrase(texts.NEVER_GUESSED, {})
            self._ledger.refuse(keys, texts.MISPLACED, key="otherwise", target=target.name, why=why)
            return None
        if target.canonical is not None:
            return self.canonical(keys, given)
        if not isinstance(given, str):
            self._ledger.wrong_type(keys, given, texts.A_TEXT)
            return None
        return clean(given)

    def constant(self, keys: Keys, given: Any) -> Any:
        target = self._target
        if target.canonical is not None:
            return self.canonical(keys, given)
        found = _constant(target, given)
        if found is None:
            self._ledger.refuse(keys, texts.UNFIT_CONSTANT, value=shown(str(given)), target=target.name)
        return found


def _constant(target: Target, given: Any) -> Any:
    """The constant as a value of the target, None where it cannot be one."""
    gives = target.gives
    is_number = isinstance(given, int | float) and not isinstance(given, bool) and abs(given) < 1e15
    if isinstance(given, str) and gives in ("text", "anything"):
        return clean(given)
    if isinstance(given, bool) and gives in ("flag", "anything"):
        return given
    if is_number and gives in ("number", "anything"):
        is_within = (target.lowest or 0) <= given <= (target.highest or given) or gives == "anything"
        return float(given) if is_within else None
    if isinstance(given, date) and not isinstance(given, datetime) and FIRST_YEAR <= given.year <= LAST_YEAR:
        return {"date": given, "anything": given.isoformat()}.get(gives)
    if isinstance(given, list) and given and all(isinstance(name, str) and clean(name) for name in given):
        return {"names": tuple(given), "anything": list(given)}.get(gives)
    return None
