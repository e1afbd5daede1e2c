"""Reads the table of one target: where its value comes from and what happens to it, or every reason why it cannot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.language import Phrase, Text
from bridge.mapping import texts
from bridge.mapping.conversions import CONVERSIONS, Conversion
from bridge.mapping.declaration import Attempt, Conditions, Lookup, Rule, Setting, Template
from bridge.mapping.ledger import Ledger, nearest
from bridge.mapping.paths import Path, Wrapping, parse
from bridge.mapping.positions import Keys
from bridge.mapping.targets import Target
from bridge.mapping.vocabulary import Vocabulary
from bridge.mapping.words import fold, word

ORIGINS = ("from", "all", "constant", "template")
ATTEMPT_KEYS = (*ORIGINS, "inside", "lookup", "convert", "values", "contains", "when")
RULE_KEYS = ("any", "otherwise", "optional")
SETTINGS = ("web_base_url",)

_NOWHERE = Path("", ())
_GAP = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Grammar:
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
            if (attempt := _OneTable(self, vocabulary, target, place, one).attempt()) is not None
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


@dataclass(frozen=True, slots=True)
class _OneTable:
    """One alternative of one target."""

    grammar: Grammar
    vocabulary: Vocabulary
    target: Target
    keys: Keys
    table: Mapping[str, Any]

    def attempt(self) -> Attempt | None:
        known = len(self.grammar.ledger.problems)
        origins = [key for key in ORIGINS if key in self.table]
        if len(origins) != 1:
            self._refuse_origins(origins)
            return None
        attempt = self._fixed(origins[0]) if origins[0] in ("constant", "template") else self._read(origins[0])
        return attempt if len(self.grammar.ledger.problems) == known else None

    def _refuse_origins(self, origins: list[str]) -> None:
        if not origins and any(key not in ATTEMPT_KEYS for key in self.table):
            # A misspelt key has been told already; the origin is most likely what it meant.
            return
        if origins:
            self._refuse(origins[1], texts.TWO_ORIGINS, keys=", ".join(origins))
        else:
            self.grammar.ledger.refuse(self.keys, texts.NO_ORIGIN)

    def _fixed(self, origin: str) -> Attempt:
        for key in ("inside", "lookup", "convert", "values", "contains"):
            if key in self.table:
                self._misplaced(key, texts.NOTHING_TO_CHANGE)
        given = self.table[origin]
        if origin == "constant":
            constant = self.vocabulary.constant((*self.keys, "constant"), given)
            return Attempt("constant", constant=constant, when=self._when())
        return Attempt(str(given)[:80], template=self._template(given), when=self._when())

    def _template(self, given: Any) -> Template | None:
        keys = (*self.keys, "template")
        if self.target.gives not in ("text", "anything") or self.target.canonical is not None:
            self.grammar.ledger.wrong_type(keys, given, texts.FIXED_WORDS)
            return None
        if not isinstance(given, str) or not given.strip():
            self.grammar.ledger.wrong_type(keys, given, texts.A_TEXT)
            return None
        pieces = _GAP.split(given)
        parts = [self._gap(keys, given, piece) if number % 2 else piece for number, piece in enumerate(pieces)]
        if any("{" in piece or "}" in piece for piece in pieces[::2]):
            self._refuse_gap(keys, given, "{")
        return Template(tuple(part for part in parts if part))

    def _gap(self, keys: Keys, template: str, gap: str) -> Setting | Path | None:
        if gap in SETTINGS:
            return Setting(gap)
        try:
            path = parse(gap.strip())
        except ValueError:
            self._refuse_gap(keys, template, gap)
            return None
        return path.under(self.grammar.wrapping)

    def _refuse_gap(self, keys: Keys, template: str, gap: str) -> None:
        facts = {"value": template[:80], "gap": gap[:80], "settings": ", ".join(SETTINGS)}
        self.grammar.ledger.refuse(keys, texts.UNKNOWN_GAP, **facts)

    def _read(self, origin: str) -> Attempt:
        paths = self.grammar.paths((*self.keys, origin), self.table[origin], wrapped=True)
        inside = self.grammar.paths((*self.keys, "inside"), self.table["inside"]) if "inside" in self.table else ()
        values = (
            self.vocabulary.values((*self.keys, "values"), self.table["values"]) if "values" in self.table else None
        )
        conversion = self._conversion()
        if values is not None and not self._takes_values(conversion):
            self._misplaced("values", texts.NO_WORDS_THERE)
        label = (" + " if origin == "all" else " | ").join(path.text for path in paths)
        return Attempt(
            label,
            paths=paths,
            together=origin == "all",
            inside=inside,
            lookup=self._lookup(),
            conversion=conversion,
            values=values,
            contains=self._contains(),
            when=self._when(),
        )

    def _takes_values(self, conversion: Conversion | None) -> bool:
        return conversion is None or conversion.gives in ("text", "names") or conversion.name == "as_is"

    def _conversion(self) -> Conversion | None:
        """The conversion named, else the usual one of the target; None where words decide alone."""
        if "convert" not in self.table:
            return self._usual_conversion()
        given = self.table["convert"]
        if not isinstance(given, str) or given not in CONVERSIONS:
            facts = {"near": nearest(str(given), CONVERSIONS), "known": ", ".join(CONVERSIONS)}
            self._refuse("convert", texts.UNKNOWN_CONVERSION, value=str(given)[:80], **facts)
            return None
        conversion = CONVERSIONS[given]
        if self.target.gives != "anything" and conversion.gives != self.target.gives:
            self._refuse("convert", texts.WRONG_CONVERSION, value=given, target=self.target.name, known=self._fitting())
        if "contains" in self.table:
            self._misplaced("convert", texts.ONLY_ON_FLAGS)
        if self.target.canonical is not None and "values" not in self.table:
            self._refuse_without_values()
        return conversion

    def _usual_conversion(self) -> Conversion | None:
        if "contains" in self.table or (self.target.gives == "flag" and "values" in self.table):
            return None
        if self.target.canonical is not None:
            if "values" not in self.table:
                self._refuse_without_values()
            return None
        if self.target.conversion is None:
            known = self._fitting()
            facts = {"target": self.target.name, "known": known, "near": known.split(",")[0]}
            self.grammar.ledger.refuse(self.keys, texts.NEEDS_CONVERSION, **facts)
            return None
        return CONVERSIONS[self.target.conversion]

    def _refuse_without_values(self) -> None:
        facts = {"target": self.target.name, "known": ", ".join(self.target.canonical or ())}
        self.grammar.ledger.refuse(self.keys, texts.NEEDS_VALUES, **facts)

    def _fitting(self) -> str:
        return ", ".join(name for name, one in CONVERSIONS.items() if one.gives == self.target.gives)

    def _lookup(self) -> Lookup | None:
        if "lookup" not in self.table:
            return None
        keys, given = (*self.keys, "lookup"), self.table["lookup"]
        if not isinstance(given, dict) or "stream" not in given or "path" not in given:
            self.grammar.ledger.wrong_type(keys, given, texts.LOOKUP)
            return None
        self.grammar.ledger.known_keys(keys, given, ("stream", "path"))
        streams = self._streams((*keys, "stream"), given["stream"])
        return Lookup(streams, self.grammar.paths((*keys, "path"), given["path"]))

    def _streams(self, keys: Keys, given: Any) -> tuple[str, ...]:
        """One stream or several in order, each refused at its own place."""
        several = isinstance(given, list) and bool(given)
        places = [(*keys, index) for index in range(len(given))] if several else [keys]
        found = []
        for place, name in zip(places, given if several else [given], strict=True):
            if isinstance(name, str) and name.strip():
                found.append(name.strip())
            else:
                self.grammar.ledger.wrong_type(place, name, texts.STREAMS)
        return tuple(found)

    def _contains(self) -> frozenset[str] | None:
        if "contains" not in self.table:
            return None
        keys, given = (*self.keys, "contains"), self.table["contains"]
        if self.target.gives != "flag":
            self._misplaced("contains", texts.ONLY_ON_FLAGS)
        if "values" in self.table:
            self._misplaced("values", texts.ONLY_ON_FLAGS)
        if not isinstance(given, list) or not given or not all(isinstance(one, str) and fold(one) for one in given):
            self.grammar.ledger.wrong_type(keys, given, texts.WORDS)
            return None
        return frozenset(map(fold, given))

    def _when(self) -> Conditions:
        return self.grammar.conditions((*self.keys, "when"), self.table["when"]) if "when" in self.table else ()

    def _refuse(self, key: str, text: Text, /, **facts: object) -> None:
        self.grammar.ledger.refuse((*self.keys, key), text, **facts)

    def _misplaced(self, key: str, why: Text) -> None:
        self._refuse(key, texts.MISPLACED, key=key, target=self.target.name, why=Phrase(why, {}))
