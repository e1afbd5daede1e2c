"""The fields of a source, for whoever writes its mapping: from its own definitions and from what it has sent."""

from __future__ import annotations

import tomllib
from typing import Any

from msgspec import Struct

import connectors
from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping.catalogue import Defined, catalogue, defined_by
from bridge.mapping.catalogue import Field as Field
from bridge.mapping.concealment import Mask
from bridge.mapping.observed import Observed
from bridge.mapping.paths import Wrapping
from bridge.store import raw, samples
from bridge.store.engine import Store
from bridge.usecases.people import accounts_in
from bridge.usecases.workspace import Workspace, built_in_mappings
from connectors.contract import SourceConfig

MOST = 20_000
"""As many payloads are looked at, evenly spread, unless told otherwise: a second or two."""

NOTHING_READ = Text(
    zh="来源 {source} 还没有读到任何任务。请先运行 pbridge sync --source {source}。",
    en="no task of source {source} was read yet. Run pbridge sync --source {source} first.",
)


class Catalogue(Struct, frozen=True):
    """The fields that `looked_at` of `stored` payloads of a stream have. `complete`: there were no more fields."""

    source: str
    stream: str
    looked_at: int
    stored: int
    complete: bool
    fields: tuple[Field, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "stream": self.stream,
            "looked_at": self.looked_at,
            "stored": self.stored,
            "complete": self.complete,
            "fields": [_field_as_json(one) for one in self.fields],
        }


def fields_of(space: Workspace, name: str, *, most: int | None = MOST) -> Catalogue:
    """What a mapping of this source can be made of; `most` None looks at every payload."""
    (source,) = space.sources([name])
    stream = connectors.load(source.kind).task_stream
    with space.store() as store:
        sample = samples.spread(store, source.name, stream, most)
        if not sample.chosen:
            raise UsageProblem(NOTHING_READ, source=source.name)
        seen = Observed(_wrapping(space, source))
        for payload in sample.payloads:
            seen.see(payload)
        accounts = accounts_in(space, store)
        mask = Mask((one.name for one in accounts if one.name != one.id), ids=True)
        found = catalogue(seen, _defined(store, source), mask, {one.id for one in accounts})
    return Catalogue(source.name, stream, sample.chosen, sample.total, not seen.left_out, found)


def _field_as_json(one: Field) -> dict[str, Any]:
    return {
        "path": one.path,
        "name": one.name,
        "type": one.type,
        "options": [{"id": key, "label": label} for key, label in one.options],
        "more_options": one.more_options,
        "filled": one.filled,
        "of": one.total,
        "share": round(one.share, 4),
        "examples": list(one.examples),
    }


def _wrapping(space: Workspace, source: SourceConfig) -> Wrapping | None:
    """Values that the mapping opens are looked at inside, so that a path is written as the mapping reads it."""
    try:
        text = space.mapping(source)[0].text
    except UsageProblem:
        text = built_in_mappings()[source.kind]  # who corrects a mapping that is wrong needs the fields most
    table = tomllib.loads(text).get("wrapped")
    return None if table is None else Wrapping(table["under"], table["value"], tuple(table.get("unless", ())))


def _defined(store: Store, source: SourceConfig) -> list[Defined]:
    kind = connectors.load(source.kind)
    found: list[Defined] = []
    for one in kind.definitions:
        keys = {
            "under": one.under,
            "key": one.key,
            "name": one.name,
            "type": one.type,
            "options": one.options,
            "option_id": one.option_id,
            "option_label": one.option_label,
        }
        rows = (defined_by(row.payload, keys) for row in raw.current(store, source.name, one.stream))
        found += [row for row in rows if row is not None]
    for glossary in kind.glossaries:
        rows_of = raw.current(store, source.name, glossary.stream)
        labels = {str(row.payload.get("id")): row.payload.get(glossary.label) for row in rows_of}
        options = {key: label for key, label in labels.items() if isinstance(label, str)}
        found.append(Defined(glossary.at, None, None, options))
    return found
