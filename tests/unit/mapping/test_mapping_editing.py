"""A word set by the program changes that word and nothing else in the file."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import UsageProblem
from bridge.mapping.document import parse
from bridge.mapping.editing import assign
from bridge.mapping.words import fold

ROOT = Path(__file__).parents[3]
SHIPPED = {kind: (ROOT / "mappings" / f"{kind}.toml").read_text(encoding="utf-8") for kind in ("pingcode", "worktile")}
PLACES = [("pingcode", "status"), ("worktile", "status[0]"), ("worktile", "status[1]"), ("worktile", "kind")]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).filter(
    lambda word: fold(word) != ""
)
STATUSES = st.sampled_from(["todo", "doing", "done", "cancelled", "unmapped"])
KINDS = st.sampled_from(["task", "story", "bug", "requirement", "other"])


def values(text: str, target: str) -> dict[str, object]:
    """What the rule of a target maps to what, after folding."""
    name, _, place = target.partition("[")
    rule = tomllib.loads(text)["task"][name]
    if "any" in rule:
        rule = rule["any"][int(place.rstrip("]"))]
    pairs = {}
    for key, entry in rule["values"].items():
        for said, meant in [(one, key) for one in entry] if isinstance(entry, list) else [(key, entry)]:
            pairs[fold(str(said))] = meant
    return pairs


def touched(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that are gone and those that came."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    return [line for line in lines if line[0] == "-"], [line for line in lines if line[0] == "+"]


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


@pytest.mark.parametrize(("kind", "target"), PLACES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_word_is_set_and_every_other_line_stays(kind: str, target: str, data: st.DataObject):
    text = SHIPPED[kind]
    word, value = data.draw(WORDS), data.draw(KINDS if target == "kind" else STATUSES)
    try:
        edited = assign(text, target, word, value)
    except UsageProblem as err:
        assert fold(word) in {"todo", "doing", "done", "cancelled", "unmapped"} or "editor" in err.say("en")
        return

    gone, came = touched(text, edited)
    assert values(edited, target) == {**values(text, target), fold(word): value}
    # At most the line the word was in and the line it is in now.
    assert len(gone) <= 2
    assert len(came) <= 2
    assert comments(edited) == comments(text)
    assert parse(edited, name=kind).kind == kind
    assert assign(edited, target, word, value) == edited


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(WORDS, STATUSES), min_size=1, max_size=6))
def test_several_words_end_as_if_each_had_been_the_only_one(pairs: list[tuple[str, str]]):
    text, expected = SHIPPED["pingcode"], values(SHIPPED["pingcode"], "status")
    for word, value in pairs:
        text = assign(text, "status", word, value)
        expected[fold(word)] = value

    assert values(text, "status") == expected


@pytest.mark.parametrize("before", ["\ufeff", ""])
def test_the_ends_of_lines_and_the_mark_at_the_beginning_stay(before: str):
    text = before + SHIPPED["pingcode"].replace("\n", "\r\n")

    edited = assign(text, "status", "待评审", "todo")

    assert edited.startswith(before + SHIPPED["pingcode"][:4])
    assert edited.count("\n") == edited.count("\r\n") == text.count("\n") + 1


def edited(text: str, word: str, value: str) -> str:
    return assign(f"[task.status]\n{text}", "status", word, value).removeprefix("[task.status]\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('values = { a = "todo" } # why\n', 'values = { a = "todo", "新" = "done"} # why\n'),
        ('values = { done = ["a"] } # why\n', 'values = { done = ["a", "新"] } # why\n'),
        (
            'values.done = [\n    "a", # first\n    "b", # second\n]\n',
            'values.done = [\n    "a", # first\n    "b", # second\n    "新",\n]\n',
        ),
        ('values = { todo = ["新", "a"], done = ["b"] }\n', 'values = { todo = ["a"], done = ["b", "新"] }\n'),
        ('[task.status.values]\n"新" = "todo" # why\n', '[task.status.values]\n"新" = "done" # why\n'),
        ('from = "x"\n', 'from = "x"\nvalues = {"新" = "done"}\n'),
    ],
)
def test_a_word_goes_where_an_admin_would_write_it(before: str, after: str):
    assert edited(before, "新", "done") == after


def test_a_word_in_another_spelling_is_the_same_word():
    text = 'values = { todo = ["Backlog"], done = [] }\n'

    assert edited(text, "ＢＡＣＫＬＯＧ", "todo") == text
    assert tomllib.loads(edited(text, "BACKLOG", "done"))["values"] == {"todo": [], "done": ["BACKLOG"]}


@pytest.mark.parametrize(
    ("target", "remedy"),
    [
        ("nothing", "has no rule for nothing; it has: id"),
        ("status", "status[0], status[1]"),
        ("status[7]", "counted from 0"),
    ],
)
def test_a_target_that_is_not_there_or_ambiguous_is_told_with_those_that_are(target: str, remedy: str):
    with pytest.raises(UsageProblem, match=remedy.replace("[", r"\[")):
        assign(SHIPPED["worktile"], target, "a", "todo")


def test_a_word_that_means_a_value_is_not_bent():
    with pytest.raises(UsageProblem, match="editor"):
        edited('values = { done = "todo", todo = ["a"] }\n', "b", "done")
