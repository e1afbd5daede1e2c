"""One person over several tools: put together by what is certain, by a name that nobody else has, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.linking import Clash, Decisions, How, People, people_of
from bridge.mapping.members import Account, Fields, account_of
from bridge.mapping.numbering import numbered


def account(ref: str, name: str = "林悦", **keys: Any) -> Account:
    """`p1` is account 1 of PingCode, `w1` of Worktile."""
    source = {"p": "pingcode", "w": "worktile", "j": "jira"}[ref[0]]
    return account_of(source, ref, {"display_name": name, **keys}, Fields())


def groups(found: People) -> list[list[str]]:
    return sorted(sorted(one.id for one in person.accounts) for person in found.persons)


def clashes(found: People) -> list[tuple[str, list[str]]]:
    return [(conflict.code, sorted(one.id for one in conflict.accounts)) for conflict in found.conflicts]


@pytest.mark.parametrize(
    ("left", "right", "how", "confidence"),
    [
        ({"email": "Lin.Yue@corp.cn "}, {"email": "lin.yue@corp.cn"}, How.EMAIL, "certain"),
        ({"employee_number": "E-17"}, {"employee_number": "e-17"}, How.NUMBER, "certain"),
        ({"mobile": "+86 138-0000-1111"}, {"mobile": "13800001111"}, How.MOBILE, "certain"),
        ({"mobile": 13800001111}, {"mobile": "0086 13800001111"}, How.MOBILE, "certain"),
    ],
)
def test_the_same_certain_key_makes_one_person_of_two_names(left, right, how, confidence):
    found = people_of([account("p1", "林悦", **left), account("w1", "Lin Yue", **right)])

    (person,) = found.persons
    assert (person.name, person.confidence) == ("林悦", confidence)
    assert set(person.how.values()) == {how}
    assert found.conflicts == ()


def test_a_name_that_nobody_else_has_is_likely_the_same_person():
    found = people_of([account("p1", " 林悦"), account("w1", "林悦 "), account("w2", "周启明")])

    assert groups(found) == [["p1", "w1"], ["w2"]]
    assert sorted(person.confidence for person in found.persons) == ["alone", "likely"]


def test_nobody_is_put_together_by_a_name_that_two_share():
    found = people_of([account("p1"), account("p2"), account("w1")])

    assert groups(found) == [["p1"], ["p2"], ["w1"]]
    assert clashes(found) == [(Clash.SHARED_NAME, ["p1", "p2", "w1"])]


def test_a_shared_name_does_not_hinder_a_certain_key():
    mail = {"email": "lin@corp.cn"}
    found = people_of([account("p1", **mail), account("p2"), account("w1", **mail)])

    assert groups(found) == [["p1", "w1"], ["p2"]]
    assert clashes(found) == [(Clash.SHARED_NAME, ["p1", "p2", "w1"])]


def test_certain_keys_that_disagree_leave_two_accounts_apart():
    found = people_of(
        [
            account("p1", email="lin@corp.cn", employee_number="7"),
            account("w1", email="lin@corp.cn", employee_number="9"),
        ]
    )

    assert groups(found) == [["p1"], ["w1"]]
    assert found.conflicts[0].code is Clash.KEYS_DISAGREE
    assert found.conflicts[0].keys == (How.EMAIL, How.NUMBER)


def test_a_name_counts_less_than_certain_keys_that_disagree():
    found = people_of([account("p1", email="a@corp.cn"), account("w1", email="b@corp.cn")])

    assert groups(found) == [["p1"], ["w1"]]
    assert found.conflicts[0].keys == (How.NAME, How.EMAIL)


def test_a_third_account_goes_to_nobody_where_two_of_the_name_are_different_people():
    accounts = [account("p1", email="a@corp.cn"), account("w1", email="b@corp.cn"), account("j1")]
    different = ((("pingcode", "p1"), ("worktile", "w1")),)

    found, decided = people_of(accounts), people_of(accounts, Decisions(different=different))

    assert groups(found) == groups(decided) == [["j1"], ["p1"], ["w1"]]
    assert clashes(found) == [(Clash.KEYS_DISAGREE, ["j1", "p1", "w1"])]
    assert clashes(decided) == [(Clash.SHARED_NAME, ["j1", "p1", "w1"])]


def test_a_third_account_goes_to_nobody_where_two_of_a_key_are_different_people():
    mail = {"email": "lin@corp.cn"}
    accounts = [account("p1", employee_number="7", **mail), account("w1", employee_number="9", **mail)]

    found = people_of([*accounts, account("j1", **mail)])

    assert groups(found) == [["j1"], ["p1"], ["w1"]]


def test_a_mailbox_that_people_of_one_tool_share_makes_nobody_the_same():
    team = {"email": "team@corp.cn"}
    found = people_of([account("p1", "林悦", **team), account("p2", "周启明", **team), account("w1", "Team", **team)])

    assert groups(found) == [["p1"], ["p2"], ["w1"]]
    assert clashes(found) == [(Clash.SHARED_KEY, ["p1", "p2", "w1"])]


def test_what_was_confirmed_wins_over_everything():
    same = (("pingcode", "p1"), ("worktile", "w1"))
    different = (("pingcode", "p2"), ("worktile", "w2"))
    accounts = [
        account("p1", "林悦", email="a@corp.cn"),
        account("w1", "小林", email="b@corp.cn"),
        account("p2", "周敏", email="z@corp.cn"),
        account("w2", "周敏", email="z@corp.cn"),
    ]

    found = people_of(accounts, Decisions((same,), (different,)))

    assert groups(found) == [["p1", "w1"], ["p2"], ["w2"]]
    assert {person.confidence for person in found.persons} == {"confirmed", "alone"}
    assert found.conflicts == ()


def test_confirmed_accounts_that_contradict_each_other_are_told_and_stay_apart():
    p1, w1, j1 = ("pingcode", "p1"), ("worktile", "w1"), ("jira", "j1")
    accounts = [account("p1", "a1"), account("w1", "b1"), account("j1", "c1")]

    found = people_of(accounts, Decisions(((p1, w1), (w1, j1)), ((p1, j1),)))

    assert groups(found) == [["j1"], ["p1", "w1"]]
    assert clashes(found) == [(Clash.CONFIRMED_APART, ["j1", "p1", "w1"])]


def test_a_confirmed_account_that_nobody_has_is_told():
    found = people_of([account("p1")], Decisions(((("pingcode", "p1"), ("worktile", "gone")),)))

    assert clashes(found) == [(Clash.UNKNOWN_ACCOUNT, ["gone"])]


def test_a_decision_about_a_shared_name_ends_the_question():
    refs = (("pingcode", "p1"), ("pingcode", "p2"))
    accounts = [account("p1"), account("p2")]

    assert clashes(people_of(accounts)) == [(Clash.SHARED_NAME, ["p1", "p2"])]
    assert clashes(people_of(accounts, Decisions(different=(refs,)))) == []


@pytest.mark.parametrize("nothing", [None, "", " ", 0, "0", "-", "N/A", "无", [], {}, True])
def test_what_says_nothing_is_no_key(nothing):
    keys = {"email": nothing, "mobile": nothing, "employee_number": nothing}

    assert groups(people_of([account("p1", "甲一", **keys), account("w1", "乙二", **keys)])) == [["p1"], ["w1"]]


def test_who_has_no_name_is_not_known_by_the_id():
    accounts = [account_of(source, "same-id", {}, Fields()) for source in ("pingcode", "worktile")]

    assert len(people_of(accounts).persons) == 2


ACCOUNTS = st.lists(
    st.builds(
        lambda source, number, name, email, mobile: account(f"{source}{number}", name, email=email, mobile=mobile),
        st.sampled_from("pwj"),
        st.integers(0, 3),
        st.sampled_from(["林悦", "周敏", "陈晨", "A"]),
        st.sampled_from([None, "a@x.cn", "b@x.cn", "c@x.cn"]),
        st.sampled_from([None, "13800001111", "13900002222"]),
    ),
    max_size=8,
    unique_by=lambda one: one.ref,
)
REFS = st.tuples(st.sampled_from(["pingcode", "worktile"]), st.sampled_from(["p0", "p1", "w0", "w1"]))
PAIRS = st.lists(st.tuples(REFS, REFS).filter(lambda pair: pair[0] != pair[1]), max_size=2).map(tuple)


@given(ACCOUNTS, PAIRS, PAIRS, st.randoms())
def test_everybody_is_somebody_once_and_the_order_of_reading_does_not_matter(accounts, same, different, random):
    decisions = Decisions(same, different)
    found = people_of(accounts, decisions)
    shuffled = list(accounts)
    random.shuffle(shuffled)

    assert sorted(one.ref for person in found.persons for one in person.accounts) == sorted(one.ref for one in accounts)
    assert people_of(shuffled, decisions) == found
    for one, other in different:
        assert not any({one, other} <= {member.ref for member in person.accounts} for person in found.persons)


@given(ACCOUNTS)
def test_no_name_alone_puts_two_people_of_one_tool_together(accounts):
    for person in people_of(accounts).persons:
        by_name = {ref for ref, how in person.how.items() if how is How.NAME}
        assert len({source for source, _ in by_name}) == len(by_name)


def test_who_keeps_an_account_keeps_the_number_and_no_number_is_given_twice():
    together = people_of([account("p1"), account("w1")]).persons
    apart = people_of([account("p1"), account("w1"), account("w2")]).persons

    ((first, _),) = numbered(together, {}, 1)
    again = numbered(apart, {("pingcode", "p1"): first, ("worktile", "w1"): first}, 2)

    assert first == 1
    assert [(number, [one.id for one in person.accounts]) for number, person in again] == [
        (1, ["p1"]),
        (2, ["w1"]),
        (3, ["w2"]),
    ]
