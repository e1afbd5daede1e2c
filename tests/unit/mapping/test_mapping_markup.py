"""HTML to text: what a reader sees, from anybody's markup, in time that grows with its length only."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.markup import text_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>一期&nbsp;<b>验收</b></p><p>二</p>", "一期 验收\n二"),
        ("a<br/>b<br>c", "a\nb\nc"),
        ("<ul><li>x</li>\n<li>y</li></ul>", "x\ny"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("1 &lt; 2 &amp;&amp; &#20108; &unknown;", "1 < 2 && 二 &unknown;"),
        ("before<script>if (a<b) x()</script>after<style>p{}</style>", "beforeafter"),
        ("a<!-- <p>hidden</p> -->b", "ab"),
        ("a<!-- never ends", "a never ends"),
        ("<script>never ends", "never ends"),
        ("<a href=\"x>y\" title='>'>link</a>", "link"),
        ("a < b and c > d", "a < b and c > d"),
        ("line\nline", "line\nline"),
        ("<p>wrapped\nby the editor</p>", "wrapped by the editor"),
        ("", ""),
    ],
)
def test_markup_becomes_what_is_seen(markup: str, text: str):
    assert text_of(markup) == text


@given(st.text("<>/!-p ab\"'&;\n", max_size=200) | st.text(max_size=100))
def test_any_text_becomes_text_without_double_blanks(markup: str):
    found = text_of(markup)

    assert "  " not in found
    assert found == found.strip()


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "<script>", "<script", '<a "', "<a 'x' ", "</", "&", "&#1", "<p>", "\n ", "<![", "<?"]
)
def test_what_nobody_closes_takes_no_more_time_than_the_rest(piece: str):
    started = time.process_time()

    text_of(piece * (400_000 // len(piece)))

    assert time.process_time() - started < 3


def test_a_description_is_read_as_text(mapped):
    rule = '[fields.about]\nfrom = "description"\nconvert = "html_text"'

    assert mapped(rule, {"description": "<p>x</p>"}).task.fields == {"about": "x"}
    assert mapped(rule, {"description": "<p> </p>"}).task.fields == {"about": None}
    assert [p.code for p in mapped(rule, {"description": {"x": 1}}).problems] == ["unreadable_value"]
