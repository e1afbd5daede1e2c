"""What a source has that a mapping can use, told from its definitions and payloads, and of no person anything."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.catalogue import Defined, Field, catalogue, defined_by
from bridge.mapping.concealment import Mask
from bridge.mapping.observed import MOST_EXAMPLES, MOST_NODES, Observed
from bridge.mapping.paths import Wrapping, getter, parse

ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
KEYS = {
    "under": "properties",
    "key": "id",
    "name": "name",
    "type": "type",
    "options": "options",
    "option_id": "_id",
    "option_label": "text",
}
WRAPPING = Wrapping("properties", "value", ("date", "_id"))


def fields(*payloads: dict[str, Any], defined: Any = (), names: Any = (), people: Any = (), wrapping: Any = None):
    seen = Observed(wrapping)
    for payload in payloads:
        seen.see(payload)
    return {one.path: one for one in catalogue(seen, defined, Mask(names, ids=True), people)}


def test_paths_are_those_that_a_mapping_reads():
    payload = {
        "state": {"type": "doing"},
        "versions": [{"name": "2.4"}],
        "parents": ["a"],
        "properties": {"sales.region": "华东", "due": 1782403199},
        "custom": [{"key": "contract", "value": "M-1"}, {"key": "empty", "value": None}],
    }

    found = fields(payload)

    assert list(found) == [
        "state.type",
        "versions[].name",
        "parents[]",
        'properties."sales.region"',
        "properties.due",
        "custom[key=contract].value",
        "custom[key=empty].value",
    ]
    assert all(getter(parse(path))(payload) not in (None, []) for path, one in found.items() if one.filled)


def test_filled_counts_payloads_and_not_what_is_empty():
    found = fields(
        {"a": "x", "b": [], "tags": [{"name": "1"}, {"name": "2"}], "due": 1782403199},
        {"a": "", "b": None, "tags": [], "due": 0},
        {"a": None, "b": {}, "due": 1782403100},
        {"a": "y"},
    )

    assert {path: (one.filled, one.total) for path, one in found.items()} == {
        "a": (2, 4),
        "b": (0, 4),
        "tags[].name": (1, 4),
        "due": (2, 4),  # 0 is how vendors write that there is no date
    }
    assert found["a"].share == 0.5
    assert found["due"].examples == ("1782403199", "1782403100")


def test_types_are_told_from_the_values():
    found = fields(
        {"t": "x", "n": 8, "f": True, "s": 1782403199, "ms": 1782403199000, "d": "2026-09-01", "h": "<p>x</p>"},
        {"t": "y", "n": 0, "f": False, "s": 1782403199, "ms": 1782403199000, "i": "2026-09-01T10:00:00Z", "m": 1},
        {"m": "one", "never": None},
    )

    assert {path: one.type for path, one in found.items()} == {
        "t": "text",
        "n": "number",
        "f": "flag",
        "s": "unix_seconds",
        "ms": "unix_milliseconds",
        "d": "iso_date",
        "h": "html",
        "i": "iso_instant",
        "m": "mixed",
        "never": None,
    }


def test_definitions_give_names_types_and_options_also_to_fields_that_nobody_fills():
    rows = [
        {"id": "contract", "name": "合同里程碑", "type": "select", "options": [{"_id": "o1", "text": "一期"}]},
        {"id": "contract", "name": "合同里程碑", "type": "select", "options": [{"_id": "o2", "text": "二期"}]},
        {"id": "signed", "name": "签订日期", "type": "date", "options": None},
        {"id": "areas", "name": "区域", "type": "multi_select", "options": [{"_id": "e", "text": "华东"}, {"_id": 3}]},
        {"id": None, "name": "broken"},
    ]
    defined = [one for row in rows if (one := defined_by(row, KEYS)) is not None]

    found = fields({"properties": {"contract": "o1", "areas": ["e"], "signed": 0}}, defined=defined)

    assert found == {
        "properties.contract": Field(
            "properties.contract", "合同里程碑", "select", (("o1", "一期"), ("o2", "二期")), False, 1, 1, ("o1",)
        ),
        "properties.areas[]": Field(
            "properties.areas[]", "区域", "multi_select", (("e", "华东"),), False, 1, 1, ("e",)
        ),
        "properties.signed": Field("properties.signed", "签订日期", "date", (), False, 0, 1, ()),
    }
    assert fields({"x": 1}, defined=defined)["properties.areas"].name == "区域"


def test_what_an_id_means_is_told_by_objects_and_by_glossaries():
    found = fields(
        {"state": {"id": "s1", "name": "进行中"}, "type": "t1"},
        {"state": {"id": "s2", "name": "已完成"}, "type": "t2"},
        defined=[
            Defined("type", None, None, {"t1": "任务", "t9": "里程碑"}),
            Defined("tags[].id", None, None, {"x": "y"}),
        ],
    )

    assert found["state"].options == (("s1", "进行中"), ("s2", "已完成"))
    assert found["type"].options == (("t1", "任务"), ("t9", "里程碑"))
    assert "tags[].id" not in found


def test_values_that_a_mapping_opens_are_looked_at_inside():
    wrapped = {"properties": {"assignee": {"property_id": "p", "value": "u1"}, "due": {"date": 1782403199}}}

    found = fields(wrapped, {"properties": {"assignee": "u2"}}, wrapping=WRAPPING)

    assert {path: one.filled for path, one in found.items()} == {"properties.assignee": 2, "properties.due.date": 1}


def test_no_person_is_in_the_examples():
    payload = {
        "assignee": {"id": ID, "name": "lin", "display_name": "林悦"},
        "properties": {"assignee": "u1", "dev": "u2", "owner_2": ID, "reviewers": [{"id": "u3", "name": "周敏"}]},
        "title": "林悦 call 13800001111 or lin@corp.cn",
        "email": "x",
        "note": "请周敏看",
        "by_person": {"林悦": 1, "lin@corp.cn": 2},
    }
    defined = [Defined("properties.dev", "开发", "member"), Defined("properties.reviewers", "评审人", "members")]

    found = fields(payload, defined=defined, names=["林悦", "周敏"], people={ID})

    said = json.dumps([[one.path, one.examples, one.options] for one in found.values()], ensure_ascii=False)
    for hidden in (ID, "lin@", "林悦", "13800001111", "u1", "u2", "u3", "周敏"):
        assert hidden not in said
    assert found["title"].examples == ("*** call *** or ***",)
    assert found["properties.dev"].filled == 1


def test_long_texts_are_cut():
    (example,) = fields({"description": "很长" * 500})["description"].examples

    assert len(example) == 40 and example.endswith("…")


def test_memory_is_bounded_however_many_keys_and_values_there_are():
    seen = Observed()
    for number in range(2_000):
        seen.see({"a": f"value {number}", "counts": {f"k{number}-{part}": 1 for part in range(5)}})

    found = catalogue(seen, (), Mask(), ())

    assert seen.left_out and len(found) <= MOST_NODES
    assert len(seen.root.children["a"].examples) == MOST_EXAMPLES
    assert next(one for one in found if one.path == "a").filled == 2_000


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "_id", "name", "text", "key", "value", "uid", "properties"]) | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
PAYLOADS = st.dictionaries(
    st.sampled_from(["properties", "id", "state", "tags"]) | st.text(max_size=3), VALUES, max_size=5
)
DEFINITIONS = st.dictionaries(st.sampled_from(["id", "name", "type", "options"]), VALUES, max_size=4)


@given(st.lists(PAYLOADS, max_size=4), st.lists(DEFINITIONS, max_size=3), st.sampled_from([None, WRAPPING]))
def test_no_payload_and_no_definition_makes_it_raise(payloads, definitions, wrapping):
    defined = [one for row in definitions if (one := defined_by(row, KEYS)) is not None]

    for one in fields(*payloads, defined=defined, wrapping=wrapping).values():
        assert 0 <= one.filled <= one.total == len(payloads)


@given(st.lists(PAYLOADS, min_size=1, max_size=4), st.emails())
def test_no_address_is_in_the_examples(payloads, mail):
    found = fields(*payloads, {"title": f"x {mail} y", "properties": {mail: mail}, "tags": [{"name": mail}]})

    assert not any(mail in text for one in found.values() for text in (one.path, *one.examples, str(one.options)))
