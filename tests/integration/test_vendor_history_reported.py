"""A vendor's own history and its states of projects, through the commands, as the report tells them."""

from __future__ import annotations

from datetime import date

from tests.replacing import replace

from .conftest import PAY, TODAY, Site, item, last_second


def test_a_moved_date_counts_as_a_push_on_the_day_on_which_it_was_moved(site: Site):
    first, moved = date(2026, 8, 3), date(2026, 8, 12)
    site.advance(first)
    site.run("sync", today=first)
    site.run("reconcile", today=first)
    site.advance(moved)
    site.pay.edit(item(PAY, 1).id, due=last_second(date(2026, 9, 18)))
    site.advance(TODAY)
    site.run("sync")
    site.run("reconcile")

    listed = [c for c in site.run("changes", "--task", "PAY-1", "--json").lines if c["field"] == "due_on"]
    row = site.run("report", "--format", "json").json["milestones"][0]

    assert [(c["how"], c["at"][:10], c["old"], c["new"]) for c in listed] == [
        ("activity", "2026-08-12", "2026-08-28", "2026-09-18")
    ]
    assert row["pushes"] == {"count": 1, "days": 21, "first_promise": "2026-08-28", "last_promise": "2026-09-18"}


def test_pushes_from_before_our_first_look_are_counted(site: Site):
    for day, due in ((date(2026, 8, 4), date(2026, 9, 4)), (date(2026, 8, 11), date(2026, 9, 11))):
        site.advance(day)
        site.pay.edit(item(PAY, 1).id, due=last_second(due))
    site.advance(TODAY)
    site.run("sync")
    site.run("reconcile")

    row = site.run("report", "--format", "json").json["milestones"][0]

    assert row["pushes"] == {"count": 2, "days": 14, "first_promise": "2026-08-28", "last_promise": "2026-09-11"}


def test_a_project_called_late_claims_it_and_a_past_day_shows_what_was_said_then(site: Site):
    monday = date(2026, 8, 17)
    site.advance(monday)
    site.run("sync", today=monday)
    site.run("reconcile", today=monday)
    site.advance(TODAY)
    site.pay.projects[PAY.id] = replace(PAY, state="延期")
    site.run("sync")
    site.run("reconcile")

    today = site.run("report", "--format", "json").json["milestones"]
    then = site.run("report", "--format", "json", "--as-of", str(monday)).json["milestones"]

    assert [row["claimed_status"] for row in today] == ["red", None]
    assert [row["claimed_status"] for row in then] == [None, None]
