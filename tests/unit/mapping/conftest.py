"""Mapping files and surroundings to map with: the two that ship, and small ones written in the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.mapping.apply import Mapped, Surroundings, to_task
from bridge.mapping.document import MappingFile, parse

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEEDED = {
    "id": 'from = "id"',
    "title": 'from = "title"',
    "project.id": 'from = "project.id"',
    "status": 'from = "state.type"\nvalues = { pending = "todo", completed = "done" }',
}
BARE = {"id": "t1", "title": "拜访客户", "project": {"id": "p1"}, "state": {"type": "pending"}}

Build = Callable[..., MappingFile]
Apply = Callable[..., Mapped]


def shipped(kind: str) -> MappingFile:
    return parse((ROOT / "mappings" / f"{kind}.toml").read_text(encoding="utf-8"), name=f"{kind}.toml")


@pytest.fixture(scope="session")
def pingcode() -> MappingFile:
    return shipped("pingcode")


@pytest.fixture(scope="session")
def worktile() -> MappingFile:
    return shipped("worktile")


def surroundings(**changed: Any) -> Surroundings:
    facts: dict[str, Any] = {"source": "test", "timezone": SHANGHAI, "now": NOW, "lookups": {}, "settings": {}}
    return Surroundings(**{**facts, **changed})


@pytest.fixture
def about() -> Callable[..., Surroundings]:
    return surroundings


@pytest.fixture
def a_file() -> Build:
    """A mapping file of the given text, with what every file needs and the text does not have."""

    def build(text: str = "", **also: str) -> MappingFile:
        needed = {**{name: rule for name, rule in NEEDED.items() if f"[task.{name}" not in text}, **also}
        return parse(
            "\n".join(['kind = "test"', text, *(f"[task.{n}]\n{rule}" for n, rule in needed.items())]), name="t"
        )

    return build


@pytest.fixture
def mapped(a_file: Build) -> Apply:
    """The outcome of a small mapping file over a bare payload with these members."""

    def apply(text: str, payload: Mapping[str, Any] | None = None, **changed: Any) -> Mapped:
        return to_task(a_file(text), {**BARE, **(payload or {})}, surroundings(**changed))

    return apply
