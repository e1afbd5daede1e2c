"""Two plans compared field by field, and decisions linked to what made somebody take them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import UsageProblem
from bridge.plan.baselines import of_plan, protect, spellings
from bridge.plan.calendar import WorkCalendar
from bridge.plan.causes import Decision, causes_of, led_to, link, resolve
from bridge.plan.comparison import as_json, compare
from bridge.plan.document import Baseline, Deal, Feedback, Milestone, Plan, Risk, Tier
from tests.replacing import replace

CHINA = WorkCalendar.china()
AT = datetime(2026, 8, 24, 1, tzinfo=UTC)
DAY = date(2026, 9, 30)
DEAL = Deal("D-1", "支付", currency="USD", amount=Decimal(100))
MILESTONE = Milestone("M-1", "D-1", "联调", promised=DAY, amount=Decimal(40))
PLAN = Plan(deals=(DEAL,), milestones=(MILESTONE,))


def with_milestone(**values):
    return replace(PLAN, milestones=(replace(MILESTONE, **values),))


def test_a_date_moves_by_working_days_of_china_and_calendar_days():
    (change,) = compare(PLAN, with_milestone(promised=date(2026, 10, 8)), CHINA).moved

    assert (change.field, change.workdays, change.days) == ("promised", 1, 8)


@pytest.mark.parametrize(("old", "new"), [(None, DAY), (DAY, None)])
def test_a_date_that_was_not_there_or_is_gone_moved_by_no_number_of_days(old, new):
    (change,) = compare(with_milestone(internal_target=old), with_milestone(internal_target=new), CHINA).moved

    assert (change.old, change.new, change.workdays, change.days) == (old, new, None, None)


def test_whatever_says_what_is_owed_is_money_in_the_currency_of_its_deal():
    deal = replace(DEAL, penalty_rate=(Tier(1, Decimal("0.001")),), penalty_cap=Decimal("0.1"), penalty_grace_days=3)
    new = replace(with_milestone(amount=Decimal(30)), deals=(deal,))

    found = as_json(compare(PLAN, new, CHINA))["money"]

    assert [(one["table"], one["field"], one["currency"]) for one in found] == [
        ("deals", "penalty_rate", None),
        ("deals", "penalty_grace_days", None),
        ("deals", "penalty_cap", None),
        ("milestones", "amount", "USD"),
    ]
    assert (found[3]["old"], found[3]["new"]) == ("40", "30")


def test_a_column_of_somebodys_own_is_compared_as_text():
    (change,) = compare(
        with_milestone(notes={"色": "红"}), with_milestone(notes={"色": "蓝", "形": "圆"}), CHINA
    ).other[1:]

    assert (change.field, change.old, change.new) == ("色", "红", "蓝")


ROWS = st.lists(
    st.builds(
        Milestone,
        st.sampled_from([f"M-{n}" for n in range(5)]),
        st.just("D-1"),
        st.sampled_from(["a", "b"]),
        promised=st.none() | st.dates(date(2026, 8, 1), date(2026, 12, 31)),
        amount=st.none() | st.integers(0, 5).map(Decimal),
        owner=st.none() | st.sampled_from(["林悦", "陈晨"]),
    ),
    max_size=5,
    unique_by=lambda row: row.key,
).map(tuple)


@given(ROWS, ROWS)
def test_nothing_differs_exactly_when_the_rows_are_the_same_and_back_is_the_reverse(old, new):
    there, back = (compare(Plan(milestones=a), Plan(milestones=b), CHINA) for a, b in ((old, new), (new, old)))

    assert bool(there) == ({row.key: row for row in old} != {row.key: row for row in new})
    for name in ("added", "removed"):
        reverse = {"added": back.removed, "removed": back.added}[name]
        assert sorted(getattr(there, name).get("milestones", ())) == sorted(reverse.get("milestones", ()))
    assert sorted((c.label, c.workdays or 0) for c in there.moved) == sorted(
        (c.label, -(c.workdays or 0)) for c in back.moved
    )


def plan_with(*keys):
    return Plan(milestones=tuple(Milestone(key, "D-1", key, promised=DAY) for key in keys))


def test_a_key_that_is_only_spelled_otherwise_is_the_key_it_was():
    known = {"M-1": (Baseline("M-1", 0, DAY, AT),)}

    assert spellings(plan_with("Ｍ-1"), known) == {"Ｍ-1": "M-1"}
    assert of_plan(plan_with("m-1"), known)["m-1"] == known["M-1"]
    assert protect(plan_with("m-1"), known, at=AT) == ()


def test_a_plan_with_both_spellings_means_two_milestones():
    known = {"M-1": (Baseline("M-1", 0, DAY, AT),)}

    assert spellings(plan_with("M-1", "m-1"), known) == {}
    assert protect(plan_with("M-1", "m-1"), known, at=AT) == (Baseline("m-1", 0, DAY, AT),)


REGISTERED = replace(
    PLAN,
    milestones=(MILESTONE, replace(MILESTONE, key="M-2")),
    risks=(Risk("R-1", "D-1", "厂商晚交", milestone="M-1"), Risk("R-2", "D-1", "人手不足"), Risk("R-3", "D-2", "别的")),
    feedback=(Feedback("D-1", DAY, "晚一点"), Feedback("D-1", DAY, "早一点"), Feedback("D-2", DAY, "不错")),
)
MOVES = [Baseline(key, 1, date(2026, 10, 30), AT, "王敏", "x") for key in ("M-1", "M-2")]


def test_feedback_is_named_by_deal_and_day_and_its_place_among_those_of_the_day():
    assert list(causes_of(REGISTERED)) == ["R-1", "R-2", "R-3", "D-1@2026-09-30", "D-1@2026-09-30#2", "D-2@2026-09-30"]


def test_a_cause_moved_its_own_milestone_or_all_that_moved_of_its_deal():
    pairs = link(MOVES, resolve(["r-1", "R-2", "R-2"], REGISTERED), REGISTERED)

    assert [(one.milestone, cause.reference) for one, cause in pairs] == [
        ("M-1", "R-1"),
        ("M-1", "R-2"),
        ("M-2", "R-2"),
    ]


def test_a_risk_that_the_new_plan_withdrew_may_still_be_what_moved_the_date():
    (cause,) = resolve(["R-1"], PLAN, REGISTERED)

    assert cause.said == "厂商晚交"


def test_an_unknown_cause_is_told_with_the_nearest_one():
    with pytest.raises(UsageProblem, match="R-9") as caught:
        resolve(["R-9"], REGISTERED, None)

    assert "R-" in caught.value.say("zh").split("R-9")[1]


def test_a_first_promise_is_no_move():
    with pytest.raises(UsageProblem, match="moves none"):
        link([Baseline("M-1", 0, DAY, AT)], resolve(["R-1"], REGISTERED), REGISTERED)


def test_a_remark_led_to_what_was_decided_by_its_words_not_by_its_place():
    decision = Decision("M-1", 1, "feedback", "D-1@2026-09-30#2", "早一点", "王敏", "x", AT)

    assert led_to([decision], feedback=REGISTERED.feedback[1]) == [decision]
    assert led_to([decision], feedback=REGISTERED.feedback[0]) == []
    assert led_to([decision], risk="R-1") == []
