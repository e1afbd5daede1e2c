"""A peer, first half: a tap made with the Singer SDK, work items as Singer messages, incremental by `updated_at`."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import requests
from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.pagination import BasePageNumberPaginator

PAGE = 100
OVERLAP_S = 600
TEXTS = ["id", "url", "identifier", "title", "type", "parent_id", "short_id", "html_url", "description"]
OBJECTS = ["project", "parent", "assignee", "state", "priority", "version", "sprint", "created_by", "updated_by"]
OBJECTS += ["board", "entry", "swimlane", "phase", "properties"]
NUMBERS = ["start_at", "end_at", "completed_at", "created_at", "updated_at", "is_archived", "is_deleted"]
AMOUNTS = ["story_points", "estimated_workload", "remaining_workload"]


class Pages(BasePageNumberPaginator):
    """Goes on until a page is not full."""

    def has_more(self, response: requests.Response) -> bool:
        return len(response.json()["values"]) == PAGE


class WorkItems(RESTStream[int]):
    name = "work_items"
    path = "/v1/project/work_items"
    records_jsonpath = "$.values[*]"
    primary_keys: ClassVar[tuple[str, ...]] = ("id",)
    replication_key = "updated_at"
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *(th.Property(name, th.StringType) for name in TEXTS),
        *(th.Property(name, th.ObjectType(additional_properties=True)) for name in OBJECTS),
        *(th.Property(name, th.IntegerType) for name in NUMBERS),
        *(th.Property(name, th.NumberType) for name in AMOUNTS),
        *(
            th.Property(name, th.ArrayType(th.ObjectType(additional_properties=True)))
            for name in ("tags", "participants")
        ),
    ).to_dict()

    @property
    def url_base(self) -> str:
        return str(self.config["url"])

    @property
    def authenticator(self) -> BearerTokenAuthenticator:
        if not hasattr(self, "_bearer"):
            asked = {"grant_type": "client_credentials", "client_id": "bench", "client_secret": "bench-secret"}
            answer = requests.get(f"{self.url_base}/v1/auth/token", params=asked, timeout=60)
            answer.raise_for_status()
            self._bearer = BearerTokenAuthenticator(token=answer.json()["access_token"])
        return self._bearer

    def get_new_paginator(self) -> Pages:
        return Pages(0)

    def get_url_params(self, context: Any, next_page_token: int | None) -> dict[str, Any]:
        asked = {"include_deleted": "true", "include_archived": "true"}
        asked |= {"page_size": str(PAGE), "page_index": str(next_page_token or 0)}
        high = self.get_starting_replication_key_value(context)
        return asked if high is None else {**asked, "updated_between": f"{high - OVERLAP_S},{int(time.time())}"}


class BenchTap(Tap):
    name = "tap-bench"
    config_jsonschema = th.PropertiesList(th.Property("url", th.StringType, required=True)).to_dict()

    def discover_streams(self) -> list[WorkItems]:
        return [WorkItems(tap=self)]


if __name__ == "__main__":
    BenchTap.cli()
