"""Settings and samples of the report that documents show are accepted by what reads them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bridge import config
from bridge.config.sections import SECTIONS
from tests.test_docs import DOCUMENTS, ROOT, SECRETS, blocks
from tools.reference.schema import document
from tools.reference.schema_words import closed

SETTINGS = [
    (path, block)
    for path in DOCUMENTS
    for block in blocks(path, "toml")
    if re.search(rf"^\[\[?(?:{'|'.join((*SECTIONS, 'sources', 'notify'))})\b", block, re.MULTILINE)
    if path.parent.name == "docs"
]


@pytest.mark.parametrize(("path", "block"), SETTINGS, ids=lambda value: value.stem if isinstance(value, Path) else "")
def test_an_example_of_settings_is_accepted(path: Path, block: str, tmp_path: Path):
    (tmp_path / "config.toml").write_text(block, encoding="utf-8")

    found = config.load(tmp_path / "config.toml", environ=SECRETS)
    assert bool(found.sources) == ("[[sources]]" in block)


def test_a_sample_of_the_report_fits_its_schema():
    milestone = closed(document())["properties"]["milestones"]["items"]["properties"]
    (sample,) = [json.loads(block) for block in blocks(ROOT / "docs" / "guide-admin.md", "json")]

    assert len(sample) >= 10
    for key, value in sample.items():
        assert [error.message for error in Draft202012Validator(milestone[key]).iter_errors(value)] == [], key
