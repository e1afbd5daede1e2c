"""The grammar of single cells: what is read as what, and what is left to the person."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from bridge.errors import UsageProblem
from bridge.plan import cells, clauses
from bridge.plan.document import Leave, Tier


@pytest.mark.parametrize(
    "written",
    [
        "2026-09-01",
        "2026-9-1",
        "2026/9/1",
        "2026/09/01",
        "2026年9月1日",
        "２０２６年９月１日",
        " 2026/9/1 ",
        date(2026, 9, 1),
    ],
)
def test_a_date_is_read_in_each_of_its_forms(written):
    assert cells.day(written) == date(2026, 9, 1)


@pytest.mark.parametrize(
    "written",
    [
        "2026-13-40", "2026-02-30", "3月5号", "2026年9月", "46000", "20260901", "2026.9.1", "2026-9/1", "9/1/2026",
        "1926-09-01", "2126-09-01", 46000, 46000.0, 46000.5, True, time(12), timedelta(days=1), "明天",
        datetime.fromisoformat("2026-09-01 09:30"), datetime(2026, 9, 1, tzinfo=UTC), "2026-09-01 09:30", [], {},
    ],
)  # fmt: skip
def test_what_is_no_plain_day_is_refused_as_a_date(written):
    with pytest.raises(UsageProblem, match="2026-09-01, 2026/9/1 or"):
        cells.day(written)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("300000", "300000"), ("300000.50", "300000.5"), (".5", "0.5"), ("5.", "5"), ("３００", "300"), ("0", "0"),
        (300000.0, "300000"), (0.1, "0.1"), (1e20, "100000000000000000000"), (7, "7"), (Decimal("1.10"), "1.1"),
    ],
)  # fmt: skip
def test_money_is_exact_and_in_its_shortest_form(written, amount):
    assert str(cells.money(written)) == amount


@pytest.mark.parametrize(
    "written",
    [
        "¥300,000",
        "300,000",
        "-5",
        "+5",
        "1.2.3",
        "30万",
        "5元",
        "1e5",
        "٣",
        "",
        "abc",
        True,
        -0.5,
        float("nan"),
        date(2026, 9, 1),
    ],
)
def test_money_with_anything_but_digits_and_a_point_is_refused(written):
    with pytest.raises(UsageProblem, match="is not an amount"):
        cells.money(written)


def test_an_amount_with_marks_is_answered_with_the_number_that_was_meant():
    with pytest.raises(UsageProblem, match=r"write 300000$"):
        cells.money("￥300,000 元")


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("0.0005", "0.0005"), ("0.05%", "0.0005"), ("0.5‰", "0.0005"), ("万分之五", "0.0005"), ("0.05 ％", "0.0005"),
        ("5‱", "0.0005"), ("千分之0.5", "0.0005"), ("千分之零点五", "0.0005"), ("百分之三十", "0.3"),
        ("百分之二十五", "0.25"), ("百分之一百", "1"), ("万分之一百零五", "0.0105"), ("万分之十五", "0.0015"), (0.3, "0.3"),
        (1, "1"), (Decimal("0.10"), "0.1"), ("0", "0"),
    ],
)  # fmt: skip
def test_a_rate_is_read_however_it_is_written(written, rate):
    assert str(clauses.rate(written)) == rate


@pytest.mark.parametrize(
    "written", ["30", "101%", "-1%", "5%%", "万分之", "万分之很多", "五", "一分之五", True, date(2026, 9, 1)]
)
def test_what_is_no_share_of_the_whole_is_refused_as_a_rate(written):
    with pytest.raises(UsageProblem):
        clauses.rate(written)


def test_a_single_rate_is_one_tier_from_the_first_day():
    assert clauses.tiers("万分之五") == (Tier(1, Decimal("0.0005")),)
    assert clauses.tiers(0.001) == (Tier(1, Decimal("0.001")),)


def test_tiers_may_be_written_with_full_width_marks_and_any_form_of_rate():
    assert clauses.tiers("1：0.1%； 11：千分之五；") == (Tier(1, Decimal("0.001")), Tier(11, Decimal("0.005")))


@pytest.mark.parametrize("written", ["1:0.001; 1:0.005", "0:0.001", "1:2", "1:", ":0.1", "a:0.1", "0.001; 0.005"])
def test_tiers_that_do_not_rise_from_day_one_on_are_refused(written):
    with pytest.raises(UsageProblem):
        clauses.tiers(written)


def test_leave_may_be_one_day_or_a_stretch_in_any_form_of_date():
    assert clauses.leave("2026/10/8..2026年10月12日；2026-11-02") == (
        Leave(date(2026, 10, 8), date(2026, 10, 12)),
        Leave(date(2026, 11, 2), date(2026, 11, 2)),
    )


def test_rules_take_the_names_of_the_thresholds():
    assert clauses.rules("stale_workdays=8；\n P_RED ＝ 0.4;") == {"stale_workdays": 8.0, "p_red": 0.4}


@pytest.mark.parametrize(
    "written", ["stale_workdays=8; stale_workdays=9", "=8", "stale_workdays=", "stale_workdays=-1"]
)
def test_rules_that_say_nothing_clear_are_refused(written):
    with pytest.raises(UsageProblem):
        clauses.rules(written)


def test_keys_are_split_at_any_separator_and_kept_once():
    assert clauses.keys("M-1，M-2、M-3;M 4\nM-1") == ("M-1", "M-2", "M-3", "M 4")
    assert clauses.keys(1001.0) == ("1001",)


@pytest.mark.parametrize("written", ["M,1", "M；1", "M、1", "M\n1"])
def test_a_milestone_key_must_not_contain_what_separates_keys(written):
    with pytest.raises(UsageProblem):
        cells.listable_key(written)


@pytest.mark.parametrize("written", ["yes", "是", "TRUE", "1", "Ｙｅｓ", True, 1, 1.0])
def test_yes_is_read_in_each_of_its_forms(written):
    assert cells.yes_no(written) is True


@pytest.mark.parametrize("written", ["no", "否", "false", "0", False, 0, 0.0])
def test_no_is_read_in_each_of_its_forms(written):
    assert cells.yes_no(written) is False


def test_a_number_may_be_negative_where_it_is_no_money():
    assert (cells.number("-5"), cells.number(-5.5), cells.number("95")) == (-5, Decimal("-5.5"), 95)
    with pytest.raises(UsageProblem, match="is not a number"):
        cells.number("95%")


def test_text_of_a_date_cell_is_the_date():
    assert cells.text(datetime.fromisoformat("2026-09-01")) == "2026-09-01"
    assert cells.text(300000.0) == "300000"
    assert cells.text(True) == "TRUE"


def test_a_long_value_is_shortened_in_messages():
    assert len(cells.shown("x" * 1000)) == 120
