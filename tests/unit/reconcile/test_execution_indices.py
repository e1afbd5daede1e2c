"""Published indices and risk scores, by hand."""

from decimal import Decimal

import pytest

from bridge.reconcile.execution import bei, buffer_burn, cpli, hit_ratio
from bridge.reconcile.risks import score


def test_bei_counts_work_without_a_baseline_as_due():
    assert bei(6, 8, 2) == pytest.approx(0.6)
    assert bei(10, 8, 0) == pytest.approx(1.25)


def test_hit_ratio_is_the_share_finished_on_time():
    assert hit_ratio(3, 4) == 0.75


def test_cpli_is_one_without_float_and_below_one_when_late():
    assert cpli(20, 0) == 1
    assert cpli(20, -4) == pytest.approx(0.8)
    assert cpli(20, 5) == pytest.approx(1.25)


@pytest.mark.parametrize(
    ("used", "burn"),
    [(5, 1.0), (0, 0.0), (-3, 0.0), (10, 2.0), (25, 2.0)],
    ids=["half", "none", "early", "all", "over"],
)
def test_buffer_burn_is_the_share_used_per_share_done_and_clamped(used, burn):
    assert buffer_burn(used, 10, 0.5) == pytest.approx(burn)


def test_nothing_to_divide_by_gives_none():
    assert bei(0, 0, 0) is None
    assert hit_ratio(0, 0) is None
    assert cpli(0, 0) is None
    assert buffer_burn(1, 0, 0.5) is None
    assert buffer_burn(1, 10, 0) is None


def test_a_risk_weighs_probability_times_impact_half_up():
    assert score(Decimal("0.3"), Decimal("2.15")) == Decimal("0.65")
    assert score(0.3, 2.15) == Decimal("0.65")
    assert score(Decimal("0.5"), 10) == Decimal("5.00")
    assert str(score(0.1, 3)) == "0.30"
