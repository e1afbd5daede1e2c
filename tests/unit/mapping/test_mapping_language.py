"""What the language promises beyond the examples of its description."""

from __future__ import annotations

from datetime import date

import pytest

from bridge.mapping.apply import Problem
from bridge.mapping.paths import getter, may_stand, parse
from bridge.model import Kind, Person, Status


@pytest.mark.parametrize(
    ("path", "payload", "found"),
    [
        ("a", {"a": 1}, 1),
        ("a.b.c", {"a": {"b": {"c": 1}}}, 1),
        ("a.b.c", {"a": {"b": 3}}, None),
        ("a.b", {"a": [{"b": 1}]}, None),
        ("a[].b", {"a": [{"b": 1}, {}, {"b": 2}, 3]}, [1, 2]),
        ("a[].b", {"a": {"b": 1}}, [1]),
        ("a[].b[].c", {"a": [{"b": [{"c": 1}, {"c": 2}]}, {"b": {"c": 3}}]}, [1, 2, 3]),
        ("a[]", {"a": []}, None),
        ("a[]", {"a": None}, None),
        ("a[0].b", {"a": [{"b": 1}]}, 1),
        ("a[-1]", {"a": [1, 2]}, 2),
        ("a[5]", {"a": [1]}, None),
        ("a[0]", {"a": {"0": 1}}, None),
        ("a[k=due].v", {"a": [{"k": "x", "v": 1}, {"k": "DUE", "v": 2}]}, 2),
        ("a[k=3].v", {"a": [{"k": 3, "v": 2}]}, 2),
        ("a[k=due].v", {"a": "due"}, None),
        ('"a.b"."c[0]"', {"a.b": {"c[0]": 1}}, 1),
        ("合同.日期", {"合同": {"日期": 1}}, 1),
    ],
)
def test_a_path_finds_what_stands_there_and_nothing_else(path, payload, found):
    assert getter(parse(path))(payload) == found


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[", "a]", "a[x]", "[0]", "[].a", "a[1.5]", 'a"b"', '"', "a[=]b"]
)
def test_a_path_that_means_nothing_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        parse(text)


@pytest.mark.parametrize(
    ("path", "payload", "expected"),
    [
        ("a.b", {"a": {"b": None}}, True),
        ("a.b", {"a": None}, True),
        ("a.b", {"a": {}}, False),
        ("a.b", {"a": 3}, False),
        ("a[].b", {"a": []}, True),
        ("a[].b", {"a": [{"c": 1}, {"b": 1}]}, True),
        ("a[].b", {"a": [{"c": 1}]}, False),
        ("a[0].b", {"a": [{"c": 1}]}, False),
        ("a[k=x].b", {"a": [{"k": "y", "b": 1}]}, False),
    ],
)
def test_a_path_may_stand_where_nobody_can_tell(path, payload, expected):
    assert may_stand(parse(path).steps, payload) is expected


def test_a_later_alternative_that_succeeds_silences_an_earlier_failure(mapped):
    outcome = mapped(
        '[task.due_on]\nany = [{ from = "a", convert = "unix_date" }, { from = "a", convert = "iso_date" }]',
        {"a": "2026-09-01"},
    )

    assert (outcome.task.due_on, outcome.problems) == (date(2026, 9, 1), ())


def test_the_last_alternative_that_failed_is_the_one_told(mapped):
    outcome = mapped('[task.due_on]\nfrom = ["a", "b", "c"]\nconvert = "unix_date"', {"a": "x", "b": "y", "c": None})

    assert outcome.problems == (Problem("unreadable_value", "due_on", "b", "y"),)


def test_a_yes_of_any_alternative_is_a_yes(mapped):
    text = '[task.blocked]\nany = [{ from = "is_blocked" }, { from = "tags[].name", contains = ["阻塞"] }]'

    assert mapped(text, {"is_blocked": 0, "tags": [{"name": "阻塞"}]}).task.blocked is True
    assert mapped(text, {"is_blocked": 1, "tags": []}).task.blocked is True
    assert mapped(text, {"is_blocked": 0, "tags": []}).task.blocked is False


def test_words_can_say_yes_and_no(mapped):
    text = '[task.blocked]\nfrom = "health"\nvalues = { true = ["卡住"], "正常" = false }'

    assert mapped(text, {"health": "卡住"}).task.blocked is True
    assert mapped(text, {"health": "正常"}).task.blocked is False
    assert mapped(text, {"health": "不明"}).problems[0].code == "unmapped_value"


