"""Every documented envelope opens to the same list; a body without rows is an error."""

from __future__ import annotations

import pytest

from connectors.errors import BadPayload
from connectors.worktile.envelopes import identity, unwrap

ROWS = [{"_id": "a"}, {"_id": "b"}]


@pytest.mark.parametrize(
    "body",
    [
        ROWS,
        {"items": ROWS},
        {"value": ROWS},
        {"code": 200, "data": {"value": ROWS}},
        {"data": {"items": ROWS}},
        {"items": None, "value": ROWS},
    ],
)
def test_every_documented_envelope_holds_the_same_rows(body):
    assert list(unwrap(body).rows) == ROWS


@pytest.mark.parametrize(
    ("body", "has_more", "total"),
    [
        ({"items": ROWS, "has_more": False, "total": 2}, False, 2),
        ({"value": ROWS, "meta": {"has_more": True}}, True, None),
        ({"data": {"value": ROWS, "meta": {"has_more": False}, "total": 9}}, False, 9),
        ({"items": ROWS, "has_more": 0}, False, None),
        ({"items": ROWS, "total": "2"}, None, None),
        ({"items": ROWS, "total": True, "meta": None}, None, None),
        (ROWS, None, None),
    ],
)
def test_flag_and_total_are_none_where_they_were_not_said(body, has_more, total):
    listing = unwrap(body)

    assert (listing.has_more, listing.total) == (has_more, total)


def test_references_are_kept_where_they_are_an_object():
    assert unwrap({"value": [], "references": {"users": [{"uid": "u"}]}}).references == {"users": [{"uid": "u"}]}
    assert unwrap({"value": [], "references": []}).references == {}


@pytest.mark.parametrize("body", [{"items": []}, {"value": []}, [], {"total": 0}, {"items": None, "total": 0}])
def test_an_explicit_empty_list_is_an_empty_page(body):
    assert unwrap(body).rows == ()


@pytest.mark.parametrize(
    "body",
    [{}, {"total": 3}, {"data": {}}, {"has_more": False}, {"value": {"_id": "a"}}, {"items": "x"}, 7],
)
def test_a_body_without_its_rows_is_an_error_and_not_an_empty_list(body):
    with pytest.raises(BadPayload):
        unwrap(body)


def test_the_first_key_that_holds_an_id_names_a_row():
    keys = ("uid", "_id", "id")

    assert identity({"_id": "x", "uid": "u"}, keys) == "u"
    assert identity({"uid": "", "id": "i"}, keys) == "i"


@pytest.mark.parametrize("row", [{}, {"_id": ""}, {"_id": None}, {"_id": 5}])
def test_a_row_without_an_id_is_an_error(row):
    with pytest.raises(BadPayload, match="a row without _id"):
        identity(row, ("_id",))
