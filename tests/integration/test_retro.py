"""`pbridge retro` on a whole installation: a deal of its own days, one person, past days, and what it refuses."""

import csv
import io
from datetime import date, timedelta

import pytest

from .conftest import PLAN, Site

FIRST, NEXT, TODAY = date(2026, 8, 17), date(2026, 8, 20), date(2026, 8, 24)
DONE = PLAN.replace(
    'scope = "source:worktile"', 'scope = "source:worktile"\nactual = 2026-08-21\nowner = "林悦"'
).replace("contractual = true", "contractual = true\ncustomer_informed = 2026-08-19")


@pytest.fixture
def lived(site: Site) -> Site:
    """Three days on record; on the last one milestone is done and the customer of the other was told."""
    for day in (FIRST, NEXT, TODAY):
        if day == TODAY:
            site.write("plan.toml", DONE)
        site.advance(day)
        site.run("sync", today=day)
        assert site.run("reconcile", today=day).code == 0
    return site


def review(site: Site, *arguments: str, today: date = TODAY):
    done = site.run("retro", *arguments, "--format", "json", today=today)
    assert done.code == 0, done.err
    return done.json


def test_a_deal_is_reviewed_from_what_was_recorded_of_it(lived: Site):
    found = review(lived, "D-1")

    assert found["schema"] == "deal-retro/1"
    assert not found["is_finished"]
    assert {row["key"]: (row["status"], row["actual"]) for row in found["milestones"]}["M-2"] == ("done", "2026-08-21")
    assert found["promises"]["kept_last"] == 1
    assert any(row["reasons"] for row in found["milestones"])


def test_a_past_day_is_reviewed_as_it_was_known_then(lived: Site):
    then = review(lived, "D-1", "--as-of", str(NEXT))

    assert then["as_of"] == str(NEXT)
    assert then["promises"]["finished"] == 0
    assert {row["status"] for row in then["milestones"]}.isdisjoint({"done"})
    assert all(row["days_to_inform"] is None for row in then["milestones"])


def test_what_people_noted_of_a_milestone_is_reviewed_too(lived: Site):
    """A slip of M-1 is on record from the first day on, and so is the day on which its customer heard of it."""
    lived.write("plan.toml", DONE.replace("customer_informed = 2026-08-19", ""))
    late = TODAY + timedelta(days=21)
    lived.run("reconcile", today=late)
    lived.run("note", "M-1", "--informed", str(late), "--recovery-plan", "夜间切换", "--by", "林悦", today=late)

    row = next(row for row in review(lived, "D-1", today=late)["milestones"] if row["key"] == "M-1")
    then = next(row for row in review(lived, "D-1", "--as-of", str(TODAY), today=late)["milestones"])

    assert (row["slip_seen"], row["days_to_inform"]) == (str(late), 0)
    assert then["days_to_inform"] is None


def test_a_later_plan_does_not_change_the_review_of_a_past_day(lived: Site):
    before = review(lived, "D-1", "--as-of", str(NEXT))
    later = TODAY + timedelta(days=3)
    lived.write("plan.toml", DONE.replace("2026-08-19", "2026-08-18"))
    lived.run("reconcile", today=later)

    again = review(lived, "D-1", "--as-of", str(NEXT), today=later)

    assert {**before, "generated_at": None} == {**again, "generated_at": None}


def test_reviewing_writes_nothing(lived: Site):
    lived.run("retro", "D-1", today=TODAY)
    stored = (lived.folder / "data" / "bridge.db").read_bytes()

    lived.run("retro", "D-1", today=TODAY)
    lived.run("retro", "--people", "林悦", today=TODAY)

    assert (lived.folder / "data" / "bridge.db").read_bytes() == stored


@pytest.mark.parametrize("form", ["table", "md", "html", "csv"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_form_tells_of_every_milestone_in_both_languages(lived: Site, form: str, lang: str):
    done = lived.run("retro", "d-1", "--format", form, "--lang", lang, today=TODAY)

    assert done.code == 0
    assert "M-1" in done.out
    assert "M-2" in done.out
    if form == "csv":
        assert len(list(csv.reader(io.StringIO(done.out.lstrip("\ufeff"))))) == 3


def test_a_review_can_be_written_to_a_file(lived: Site):
    path = lived.folder / "review.html"

    done = lived.run("retro", "D-1", "--format", "html", "--out", str(path), today=TODAY)

    assert done.out == ""
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_one_person_is_told_of_their_own_promises_only(lived: Site):
    found = review(lived, "--people", "林悦")

    assert found["schema"] == "person-retro/1"
    assert [one["key"] for one in found["recognition"]["kept"]] == ["M-2"]
    assert found["estimates"] is None


@pytest.mark.parametrize("arguments", [(), ("D-1", "--people", "林悦")])
def test_neither_or_both_of_deal_and_person_is_wrong_usage(lived: Site, arguments: tuple[str, ...]):
    done = lived.run("retro", *arguments, today=TODAY)

    assert (done.code, done.out) == (2, "")
    assert "--people" in done.err


def test_an_unknown_deal_or_person_is_named_with_the_remedy(lived: Site):
    deal, person = lived.run("retro", "D-2", today=TODAY), lived.run("retro", "--people", "无名氏", today=TODAY)

    assert (deal.code, person.code) == (2, 2)
    assert "D-2" in deal.err
    assert "D-1" in deal.err
    assert "无名氏" in person.err
