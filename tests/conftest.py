"""What every test may rely on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import budget
from tests.server import Server, programs

NO_SERVER = "no PostgreSQL server here (apt-get install postgresql): what needs one is not tried"

LONGEST = (
    "test_demo",
    "test_pages_in_a_browser",
    "test_oracle",
    "test_sync_moved",
    "test_serve",
    "test_conformance",
    "test_practice",
    "test_commands_in_trouble",
    "test_budget",
)
"""Files that take longest, the longest first. Whole files are given to processes, so a long one must not begin last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONGEST)}
    for item in items:
        # Thousands of rows on a server take long, and show what a few of the same module on it show.
        if (
            item.path.stem == "test_remap"
            and "[postgresql" in item.name
            and "stored" in getattr(item, "fixturenames", ())
        ):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


@pytest.fixture(autouse=True)
def _nothing_is_owed_to_a_server_of_a_former_test() -> None:
    """Servers of tests get their ports from the system, which hands one out again: a new server is not the former one,
    and must not be waited for because that one wanted nothing for an hour."""
    with budget._budgets_lock:
        budget._ledgers.clear()
        budget._budgets.clear()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of this session's own."""
    found = programs()
    if found is None:
        pytest.skip(NO_SERVER)
    # Not in pytest's own folder: the user who runs the server may not look into that.
    with tempfile.TemporaryDirectory(prefix="pbridge-postgres-", ignore_cleanup_errors=True) as folder:
        made = Server(Path(folder), found)
        try:
            yield made
        finally:
            made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where a store may be, in each engine."""
    if request.param == "sqlite":
        yield tmp_path / "bridge.db"
        return
    server: Server = request.getfixturevalue("server")
    url = server.fresh()
    yield url
    server.drop(url)