def test_of_a_list_the_readable_part_is_kept_and_the_rest_told(mapped):
    outcome = mapped('[task.tags]\nfrom = "t"', {"t": ["a", {"color": "red"}, "", None, "b", "a"]})

    assert outcome.task.tags == ("a", "b")
    assert outcome.problems == (Problem("unreadable_value", "tags", "t", "{color}"),)


def test_tags_can_be_renamed_and_unknown_ones_are_told(mapped):
    outcome = mapped('[task.tags]\nfrom = "t"\nvalues = { pilot = ["试点", "PILOT"] }', {"t": ["试点", "Pilot", "x"]})

    assert outcome.task.tags == ("pilot",)
    assert outcome.problems == (Problem("unmapped_value", "tags", "t", "x"),)


def test_what_could_be_read_of_a_list_is_still_renamed(mapped):
    outcome = mapped('[task.tags]\nfrom = "t"\nvalues = { pilot = ["试点"] }', {"t": ["试点", {"color": "red"}]})

    assert outcome.task.tags == ("pilot",)
    assert outcome.problems == (Problem("unreadable_value", "tags", "t", "{color}"),)


def test_what_could_be_read_of_a_field_of_one_s_own_is_a_json_value(mapped):
    outcome = mapped('[fields.owners]\nfrom = "o"\nconvert = "people"', {"o": [{"id": "u1", "name": "林悦"}, {}]})

    assert outcome.task.fields == {"owners": ["林悦"]}
    assert outcome.problems[0].code == "unreadable_value"


def test_a_shape_nobody_expected_is_told_even_where_words_may_be_unknown(mapped):
    text = '[task.kind]\nfrom = "type"\nvalues = { "任务" = "task" }\notherwise = "other"'

    assert mapped(text, {"type": "新"}).problems == ()
    assert mapped(text, {"type": {"name": "任务"}}).problems == (Problem("unreadable_value", "kind", "type", "{name}"),)


def test_one_person_is_not_several(mapped):
    outcome = mapped('[task.assignees]\nfrom = "o"\nconvert = "person"', {"o": ["u1", "u2"]})

    assert outcome.task.assignees == ()
    assert outcome.problems == (Problem("unreadable_value", "assignees", "o", "[2]"),)


def test_one_person_is_looked_up_like_several(mapped):
    text = '[task.assignees]\nfrom = "o"\nconvert = "person"\nlookup = { stream = "users", path = "name" }'

    assert mapped(text, {"o": "u1"}, lookups={"users": {"u1": {"name": "林悦"}}}).task.assignees == (
        Person("u1", "林悦"),
    )


def test_people_inside_participants_and_groups_are_found(mapped):
    people = [
        {"type": "user", "user": {"id": "u1", "name": "lin"}},
        {"type": "user_group", "user_group": {"id": "g1", "name": "交付"}},
    ]

    outcome = mapped('[task.assignees]\nfrom = "participants"', {"participants": people})

    assert outcome.task.assignees == (Person("u1", "lin"), Person("g1", "交付"))


def test_an_unknown_reference_is_told_unless_it_is_optional(mapped):
    text = '[task.sprint]\nfrom = "s"\nlookup = { stream = "sprints", path = "name" }\n'

    assert mapped(text, {"s": "x"}).problems == (Problem("unmapped_value", "sprint", "s → sprints", "x"),)
    assert mapped(text + "optional = true", {"s": "x"}).problems == ()


def test_ids_of_a_list_are_looked_up_one_by_one(mapped):
    text = '[task.tags]\nfrom = "t"\nlookup = { stream = "tags", path = "name" }'

    outcome = mapped(text, {"t": [1, "2"]}, lookups={"tags": {"1": {"name": "a"}, "2": {"name": "b"}}})

    assert outcome.task.tags == ("a", "b")


SEVERAL = 'lookup = { stream = ["here", "elsewhere"], path = "name" }'


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ({"here": {"7": {"name": "a"}}, "elsewhere": {"7": {"name": "b"}}}, "a"),
        ({"here": {"8": {"name": "a"}}, "elsewhere": {"7": {"name": "b"}}}, "b"),
        ({"here": {"7": {"name": ""}}, "elsewhere": {"7": {"name": "b"}}}, "b"),
        ({"elsewhere": {"7": {"name": "b"}}}, "b"),
        ({"here": {"7": {"name": "a"}}}, "a"),
    ],
)
def test_of_several_streams_the_first_that_has_a_value_for_the_id_counts(mapped, rows, name):
    text = f'[task.sprint]\nfrom = "s"\n{SEVERAL}\n[task.assignees]\nfrom = "o"\n{SEVERAL}'

    outcome = mapped(text, {"s": 7, "o": [7]}, lookups=rows)

    assert (outcome.task.sprint, outcome.task.assignees) == (name, (Person("7", name),))
    assert outcome.problems == ()


