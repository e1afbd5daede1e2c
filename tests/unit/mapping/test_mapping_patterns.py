"""Patterns: what they find, what is refused, and that none can make the service wait."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import Problems
from bridge.mapping import patterns
from bridge.mapping.ambiguity import doubtful
from bridge.mapping.patterns import Refused, compiled

TITLE = '[task.milestone]\nfrom = "title"\npattern = '


@pytest.mark.parametrize(
    ("pattern", "title", "found"),
    [
        (r"M-\d+", "联调 M-12 与 M-13", "M-12"),
        (r"【(.+?)】", "【 一期 】接口", "一期"),
        (r"(?i)^m-(?:\d+)", "M-7 x", "M-7"),
        (r"M-\d+", "联调", None),
        (r"(x?)", "联调", None),
        (r"\p{Han}+", "abc 验收 d", "验收"),
    ],
)
def test_a_pattern_gives_its_group_or_all_that_it_matches(mapped, pattern: str, title: str, found: str | None):
    outcome = mapped(f"{TITLE}'{pattern}'", {"title": title})

    assert outcome.task.milestone == found
    assert outcome.problems == ()


def test_of_several_texts_the_first_that_fits_counts_and_of_an_object_nothing_is_guessed(mapped):
    rule = "[task.milestone]\nfrom = \"tags[].name\"\npattern = 'M-\\d'"

    assert mapped(rule, {"tags": [{"name": "x"}, {"name": "M-2"}, {"name": "M-3"}]}).task.milestone == "M-2"
    assert [p.code for p in mapped(rule, {"tags": [{"name": {"zh": "M-2"}}]}).problems] == ["unreadable_value"]


def test_several_texts_give_several_names(mapped):
    rule = "[task.releases]\nall = [\"tags[].name\"]\npattern = '^v(.+)'"

    assert mapped(rule, {"tags": [{"name": "v1"}, {"name": "x"}, {"name": "v2"}]}).task.releases == ("1", "2")


def test_a_text_of_any_length_is_read_or_refused_in_no_time(mapped):
    longest = "a" * patterns.LONGEST_TEXT

    assert mapped(f"{TITLE}'a+$'", {"title": longest}).task.milestone == longest
    assert [p.code for p in mapped(f"{TITLE}'a+$'", {"title": longest + "a"}).problems] == ["unreadable_value"]


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a*)*",
        r"(\w+\s?)+x",
        r"(a|a)*b",
        r"(a|aa)+",
        r"(\w|\d)+",
        r"(x+x+)+y",
        r"(.*a){12}",
        r"(?:-?\d+)+",
        r"(?:(?:ab?)+c?)+",
        r"([a-z]+)*@",
        r"(?P<n>\d+)*$",
        r"((?i:a+))+",
    ],
)
def test_what_would_be_catastrophic_elsewhere_is_refused(pattern: str):
    with pytest.raises(Refused) as caught:
        compiled(pattern)

    assert caught.value.text is patterns.CATASTROPHIC


@pytest.mark.parametrize(
    "pattern",
    [
        r"(\d+\.)+",
        r"(?:[^,]+,)*x",
        r"(?:a|b)+",
        r"(?:foo|bar)+",
        r"[a-z]+(?:-[a-z]+)*",
        r"(?:\d{4}-\d{2} )+",
        r"(\(\d+\))*",
        r"^\s*(\S+)\s*$",
        r"[]a-]+(?:[[:alpha:]]{2})?",
        r"\Qa+(\E+",
        r"(?:a+b)+",
        r"(?:^|x)+a",
    ],
)
def test_repetitions_that_can_be_read_in_one_way_only_are_accepted(pattern: str):
    assert compiled(pattern).text == pattern


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(?=x)y", "invalid perl operator"),
        (r"(a)\1", "invalid escape"),
        (r"(?<!x)y", "no looking ahead or behind"),
        (r"a{1001}", "invalid repetition size"),
        (r"(a", "missing )"),
        (r"(?:\p{L}{1,50}){1,20}", "too large"),
        ("x" * 301, "too large: 301, at most 300"),
        (r"(a)(b)", "it has 2 capturing groups"),
    ],
)
def test_what_the_engine_has_not_is_refused_with_a_reason(pattern: str, why: str):
    with pytest.raises(Refused) as caught:
        compiled(pattern)

    assert why in caught.value.why.say("en")
    assert caught.value.why.say("zh") != caught.value.why.say("en")


def test_a_refused_pattern_is_told_at_its_line_with_a_code_of_its_own(a_file):
    text = "[task.key]\nfrom = \"a\"\npattern = '(a+)+'\n[task.phase]\nfrom = \"a\"\npattern = '(?=a)'"

    with pytest.raises(Problems) as caught:
        a_file(text)

    told = [(one.code, one.place.line, one.place.column) for one in caught.value.problems]
    assert told == [("catastrophic_pattern", 4, 1), ("bad_pattern", 7, 1)]


PIECES = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            "(",
            ")",
            "(?:",
            "|",
            "*",
            "+",
            "?",
            "{2,}",
            "{0,40}",
            ".",
            "[ab]",
            "[^a]",
            "\\w",
            "\\",
            "[",
            "]",
            "中",
        ]
    ),
    max_size=40,
).map("".join)


@settings(deadline=None, max_examples=300)
@given(PIECES | st.text(max_size=60))
def test_any_pattern_is_refused_or_searched_within_a_second(pattern: str):
    started = time.process_time()
    try:
        found = compiled(pattern)
    except Refused as refused:
        assert refused.why.say("zh")
    else:
        for text in ("ab" * 5_000, "a" * 10_000, "中" * 10_000):
            found.search(text)

    assert time.process_time() - started < 1


def test_what_is_accepted_cannot_stall_the_engine_that_does_go_back_either():
    """The accepted ones of many small patterns are run by the standard library, which would not come back."""
    accepted = 0
    for inner in ("a", "a+", "ab", "a?b", "a|b", "a|ab", "a+b", "b*a", "(?:a|b)c", "a{2}"):
        for outer in ("(?:{})*$", "(?:{})+c$", "x(?:{})*y", "(?:(?:{})+,)*$"):
            pattern = outer.format(inner)
            try:
                compiled(pattern)
            except Refused:
                continue
            accepted += 1
            started = time.process_time()
            re.search(pattern, "a" * 26 + "!")
            re.search(pattern, "ab" * 13 + "!")
            assert time.process_time() - started < 1, pattern
    assert accepted > 15


def test_the_search_for_what_is_doubtful_ends_for_patterns_of_any_depth():
    started = time.process_time()

    assert doubtful("(?:" * 70 + "a" + ")+" * 70, lambda atom, chars: frozenset(chars)) is not None
    assert time.process_time() - started < 1
