"""The verified reads of the open API, page by page; a dead token is replaced and the call replayed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from connectors.errors import BadPayload, SignInFailed, TokenRefused
from connectors.http import Client
from connectors.worktile.answers import PageInsteadOfData, Verdict
from connectors.worktile.auth import TenantToken
from connectors.worktile.envelopes import Listing, Row, unwrap, unwrap_one
from connectors.worktile.settings import WorktileConfig

PROJECTS = "/mission/get-projects-by-page"
MEMBERS = "/contact/get-members-by-page"
MEMBERS_BY_IDS = "/contact/get-members-by-ids"
TASKS = "/mission/get-project-tasks-by-page"
TASKS_V2 = "/mission/projects/{project}/tasks"
TASKS_BY_IDS = "/mission/get-tasks-by-ids"
RELATIONS = "/mission/get-relation-tasks"
TASK = "/mission/tasks/{task}"
# Without them, the answer holds an id and a title.
COLUMNS = "properties,comments"

Query = Mapping[str, str | int]
T = TypeVar("T")


class Api:
    """Reads with one token through one client; may be used by several threads at once."""

    def __init__(self, config: WorktileConfig, client: Client, token: TenantToken) -> None:
        self._config = config
        self._client = client
        self._token = token

    def projects(self, page: int) -> Listing:
        return self._listing(PROJECTS, page)

    def members(self, page: int) -> Listing:
        return self._listing(MEMBERS, page)

    def members_by_ids(self, uids: Sequence[str]) -> Listing:
        """The people with these uids that are known, whether or not the list still shows them."""
        return self.read(MEMBERS_BY_IDS, {"uids": ",".join(uids)}, unwrap)

    def tasks(self, project: str, page: int, size: int | None = None) -> Listing:
        return self._listing(TASKS, page, {"project_id": project}, size=size)

    def tasks_v2(self, project: str, page: int, most_tries: int | None = None) -> Listing:
        return self._listing(TASKS_V2.format(project=quote(project, safe="")), page, most_tries=most_tries)

    def tasks_v2_whole(self, project: str) -> Any:
        """The first page of the second list as it came, because its envelope is not certain."""
        query = {"page_index": 0, "page_size": 1}
        return self.read(TASKS_V2.format(project=quote(project, safe="")), query, lambda body: body)

    def tasks_by_ids(self, ids: Sequence[str], properties: Sequence[str], most_tries: int | None = None) -> Listing:
        """The tasks with these ids that can still be seen, in no certain order, with these of their properties."""
        query: Query = {"task_ids": ",".join(ids), "fields": ",".join(properties)}
        return self.read(TASKS_BY_IDS, query, unwrap, most_tries)

    def relations(self, task: str, properties: Sequence[str]) -> Listing:
        """The tasks that a task is related to; which way and how is not told."""
        return self.read(RELATIONS, {"task_id": task, "fields": ",".join(properties)}, unwrap)

    def task(self, task: str) -> Row:
        """One task with its properties, in their wrapped form, and its comments."""
        return self.read(TASK.format(task=quote(task, safe="")), {"columns": COLUMNS}, unwrap_one)

    def _listing(
        self,
        path: str,
        page: int,
        params: Query | None = None,
        most_tries: int | None = None,
        size: int | None = None,
    ) -> Listing:
        query = {**(params or {}), "page_index": page, "page_size": size or self._config.page_size}
        return self.read(path, query, unwrap, most_tries)

    def read(self, path: str, query: Query, open_: Callable[[Any], T], most_tries: int | None = None) -> T:
        """The answer of any path below the base address, as `open_` understands it."""
        verdict = Verdict(f"GET {path}", self._client, most_tries)
        token = self._token.current()
        try:
            return self._read(path, query, token, verdict, open_)
        except TokenRefused:
            self._token.refused(token)
        try:
            return self._read(path, query, self._token.current(), verdict, open_)
        except TokenRefused as err:
            raise SignInFailed(f"a token that was just issued is refused: {err}") from None

    def _read(self, path: str, query: Query, token: str, verdict: Verdict, open_: Callable[[Any], T]) -> T:
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
            return open_(answer.body)
        except BadPayload as err:
            raise BadPayload(f"{verdict.place}: {err}") from None
