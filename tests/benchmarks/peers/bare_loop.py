"""The yardstick: what a careful person writes in an hour, urllib3, orjson and `executemany`, raw and 25 columns.

    python bare_loop.py URL DATABASE CONNECTIONS

No history, no hashes, no resumption, no proof of completeness, no rate limit: only the rows.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import orjson
import urllib3

ITEMS = "/v1/project/work_items"
PAGE = 100
OVERLAP_S = 600
COLUMNS = (
    "identifier, title, type, url, project_id, project_key, project_name, start_at, end_at, completed_at, created_at, "
    "updated_at, parent_id, assignee_id, assignee, state_type, state_name, priority, sprint, version, story_points, "
    "estimated, remaining, archived, deleted"
)


class Tool:
    """The tool's API over a few kept connections."""

    def __init__(self, url: str, connections: int) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(maxsize=connections, block=True)
        self._workers = ThreadPoolExecutor(connections)
        self._ahead = connections
        asked = "grant_type=client_credentials&client_id=bench&client_secret=bench-secret"
        token = self._get(f"/v1/auth/token?{asked}", {})["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def _get(self, path: str, headers: dict[str, str]) -> Any:
        answer = self._pool.request("GET", self._url + path, headers=headers)
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return orjson.loads(answer.data)

    def pages(self, filters: str) -> Iterator[list[dict[str, Any]]]:
        """The first page tells how many there are; the rest is asked for as many at a time as there are connections."""

        def page(index: int) -> Any:
            asked = f"{ITEMS}?include_deleted=true&include_archived=true&page_size={PAGE}&page_index={index}{filters}"
            return self._get(asked, self._headers)

        first = page(0)
        yield first["values"]
        rest = iter(range(1, -(-first["total"] // PAGE)))
        if self._ahead == 1:
            for index in rest:
                yield page(index)["values"]
            return
        waiting = [self._workers.submit(page, index) for index in islice(rest, 2 * self._ahead)]
        while waiting:
            values = waiting.pop(0).result()["values"]
            waiting += [self._workers.submit(page, index) for index in islice(rest, 1)]
            yield values


def flat(row: dict[str, Any]) -> tuple[Any, ...]:
    project, state, person = row["project"], row["state"], row["assignee"] or {}
    return (
        row["id"],
        orjson.dumps(row),
        row["identifier"],
        row["title"],
        row["type"],
        row["html_url"],
        project["id"],
        project["identifier"],
        project["name"],
        row["start_at"],
        row["end_at"],
        row["completed_at"],
        row["created_at"],
        row["updated_at"],
        row["parent_id"],
        person.get("id"),
        person.get("display_name"),
        state["type"],
        state["name"],
        (row["priority"] or {}).get("name"),
        (row["sprint"] or {}).get("name"),
        (row["version"] or {}).get("name"),
        row["story_points"],
        row["estimated_workload"],
        row["remaining_workload"],
        row["is_archived"],
        row["is_deleted"],
    )


def main(url: str, database: str, connections: int) -> None:
    db = sqlite3.connect(database)
    db.execute(f"CREATE TABLE IF NOT EXISTS work_items (id TEXT PRIMARY KEY, raw BLOB, {COLUMNS})")
    (high,) = db.execute("SELECT max(updated_at) FROM work_items").fetchone()
    filters = "" if high is None else f"&updated_between={high - OVERLAP_S},{int(time.time())}"
    marks = ", ".join("?" * (3 + COLUMNS.count(",")))
    # One transaction is the fastest of those tried; a crash loses the run, which a bare loop does not mind.
    with db:
        for values in Tool(url, connections).pages(filters):
            db.executemany(f"INSERT OR REPLACE INTO work_items VALUES ({marks})", map(flat, values))
    db.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
