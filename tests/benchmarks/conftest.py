"""The loopback server as a process of its own, and a way to ask it."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Loopback:
    url: str

    def get(self, path: str, *, token: str = "bench-token", **query: object) -> tuple[int, dict, dict]:
        """Status, body and headers of one answer."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        connection.request("GET", f"{path}?{urlencode(query)}", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        return answer.status, body, dict(answer.headers)

    def items(self, **query: object) -> list[dict]:
        """Every work item that the filters leave, from all pages."""
        rows: list[dict] = []
        while True:
            page = self.get("/v1/project/work_items", page_size=100, page_index=len(rows) // 100, **query)[1]
            rows += page["values"]
            if len(page["values"]) < 100:
                assert len(rows) == page["total"]
                return rows

    def control(self, verb: str, **query: object) -> dict:
        return self.get(f"/control/{verb}", **query)[1]


@pytest.fixture
def loopback(request: pytest.FixtureRequest) -> Iterator[Loopback]:
    """With the arguments that a test names as its parameter."""
    command = [sys.executable, str(HERE / "loopback.py"), *map(str, request.param)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Loopback(process.stdout.readline().split()[1])
        process.stdin.close()
