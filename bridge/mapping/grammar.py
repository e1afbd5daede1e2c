"""Reads the table of one target: where its value comes from and what happens to it, or every reason why it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bridge.mapping import texts
from bridge.mapping.alternative import ATTEMPT_KEYS, OneTable
from bridge.mapping.declaration import Conditions, Rule
from bridge.mapping.ledger import Ledger
from bridge.mapping.paths import Path, Wrapping, parse
from bridge.mapping.positions import Keys
from bridge.mapping.targets import Target
from bridge.mapping.vocabulary import Vocabulary
from bridge.mapping.words import word

RULE_KEYS = ("any", "otherwise", "optional")

_NOWHERE = Path("", ())


class Grammar(Struct, frozen=True):
    """Reads the tables of one file."""

    ledger: Ledger
    wrapping: Wrapping | None

    def rule(self, keys: Keys, target: Target, table: Any) -> Rule | None:
        """The rule of a target; None when nothing usable is left of it."""
        if not isinstance(table, dict):
            self.ledger.wrong_type(keys, table, texts.A_TABLE)
            return None
        vocabulary = Vocabulary(self.ledger, target)
        attempts = tuple(
            attempt
            for place, one in self._alternatives(keys, table)
            if (attempt := OneTable(self, vocabulary, target, place, one).attempt()) is not None
        )
        has_otherwise, optional = "otherwise" in table, table.get("optional", False)
        otherwise = vocabulary.otherwise((*keys, "otherwise"), table["otherwise"]) if has_otherwise else None
        if not isinstance(optional, bool):
            self.ledger.wrong_type((*keys, "optional"), optional, texts.TRUTH)
        return Rule(target, attempts, has_otherwise, otherwise, optional is True) if attempts else None

    def _alternatives(self, keys: Keys, table: Mapping[str, Any]) -> list[tuple[Keys, dict[str, Any]]]:
        """The table itself, or the tables under `any`, each with its place."""
        if "any" not in table:
            self.ledger.known_keys(keys, table, (*ATTEMPT_KEYS, *RULE_KEYS))
            return [(keys, {key: value for key, value in table.items() if key not in RULE_KEYS})]
        others = [key for key in table if key in ATTEMPT_KEYS]
        if others:
            self.ledger.refuse((*keys, others[0]), texts.TWO_ORIGINS, keys=", ".join(["any", *others]))
        self.ledger.known_keys(keys, {k: v for k, v in table.items() if k not in ATTEMPT_KEYS}, RULE_KEYS)
        listed, place = table["any"], (*keys, "any")
        if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
            self.ledger.wrong_type(place, listed, texts.TABLES)
            return []
        for index, one in enumerate(listed):
            self.ledger.known_keys((*place, index), one, ATTEMPT_KEYS)
        return [((*place, index), one) for index, one in enumerate(listed)]

    def paths(self, keys: Keys, given: Any, *, wrapped: bool = False) -> tuple[Path, ...]:
        """One path or several, each refused at its own place."""
        listed = given if isinstance(given, list) else [given]
        places = [(*keys, index) for index in range(len(listed))] if isinstance(given, list) else [keys]
        if not listed or not all(isinstance(one, str) for one in listed):
            self.ledger.wrong_type(keys, given, texts.PATHS)
            return ()
        found = [self.path(place, one, wrapped=wrapped) for place, one in zip(places, listed, strict=True)]
        return tuple(path for path in found if path is not None)

    def path(self, keys: Keys, text: str, *, wrapped: bool) -> Path | None:
        try:
            path = parse(text.strip())
        except ValueError as err:
            self.ledger.refuse(keys, texts.BAD_PATH, value=text[:80], rest=str(err)[:80])
            return None
        return path.under(self.wrapping) if wrapped else path

    def streams(self, keys: Keys, given: Any) -> tuple[str, ...]:
        """One stream or several in order, each refused at its own place."""
        several = isinstance(given, list) and bool(given)
        places = [(*keys, index) for index in range(len(given))] if several else [keys]
        found = []
        for place, name in zip(places, given if several else [given], strict=True):
            if isinstance(name, str) and name.strip():
                found.append(name.strip())
            else:
                self.ledger.wrong_type(place, name, texts.STREAMS)
        return tuple(found)

    def conditions(self, keys: Keys, given: Any) -> Conditions:
        """A table of paths and words that must all hold, or a list of such tables of which one must."""
        groups = given if isinstance(given, list) else [given]
        if not groups or not all(isinstance(group, dict) and group for group in groups):
            self.ledger.wrong_type(keys, given, texts.CONDITIONS)
            return ()
        return tuple(tuple(self._condition(keys, path, wanted) for path, wanted in group.items()) for group in groups)

    def _condition(self, keys: Keys, text: str, wanted: Any) -> tuple[Path, frozenset[str]]:
        words = [word(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
        path = self.path(keys, text, wrapped=True)
        if not words or None in words:
            self.ledger.wrong_type(keys, wanted, texts.CONDITIONS)
        return path or _NOWHERE, frozenset(one for one in words if one is not None)
