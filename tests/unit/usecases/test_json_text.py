"""What is printed for people to read is the same JSON as before anything was done for speed, and steers no terminal."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.usecases.json_text import dumps

plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(-1e6, 1e6, width=32) | st.text()
documents = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


@given(documents)
def test_what_is_printed_reads_back_as_it_was(document):
    assert json.loads(dumps(document, indent=2)) == json.loads(dumps(document)) == document


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text("a中 “"), st.lists, max_leaves=8))
def test_lines_and_indents_are_those_of_pythons_own_encoder(document):
    assert dumps({"a": document}, indent=2) == json.dumps({"a": document}, ensure_ascii=False, indent=2)


@pytest.mark.parametrize("value", ["\x1b[2J", "\x9b", "\u202e", "\ud83d", "\u2028"])
@pytest.mark.parametrize("indent", [None, 2])
def test_nothing_that_steers_a_terminal_or_is_half_a_character_is_printed(value, indent):
    printed = dumps([value], indent=indent)

    assert json.loads(printed) == [value]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", printed)
