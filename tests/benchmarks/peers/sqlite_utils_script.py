"""A peer: the script that a sqlite-utils user writes, requests in, `upsert_all` out, incremental by `updated_between`.

python sqlite_utils_script.py URL DATABASE
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import requests
from sqlite_utils import Database

ITEMS = "/v1/project/work_items"
PAGE = 100
OVERLAP_S = 600


def signed_in(url: str) -> requests.Session:
    session = requests.Session()
    asked = {"grant_type": "client_credentials", "client_id": "bench", "client_secret": "bench-secret"}
    answer = session.get(f"{url}/v1/auth/token", params=asked, timeout=60)
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


def rows(session: requests.Session, url: str, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
    index = 0
    while True:
        flags = {"include_deleted": "true", "include_archived": "true"}
        asked = {**flags, **filters, "page_size": str(PAGE), "page_index": str(index)}
        answer = session.get(url + ITEMS, params=asked, timeout=60)
        answer.raise_for_status()
        values = answer.json()["values"]
        yield from values
        if len(values) < PAGE:
            return
        index += 1


def since(db: Database) -> dict[str, str]:
    if not db.table("work_items").exists():
        return {}
    (high,) = db.execute("SELECT max(updated_at) FROM work_items").fetchone()
    return {"updated_between": f"{high - OVERLAP_S},{int(time.time())}"}


def main(url: str, database: str) -> None:
    db = Database(database)
    db.enable_wal()
    found = rows(signed_in(url), url, since(db))
    db.table("work_items").upsert_all(found, pk="id", batch_size=1000, alter=True)
    db.table("work_items").create_index(["updated_at"], if_not_exists=True)
    db.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
