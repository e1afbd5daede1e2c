"""The section `[links]`: how a row of a detail stream tells that one task waits for another; a row in, a link out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from msgspec import Struct

from bridge.mapping import texts
from bridge.mapping.entities import Reader, rules_of
from bridge.mapping.grammar import Grammar
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.mapping.rules import applies, compiled
from bridge.mapping.targets import Target, text
from bridge.mapping.words import ABSENT
from bridge.model import LinkKind

LINK_KINDS: Mapping[str, tuple[LinkKind, bool] | None] = {
    "blocks": (LinkKind.BLOCKS, False),
    "blocked_by": (LinkKind.BLOCKS, True),
    "finish_to_start": (LinkKind.FINISH_TO_START, False),
    "starts_after": (LinkKind.FINISH_TO_START, True),
    "depends": (LinkKind.DEPENDS, False),
    "unordered": None,
}
"""Word of the language -> the kind and whether the target is the one that comes first; None: nothing about order."""

LINK_TARGETS: tuple[Target, ...] = (
    text("origin", needed=True),
    text("target", needed=True),
    Target("kind", "text", needed=True, canonical={word: word for word in LINK_KINDS}, guessable=False),
    Target("lag", "number", "number"),
)
_NEEDED = ("stream", *(target.name for target in LINK_TARGETS if target.needed))


class LinkRecord(Struct, frozen=True):
    """A link as one row tells it: which task waits for which, and how many working days after its end.

    `word` is what an `unmapped` kind is called; a fraction of a day of lag is a day.
    """

    predecessor: str
    successor: str
    kind: LinkKind
    word: str | None
    lag: int


def links(grammar: Grammar, table: Any) -> Reader[LinkRecord] | None:
    """The reader of the section. A kind that no `values` lists gives an `unmapped` link with a problem, never nothing;
    a row without one of its ends gives None with a problem, one of kind `unordered` None without."""
    if not isinstance(table, dict):
        grammar.ledger.wrong_type(("links",), table, texts.A_TABLE)
        return None
    known = {target.name: target for target in LINK_TARGETS}
    grammar.ledger.known_keys(("links",), table, ("stream", "when", *known))
    missing = [key for key in _NEEDED if key not in table]
    if missing:
        grammar.ledger.refuse(("links",), texts.MISSING_KEYS, keys=", ".join(missing))
        return None
    streams = grammar.streams(("links", "stream"), table["stream"])
    when = grammar.conditions(("links", "when"), table["when"]) if "when" in table else ()
    rules = rules_of(grammar, "links", known, table)
    if any(name not in rules for name in _NEEDED[1:]):
        return None
    holds = applies(when)
    read = {name: compiled(rule) for name, rule in rules.items()}
    labels = {name: rule.label for name, rule in rules.items()}

    def link(row: Payload, about: Surroundings, problems: list[Problem]) -> LinkRecord | None:
        return _link(row, about, problems, read, labels) if holds is None or holds(row) else None

    return Reader("links", streams, tuple(rules.values()), when, link)


def _link(
    row: Payload,
    about: Surroundings,
    problems: list[Problem],
    read: Mapping[str, Callable[[Payload, Surroundings, list[Problem]], Any]],
    labels: Mapping[str, str],
) -> LinkRecord | None:
    found: list[Problem] = []
    values = {name: reader(row, about, found) for name, reader in read.items()}
    said = values["kind"]
    if said is not None and LINK_KINDS[said] is None:
        return None
    unknown = next((problem.value for problem in found if problem.target == "kind"), None)
    lacking = [name for name in ("origin", "target") if values[name] is None]
    found += [Problem("missing_required", name, labels[name], ABSENT) for name in lacking]
    problems += [Problem(one.code, f"links.{one.target}", one.path, one.value) for one in found]
    if lacking:
        return None
    kind, is_turned = (LINK_KINDS[said] if said is not None else None) or (LinkKind.UNMAPPED, False)
    ends = (values["origin"], values["target"])
    first, last = reversed(ends) if is_turned else ends
    return LinkRecord(first, last, kind, unknown if said is None else None, ceil(values.get("lag") or 0))
