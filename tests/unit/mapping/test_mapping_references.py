"""What a mapping refers to beside the payload, and what a source lists of itself: told where it does not fit."""

from __future__ import annotations

import pytest

from bridge.mapping import live_lint, options, reference_lint

PROPERTIES = [
    {"id": "ht_milestone", "name": "合同里程碑", "type": "text", "options": None},
    {"id": "region", "name": "区域", "options": [{"_id": "o1", "text": "华东"}, {"_id": "o2", "text": "华南"}]},
]
STATES = [{"id": "s1", "name": "未开始", "type": "pending"}, {"id": "s2", "name": "挂起", "type": "parked"}]


@pytest.fixture
def told(a_file):
    def check(text, streams=(), lookups=None, rows=None):
        found = reference_lint.check(a_file(text), frozenset(streams), lookups or {}, rows or {})
        return [(one.code, one.keys, one.say("en")) for one in found]

    return check


def test_a_list_that_the_source_has_not_is_told_with_the_nearest(told):
    text = (
        '[task.key]\nfrom = "a"\nlookup = { stream = ["users", "usres"], path = "name" }\n'
        '[effort]\nstream = "workload"\ntask = "t"\nhours = "h"\n'
        '[person]\nstream = "members"\nid.from = "id"\n'
    )

    found = told(text, ("users", "workloads", "members"))

    assert [(code, keys) for code, keys, _ in found] == [
        ("unknown_stream", ("task", "key", "lookup", "stream", 1)),
        ("unknown_stream", ("effort", "stream")),
    ]
    assert found[0][2] == 'the source has no list "usres"; the nearest is "users". Correct it.'


def test_a_member_that_no_row_of_a_list_has_is_told(told):
    text = '[task.key]\nfrom = "a"\nlookup = { stream = "users", path = ["nmae", "display"] }'
    rows = {"u1": {"id": "u1", "name": "x"}, "u2": {"id": "u2", "name": "y"}}

    assert told(text, lookups={"users": rows}) == [
        (
            "path_nowhere",
            ("task", "key", "lookup", "path"),
            "none of 2 rows of users has nmae | display; correct path of lookup.",
        )
    ]
    assert told(text, lookups={"users": {}}) == []


@pytest.mark.parametrize(
    ("key", "code", "said"),
    [
        ("region", None, ""),
        ("regoin", "unknown_property", 'the nearest is "region" (区域)'),
        ("合同里程碑", "unknown_property", 'the nearest is "ht_milestone" (合同里程碑)'),
        ("ht_milestone", "no_options", "has no options to look up"),
    ],
)
def test_a_property_whose_options_are_asked_for_must_be_one_with_options(told, a_file, key, code, said):
    text = f'[task.key]\nfrom = "a"\nlookup = {{ stream = "properties", option_of = "{key}" }}'
    tables = options.tables(a_file(text), lambda stream: PROPERTIES)

    found = told(text, lookups=tables, rows={"properties": PROPERTIES})

    assert [one[0] for one in found] == ([code] if code else [])
    assert all(said in one[2] for one in found)


def test_an_option_with_two_texts_is_unknown(a_file):
    text = '[task.key]\nfrom = "a"\nlookup = { stream = "properties", option_of = "region" }'
    renamed = [*PROPERTIES, {"id": "region", "options": [{"_id": "o1", "text": "东区"}, {"_id": "o3", "text": "西区"}]}]

    assert options.tables(a_file(text), lambda stream: renamed) == {
        "properties options": {"region": {"o2": "华南", "o3": "西区"}}
    }


LISTED = '[listed]\nstate = "states"\n"properties.*" = "properties"\n'


@pytest.fixture
def live(a_file, about):
    def check(text, sample=(), **rows):
        found = live_lint.check(a_file(LISTED + text), frozenset(sample), rows, about())
        return [(one.code, one.keys, one.say("en")) for one in found]

    return check


def test_a_property_that_nobody_has_defined_is_told_with_the_nearest(live):
    text = '[task.milestone]\nfrom = ["properties.ht_mileston", "properties.ht_milestone"]\n[fields.x]\nfrom = "properties.区域"'

    assert live(text, properties=PROPERTIES) == [
        (
            "unknown_property",
            ("task", "milestone", "from"),
            'properties has no property with the key "ht_mileston"; the nearest is "ht_milestone" (合同里程碑). Correct it.',
        ),
        (
            "unknown_property",
            ("fields", "x", "from"),
            'properties has no property with the key "区域"; the nearest is "region" (区域). Correct it.',
        ),
    ]


def test_a_state_that_the_source_has_and_the_file_does_not_map_is_told_before_any_task_is_in_it(live):
    assert live("", states=STATES) == [
        (
            "live_value_unmapped",
            ("task", "status", "values"),
            'status: states of the source has "parked" (挂起), which is not mapped; add it to values.',
        )
    ]


def test_a_bare_id_is_looked_at_as_an_id(a_file, about):
    text = (
        '[listed]\ntype = "types"\n[task.kind]\n'
        'any = [{ from = "type", values = { bug = "bug" } },'
        ' { from = "type", lookup = { stream = "types", path = "name" }, values = { "任务" = "task" } }]'
    )
    rows = [{"id": "bug", "name": "缺陷"}, {"id": "5f", "name": "任务"}, {"id": "6a", "name": "巡检"}]
    lookups = {"types": {row["id"]: row for row in rows}}

    found = live_lint.check(a_file(text), frozenset(), {"types": rows}, about(lookups=lookups))

    assert [one.text.facts["name"] for one in found] == ["巡检"]


def test_what_a_single_object_lacks_is_worth_a_look_and_no_mistake(a_file, about):
    text = '[task.sprint]\nfrom = "sprnt.name"\n[task.phase]\nfrom = "phase.title"\noptional = true'
    sample = {"id", "title", "project.id", "state.type", "sprint.name", "tags[].name"}

    found = list(live_lint.check(a_file(text), sample, {}, about()))

    assert [(one.code, one.severity, one.text.facts["target"]) for one in found] == [
        ("not_in_sample", "info", "sprint")
    ]


def test_an_option_of_a_property_that_the_source_has_not_is_told(live):
    text = '[task.key]\nfrom = "a"\nlookup = { stream = "properties", option_of = "合同里程碑" }\noptional = true'

    found = live(text, properties=PROPERTIES)

    assert [(code, keys[2:]) for code, keys, _ in found] == [("unknown_property", ("lookup", "option_of"))]


def test_of_a_list_that_was_not_read_whole_nothing_is_missing(a_file, about):
    mapping = a_file(LISTED + '[task.milestone]\nfrom = "properties.x"')
    rows = {"properties": PROPERTIES, "states": STATES}

    found = live_lint.check(mapping, frozenset(), rows, about(), partial={"properties", "states"})

    assert [one.code for one in found] == ["live_value_unmapped"]


def test_without_a_list_nothing_is_said_of_it(live):
    assert live('[task.milestone]\nfrom = "properties.x"') == []
