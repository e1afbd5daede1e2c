"""Every connector keeps every promise of the contract, whatever its vendor does."""

from __future__ import annotations

import os
from typing import Any

import pytest

from connectors.conformance import Subject
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


@pytest.mark.parametrize("kind", FOUND)
def test_every_kind_of_source_is_on_the_bench(kind: str):
    tested = {subject.settings("http://127.0.0.1").kind for subject in FOUND[kind] if subject.rank == 0}

    assert tested == {kind}
