"""What a check over stored payloads tells an admin: counts, examples, and silence where all is well."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.mapping import lint

ROW = {"id": "t1", "title": "t", "project": {"id": "p"}, "state": {"type": "pending"}}


@pytest.fixture
def told(a_file, about):
    def check(text: str, rows: list[dict[str, Any]], lang: str = "en") -> list[str]:
        return [found.say(lang) for found in lint.check(a_file(text), [{**ROW, **row} for row in rows], about())]

    return check


def test_a_file_that_fits_is_met_with_silence(told):
    assert told('[task.sprint]\nfrom = "sprint.name"', [{"sprint": {"name": "S1"}}, {"sprint": None}]) == []


def test_values_left_unmapped_are_counted_the_most_frequent_first(told):
    rows = [{"state": {"type": name}} for name in ("paused", "review", "review", "pending")]

    assert told("", rows) == [
        'status: the value "review" at state.type is not mapped (2 of 4); add it to values.',
        'status: the value "paused" at state.type is not mapped (1 of 4); add it to values.',
    ]


def test_a_flood_of_unmapped_values_is_summed_up(told):
    found = told("", [{"state": {"type": f"s{number:03}"}} for number in range(lint.MOST_VALUES + 5)])

    assert len(found) == lint.MOST_VALUES + 1
    assert found[-1] == "status: 5 further values are not mapped (5 of 25)."


def test_a_conversion_that_fails_is_told_once_with_examples(told):
    rows = [{"end": value} for value in ("soon", "later", "soon", "never", "x", 1782403199)]

    assert told('[task.due_on]\nfrom = "end"\nconvert = "unix_date"', rows) == [
        'due_on: 5 of 6 values at end cannot be read, such as "soon", "later", "never"; check from and convert.'
    ]


def test_a_path_that_no_payload_has_is_told_unless_it_is_optional(told):
    text = '[task.sprint]\nfrom = ["sprnt.name", "iteration.name"]\n'
    rows = [{"sprint": {"name": "S1"}}, {}]

    assert told(text, rows) == [
        "sprint: none of 2 payloads has sprnt.name | iteration.name; the nearest is sprint.name. "
        "Correct the path, or write optional = true."
    ]
    assert told(text + "optional = true", [{"iteration": None}]) == []
    assert told('[task.sprint]\nfrom = "of.it"\noptional = true', rows) == []


def test_an_optional_path_that_is_nearly_one_there_is_may_be_misspelt(told, placed):
    text = '[task.sprint]\nfrom = "sprnt.name"\noptional = true'

    assert placed(text, [{"sprint": {"name": "S1"}}]) == [("path_misspelt", "info", 3)]
    assert told(text, [{"sprint": {"name": "S1"}}]) == [
        "sprint: none of 1 payloads has sprnt.name, but sprint.name; unless it is misspelt, nothing is wrong."
    ]


def test_a_status_that_stands_nowhere_is_one_mistake_and_not_one_a_value(told):
    text = '[task.status]\nfrom = "stat.type"\nvalues = { a = "todo" }'

    assert told(text, [{}, {}]) == [
        "status: none of 2 payloads has stat.type; the nearest is state.type. "
        "Correct the path, or write optional = true."
    ]


def test_rows_without_an_id_are_counted(told):
    found = told("", [{"id": None}, {"id": ""}, {}])

    assert found == ["id: 2 of 3 have no value at id; without an id or a project they go to quarantine. Check from."]


def test_without_payloads_there_is_nothing_to_say(told):
    assert told('[task.sprint]\nfrom = "sprint.name"', []) == []


def test_it_is_said_in_chinese_as_well(told):
    assert told("", [{"state": {"type": "paused"}}], "zh") == [
        "status：state.type 的值“paused”没有映射（1 条，共 1 条）；请把它加进 values。"
    ]


@pytest.fixture
def placed(a_file, about):
    """(code, severity, line) of each remark over rows."""

    def check(text: str, rows: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
        mapping = a_file(text)
        found = lint.check(mapping, [{**ROW, **row} for row in rows], about())
        return [(one.code, one.severity, mapping.place(one.keys).line) for one in found]

    return check


def test_every_remark_points_at_the_line_that_it_is_about(placed):
    text = """[task.sprint]
