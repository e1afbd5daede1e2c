"""What a Worktile source can be told; a retired or mistaken address is refused before anything is sent."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from connectors.contract import SourceConfig

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
