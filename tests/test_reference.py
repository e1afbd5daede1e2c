"""The reference is what the code says: every page anew, no setting or reason without words, a schema that bites."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import create_model

from bridge.config import sections
from bridge.mapping.alternative import ATTEMPT_KEYS
from bridge.mapping.grammar import RULE_KEYS
from bridge.reconcile.reasons import REASONS
from bridge.thresholds import NAMES
from tools.reference import PAGES, commands, reasons, schema, settings
from tools.reference.advice import ADVICE, PREPARED
from tools.reference.mapping_words import TABLE_KEYS
from tools.reference.meanings import SECTION_MEANINGS, SETTINGS, THRESHOLDS
from tools.reference.schema_words import closed

ROOT = Path(__file__).parent.parent
SAMPLES = sorted((ROOT / "tests" / "golden" / "report").glob("sample.*.json"))
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
PUBLISHED = schema.document()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str):
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "run `make reference`, then read the diff"


def test_a_setting_that_nobody_explained_stops_the_reference(monkeypatch: pytest.MonkeyPatch):
    grown = create_model("Grown", __base__=sections.WebSection, colour=(str, "blue"))
    monkeypatch.setitem(sections.SECTIONS, "web", grown)

    with pytest.raises(KeyError, match=r"\[web\] colour"):
        settings.page()


def test_every_key_is_explained_once_and_nothing_that_is_no_key():
    keys = [f"{place} {key}" for place, rows in settings.places().items() for key, _ in rows]

    assert sorted(SETTINGS) == sorted(keys)
    assert {*SECTION_MEANINGS} == {*settings.places(), "[rules]"}
    assert (list(THRESHOLDS), list(ADVICE)) == (list(NAMES), list(REASONS))
    assert {*TABLE_KEYS} == {*ATTEMPT_KEYS, *RULE_KEYS}
    assert PREPARED.keys() <= {*REASONS}


@pytest.mark.parametrize("place", [place for place in settings.places() if "capabilities" not in place])
def test_the_example_settings_show_every_key(place: str):
    shown = set(re.findall(r"^(?:# )?(\w+) = ", EXAMPLE, re.MULTILINE))

    assert {key for key, _ in settings.places()[place]} - shown - {"capabilities"} == set()


def test_severities_read_from_the_rules_are_those_that_the_wording_knows():
    said: dict[str, set[str]] = {}
    for line in reasons.GOLDEN.read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"([A-Z_]+)(?:/\w+)? \(([a-z ]+)\)", line):
            said.setdefault(found[1], set()).update(found[2].upper().split())

    assert {name: set(reasons.facts(name).severities) for name in REASONS} == said


def test_every_threshold_but_the_guard_of_reads_belongs_to_a_reason():
    used = {one for name in REASONS for one in reasons.facts(name).thresholds}

    assert set(NAMES) - used == {"gone_guard_ratio"}


def test_the_reference_lists_every_command():
    headings = re.findall(r"^#+ pbridge (.*)$", PAGES["docs/reference/commands.md"](), re.MULTILINE)

    assert headings == [" ".join(path) for path, _ in commands.every_command(commands.program)]


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(PUBLISHED)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_report_fits_the_schema_to_the_last_key(sample: Path):
    report = json.loads(sample.read_text(encoding="utf-8"))

    assert [error.message for error in Draft202012Validator(closed(PUBLISHED)).iter_errors(report)] == []


def test_the_published_schema_allows_what_a_later_version_adds_and_nothing_else():
    report = json.loads(SAMPLES[0].read_text(encoding="utf-8"))
    fits = Draft202012Validator(PUBLISHED).is_valid

    assert fits({**report, "weather": "fine"})
    assert not fits({key: value for key, value in report.items() if key != "summary"})
    assert not fits({**report, "as_of": "24.8.2026"})
    report["milestones"][0]["reasons"][0]["code"] = "BAD_LUCK"
    assert not fits(report)