from = "sprnt.name"
[task.due_on]
any = [
    { from = "end", convert = "unix_date" },
    { from = "until", convert = "iso_date" },
]
[task.kind]
from = "type"
[task.kind.values]
task = "task"
[task.url]
template = "{web_base_url}/{idd}"
"""
    rows = [{"type": "巡检", "until": "soon"}, {"type": "task", "end": "later"}]

    assert sorted(placed(text, rows), key=lambda told: told[2]) == [
        ("path_nowhere", "warning", 3),
        ("unreadable_value", "warning", 6),
        ("unreadable_value", "warning", 7),
        ("unmapped_value", "warning", 11),
        ("path_nowhere", "warning", 14),
    ]


def test_a_condition_on_what_no_payload_has_can_never_hold(told, placed):
    text = '[task.key]\nfrom = "key"\nwhen = { "prj.id" = "p", "state.type" = "pending" }'
    rows = [{"key": "a"}]

    assert placed(text, rows) == [("condition_nowhere", "warning", 4)]
    assert told(text, rows) == ["key: none of 1 payloads has prj.id of when, so it never holds; correct the path."]


def test_a_condition_that_nothing_meets_just_now_is_no_mistake(told, placed):
    text = '[task.key]\nfrom = "key"\nwhen = { "state.type" = "closed" }'
    rows = [{"key": "a"}, {"key": "b"}]

    assert placed(text, rows) == [("condition_fits_none", "info", 4)]
    assert told(text, rows) == ['key: when fits none of 2 rows; at state.type they have "pending".']


def test_a_project_that_no_payload_belongs_to_is_told_once_with_those_there_are(told, placed):
    text = '[[projects]]\nonly = ["PYA"]\ntask.key = { from = "key" }\ntask.phase = { from = "phase" }'

    assert placed(text, [{}]) == [("condition_fits_none", "warning", 3)]
    assert told(text, [{}]) == [
        'none of 1 payloads belongs to a project of only; they have project.id: "p". Correct it.'
    ]


def test_a_path_of_a_section_is_looked_for_in_its_projects_only(placed):
    text = '[task.key]\nfrom = "key"\n[[projects]]\nonly = ["p"]\ntask.key = { from = "kez" }'

    assert placed(text, [{"key": "1"}, {"key": "2", "kez": "3", "project": {"id": "q"}}]) == [
        ("path_nowhere", "warning", 6)
    ]
    assert placed(text, [{"key": "1", "kez": "2"}]) == []


def test_an_id_that_a_list_does_not_have_is_no_matter_of_values(a_file, about):
    text = '[task.sprint]\nfrom = "it"\nlookup = { stream = "sprints", path = "name" }'
    known = about(lookups={"sprints": {"1": {"name": "S1"}}})

    found = lint.check(a_file(text), [{**ROW, "it": "2"}], known)

    assert [one.say("en") for one in found] == [
        'sprint: "2" is unknown at it → sprints (1 of 1); correct the lookup, or write optional = true.'
    ]


def test_examples_name_nobody(a_file, about):
    text = '[task.assignees]\nfrom = "who"\n[fields.cc]\nfrom = "cc"\nconvert = "person"\n[task.due_on]\nfrom = "due"\nconvert = "iso_date"'
    text += (
        '\n[task.priority]\nfrom = "created_by.name"\nvalues = { high = ["王敏"] }\nwhen = { "owner.name" = ["钱"] }'
    )
    text += '\n[task.sprint]\nfrom = "created_by.name"\nvalues = { high = ["王敏"] }'
    people = {"who": [["林悦"]], "cc": ["林悦", "赵宁"], "owner": {"name": "孙立"}, "created_by": {"name": "周敏"}}
    rows = [{**ROW, **people, "due": "问 lin@example.com 或 13812345678"}]

    said = " ".join(one.say("zh") for one in lint.check(a_file(text), rows, about()))

    assert not [
        private for private in ("林悦", "赵宁", "孙立", "周敏", "lin@", "example", "12345678") if private in said
    ]
    assert "孙**" in said
    assert "周**" in said
    assert "l***@***" in said


def test_what_is_remembered_of_any_number_of_values_is_bounded(a_file, about):
    rows = ({**ROW, "state": {"type": f"s{number}"}} for number in range(5_000))

    found = lint.check(a_file(), rows, about())

    assert len(found) == lint.MOST_VALUES + 1
    assert found[-1].say("en") == "status: 480+ further values are not mapped (4980 of 5000)."
