"""Whatever the description of the API allows, and whatever it does not, is answered without a failure of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from bridge.usecases.admission import Who
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.openapi import document
from bridge.web.page import Reports

from .conftest import TODAY, Captured, a_site, local
from .test_pages import Rooms

TOKEN = {"Authorization": "Bearer t"}
EXAMPLES, SEED = 20, 20260824
PATHS = sorted(document()["paths"])
ASKING = ("/api/v1/report", "/api/v1/tasks")
QUICK = settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
)


class Programs(Rooms):
    """`Doors` where every program is a reader."""

    def program(self, secret: str) -> Who | None:
        return Who("bi", "viewer")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The API over a real store that was judged once, asked by a reader who is logged in."""
    folder = tmp_path_factory.mktemp("fuzzed")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack, time_machine.travel(local(TODAY, 10)):
        site = stack.enter_context(a_site(folder, patch, Captured(stack)))
        site.advance(TODAY)
        assert site.run("run", "--quiet").code == 0
        space = Workspace.open(folder / "config.toml", today=TODAY)
        yield create_app(Reports(space), opened=lambda: space, doors=Programs())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def described(app: Flask) -> Any:
    import schemathesis  # only here: it takes seconds

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, headers=TOKEN)


@pytest.mark.parametrize(
    ("mode", "path"),
    [*(("POSITIVE", path) for path in PATHS), *(("NEGATIVE", path) for path in PATHS if path in ASKING)],
)
@pytest.mark.filterwarnings("ignore")
def test_no_request_makes_the_api_fail(described: Any, path: str, mode: str):
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error

    @QUICK
    @seed(SEED)
    @given(case=described[path]["GET"].as_strategy(generation_mode=GenerationMode[mode]))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=TOKEN, checks=[not_a_server_error])

    ask()


@QUICK
@seed(SEED)
@given(
    path=st.sampled_from(PATHS),
    query=st.dictionaries(
        st.sampled_from(["status", "from", "to", "q", "limit", "after", "lang", "period"]), st.text()
    ),
    key=st.text(min_size=1),
)
def test_no_text_at_all_makes_it_fail(app: Flask, path: str, query: dict[str, str], key: str):
    client = app.test_client()
    address = path.replace("{key}", quote(key, safe="", errors="replace"))

    answer = client.get(address, query_string=query, headers=TOKEN)

    assert answer.status_code < 500
