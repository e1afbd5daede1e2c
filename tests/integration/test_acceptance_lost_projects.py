"""A project that is not listed any more may only be closed to us: its tasks are doubted like any mass disappearance."""

from __future__ import annotations

import pytest

from connectors.testing import SimProject, hex_id
from tests.replacing import replace

from .conftest import PAY, TODAY, Site, item

OTHER = SimProject(hex_id("project", "OTH"), "OTH", "另一个", kind="hybrid", created_at=PAY.created_at)


@pytest.fixture
def closed(site: Site) -> Site:
    """Two projects were read; then the list of projects left one out, as when the app loses access to it."""
    site.pay.projects[OTHER.id] = OTHER
    for number in range(1, 6):
        made = replace(item(PAY, number), id=hex_id("OTH", number), key=f"OTH-{number}", project=OTHER.id)
        site.pay.add(made)
    site.advance(TODAY, 6)
    assert site.run("sync", "--source", "pingcode").code == 0
    del site.pay.projects[OTHER.id]
    site.pay.revision += 1
    return site


def test_a_project_that_is_not_listed_any_more_is_told(closed: Site):
    told = closed.run("sync", "--source", "pingcode", "--lang", "zh")

    assert "另一个" in told.out + told.err


def test_no_number_of_plain_runs_marks_all_tasks_of_a_lost_project_as_gone(closed: Site):
    for hour in (7, 8, 9):
        closed.advance(TODAY, hour)
        closed.run("sync", "--source", "pingcode")

    assert closed.run("tasks", "--gone", "--json").lines == []
