"""What a person may look at of a payload: no people, no secrets, and still the payload."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.mapping.concealment import MASK, Mask

ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
KEYS = st.sampled_from(["title", "description", "assignee", "members", "id", "properties", "tags", "content", "log"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=6), inner, max_size=5),
    max_leaves=20,
)
PLAIN = st.text(alphabet=string.ascii_letters + "任务联调 ,。\n", max_size=12)


def nesting(value: Any) -> Any:
    """What is nested how, without the values and the names of keys."""
    if isinstance(value, dict):
        return [nesting(inner) for inner in value.values()]
    if isinstance(value, list):
        return ("list", [nesting(inner) for inner in value])
    return "leaf"


def planted(value: str, around: Any, place: str) -> Any:
    """The same value in a text, in a list, as a key, and deep inside."""
    return {"title": place, "log": [around, {"content": place}], "properties": {value: around, "a": {"b": [place]}}}


@given(ANYTHING)
def test_nothing_makes_it_raise_and_the_nesting_stays(payload: Any):
    shown = Mask(["林悦", "lin.yue"])(payload)

    assert nesting(shown) == nesting(payload)


@given(st.emails(), ANYTHING, PLAIN, PLAIN)
def test_no_address_survives(mail: str, around: Any, before: str, after: str):
    assume(mail not in json.dumps(around))
    shown = Mask()(planted(mail, around, f"{before} {mail} {after}"))

    assert mail not in json.dumps(shown, ensure_ascii=False)


PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True).flatmap(
    lambda digits: st.sampled_from(
        [
            digits,
            f"+86 {digits}",
            f"{digits[:3]}-{digits[3:7]}-{digits[7:]}",
            f"{digits[:3]} {digits[3:7]} {digits[7:]}",
        ]
    )
)


@given(PHONES, ANYTHING, PLAIN, PLAIN)
def test_no_phone_number_survives(phone: str, around: Any, before: str, after: str):
    assume(phone not in json.dumps(around))
    shown = Mask()({**planted(phone, around, f"{before}{phone}{after}"), "tel_as_number": 13812345678})

    said = json.dumps(shown, ensure_ascii=False)
    assert phone not in said and "13812345678" not in said


@given(st.text(alphabet="林悦周启明欧阳思远", min_size=2, max_size=4), ANYTHING, PLAIN, PLAIN)
def test_no_name_that_is_known_survives_anywhere(name: str, around: Any, before: str, after: str):
    payload = planted(name, around, f"{before}{name}{after}")

    told, met = Mask([name])(payload), Mask()({**payload, "assignee": {"id": ID, "name": "x", "display_name": name}})

    for shown in (told, met):
        assert name not in json.dumps(shown, ensure_ascii=False)


LATIN = st.text(alphabet="abcXYZ", min_size=3, max_size=6)


@given(st.builds("{} {}".format, LATIN, LATIN), ANYTHING, st.sampled_from([" ", "，", "-", "林", "\n"]))
def test_no_latin_name_that_is_known_survives_as_a_word(name: str, around: Any, beside: str):
    assume(name.lower() not in json.dumps(around).lower())
    shown = Mask([name])(planted(name.upper(), around, f"x{beside}{name}{beside}y"))

    assert name.lower() not in json.dumps(shown, ensure_ascii=False).lower()


def test_people_lose_their_names_and_keep_their_ids():
    task = {
        "title": "请 林悦 联系 Zhou Qiming，线上问题",
        "project": {"id": "p1", "name": "支付"},
        "assignee": {"id": ID, "name": "lin", "display_name": "林悦", "avatar": "https://a/1.png"},
        "participants": [{"id": ID, "type": "user", "user": {"id": ID, "name": "Zhou Qiming"}}],
        "due": 1782403199,
    }

    assert Mask()(task) == {
        "title": f"请 {MASK} 联系 {MASK}，线上问题",
        "project": {"id": "p1", "name": "支付"},
        "assignee": {"id": ID, "name": MASK, "display_name": MASK, "avatar": MASK},
        "participants": [{"id": ID, "type": "user", "user": {"id": ID, "name": MASK}}],
        "due": 1782403199,
    }
    assert Mask(ids=True)(task)["assignee"]["id"] == MASK


def test_a_latin_name_is_a_word_of_its_own():
    assert Mask(["lin"]).text("Lin is online, LIN's line") == f"{MASK} is online, {MASK}'s line"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ("https://x.cn/a?access_token=s3cr3t&id=7", "https://x.cn/a?access_token=***&id=7"),
        ('{"client_secret": "s3cr3t"}', '{"client_secret": "***"}'),
        ("at postgresql://bridge:s3cr3t@db/x", "at ***"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl", "***"),
        ("身份证 110101199003077758 有效", "身份证 *** 有效"),
        ("传真 010-62345678", "传真 ***"),
        ('{"display_name": "Zhou \\"Q\\" Ming", "x": 1', '{"display_name": "***", "x": 1'),
        ("mail：lin.yue%40corp.cn", "mail：***"),
    ],
)
def test_secrets_and_numbers_of_people_are_cut_out_of_texts(written, shown):
    assert Mask().text(written) == shown


@pytest.mark.parametrize(
    "value",
    [
        "64f0aa10c1d2e3f405060cc1",
        ID,
        "138ab12345678901234567cd",
        1782403199,
        1782403199000,
        "PAY-42",
        "2026-09-01",
        0.25,
    ],
)
def test_ids_and_instants_are_no_phone_numbers(value):
    assert Mask()({"id": value, "text": f"<{value}>"}) == {"id": value, "text": f"<{value}>"}


def test_what_stands_under_a_telling_key_is_hidden_whatever_it_is():
    row = {"mobile": 7, "client_secret": ["a", {"x": "b"}], "email": None, "employee_number": "E-17", "login": ""}

    assert Mask()(row) == {
        "mobile": MASK,
        "client_secret": [MASK, {"x": "b"}],
        "email": None,
        "employee_number": MASK,
        "login": "",
    }


def test_a_very_long_text_is_masked_in_no_time():
    text = "a" * 200_000 + " " + "1" * 200_000 + "token" * 20_000

    assert len(Mask(["林悦"]).text(text)) == len(text)
