"""A peer: dlt, its REST source into its SQLAlchemy destination on SQLite, merged on the key, incremental by `updated_at`.

    python dlt_pipeline.py URL DATABASE

Lists inside an item stay JSON columns: tables of their own would only cost dlt more.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt
import requests
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator
from dlt.sources.rest_api import RESTAPIConfig, rest_api_source

OVERLAP_S = 600
FIRST_DAY = 1_000_000_000


def token(url: str) -> str:
    asked = {"grant_type": "client_credentials", "client_id": "bench", "client_secret": "bench-secret"}
    answer = requests.get(f"{url}/v1/auth/token", params=asked, timeout=60)
    answer.raise_for_status()
    found: str = answer.json()["access_token"]
    return found


def settings(url: str) -> RESTAPIConfig:
    now = int(time.time())
    pages = PageNumberPaginator(base_page=0, page_param="page_index", total_path=None, stop_after_empty_page=True)
    updated = {
        "type": "incremental",
        "cursor_path": "updated_at",
        "initial_value": FIRST_DAY,
        "lag": OVERLAP_S,
        "convert": lambda since: f"{since},{now}",
    }
    flags = {"include_deleted": "true", "include_archived": "true", "page_size": 100}
    return {
        "client": {"base_url": url, "auth": {"type": "bearer", "token": token(url)}, "paginator": pages},
        "resources": [
            {
                "name": "work_items",
                "primary_key": "id",
                "write_disposition": "merge",
                "endpoint": {
                    "path": "v1/project/work_items",
                    "data_selector": "values",
                    "params": {**flags, "updated_between": updated},
                },
            }
        ],
    }


def main(url: str, database: Path) -> None:
    source = rest_api_source(settings(url))
    source.max_table_nesting = 0
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=str(database.parent / "dlt"),
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{database}"),
        dataset_name="main",
    )
    pipeline.run(source).raise_on_failed_jobs()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
