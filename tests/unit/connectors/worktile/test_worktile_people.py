"""Names: the member list once a day, and by uid whoever a task names but no list shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import EVERYTHING, Page, RawRecord, Scope
from connectors.errors import BadPayload, NotPermitted, PathUnknown
from connectors.testing import Reply, Request, SimItem, hex_id
from connectors.worktile.people import MEMBERS, UNLISTED

MORNING = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)  # 9 o'clock in Shanghai


def pages(connector, stream: str, cursor: dict[str, Any] | None = None) -> list[Page]:
    return list(connector.pages(stream, EVERYTHING, cursor or {}))


def records(given: list[Page]) -> list[RawRecord]:
    return [record for page in given for record in page.records]


def uid(team, name: str) -> str:
    return next(person.id for person in team.world.people.values() if person.name == name)


def a_run(team, connector) -> list[Page]:
    """Members, every task, then whom no list shows."""
    pages(connector, MEMBERS)
    read_tasks(team, connector)
    return pages(connector, UNLISTED)


def read_tasks(team, connector) -> None:
    for key in ("MKT", "SVC"):
        list(connector.pages("tasks", Scope(team.project(key)), {}))


def test_the_list_is_read_once_a_day_and_costs_nothing_for_the_rest_of_it(open_team):
    team = open_team()
    connector = team.connector(now=lambda: MORNING)
    (first,) = pages(connector, MEMBERS)
    asked = len(team.sim.calls)

    (again,) = pages(connector, MEMBERS, first.cursor)

    assert (first.complete, len(first.records)) == (True, 2)
    assert (again.records, again.cursor, again.complete) == ((), first.cursor, False)
    assert len(team.sim.calls) == asked


@pytest.mark.parametrize(
    ("hours", "is_read"), [(14.9, False), (15.1, True), (24, True), (-1, False), (-10, True), (24 * 365, True)]
)
def test_a_new_day_begins_at_midnight_of_the_team(open_team, hours, is_read):
    team = open_team()
    cursor = {"read_at": MORNING.isoformat()}

    given = pages(team.connector(now=lambda: MORNING + timedelta(hours=hours)), MEMBERS, cursor)

    assert bool(records(given)) == is_read


@pytest.mark.parametrize(
    "cursor", [{}, {"read_at": ""}, {"read_at": "soon"}, {"read_at": 5}, {"read_at": "2026-08-24"}]
)
def test_a_cursor_that_tells_no_instant_is_read_from_the_start(open_team, cursor):
    given = pages(open_team().connector(now=lambda: MORNING), MEMBERS, cursor)

    assert len(records(given)) == 2


def test_nobody_is_asked_for_where_the_list_shows_everybody(open_team):
    team = open_team()
    connector = team.connector()

    (page,) = a_run(team, connector)

    assert (page.records, page.complete) == ((), False)
    assert team.sim.count("get-members-by-ids") == 0


def test_who_left_is_asked_for_by_uid_and_nobody_is_taken_from_the_list(open_team):
    team = open_team()
    team.sim.switches.departed.add(uid(team, "Li"))
    connector = team.connector()

    given = a_run(team, connector)

    (record,) = records(given)
    assert (record.stream, record.external_id) == (UNLISTED, uid(team, "Li"))
    assert record.payload["display_name"] == "Li"
    assert not any(page.complete for page in given)


def test_who_left_is_asked_for_once_a_day_also_by_other_processes(open_team):
    team = open_team()
    team.sim.switches.departed.add(uid(team, "Li"))
    memory: dict[str, str] = {}
    now = MORNING
    first = team.connector(now=lambda: now, memory=memory)
    cursors = {MEMBERS: pages(first, MEMBERS)[-1].cursor}
    read_tasks(team, first)
    cursors[UNLISTED] = pages(first, UNLISTED)[-1].cursor

    def a_later_run() -> list[RawRecord]:
        connector = team.connector(now=lambda: now, memory=memory)
        cursors[MEMBERS] = pages(connector, MEMBERS, cursors[MEMBERS])[-1].cursor
        read_tasks(team, connector)
        return records(pages(connector, UNLISTED, cursors[UNLISTED]))

    now += timedelta(hours=1)
    assert a_later_run() == []
    assert team.sim.count("get-members-by-ids") == 1
    now += timedelta(days=1)
    assert [record.external_id for record in a_later_run()] == [uid(team, "Li")]
    assert team.sim.count("get-members-by-ids") == 2


def test_somebody_new_in_a_task_is_asked_for_on_the_same_day(open_team):
    team = open_team()
    connector = team.connector(now=lambda: MORNING)
    (page,) = a_run(team, connector)
    team.sim.switches.departed.add("f" * 32)
    team.world.people["f" * 32] = type(team.world.people[uid(team, "Li")])("f" * 32, "Zhou", "zhou")
    team.world.edit(hex_id("task", 90_001), assignee="f" * 32)
    read_tasks(team, connector)

    given = records(pages(connector, UNLISTED, page.cursor))

    assert [record.payload["display_name"] for record in given] == ["Zhou"]


def test_names_that_the_second_list_tells_are_not_asked_for(open_team):
    team = open_team(v1_assignee=False)
    team.sim.switches.departed.add(uid(team, "Li"))
    connector = team.connector()

    (record,) = records(a_run(team, connector))

    assert record.payload == {"uid": uid(team, "Li"), "name": "li", "display_name": "Li"}
    assert team.sim.count("get-members-by-ids") == 0


def test_a_list_that_is_refused_still_leaves_names_by_uid(open_team):
    team = open_team()
    team.sim.faults = lambda request: Reply("<html>", 403) if "members-by-page" in request.path else None
    connector = team.connector()
    with pytest.raises(NotPermitted):
        pages(connector, MEMBERS)
    read_tasks(team, connector)

    given = records(pages(connector, UNLISTED))

    assert {record.external_id for record in given} == set(team.world.people)


def many_strangers(team, count: int) -> list[str]:
    """Tasks of people whom no list shows."""
    kind = type(team.world.people[uid(team, "Li")])
    uids = [hex_id("stranger", number, digits=32) for number in range(count)]
    for number, one in enumerate(uids):
        team.world.people[one] = kind(one, f"S{number}", f"s{number}")
        team.world.add(SimItem(hex_id("of", one), str(number), "x", team.project("SVC"), assignee=one))
        team.sim.switches.departed.add(one)
    return uids


def test_many_are_asked_for_twenty_at_once(open_team):
    team = open_team(tasks=0)
    uids = many_strangers(team, 45)

    given = records(a_run(team, team.connector()))

    assert {record.external_id for record in given} == set(uids)
    assert team.sim.count("get-members-by-ids") == 3


@pytest.mark.parametrize("how", ["finds nobody", "refuses"])
def test_a_server_that_understands_one_uid_at_a_time_is_asked_one_by_one(open_team, how):
    team = open_team(tasks=0)
    uids = many_strangers(team, 5)
    team.sim.switches.most_uids = 1

    def refuse(request: Request) -> Reply | None:
        several = how == "refuses" and "," in request.query.get("uids", "")
        return Reply({"error": "bad uid"}, 400) if several else None

    team.sim.faults = refuse

    given = records(a_run(team, team.connector()))

    assert {record.external_id for record in given} == set(uids)
    assert team.sim.count("get-members-by-ids") <= 7


def test_whom_nothing_shows_stays_a_bare_uid(open_team):
    team = open_team(tasks=0)
    uids = many_strangers(team, 25)
    team.sim.switches.forgotten.update(uids)

    assert records(a_run(team, team.connector())) == []
    # Two portions, and the first of each once more alone.
    assert team.sim.count("get-members-by-ids") == 4


@pytest.mark.parametrize(
    ("reply", "error"),
    [(Reply("<html>", 404), PathUnknown), (Reply("<html>", 403), NotPermitted), (Reply({}), BadPayload)],
)
def test_a_server_without_members_by_uid_says_so_apart_from_the_list(open_team, reply, error):
    team = open_team()
    team.sim.switches.departed.add(uid(team, "Li"))
    team.sim.faults = lambda request: reply if "members-by-ids" in request.path else None
    connector = team.connector()

    listed = records(pages(connector, MEMBERS))
    read_tasks(team, connector)

    assert [record.external_id for record in listed] == [uid(team, "Wang")]
    with pytest.raises(error):
        pages(connector, UNLISTED)
    assert UNLISTED in connector.optional_streams


def test_a_broken_row_of_members_is_kept_aside_and_the_list_is_read_again_on_this_day(open_team):
    team = open_team()
    rows = [None, {"display_name": "?"}, {"uid": "u1", "display_name": "Wu"}]
    team.sim.faults = lambda request: (
        Reply({"items": rows, "has_more": False}) if "members-by-page" in request.path else None
    )

    (page,) = pages(team.connector(), MEMBERS)

    assert [record.external_id for record in page.records] == ["u1"]
    assert [reject.reason for reject in page.rejected] == ["a row that is no object", "a row without uid or _id or id"]
    assert (page.complete, page.cursor) == (False, {})


def refusing(uids) -> Any:
    """A server that refuses a request as soon as it names one of these."""

    def refuse(request: Request) -> Reply | None:
        asked = request.query.get("uids", "").split(",")
        return Reply({"error": "no such uid"}, 400) if set(asked) & set(uids) else None

    return refuse


def test_one_uid_that_is_refused_costs_nobody_else_a_name(open_team):
    team = open_team(tasks=0)
    uids = many_strangers(team, 5)
    team.sim.faults = refusing(uids[1:3])

    given = records(a_run(team, team.connector()))

    assert {record.external_id for record in given} == set(uids) - set(uids[1:3])


def test_a_server_that_refuses_everybody_is_not_asked_for_all(open_team):
    team = open_team(tasks=0)
    team.sim.faults = refusing(many_strangers(team, 30))
    connector = team.connector()

    with pytest.raises(NotPermitted):
        a_run(team, connector)
    assert team.sim.count("get-members-by-ids") == 4


def test_a_list_read_anew_asks_anew_for_those_it_does_not_show(open_team):
    team = open_team(tasks=0)
    many_strangers(team, 2)
    connector = team.connector(now=lambda: MORNING)
    a_run(team, connector)

    assert records(pages(connector, UNLISTED)) == []
    pages(connector, MEMBERS)
    assert len(records(pages(connector, UNLISTED))) == 2


def test_an_unlisted_person_leaves_no_cursor_because_the_list_decides_when_to_ask_again(open_team):
    team = open_team()
    team.sim.switches.departed.add(uid(team, "Li"))

    assert [page.cursor for page in a_run(team, team.connector())] == [{}, {}]


@pytest.mark.parametrize("form", ["flat", "wrapped", "mixed"])
def test_people_are_met_in_every_property_form(open_team, form):
    team = open_team(property_form=form)
    team.sim.switches.departed.update(team.world.people)

    given = records(a_run(team, team.connector()))

    assert {record.external_id for record in given} == set(team.world.people)
