"""The texts of options: properties name them by ids only, and the source lists each property with its options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from bridge.mapping.outcome import Payload, Unfit
from bridge.mapping.words import clean, numeral

if TYPE_CHECKING:
    from bridge.mapping.document import MappingFile

# By which of them payloads name a property differs from vendor to vendor.
KEYS = ("id", "raw_key", "property_key", "key")
_IDS = ("_id", "id")
_TEXTS = ("text", "name")


def name(stream: str) -> str:
    """Under what the texts of a stream of properties stand among the lookups."""
    return f"{stream} options"


def wanted(mapping: MappingFile) -> dict[str, set[str]]:
    """Stream -> keys of the properties whose options the mapping asks for."""
    found: dict[str, set[str]] = {}
    for rule in mapping.targets.values():
        for attempt in rule.attempts:
            if attempt.lookup is not None and attempt.lookup.option_of is not None:
                for stream in attempt.lookup.streams:
                    found.setdefault(stream, set()).add(attempt.lookup.option_of)
    return found


def tables(mapping: MappingFile, rows_of: Callable[[str], Iterable[Payload]]) -> dict[str, dict[str, Payload]]:
    """Property -> option -> text, of everything the mapping asks for, under the names that lookups have."""
    return {name(stream): labels(rows_of(stream), keys) for stream, keys in sorted(wanted(mapping).items())}


def labels(rows: Iterable[Payload], keys: Iterable[str]) -> dict[str, Payload]:
    """Property -> option -> text; an option that two lists call by two texts is left out: nobody can tell which holds."""
    found: dict[str, dict[str, str | None]] = {key: {} for key in sorted(keys)}
    for row in rows:
        for key in {said for member in KEYS if isinstance(said := row.get(member), str) and said in found}:
            for identity, text in _options(row.get("options")):
                known = found[key].setdefault(identity, text)
                if known != text:
                    found[key][identity] = None
    return {key: {one: text for one, text in sorted(texts.items()) if text} for key, texts in found.items()}


def _options(given: Any) -> Iterator[tuple[str, str]]:
    for entry in given if isinstance(given, list) else []:
        if isinstance(entry, dict) and (identity := _first(entry, _IDS)) and (text := _first(entry, _TEXTS)):
            yield identity, text


def text_of(option: dict[str, Any]) -> str:
    """The text of an option that came whole."""
    text = _first(option, _TEXTS)
    if text is None:
        raise Unfit("unreadable_value", option)
    return text


def _first(entry: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = entry.get(key)
        found = clean(value) if isinstance(value, str) else numeral(value)
        if found:
            return found
    return None
