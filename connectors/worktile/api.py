"""The verified reads of the open API, page by page; a dead token is replaced and the call replayed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from connectors.errors import BadPayload, SignInFailed, TokenRefused
from connectors.http import Client
from connectors.worktile.answers import PageInsteadOfData, Verdict
from connectors.worktile.auth import TenantToken
from connectors.worktile.envelopes import Listing, unwrap
from connectors.worktile.settings import WorktileConfig

PROJECTS = "/mission/get-projects-by-page"
MEMBERS = "/contact/get-members-by-page"
TASKS = "/mission/get-project-tasks-by-page"
TASKS_V2 = "/mission/projects/{project}/tasks"
TASKS_BY_IDS = "/mission/get-tasks-by-ids"

Query = Mapping[str, str | int]


class Api:
    """Reads with one token through one client."""

    def __init__(self, config: WorktileConfig, client: Client, token: TenantToken) -> None:
        self._config = config
        self._client = client
        self._token = token

    def projects(self, page: int) -> Listing:
        return self._listing(PROJECTS, page)

    def members(self, page: int) -> Listing:
        return self._listing(MEMBERS, page)

    def tasks(self, project: str, page: int) -> Listing:
        return self._listing(TASKS, page, {"project_id": project})

    def tasks_v2(self, project: str, page: int, most_tries: int | None = None) -> Listing:
        return self._listing(TASKS_V2.format(project=quote(project, safe="")), page, most_tries=most_tries)

    def tasks_by_ids(self, ids: Sequence[str], properties: Sequence[str], most_tries: int | None = None) -> Listing:
        """The tasks with these ids that can still be seen, in no certain order, with these of their properties."""
        query: Query = {"task_ids": ",".join(ids), "fields": ",".join(properties)}
        return self._asked(TASKS_BY_IDS, query, most_tries)

    def _listing(self, path: str, page: int, params: Query | None = None, most_tries: int | None = None) -> Listing:
        query = {**(params or {}), "page_index": page, "page_size": self._config.page_size}
        return self._asked(path, query, most_tries)

    def _asked(self, path: str, query: Query, most_tries: int | None) -> Listing:
        verdict = Verdict(f"GET {path}", self._client, most_tries)
        token = self._token.current()
        try:
            return self._read(path, query, token, verdict)
        except TokenRefused:
            self._token.refused(token)
        try:
            return self._read(path, query, self._token.current(), verdict)
        except TokenRefused as err:
            raise SignInFailed(f"a token that was just issued is refused: {err}") from None

    def _read(self, path: str, query: Query, token: str, verdict: Verdict) -> Listing:
        try:
            answer = self._client.send(
                "GET",
                self._config.base_url + path,
                judge=verdict,
                params={**query, "access_token": token},
                headers={"Accept": "application/json"},
            )
        except PageInsteadOfData as err:
            raise BadPayload(str(err)) from None
        try:
            return unwrap(answer.body)
        except BadPayload as err:
            raise BadPayload(f"{verdict.place}: {err}") from None
