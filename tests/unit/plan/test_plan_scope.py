"""The scope language, and which tasks it links to which milestone."""

import time

import pytest

from bridge.errors import UsageProblem
from bridge.model import Kind, Person, ProjectRef
from bridge.plan import scope
from bridge.plan.document import Milestone, Plan


def linked(expression, *tasks):
    plan = Plan(milestones=(Milestone("M-1", "D-1", "a", scope=expression),))
    return [identity for _, identity in scope.link(plan, tasks).tasks["M-1"]]


@pytest.mark.parametrize(
    ("expression", "alike", "unlike"),
    [
        ("source:pingcode", {"source": "pingcode"}, {"source": "worktile"}),
        ("project:pay", {"project": ProjectRef("9", "PAY", "x")}, {"project": ProjectRef("9", "PAYROLL", "x")}),
        ("project:p-7", {"project": ProjectRef("P-7", None, "x")}, {}),
        (
            "project:支付平台",
            {"project": ProjectRef("9", None, "支付平台")},
            {"project": ProjectRef("9", None, "支付")},
        ),
        ("release:2.4.0", {"releases": ("2.3.0", "2.4.0")}, {"releases": ("2.4.0.1",)}),
        ('sprint:"Sprint 9"', {"sprint": "sprint  9".replace("  ", " ")}, {"sprint": "Sprint 99"}),
        ("sprint:“Sprint 9”", {"sprint": "Sprint 9"}, {"sprint": "Sprint"}),
        ("phase:Build", {"phase": " BUILD "}, {"phase": None}),
        ("tag:pilot", {"tags": ("internal", "Pilot")}, {"tags": ("internal",)}),
        ("key:PAY-42", {"key": "pay-42"}, {"key": "PAY-421"}),
        ("kind:story", {"kind": Kind.STORY}, {"kind": Kind.BUG}),
        ("kind:用户故事", {"kind_raw": "用户故事"}, {"kind_raw": "缺陷"}),
        ("assignee:林悦", {"assignees": (Person("u1", "王磊"), Person("u2", "林悦"))}, {"assignees": ()}),
        ("assignee:U2", {"assignees": (Person("u2", "林悦"),)}, {"assignees": (Person("u22", "林悦"),)}),
        ("field.region:华东", {"fields": {"Region": "华东"}}, {"fields": {"zone": "华东"}}),
        ('field."客户 区域":华东', {"fields": {"客户 区域": ["华北", "华东"]}}, {"fields": {"客户 区域": []}}),
        ("field.wave:3", {"fields": {"wave": 3.0}}, {"fields": {"wave": 3.5}}),
        ("field.pilot:true", {"fields": {"pilot": True}}, {"fields": {"pilot": None}}),
        ("ｔａｇ：Ｐｉｌｏｔ", {"tags": ("pilot",)}, {"tags": ()}),
        ('tag:"a|b ""c"""', {"tags": ('a|b "c"',)}, {"tags": ("a",)}),
        ("tag:a:b", {"tags": ("a:b",)}, {"tags": ("a",)}),
    ],
)
def test_each_term_compares_whole_values_folded(task, expression, alike, unlike):
    assert linked(expression, task("1", **alike), task("2", **unlike)) == ["1"]


def test_all_terms_of_an_alternative_must_hold_and_a_negated_one_must_not(task):
    tasks = (
        task("1", tags=("pilot",)),
        task("2", tags=("pilot", "internal")),
        task("3", tags=("pilot",), source="worktile"),
    )

    assert linked("source:pingcode tag:pilot -tag:internal", *tasks) == ["1"]


def test_alternatives_are_joined(task):
    tasks = (task("1", sprint="A"), task("2", sprint="B"), task("3", sprint="C"))

    assert linked('sprint:A | sprint:"B"|sprint:D', *tasks) == ["1", "2"]


def test_negated_terms_alone_select_everything_else(task):
    assert linked("-tag:internal", task("1"), task("2", tags=("internal",)), task("3", gone=True)) == ["1"]


def test_parent_takes_descendants_at_any_depth_but_not_the_parent(task):
    tasks = (
        task("10", key="PAY-40"),
        task("11", parent_id="10"),
        task("12", parent_id="11", gone=True),
        task("13", parent_id="12"),
        task("14", parent_id="10", source="worktile"),
        task("15"),
    )

    assert linked("parent:pay-40", *tasks) == ["11", "13"]
    assert linked("source:pingcode parent:10", *tasks) == ["11", "13"]


def test_a_parent_that_was_never_read_still_has_its_children(task):
    assert linked("parent:77", task("1", parent_id="77"), task("2", parent_id="1")) == ["1", "2"]


def test_a_task_that_is_its_own_ancestor_does_not_hang(task):
    tasks = (task("1", parent_id="2"), task("2", parent_id="1"), task("3", parent_id="3"))

    assert linked("parent:1", *tasks) == ["2"]
    assert linked("parent:3", *tasks) == []


def test_an_empty_scope_links_only_tasks_mapped_to_the_key(task):
    tasks = (task("1", milestone="M-1"), task("2"), task("3", milestone="M-1", gone=True), task("4", milestone="M-2"))

    assert linked("", *tasks) == ["1"]
    assert linked("  ", *tasks) == ["1"]


