"""Every connector keeps every promise of the contract, whatever its vendor does."""

from __future__ import annotations

import os
from typing import Any

import pytest

from connectors.conformance import Dialect, Subject
from connectors.hostility import stuck
from connectors.testing import Reply, Request
from tests.contract.catalogue import CHECKS, REACH
from tests.contract.subjects import FOUND, SUBJECTS

THOROUGH = "CONTRACT_EXAMPLES" in os.environ


def every_case() -> list[Any]:
    """Each check with each subject; what does not depend on the form of answers is tried in one form of each kind."""
    return [
        pytest.param(name, subject, id=f"{name} ({subject.name})")
        for name in CHECKS
        for subject in SUBJECTS
        if subject.rank <= REACH[name] or THOROUGH
    ]


@pytest.mark.parametrize(("name", "subject"), every_case())
def test_a_connector_keeps(name: str, subject: Subject):
    CHECKS[name](subject)


def test_a_server_that_is_stuck_shows_its_first_page_wherever_counting_begins():
    dialect = Dialect(tasks="/issues", sign_in="/session", token=str, rows=("items",), index="page", first=1)
    seen = []

    def answer(request):
        seen.append(request.query["page"])
        return Reply({})

    for page in ("1", "2", "7"):
        stuck(dialect)(Request("GET", "/issues", {"page": page}, {}, None), answer)

    assert seen == ["1", "1", "1"]


@pytest.mark.parametrize("kind", FOUND)
def test_every_kind_of_source_is_on_the_bench(kind: str):
    tested = {subject.settings("http://127.0.0.1").kind for subject in FOUND[kind] if subject.rank == 0}

    assert tested == {kind}
