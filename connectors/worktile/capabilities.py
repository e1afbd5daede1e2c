"""Reads that are known by name only: an operator who has seen the live documents tells path, parameters and rows.

Without a path a capability is unavailable and nothing is ever asked for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Name = Literal[
    "workloads",
    "transitions",
    "goals",
    "departments",
    "dependencies",
    "task_types",
    "tags",
    "project_info",
    "project_states",
]
NAMES: tuple[str, ...] = get_args(Name)
PROJECT = "{project}"
# Ours to fill in: a value of the operator's would be overwritten, or would send every page alike.
OURS = frozenset({"access_token", "page_index", "page_size"})
GAP = re.compile(r"\{[^}]*\}?")

Value = str | int


class Capability(BaseModel):
    """One read. `rows` is a JSON pointer to an array of objects, or to one object; "" is the whole answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["GET"] = "GET"
    """Nothing but GET: this source only reads."""
    path: str = ""
    """Below base_url; may hold {project}."""
    params: Mapping[str, Value] = Field(default_factory=dict)
    """Values may hold {project} too."""
    rows: str = ""
    scope: Literal["all", "project"] = "all"
    id: str = Field(default="_id", min_length=1)
    """The key of a row that holds its id."""
    paged: bool = False

    @field_validator("path")
    @classmethod
    def _below_the_base(cls, value: str) -> str:
        if not value:
            return value
        if not value.startswith("/") or value.startswith("//"):
            raise ValueError('begins with one "/" and continues base_url, such as "/mission/…"')
        if re.search(r"[?#\s\\]|/\.\.?(/|$)", value):
            raise ValueError("is a path alone; what follows a question mark belongs to params")
        return _only_gap(value)

    @field_validator("params")
    @classmethod
    def _not_ours(cls, value: Mapping[str, Value]) -> Mapping[str, Value]:
        if taken := sorted(OURS & value.keys()):
            raise ValueError(f"{', '.join(taken)}: filled in by the connector (paged = true, page_size of the source)")
        for one in value.values():
            _only_gap(str(one))
        return value

    @field_validator("rows")
    @classmethod
    def _a_pointer(cls, value: str) -> str:
        if value and (not value.startswith("/") or re.search(r"~(?![01])", value)):
            raise ValueError('is a JSON pointer such as "/data/value", or "" for the whole answer')
        return value

    @model_validator(mode="after")
    def _project_where_it_is_meant(self) -> Capability:
        holds = PROJECT in self.path or any(PROJECT in str(value) for value in self.params.values())
        if self.path and holds != (self.scope == "project"):
            raise ValueError('{project} in path or params goes with scope = "project", and only with it')
        return self

    @property
    def is_available(self) -> bool:
        return bool(self.path)

    def filled(self, project: str) -> dict[str, Value]:
        """The parameters for one project."""
        return {
            key: value.replace(PROJECT, project) if isinstance(value, str) else value
            for key, value in self.params.items()
        }


def _only_gap(value: str) -> str:
    if unknown := [gap for gap in GAP.findall(value) if gap != PROJECT]:
        raise ValueError(f"{unknown[0]!r}: the only placeholder is {PROJECT}")
    return value


def known_names(given: Any) -> Any:
    """Refuse a name that is not in the list, with the list."""
    unknown = sorted(set(given) - set(NAMES)) if isinstance(given, Mapping) else []
    if unknown:
        raise ValueError(f"{', '.join(map(str, unknown))}: no such capability; known: {', '.join(NAMES)}")
    return given
