"""The small pieces of every walk: instants, flags, and what was already seen."""

from datetime import UTC, datetime

import pytest

from connectors.errors import BadPayload
from connectors.paging import Seen, flag, instant


@pytest.mark.parametrize("seconds", [1_787_533_200, "1787533200", 1_787_533_200.0])
def test_epoch_seconds_are_an_aware_instant(seconds):
    assert instant(seconds) == datetime(2026, 8, 24, 1, tzinfo=UTC)


@pytest.mark.parametrize("unset", [None, 0, "", "0", -1, "soon", float("nan"), float("inf"), 10**20, [], {}])
def test_unset_and_unreadable_instants_are_none(unset):
    assert instant(unset) is None


@pytest.mark.parametrize("yes", [1, True, "1", "true", "True"])
def test_every_spelling_of_yes_is_a_set_flag(yes):
    assert flag(yes) is True


@pytest.mark.parametrize("no", [0, False, "0", "false", "", None, 2, [], {}])
def test_anything_else_is_no_flag(no):
    assert flag(no) is False


def test_only_rows_that_were_not_met_before_are_fresh():
    seen = Seen()

    first = seen.fresh([{"id": "a"}, {"id": "b"}, {"id": "a"}], "id")
    second = seen.fresh([{"id": "b"}, {"id": "c"}], "id")

    assert [row["id"] for row in (*first, *second)] == ["a", "b", "c"]
    assert len(seen) == 3


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": ""}, {"id": 7}, "text"])
def test_a_row_without_an_id_is_a_broken_contract(row):
    with pytest.raises(BadPayload, match="'id'"):
        Seen().fresh([row], "id")
