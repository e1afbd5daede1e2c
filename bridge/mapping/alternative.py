"""Reads one alternative of one target: where its value comes from, and what happens to it on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bridge.language import Phrase, Text
from bridge.mapping import patterns, texts
from bridge.mapping.conversions import CONVERSIONS, Conversion
from bridge.mapping.declaration import Attempt, Conditions, Lookup, Setting, Template
from bridge.mapping.ledger import nearest
from bridge.mapping.paths import Path, parse
from bridge.mapping.positions import Keys
from bridge.mapping.targets import Target
from bridge.mapping.vocabulary import Vocabulary
from bridge.mapping.words import fold

if TYPE_CHECKING:
    from bridge.mapping.grammar import Grammar

ORIGINS = ("from", "all", "constant", "template")
CHANGES = ("inside", "lookup", "pattern", "convert", "values", "contains")
ATTEMPT_KEYS = (*ORIGINS, *CHANGES, "when")
SETTINGS = ("web_base_url",)

_GAP = re.compile(r"\{([^{}]*)\}")


class OneTable(Struct, frozen=True):
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
        for key in CHANGES:
            if key in self.table:
                self._misplaced(key, texts.NOTHING_TO_CHANGE)
        given = self.table[origin]
        if origin == "constant":
            constant = self.vocabulary.constant((*self.keys, "constant"), given)
            return Attempt("constant", constant=constant, when=self._when(), keys=self.keys)
        return Attempt(str(given)[:80], template=self._template(given), when=self._when(), keys=self.keys)

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
            pattern=self._pattern(),
            conversion=conversion,
            values=values,
            contains=self._contains(),
            when=self._when(),
            keys=self.keys,
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
        """What a list says about an id: the member at `path`, or the text of the option of a property."""
        if "lookup" not in self.table:
            return None
        keys, given = (*self.keys, "lookup"), self.table["lookup"]
        if not isinstance(given, dict) or "stream" not in given or ("path" in given) == ("option_of" in given):
            self.grammar.ledger.wrong_type(keys, given, texts.LOOKUP)
            return None
        self.grammar.ledger.known_keys(keys, given, ("stream", "path", "option_of"))
        streams = self.grammar.streams((*keys, "stream"), given["stream"])
        if "path" in given:
            return Lookup(streams, self.grammar.paths((*keys, "path"), given["path"]))
        wanted, place = given["option_of"], (*keys, "option_of")
        if not isinstance(wanted, str) or not wanted.strip():
            self.grammar.ledger.wrong_type(place, wanted, texts.A_TEXT)
        elif self.target.gives == "people":
            self._misplaced("lookup", texts.OPTIONS_ARE_TEXT)
        return Lookup(streams, (), str(wanted).strip())

    def _pattern(self) -> patterns.Pattern | None:
        if "pattern" not in self.table:
            return None
        keys, given = (*self.keys, "pattern"), self.table["pattern"]
        if not isinstance(given, str) or not given.strip():
            self.grammar.ledger.wrong_type(keys, given, texts.A_TEXT)
            return None
        try:
            return patterns.compiled(given)
        except patterns.Refused as refused:
            code = "catastrophic_pattern" if refused.text is patterns.CATASTROPHIC else ""
            self.grammar.ledger.refuse(keys, texts.BAD_PATTERN, code=code, value=given[:80], why=refused.why)
            return None

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
        self.grammar.ledger.refuse((*self.keys, key), text, code="", **facts)

    def _misplaced(self, key: str, why: Text) -> None:
        self._refuse(key, texts.MISPLACED, key=key, target=self.target.name, why=Phrase(why, {}))
