"""The file of people changed by the program keeps what an admin wrote there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import UsageProblem
from bridge.mapping import confirmed, deciding

TEXT = """\
# Ours, since May.
[[people]]
same = ["a:1", "b:1"]  # met both
note = "two accounts"

# Brothers.
[[people]]
different = ["a:2", "a:3", "b:2"]
"""


def said(text: str) -> list[tuple[bool, tuple[str, ...]]]:
    confirmed.parse(text, name="people.toml", sources=("a", "b", "c"))
    return [(one.is_same, one.accounts) for one in deciding.entries(text)]


def test_a_decision_is_added_and_every_line_before_it_stays():
    made = deciding.same(TEXT, ["a:5", "b:5"], "王敏")

    assert made.startswith(TEXT)
    assert deciding.entries(made)[-1] == deciding.Entry(3, True, ("a:5", "b:5"), "王敏")


def test_a_new_file_says_what_it_is_for():
    made = deciding.different("", ["a:1", "b:1"], '2026-08-24 "王敏"')

    assert made.startswith("# ")
    assert said(made) == [(False, ("a:1", "b:1"))]


def test_line_ends_and_the_mark_of_an_editor_stay():
    text = "\ufeff" + TEXT.replace("\n", "\r\n")

    made = deciding.withdrawn(text, 2)

    assert made.startswith("\ufeff# Ours, since May.\r\n")
    assert "\n" not in made.replace("\r\n", "")
    assert said(made.removeprefix("\ufeff")) == [(True, ("a:1", "b:1"))]


def test_who_is_one_person_after_all_is_different_from_the_others_only():
    assert said(deciding.same(TEXT, ["a:2", "b:2"], "n"))[1:] == [
        (True, ("a:2", "b:2")),
        (False, ("a:2", "a:3")),
        (False, ("a:3", "b:2")),
    ]


def test_who_is_different_after_all_is_one_person_no_more():
    assert said(deciding.different(TEXT, ["a:1", "b:1"], "n")) == [
        (False, ("a:2", "a:3", "b:2")),
        (False, ("a:1", "b:1")),
    ]


def test_one_account_leaves_and_the_others_stay_together():
    three = deciding.same("", ["a:1", "b:1", "c:1"], "n")

    assert said(deciding.separated(three, "b:1", ["a:1", "c:1"], "n")) == [
        (True, ("a:1", "c:1")),
        (False, ("b:1", "a:1")),
        (False, ("b:1", "c:1")),
    ]
    with pytest.raises(UsageProblem, match="who leaves"):
        deciding.different(three, ["a:1", "b:1"], "n")


def test_a_decision_that_is_not_there_is_not_withdrawn():
    with pytest.raises(UsageProblem, match="number 9"):
        deciding.withdrawn(TEXT, 9)


def test_a_comment_before_another_decision_stays_when_the_one_before_it_goes():
    assert deciding.withdrawn(TEXT, 1) == "# Ours, since May.\n\n" + TEXT[TEXT.index("# Brothers") :]


@pytest.mark.parametrize(
    "text",
    [
        'people = [{ same = ["a:1", "b:1"] }]\n',
        '[[people]]\nsame = ["a:1", "b:1"]\nnote = """\n[[people]]\n"""\n',
    ],
)
def test_a_file_in_a_form_that_cannot_be_changed_safely_is_left_alone(text: str):
    with pytest.raises(UsageProblem, match="use an editor"):
        deciding.withdrawn(text, 1)


ACCOUNTS = st.lists(st.sampled_from(["a:1", "a:2", "b:1", "b:2", "c:1"]), min_size=2, max_size=4, unique=True)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["same", "different", "separated", "withdrawn"]), ACCOUNTS), max_size=6))
def test_whatever_is_decided_one_after_the_other_the_file_is_right_and_the_comments_stay(steps):
    text = TEXT
    for deed, accounts in steps:
        try:
            if deed == "withdrawn":
                text = deciding.withdrawn(text, len(accounts))
            elif deed == "separated":
                text = deciding.separated(text, accounts[0], accounts[1:], "n")
            else:
                text = getattr(deciding, deed)(text, accounts, "n")
        except UsageProblem:
            continue
        last = said(text)
        assert text.startswith("# Ours, since May.\n") and "# Brothers.\n" in text
        assert deed != "same" or (True, tuple(accounts)) in last