def test_scope_and_mapping_are_joined_in_order_of_source_and_id(task):
    tasks = (task("2", source="worktile", milestone="M-1"), task("3", tags=("a",)), task("10", tags=("a",)))

    plan = Plan(milestones=(Milestone("M-1", "D-1", "a", scope="tag:a"),))

    assert scope.link(plan, tasks).tasks["M-1"] == (("pingcode", "10"), ("pingcode", "3"), ("worktile", "2"))


def test_a_task_may_belong_to_several_milestones(task):
    plan = Plan(milestones=tuple(Milestone(key, "D-1", key, scope="tag:a") for key in ("M-1", "M-2")))

    links = scope.link(plan, [task("1", tags=("a",))])

    assert links.tasks == {"M-1": (("pingcode", "1"),), "M-2": (("pingcode", "1"),)}


TWO = ({"project": ProjectRef("p1", "PAY", "支付")}, {"project": ProjectRef("p2", "CRM", "客户")})


def test_a_key_that_fits_tasks_of_several_projects_is_ambiguous(task):
    tasks = [task(str(number), key="42", **project) for number, project in enumerate(TWO)]
    plan = Plan(
        milestones=(
            Milestone("M-1", "D-1", "a", scope="key:42"),
            Milestone("M-2", "D-1", "b", scope="project:PAY key:42 | project:CRM key:42"),
            Milestone("M-3", "D-1", "c", scope="project:PAY -key:42"),
        )
    )

    links = scope.link(plan, tasks)

    assert links.ambiguous == {"M-1": (("42", (("pingcode", "0"), ("pingcode", "1"))),)}
    assert links.tasks["M-2"] == (("pingcode", "0"), ("pingcode", "1"))


def test_the_same_project_id_in_two_sources_is_two_projects(task):
    tasks = [task("1", key="42", source=source) for source in ("pingcode", "worktile")]
    plan = Plan(milestones=(Milestone("M-1", "D-1", "a", scope="key:42"),))

    assert "M-1" in scope.link(plan, tasks).ambiguous


@pytest.mark.parametrize(
    ("expression", "term"),
    [
        ("Payments", "Payments"),
        ("project:PAY Payments", "Payments"),
        ("colour:red", "colour:red"),
        ("status:done", "status:done"),
        ("field.:x", "field.:x"),
        ("--tag:x", "--tag:x"),
        ("tag:", "tag:"),
        ('tag:""', 'tag:""'),
        (":x", ":x"),
        ("-", "-"),
        ('sprint:"Sprint 9', 'sprint:"Sprint 9'),
        ('sprint:"a"b', 'sprint:"a"b'),
        ('"sprint:Sprint 9"', '"sprint:Sprint 9"'),
        ("tag:a |", "|"),
        ("| tag:a", "|"),
        ("tag:a || tag:b", "|"),
    ],
)
def test_what_is_no_term_is_refused_by_name_with_the_known_ones(expression, term):
    with pytest.raises(UsageProblem) as caught:
        scope.parse(expression)

    assert caught.value.facts["term"] == term
    for lang in ("zh", "en"):
        assert expression in caught.value.say(lang)


def test_a_selector_needs_the_sources_that_no_positive_term_excludes():
    selector = scope.parse("source:PingCode tag:a | source:worktile project:PAY | -source:crm source:crm")

    assert [selector.may_need(name) for name in ("pingcode", "worktile", "crm", "jira")] == [True, True, True, False]
    assert scope.parse("tag:a").may_need("anything")
    assert scope.parse("-source:crm").may_need("crm")
    assert not scope.parse("source:a source:b").may_need("a")


def test_an_empty_scope_needs_every_source_because_a_mapping_may_use_any():
    assert scope.parse("").may_need("pingcode")
    assert scope.parse("").may_need_project("pingcode", ("1", None, "x"))


def test_a_selector_needs_the_projects_that_no_positive_term_excludes():
    selector = scope.parse("source:pingcode project:PAY | source:worktile")

    assert selector.may_need_project("pingcode", ("1", "pay", "支付"))
    assert not selector.may_need_project("pingcode", ("2", "CRM", "客户"))
    assert selector.may_need_project("worktile", ("3", None, "任意"))
    assert not selector.may_need_project("jira", ("1", "PAY", "支付"))
    assert scope.parse("project:PAY project:支付").may_need_project("x", ("1", "PAY", "支付"))


def test_a_thousand_milestones_over_fifty_thousand_tasks_are_linked_at_once(task):
    tasks = [
        task(str(number), key=f"PAY-{number}", tags=(f"t{number % 1000}",), sprint=f"S {number % 7}")
        for number in range(50_000)
    ]
    plan = Plan(
        milestones=tuple(
            Milestone(
                f"M-{number}", "D-1", "a", scope=f'source:pingcode tag:t{number} -sprint:"S 3" | key:PAY-{number}'
            )
            for number in range(1000)
        )
    )

    started = time.perf_counter()
    links = scope.link(plan, tasks)

    assert time.perf_counter() - started < 5
    assert all(40 <= len(found) <= 51 for found in links.tasks.values())
