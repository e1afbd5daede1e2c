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
        "sprint: none of 2 payloads has sprnt.name | iteration.name; correct the path, or write optional = true."
    ]
    assert told(text + "optional = true", rows) == []


def test_a_status_that_stands_nowhere_is_one_mistake_and_not_one_a_value(told):
    text = '[task.status]\nfrom = "stat.type"\nvalues = { a = "todo" }'

    assert told(text, [{}, {}]) == [
        "status: none of 2 payloads has stat.type; correct the path, or write optional = true."
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
