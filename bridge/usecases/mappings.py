"""Mapping files: which are in force."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.store import runs
from bridge.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class MappingInForce:
    source: str
    file: str
    version: str
    active: str | None
    """The version the stored tasks were mapped with; None before the first sync."""


def in_force(space: Workspace) -> list[MappingInForce]:
    """The mapping of each source as the files say, and as the stored tasks have it."""
    stored: dict[str, str | None] = {}
    if space.has_store:
        with space.store() as store:
            stored = {source.name: runs.mapping_version(store, source.name) for source in space.sources()}
    return [
        MappingInForce(
            source.name, source.mapping or f"({source.kind})", space.mapping(source)[0].version, stored.get(source.name)
        )
        for source in space.sources()
    ]
