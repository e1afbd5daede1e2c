"""The file that docs/people.md shows is one that the program reads."""

from __future__ import annotations

import re
from pathlib import Path

from bridge.mapping.confirmed import parse

GUIDE = (Path(__file__).parents[3] / "docs" / "people.md").read_text(encoding="utf-8")


def test_the_example_of_the_guide_is_read():
    (example,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)

    decided = parse(example, name="people.toml", sources=("pingcode", "worktile"))

    assert len(decided.same) == len(decided.different) == 1
