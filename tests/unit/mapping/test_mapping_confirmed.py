"""The file in which an admin says who is who: a closed format, every mistake told with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Problems
from bridge.mapping.confirmed import parse
from bridge.mapping.linking import Decisions

SOURCES = ("pingcode", "worktile")


def told(text: str) -> list[str]:
    with pytest.raises(Problems) as refused:
        parse(text, name="people.toml", sources=SOURCES)
    return [problem.say("en") for problem in refused.value.problems]


def test_same_and_different_accounts_are_read_in_their_order():
    text = """
# 林悦 writes her name in Latin letters in Worktile
[[people]]
same = ["pingcode:p1", "worktile:w1"]
note = "asked her"

[[people]]
different = ["pingcode:p2", "worktile:w2"]
"""

    decided = parse(text, name="people.toml", sources=SOURCES)

    same, different = (("pingcode", "p1"), ("worktile", "w1")), (("pingcode", "p2"), ("worktile", "w2"))
    assert decided == Decisions((same,), (different,))


def test_an_empty_file_decides_nothing():
    assert parse("# nothing yet\n", name="people.toml", sources=SOURCES) == Decisions()


def test_every_mistake_is_told_with_its_line_at_once():
    text = """[[people]]
sam = ["pingcode:p1", "worktile:w1"]

[[people]]
same = ["pingcode:p1"]

[[people]]
different = ["pingcode:p2", "worktil:w2", "p3", "pingcode:p2"]
"""

    assert told(text) == [
        "people.toml line 1 column 1 [people[1]]: a [[people]] has either same or different: write one of them.",
        'people.toml line 2 column 1 [people[1].sam]: "sam" is unknown here; the nearest is "same". Rename or remove it.',
        'people.toml line 5 column 1 [people[2].same]: the value "[1]" of same cannot be used: it must be a list of at '
        'least two accounts such as ["pingcode:0f1e…", "worktile:9a8b…"]. Correct it.',
        'people.toml line 8 column 29 [people[3].different[2]]: "worktil:w2": there is no source named worktil; the '
        "settings have: pingcode, worktile.",
        'people.toml line 8 column 43 [people[3].different[3]]: "p3" is no account; write source:id, with the id that '
        "pbridge people --json shows.",
        'people.toml line 8 column 49 [people[3].different[4]]: "pingcode:p2" stands here twice; remove one.',
    ]


def test_what_is_no_toml_is_told_with_its_line():
    assert "line 2" in told("[[people]]\nsame = x")[0]


@given(
    st.text(max_size=60)
    | st.from_regex(r"\[\[people\]\]\n(same|different|note) = [\[\"a-z:, \]]{0,20}", fullmatch=True)
)
def test_no_text_gets_past_the_border_as_anything_but_problems(text: str):
    try:
        parse(text, name="people.toml", sources=SOURCES)
    except Problems as err:
        assert err.say("zh") and err.say("en")
