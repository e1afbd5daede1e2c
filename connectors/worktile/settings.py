"""What a Worktile source can be told; a retired or mistaken address is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from connectors.contract import SourceConfig
from connectors.worktile.capabilities import Capability, Name, known_names

OPEN_API = "https://dev.worktile.com/open-api"
CURRENT = f"Use an app of the current open platform (client_id and client_secret) and {OPEN_API}"
REFUSED_HOSTS = {
    "api.worktile.com": "is the retired Worktile v1 API",
    "open.worktile.com": "holds the documents of the retired Worktile v1 API and an early PingCode API",
    "hook.worktile.com": "only receives chat messages",
}


class WorktileConfig(SourceConfig):
    """`base_url` is the whole prefix, `/open-api` included; a private deployment has its own."""

    base_url: str = OPEN_API
    use_v2: bool = True
    """Ask the second task list for properties (the assignee above all) that the first one left out; else each by id."""
    page_size: int = Field(default=100, ge=1, le=200)
    capabilities: Mapping[Name, Capability] = Field(default_factory=dict)
    """Reads known by name only, described by an operator who has seen the live documents."""

    pid: Any = Field(default=None, exclude=True, repr=False)
    tid: Any = Field(default=None, exclude=True, repr=False)

    @field_validator("pid", "tid", mode="before")
    @classmethod
    def _no_retired_names(cls, value: Any) -> Any:
        # How the retired interface named a project and a task: known here only to be refused with the reason.
        raise ValueError(f"pid and tid belong to the retired Worktile v1 API. {CURRENT}")

    @field_validator("capabilities", mode="before")
    @classmethod
    def _known_capabilities(cls, value: Any) -> Any:
        return known_names(value)

    @property
    def available(self) -> dict[str, Capability]:
        """The capabilities that have a path."""
        return {name: one for name, one in self.capabilities.items() if one.is_available}

    @field_validator("base_url")
    @classmethod
    def _no_retired_address(cls, value: str) -> str:
        parts = urlsplit(value)
        why = REFUSED_HOSTS.get((parts.hostname or "").lower())
        if why:
            raise ValueError(f"{parts.hostname} {why}. {CURRENT}")
        if parts.path.strip("/").lower().split("/")[0] == "v1":
            raise ValueError(f"a path beginning with /v1 is the retired Worktile v1 API. {CURRENT}")
        return value
