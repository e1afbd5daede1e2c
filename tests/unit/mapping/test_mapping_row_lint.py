"""`pbridge mapping check` over the rows beside the tasks: what is not read, and what stands there instead."""

from __future__ import annotations

from bridge.mapping.row_lint import check

JUNE, JULY = 1782403199, 1783007999


def activity(key, origin=JUNE, target=JULY):
    content = {"property_key": key, "origin": origin, "target": target}
    return {"template": "update-property", "content": content, "created_at": JUNE}


def said(mapping, about, **rows):
    return [phrase.say("en") for phrase in check(mapping, lambda stream: rows.get(stream, ()), about())]


def test_rows_that_are_understood_and_streams_without_rows_are_not_spoken_of(pingcode, about):
    work = {"principal": {"id": "t1"}, "duration": 2, "review_state": "rejected"}

    assert said(pingcode, about) == []
    assert said(pingcode, about, activities=[activity("end_at"), activity("iteration")], workloads=[{**work, "review_state": "no_review"}, work]) == []  # fmt: skip


def test_a_key_that_no_condition_expects_is_shown(pingcode, about):
    found = said(pingcode, about, activities=[activity("plan_end"), activity("plan_end"), activity("iteration")])

    assert found == [
        'activities.due_on: when fits none of 3 rows; at content.property_key they have "plan_end", "iteration".',
    ]


def test_that_none_of_a_few_rows_fits_a_condition_is_only_worth_knowing(pingcode, about):
    streams = {"activities": [activity("iteration")] * 19}
    few = check(pingcode, lambda stream: streams.get(stream, ()), about())
    streams["activities"].append(activity("iteration"))
    many = check(pingcode, lambda stream: streams.get(stream, ()), about())

    assert [[one.severity for one in found] for found in (few, many)] == [["info"], ["warning"]]


def test_values_that_cannot_be_read_are_counted_with_examples(pingcode, about):
    found = said(pingcode, about, activities=[activity("due"), activity("due", target="soon"), activity("due", "?")])

    assert found == [
        'activities.due_on: 1 of 3 values at content.target cannot be read, such as "soon"; check from and convert.',
        'activities.due_on: 1 of 3 values at content.origin cannot be read, such as "?"; check from and convert.',
    ]


def test_a_state_that_no_list_has_is_named(pingcode, about):
    state = {"name": "已搁置", "type": "parked"}
    row = {"from_state": {"name": "进行中", "type": "in_progress"}, "to_state": state, "created_at": JUNE}

    assert said(pingcode, about, transitions=[row]) == [
        'transitions.status: the value "parked" at to_state is not mapped (1 of 1); add it to values.'
    ]


def test_a_path_that_no_row_has_is_told_once(pingcode, about):
    found = said(
        pingcode, about, workloads=[{"principal": {"id": "t"}, "hours": 3}], projects=[{"id": "p", "name": "支付"}]
    )

    assert found == [
        "effort: none of 1 payloads has duration; correct the path, or write optional = true.",
        "project.claim: none of 1 payloads has state.name; correct the path, or write optional = true.",
    ]
