"""The tests read as a specification: every file says what it is about, every name is a sentence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools import spec

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("test_*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_a_file_of_tests_opens_with_what_it_is_about(path: Path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_a_name_is_a_sentence_with_what_is_varied():
    source = "@pytest.mark.parametrize(('day', 'is_worked'), CASES)\ndef test_a_weekend_is_free(day, is_worked): ..."
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)

    assert spec.sentence(function) == "a weekend is free [day, is worked]"


def test_the_specification_names_every_folder_and_this_test():
    said = "\n".join(spec.lines(TESTS))

    assert {f"# {path.parent.relative_to(TESTS.parent).as_posix()}" for path in FILES} <= set(said.splitlines())
    assert "  - the specification names every folder and this test" in said
