"""The stages a value passes between the payload and the field: opened, looked up, converted, mapped, bounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from bridge.mapping import conversions, options, people
from bridge.mapping.conversions import Conversion
from bridge.mapping.declaration import Attempt, Lookup, Setting, Template
from bridge.mapping.outcome import Payload, Surroundings, Unfit
from bridge.mapping.paths import Getter, Path, getter, may_stand
from bridge.mapping.targets import Target
from bridge.mapping.words import clean, fold, numeral, word

Stage = Callable[[Any, Surroundings], Any]
STRANGER = object()


class Unknown(Unfit):
    """An id that the stream it refers to does not have."""


def pipeline(target: Target, attempt: Attempt) -> Stage:
    """Everything that happens to what the path gives, as one function."""
    if attempt.template is not None:
        return _then(_filled(attempt.template, quoted=target.conversion == "url"), *_ending(target, attempt))
    if not attempt.paths:
        return lambda _payload, _about: attempt.constant
    found: list[Stage] = []
    if attempt.inside:
        found.append(_opened(attempt.inside))
    if attempt.lookup is not None and not _gives_people(attempt.conversion):
        found.append(_joined(attempt.lookup))
    if attempt.pattern is not None:
        found.append(attempt.pattern.find)
    core = _then(*_core(attempt), *_ending(target, attempt))
    takes_lists = attempt.contains is not None or (attempt.conversion is not None and attempt.conversion.takes_lists)
    gives_list = attempt.together or any(path.many for path in attempt.paths)
    return _then(*found, _first_of(core) if gives_list and not takes_lists else core)


def _core(attempt: Attempt) -> list[Stage]:
    if attempt.contains is not None:
        return [_contained(attempt.contains)]
    found: list[Stage] = []
    if attempt.conversion is not None:
        found.append(_conversion(attempt.conversion, attempt.lookup))
    if attempt.values is not None:
        is_list = attempt.conversion is not None and attempt.conversion.gives == "names"
        found.append(_each_mapped(attempt.values) if is_list else _mapped(attempt.values))
    return found


def _ending(target: Target, attempt: Attempt) -> list[Stage]:
    if attempt.template is not None and target.conversion == "url":
        return [conversions.url]
    if target.lowest is not None:
        return [_bounded(target)]
    if target.ends_now:
        return [_until_now]
    return [_as_json] if target.gives == "anything" else []


def _then(*stages: Stage) -> Stage:
    first, *rest = stages
    for following in rest:
        first = _both(first, following)
    return first


def _both(first: Stage, second: Stage) -> Stage:
    def both(value: Any, about: Surroundings) -> Any:
        try:
            middle = first(value, about)
        except Unfit as unfit:
            # What could be read goes on its way like any other value.
            if unfit.kept is not None:
                unfit.kept = second(unfit.kept, about)
            raise
        return None if middle is None else second(middle, about)

    return both


def _opened(inside: tuple[Path, ...]) -> Stage:
    """An object is replaced by the first value it holds at these paths; what is no object stays."""
    getters = [getter(path) for path in inside]

    def opened(value: Any, about: Surroundings) -> Any:
        if isinstance(value, list):
            return [found for entry in value if (found := opened(entry, about)) is not None] or None
        if not isinstance(value, dict):
            return value
        for get in getters:
            found = get(value)
            if found is not None:
                return found
        if not value or any(may_stand(path.steps, value) for path in inside):
            return None
        raise Unfit("unreadable_value", value)

    return opened


def _joined(lookup: Lookup) -> Stage:
    sought = found_by(lookup)

    def joined(value: Any, about: Surroundings) -> Any:
        if isinstance(value, list):
            return [found for entry in value if (found := joined(entry, about)) is not None] or None
        if lookup.option_of and isinstance(value, dict):
            # Some answers carry the option itself.
            return options.text_of(value)
        identity = clean(value) if isinstance(value, str) else numeral(value)
        if identity is None:
            if isinstance(value, str):
                return None
            raise Unfit("unreadable_value", value)
        found = sought(identity, about)
        if found is STRANGER:
            raise Unknown("unmapped_value", value)
        return found

    return joined


def found_by(lookup: Lookup) -> Callable[[str, Surroundings], Any]:
    """What the first stream that knows anything of an id says of it; `STRANGER` where none has it."""
    if lookup.option_of is not None:
        return _option(tuple(map(options.name, lookup.streams)), lookup.option_of)
    row_value, streams = _row_value(lookup), lookup.streams

    def sought(identity: str, about: Surroundings) -> Any:
        found: Any = STRANGER
        for stream in streams:
            row = about.lookups.get(stream, {}).get(identity)
            if row is not None and (found := row_value(row)) is not None:
                break
        return found

    return sought


def _option(tables: tuple[str, ...], key: str) -> Callable[[str, Surroundings], Any]:
    def sought(identity: str, about: Surroundings) -> Any:
        for table in tables:
            found = about.lookups.get(table, {}).get(key, {}).get(identity)
            if found is not None:
                return found
        return STRANGER

    return sought


def _row_value(lookup: Lookup) -> Getter:
    getters = [getter(path) for path in lookup.paths]

    def row_value(row: Any) -> Any:
        if not isinstance(row, dict):
            return None
        for get in getters:
            found = get(row)
            if found is not None and found != "":
                return found
        return None

    return row_value


def _gives_people(conversion: Conversion | None) -> bool:
    return conversion is not None and conversion.gives == "people"


def _conversion(conversion: Conversion, lookup: Lookup | None) -> Stage:
    """People are called by what the stream says where the payload gives an id only."""
    if lookup is None or not _gives_people(conversion):
        return conversion.convert
    sought, streams = found_by(lookup), lookup.streams

    def name_of(identity: str, about: Surroundings) -> str | None:
        found = sought(identity, about)
        return clean(found) if isinstance(found, str) else numeral(found)

    convert = people.called_by(name_of, known=lambda about: any(about.lookups.get(stream) for stream in streams))
    return people.at_most_one(convert) if conversion.name == "person" else convert


def _mapped(values: Mapping[str, Any]) -> Stage:
    def mapped(value: Any, _about: Surroundings) -> Any:
        said = word(value)
        if said is not None and said in values:
            return values[said]
        if said == "":
            return None
        raise Unfit("unreadable_value" if said is None else "unmapped_value", value)

    return mapped


def _each_mapped(values: Mapping[str, Any]) -> Stage:
    def mapped(value: tuple[str, ...], _about: Surroundings) -> tuple[str, ...]:
        kept = tuple(dict.fromkeys(values[fold(name)] for name in value if fold(name) in values))
        unknown = [name for name in value if fold(name) not in values]
        if unknown:
            raise Unfit("unmapped_value", unknown[0], kept)
        return kept

    return mapped


def _contained(words: frozenset[str]) -> Stage:
    def contained(value: Any, about: Surroundings) -> bool:
        try:
            found = people.names(value, about)
        except Unfit as unfit:
            raise Unfit(unfit.code, unfit.value, any(fold(name) in words for name in unfit.kept)) from None
        return any(fold(name) in words for name in found)

    return contained


def _first_of(stage: Stage) -> Stage:
    """Of a list the first element that gives a value."""

    def first(values: Any, about: Surroundings) -> Any:
        failed: Unfit | None = None
        for value in values if isinstance(values, list) else [values]:
            try:
                found = stage(value, about)
            except Unfit as unfit:
                failed = failed or unfit
                continue
            if found is not None:
                return found
        if failed is not None:
            raise failed
        return None

    return first


def _bounded(target: Target) -> Stage:
    lowest, highest = target.lowest, target.highest

    def bounded(value: float, _about: Surroundings) -> float:
        if (lowest is not None and value < lowest) or (highest is not None and value > highest):
            raise Unfit("unreadable_value", value)
        return value

    return bounded


def _until_now(value: datetime, about: Surroundings) -> datetime:
    return value if value <= about.now else about.now.replace(microsecond=0)


def _as_json(value: Any, _about: Surroundings) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [getattr(entry, "name", entry) for entry in value]
    return value


def _filled(template: Template, *, quoted: bool) -> Stage:
    """None as soon as one gap stays empty: half an address leads nowhere."""
    parts = [getter(part) if isinstance(part, Path) else part for part in template.parts]

    def filled(payload: Payload, about: Surroundings) -> str | None:
        written = ""
        for part in parts:
            if isinstance(part, str):
                written += part
                continue
            if isinstance(part, Setting):
                piece = about.settings.get(part.name, "").strip().rstrip("/")
            else:
                piece = _piece(part(payload), quoted)
            if not piece:
                return None
            written += piece
        return written

    return filled


def _piece(value: Any, quoted: bool) -> str:
    found = clean(value) if isinstance(value, str) else numeral(value)
    if not found:
        return ""
    return found if not quoted or (found.isascii() and found.isalnum()) else quote(found, safe="")
