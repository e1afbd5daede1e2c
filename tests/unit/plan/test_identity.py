"""Who somebody is: by the account, by a name that nobody else has, or just by the name."""

from __future__ import annotations

from bridge.model import Person
from bridge.plan.identity import NOBODY, everybody

LIN = [(("pingcode", "p1"), 1, "林悦"), (("worktile", "w1"), 1, "Lin Yue")]
TWINS = [(("pingcode", "p2"), 2, "周敏"), (("worktile", "w2"), 3, "周敏")]


def test_accounts_of_one_person_have_one_key_and_the_chinese_name():
    people = everybody(LIN)

    one, other = people.who("pingcode", Person("p1", "林悦")), people.who("worktile", Person("w1", "Lin Yue"))

    assert one == other and (one.key, one.name) == ("林悦", "林悦")
    assert one.names == {"林悦", "lin yue"}


def test_an_account_that_nobody_knows_belongs_to_whoever_alone_has_the_name():
    people = everybody([*LIN, *TWINS])

    assert people.who("jira", Person("j1", " LIN YUE ")).key == "林悦"
    assert people.who("jira", Person("j2", "周敏")).key == "周敏"
    assert NOBODY.who("jira", Person("j3", "Ｚｏｅ")).key == "zoe"


def test_two_people_of_one_name_are_told_apart_and_share_what_the_plan_says_of_the_name():
    people = everybody(TWINS)

    keys = {people.who(source, Person(account, "周敏")).key for (source, account), _, _ in TWINS}

    assert len(keys) == 2 and "周敏" not in keys
    assert people.called("周敏").accounts == ()
    assert {
        people.key_by_name(people.accounts["pingcode", "p2"]),
        people.key_by_name(people.accounts["worktile", "w2"]),
    } == {"周敏"}