def test_an_id_that_no_stream_has_is_told_with_all_that_were_looked_through(mapped):
    text = f'[task.sprint]\nfrom = "s"\n{SEVERAL}\n[task.assignees]\nfrom = "o"\n{SEVERAL}'

    outcome = mapped(text, {"s": 7, "o": 7}, lookups={"here": {}, "elsewhere": {"8": {"name": "b"}}})

    assert {(problem.path, problem.value) for problem in outcome.problems} == {
        ("s → here | elsewhere", "7"),
        ("o → here | elsewhere", "7"),
    }


def test_while_none_of_several_streams_was_read_nobody_is_a_stranger(mapped):
    outcome = mapped(f'[task.assignees]\nfrom = "o"\n{SEVERAL}', {"o": 7}, lookups={"elsewhere": {}})

    assert (outcome.task.assignees, outcome.problems) == ((Person("7", "7"),), ())


def test_conditions_compare_any_element_of_a_list(mapped):
    text = '[[task.kind.any]]\nfrom = "type"\nwhen = { "tags[]" = "节点" }\nvalues = { "任务" = "milestone" }'

    assert mapped(text, {"type": "任务", "tags": ["x", "节点"]}).task.kind is Kind.MILESTONE
    assert mapped(text, {"type": "任务", "tags": ["x"]}).task.kind is Kind.OTHER


@pytest.mark.parametrize(
    ("rule", "name", "value"),
    [
        ('status]\nconstant = "doing"', "status", Status.DOING),
        ('kind]\nconstant = "risk"', "kind", Kind.RISK),
        ("progress]\nconstant = 1", "progress", 1.0),
        ("blocked]\nconstant = true", "blocked", True),
        ("due_on]\nconstant = 2026-09-01", "due_on", date(2026, 9, 1)),
        ('tags]\nconstant = ["a", "b"]', "tags", ("a", "b")),
    ],
)
def test_a_constant_is_a_value_of_its_field(mapped, rule, name, value):
    assert getattr(mapped(f"[task.{rule}").task, name) == value


def test_a_status_may_be_left_undecided_on_purpose_and_is_still_told(mapped):
    outcome = mapped('[task.status]\nfrom = "s"\nvalues = { unmapped = ["挂起"], done = ["好"] }', {"s": "挂起"})

    assert outcome.task.status is Status.UNMAPPED
    assert outcome.problems == (Problem("unmapped_value", "status", "s", "挂起"),)


def test_a_field_of_one_s_own_keeps_any_json_value_clean(mapped):
    value = {"名\ud800": [1, " a ", None, True], "tief": {"b": 2.5}}

    outcome = mapped('[fields.raw]\nfrom = "v"', {"v": value})

    assert outcome.task.fields == {"raw": {"名?": [1, "a", None, True], "tief": {"b": 2.5}}}


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], 2**64, {"a": -(2**63) - 1}])
def test_a_field_of_one_s_own_takes_nothing_that_the_store_cannot_write(mapped, value):
    outcome = mapped('[fields.raw]\nfrom = "v"', {"v": value})

    assert outcome.task.fields == {"raw": None}
    assert outcome.problems[0].code == "unreadable_value"


def test_a_reported_value_is_short_and_in_one_line(mapped):
    outcome = mapped('[task.due_on]\nfrom = "d"\nconvert = "iso_date"', {"d": "line\none " + "x" * 500})

    assert len(outcome.problems[0].value) == 80
    assert outcome.problems[0].value.startswith("line one xxx")


@pytest.mark.parametrize(
    "written", ["2026-09-01", "2026-09-01T23:59:59", "2026-08-31T16:00:00Z", "2026-09-01T00:00:00.123+08:00"]
)
def test_an_iso_date_is_the_local_day(mapped, written):
    assert mapped('[task.due_on]\nfrom = "d"\nconvert = "iso_date"', {"d": written}).task.due_on == date(2026, 9, 1)


@pytest.mark.parametrize(
    "written", ["2026-13-40", "3月5号", "1970-01-01", "0001-01-01T00:00:00Z", 20260901, "9999-12-31"]
)
def test_an_iso_date_that_is_none_is_told(mapped, written):
    outcome = mapped('[task.due_on]\nfrom = "d"\nconvert = "iso_date"', {"d": written})

    assert outcome.task.due_on is None
    assert outcome.problems[0].code == "unreadable_value"


def test_days_of_work_are_eight_hours(mapped):
    assert (
        mapped('[task.estimate_hours]\nfrom = "d"\nconvert = "hours_from_days"', {"d": "1.5"}).task.estimate_hours == 12
    )
