"""The shipped files over whole payloads; after a wanted change run with UPDATE_GOLDEN=1 and read the difference."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import asdict

from bridge.mapping import wire
from bridge.mapping.apply import Surroundings, to_row, to_task
from bridge.mapping.document import parse

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "mapping"


def outcomes(kind: str) -> list[dict[str, Any]]:
    given = json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))
    facts = given["surroundings"]
    about = Surroundings(
        **{**facts, "timezone": ZoneInfo(facts["timezone"]), "now": datetime.fromisoformat(facts["now"])}
    )
    mapping = parse((ROOT / "mappings" / f"{kind}.toml").read_text(encoding="utf-8"), name=f"{kind}.toml")
    found = []
    for payload in given["payloads"]:
        outcome = to_task(mapping, payload, about)
        assert outcome.task is not None
        task = wire.as_json(outcome.task)
        row = to_row(mapping, payload, about)
        assert (json.dumps(row.data), row.problems) == (json.dumps(task), outcome.problems)
        # Any word of the file changes the version; which one it is says nothing about the mapping.
        task["mapping_version"] = task["mapping_version"].split("-")[0]
        found.append({"task": task, "problems": [asdict(problem) for problem in outcome.problems]})
    return found


@pytest.mark.parametrize("kind", ["pingcode", "worktile"])
def test_a_whole_payload_becomes_the_expected_task(kind: str):
    expected = GOLDEN / f"{kind}.tasks.json"
    found = json.dumps(outcomes(kind), ensure_ascii=False, indent=2) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(found, encoding="utf-8")

    assert found == expected.read_text(encoding="utf-8")
