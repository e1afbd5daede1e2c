"""What every test may rely on."""

from __future__ import annotations

import pytest

from connectors import budget


@pytest.fixture(autouse=True)
def _nothing_is_owed_to_a_server_of_a_former_test() -> None:
    """Servers of tests get their ports from the system, which hands one out again: a new server is not the former one,
    and must not be waited for because that one wanted nothing for an hour."""
    with budget._budgets_lock:
        budget._ledgers.clear()
        budget._budgets.clear()
