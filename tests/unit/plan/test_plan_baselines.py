"""Promised dates are protected: B0 for ever, moves only with an approval."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Problems
from bridge.plan.baselines import Moved, Renamed, diff, protect
from bridge.plan.document import Baseline, Communication, Deal, Milestone, Plan

AT = datetime(2026, 8, 24, 1, tzinfo=UTC)
DAY = date(2026, 9, 1)


def plan_of(**promises):
    return Plan(
        milestones=tuple(Milestone(key, "D-1", f"name of {key}", promised=day) for key, day in promises.items())
    )


def remembered(known, fresh):
    for baseline in fresh:
        known = {**known, baseline.milestone: (*known.get(baseline.milestone, ()), baseline)}
    return known


def test_the_first_promise_becomes_b0_without_any_approval():
    fresh = protect(plan_of(M1=DAY, M2=None), {}, at=AT)

    assert fresh == (Baseline("M1", 0, DAY, AT),)


def test_a_milestone_without_a_promise_gets_its_b0_when_a_date_is_imported():
    known = remembered({}, protect(plan_of(M1=None), {}, at=AT))

    assert protect(plan_of(M1=DAY), known, at=AT) == (Baseline("M1", 0, DAY, AT),)


def test_the_same_promise_again_records_nothing():
    known = {"M1": (Baseline("M1", 0, DAY, AT),)}

    assert protect(plan_of(M1=DAY), known, at=AT, approved_by="王磊", reason="x") == ()


def test_moved_promises_are_refused_all_at_once_with_both_dates_and_the_remedy():
    known = {key: (Baseline(key, 0, DAY, AT),) for key in ("M1", "M2", "M3")}

    with pytest.raises(Problems) as caught:
        protect(plan_of(M1=date(2026, 9, 10), M2=DAY, M3=date(2026, 8, 1)), known, at=AT)

    assert [problem.facts["key"] for problem in caught.value.problems] == ["M1", "M3"]
    assert caught.value.exit_code == 2
    for lang in ("zh", "en"):
        said = caught.value.say(lang)
        for part in ("M1", "name of M1", "2026-09-01", "2026-09-10", "M3", "2026-08-01", "--approved-by", "--reason"):
            assert part in said


@pytest.mark.parametrize(("approved_by", "reason"), [("王磊", None), (None, "客户同意"), ("王磊", "  "), ("", "x")])
def test_half_an_approval_is_none(approved_by, reason):
    known = {"M1": (Baseline("M1", 0, DAY, AT),)}

    with pytest.raises(Problems):
        protect(plan_of(M1=date(2026, 9, 10)), known, at=AT, approved_by=approved_by, reason=reason)


def test_an_approved_move_becomes_the_next_baseline():
    known = {"M1": (Baseline("M1", 0, DAY, AT), Baseline("M1", 1, date(2026, 9, 5), AT, "a", "b"))}

    fresh = protect(plan_of(M1=date(2026, 9, 10)), known, at=AT, approved_by=" 王磊 ", reason="客户同意")

    assert fresh == (Baseline("M1", 2, date(2026, 9, 10), AT, "王磊", "客户同意"),)


def test_going_back_to_the_first_promise_is_a_move_too():
    known = {"M1": (Baseline("M1", 0, DAY, AT), Baseline("M1", 1, date(2026, 9, 5), AT, "a", "b"))}

    with pytest.raises(Problems):
        protect(plan_of(M1=DAY), known, at=AT)


def test_a_promise_cannot_be_blanked_even_with_an_approval():
    known = {"M1": (Baseline("M1", 0, DAY, AT),)}

    with pytest.raises(Problems) as caught:
        protect(plan_of(M1=None), known, at=AT, approved_by="王磊", reason="x")

    assert "delete its row" in caught.value.say("en")


def test_a_row_that_vanished_and_returns_still_has_its_first_promise():
    known = remembered({}, protect(plan_of(M1=DAY), {}, at=AT))
    known = remembered(known, protect(plan_of(), known, at=AT))

    with pytest.raises(Problems):
        protect(plan_of(M1=date(2026, 12, 1)), known, at=AT)


PROMISES = st.dictionaries(
    st.sampled_from(["M1", "M2", "M3"]), st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 5)), max_size=3
)


@given(st.lists(st.tuples(PROMISES, st.booleans()), max_size=8))
def test_b0_never_changes_and_the_last_baseline_is_what_was_last_accepted(imports):
    known: dict[str, tuple[Baseline, ...]] = {}
    first: dict[str, date] = {}
    latest: dict[str, date] = {}

    for number, (promises, approved) in enumerate(imports):
        approval = {"approved_by": "王磊", "reason": "x"} if approved else {}
        try:
            fresh = protect(plan_of(**promises), known, at=AT + timedelta(days=number), **approval)
        except Problems:
            continue
        known = remembered(known, fresh)
        for key, day in promises.items():
            if day is not None:
                first.setdefault(key, day)
                latest[key] = day

    assert {key: found[0].promised for key, found in known.items()} == first
    assert {key: found[-1].promised for key, found in known.items()} == latest
    assert all([one.number for one in found] == list(range(len(found))) for found in known.values())
    assert all(one.approved_by for found in known.values() for one in found[1:])


def test_a_diff_tells_added_withdrawn_moved_and_renamed_rows():
    old = Plan(deals=(Deal("D-1", "支付"), Deal("D-2", "b")), milestones=plan_of(M1=DAY, M2=DAY).milestones)
    new = Plan(
        deals=(Deal("D-1", "支付二期"), Deal("D-3", "c")),
        milestones=(Milestone("M1", "D-1", "name of M1", promised=date(2026, 9, 5)),),
    )

    found = diff(old, new)

    assert found.added == {"deals": ("D-3",)}
    assert found.withdrawn == {"deals": ("D-2",), "milestones": ("M2",)}
    assert found.changed == {"deals": ("D-1",), "milestones": ("M1",)}
    assert found.moved == (Moved("M1", "name of M1", DAY, date(2026, 9, 5)),)
    assert found.renamed == (Renamed("deals", "D-1", "支付", "支付二期"),)


def test_a_diff_of_equal_plans_is_false_and_the_first_plan_adds_everything():
    plan = Plan(deals=(Deal("D-1", "x"),), communications=(Communication("D-1", "team"), Communication("D-1", "team")))

    assert not diff(plan, plan)
    assert diff(None, plan).added == {"deals": ("D-1",), "communications": ("D-1 · team", "D-1 · team (2)")}
