"""The row of a payload is that of its task, whatever the payload, the file, the zone and the moment."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.mapping import wire
from bridge.mapping.apply import Surroundings, to_row, to_task
from bridge.mapping.conversions import END, FIRST
from bridge.mapping.document import MappingFile, parse

ROOT = Path(__file__).parents[3]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOCAL_NOW = datetime(2026, 7, 1, 9, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=8)))
OWN_FIELDS = '\n[fields.region]\nfrom = "properties.region"\n[fields.people]\nfrom = "assignee"\nconvert = "people"\n'
# Shapes that no shipped file has: words for texts and flags, conditions, several ways, bounds, fallbacks, deep paths.
MANY_SHAPES = """
kind = "many"
[wrapped]
under = "properties"
value = "value"
unless = ["date"]
[task.id]
from = ["id", "_id"]
[task.key]
from = "properties.key"
[task.title]
from = "title"
[task.url]
any = [{ from = "html_url" }, { template = "https://x/{id}" }]
[task.project]
id.from = "project.id"
key = { from = "project.id", lookup = { stream = "users", path = "name" }, optional = true }
name = { from = "project.name", otherwise = "无" }
[task.kind]
any = [{ from = "type", values = { bug = "bug" } }, { from = "type", lookup = { stream = "work_item_types", path = ["name", "group"] }, values = { task = "task" } }]
optional = true
[task.kind_raw]
from = "type"
lookup = { stream = "work_item_types", path = "name" }
optional = true
[task.status]
any = [
    { from = "state.name", when = { "state.type" = "completed" }, values = { "进行中" = "unmapped", done = "done" } },
    { from = ["state.type", "state_type"], values = { 1 = "todo", in_progress = "doing", completed = "done" } },
]
[task.assignees]
all = ["assignee", "participants[].user"]
convert = "people"
[task.start_on]
from = "properties.start"
inside = ["date", "begin.date"]
convert = "unix_date"
[task.due_on]
from = ["properties.due", "end_at"]
convert = "unix_date"
[task.completed_at]
from = "completed_at"
convert = "iso_instant"
[task.created_at]
any = [{ from = "created_at", convert = "unix_instant" }, { from = "updated_at", convert = "unix_instant" }]
[task.progress]
from = "estimated_workload"
[task.estimate_hours]
from = ["estimated_workload", "properties.hours"]
[task.remaining_hours]
from = "remaining_workload"
convert = "hours_from_minutes"
[task.priority]
from = "priority.name"
values = { "较高" = "P1", normal = "P2" }
[task.sprint]
from = "sprint.name"
otherwise = "backlog"
[task.release]
from = "versions"
convert = "last_ending"
[task.releases]
from = "versions[].name"
values = { V1 = "v1" }
[task.tags]
all = ["tags[].name", "priority.name"]
[task.blocked]
any = [{ from = "tags", contains = ["阻塞"] }, { from = "is_blocked", values = { on = true, off = false } }]
[task.archived]
any = [{ from = "is_archived" }, { from = "project.is_archived" }]
[task.gone]
constant = false
"""


def shipped(kind: str) -> MappingFile:
    return parse((ROOT / "mappings" / f"{kind}.toml").read_text(encoding="utf-8") + OWN_FIELDS, name=kind)


def usual(kind: str) -> list[dict[str, Any]]:
    given = json.loads((ROOT / "tests" / "golden" / "mapping" / f"{kind}.json").read_text(encoding="utf-8"))
    return list(given["payloads"])


FILES = {"pingcode": shipped("pingcode"), "worktile": shipped("worktile"), "many": parse(MANY_SHAPES, name="many")}
USUAL = {"pingcode": usual("pingcode"), "worktile": usual("worktile"), "many": usual("pingcode")}
LISTED = {"u1": {"display_name": "王小明"}, "u2": {"name": " 李 "}, "u3": {"name": 7}, "story": {"name": "task"}}
LOOKUPS = dict.fromkeys(("users", "members", "work_item_types", "projects"), LISTED)
WORDS = [
    "", " ", "a", "bug", "story", "u1", "u2", "u9", "completed", "进行中", "阻塞", " 对账\u3000", "\ud800x", "https://x/1",
]  # fmt: skip
NUMBERS = [
    0, 1, -1, 3, 16, 0.0, -0.0, 0.5, 1.0, 10**11, 10**15, 10**30, float("nan"), float("inf"),
    FIRST - 1, FIRST, 1782403199, "1782403199", END - 1, END,
]  # fmt: skip
SECONDS = st.integers(315_532_700, 7_258_118_500)
ODD = (
    st.none() | st.booleans() | st.sampled_from(WORDS) | st.sampled_from(NUMBERS) | SECONDS | SECONDS.map(float)
    | st.datetimes().map(datetime.isoformat) | st.text(max_size=4) | st.text("\ud800\udfff a", max_size=3)
)  # fmt: skip
MEMBERS = ["id", "name", "display_name", "title", "user", "value", "date", "begin", "type", "end_at", "uid"]
NESTED = st.recursive(
    ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3),
    max_leaves=5,
)
ZONES = st.sampled_from(["Asia/Shanghai", "UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"]).map(ZoneInfo)
NOWS = st.integers(0, 7_000_000_000_000_000).map(lambda us: EPOCH + timedelta(microseconds=us)) | st.just(LOCAL_NOW)


@st.composite
def disturbed(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """A usual payload of which a few members, at any depth, are something else."""
    payload = copy.deepcopy(draw(st.sampled_from(USUAL[kind])))
    for _ in range(draw(st.integers(0, 4))):
        node: Any = payload
        while True:
            key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
            inner = node[key]
            if not (isinstance(inner, dict | list) and inner and draw(st.booleans())):
                break
            node = inner
        node[key] = draw(NESTED)
    return payload


def about(**changed: Any) -> Surroundings:
    facts: dict[str, Any] = {
        "source": "test",
        "timezone": ZoneInfo("Asia/Shanghai"),
        "now": datetime(2026, 8, 24, 1, 0, 0, 5, tzinfo=UTC),
        "lookups": LOOKUPS,
        "settings": {"web_base_url": "https://acme.worktile.com"},
    }
    return Surroundings(**{**facts, **changed})


def assert_same(mapping: MappingFile, payload: dict[str, Any], facts: Surroundings) -> None:
    outcome = to_task(mapping, payload, facts)
    row = to_row(mapping, payload, facts)

    assert row.problems == outcome.problems
    expected = None if outcome.task is None else wire.as_json(outcome.task)
    # As text, for 1, 1.0 and true are equal, and the order of keys counts.
    assert json.dumps(row.data) == json.dumps(expected)


@pytest.mark.parametrize("kind", FILES)
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_row_of_any_payload_is_that_of_its_task(kind, data):
    payload = data.draw(disturbed(kind))
    facts = about(
        timezone=data.draw(ZONES), now=data.draw(NOWS), lookups=data.draw(st.sampled_from([LOOKUPS, {}, {"users": {}}]))
    )

    assert_same(FILES[kind], payload, facts)


@pytest.mark.parametrize("kind", USUAL)
def test_the_row_of_a_usual_payload_is_that_of_its_task(kind):
    for payload in USUAL[kind]:
        assert_same(FILES[kind], payload, about())


@pytest.mark.parametrize("lacking", ["id", "title", "project", "identifier", "state"])
def test_a_payload_without_what_it_needs_is_told_of_in_the_same_words(lacking):
    payload = {**USUAL["pingcode"][0], "type": "nobody knows", "end_at": "soon", lacking: None}

    assert_same(FILES["pingcode"], payload, about())


@pytest.mark.parametrize("kind", ["pingcode", "worktile"])
def test_every_rule_of_a_shipped_file_has_a_fast_lane(kind):
    assert FILES[kind].plan.slow == ()


def test_a_row_shares_nothing_with_the_next():
    payload = {**USUAL["pingcode"][0], "tags": [], "versions": [], "assignee": None}
    first = to_row(FILES["pingcode"], payload, about()).data
    untouched = copy.deepcopy(first)
    for member in ("assignees", "releases", "tags"):
        first[member].append("x")
    for member in ("project", "fields"):
        first[member]["id"] = "x"

    assert to_row(FILES["pingcode"], payload, about()).data == untouched


def test_surroundings_may_change_from_one_payload_to_the_next():
    payload = {**USUAL["pingcode"][0], "end_at": 1782403200, "completed_at": 1782403200}
    places = [("Asia/Shanghai", 2026), ("America/St_Johns", 2026), ("Asia/Shanghai", 2020)]

    for zone, year in places:
        assert_same(FILES["pingcode"], payload, about(timezone=ZoneInfo(zone), now=datetime(year, 9, 1, tzinfo=UTC)))


def test_words_seen_before_mean_the_same_again():
    for word in ["进行中", "completed", " COMPLETED ", "completed", "ｃompleted", "", " ", 1, True, 1.0, "1", "true"]:
        payload = {**USUAL["pingcode"][0], "state": {"type": word, "name": word}, "type": word}
        for _ in range(2):
            assert_same(FILES["pingcode"], payload, about())
            assert_same(FILES["many"], payload, about())


@pytest.mark.parametrize(
    "members",
    [
        {"end_at": END, "start_at": END - 1, "completed_at": END, "created_at": FIRST - 1, "updated_at": FIRST},
        {"assignee": {"id": "u1", "display_name": "\ud800"}},
        {"assignee": {"id": "\udfff", "display_name": "王"}},
        {"assignee": {"id": " u1 ", "display_name": " 王\u3000小明 "}},
        {"tags": [{"name": "对账"}, {"name": " 对账"}, {"name": "Ｂlocked"}, {"name": "对账"}]},
        {"tags": [{"name": "\ud800"}], "is_blocked": "on"},
        {"tags": [{"name": "a"}], "is_blocked": "on"},
        {"tags": [{"name": "a"}], "is_blocked": "off"},
        {"tags": [], "is_blocked": "perhaps"},
        {"is_archived": 0, "project": {"id": "p", "is_archived": 1}},
        {"type": "u2"},
        {"type": "nobody"},
        {"type": "story"},
        {"state": {"type": "completed", "name": "进行中"}},
        {"state": {"type": "completed", "name": "unheard of"}},
        {"versions": [{"name": "V1"}, {"name": "V1", "end_at": 5}, {"name": "V2", "end_at": 3}]},
        {"title": "\ud800", "identifier": 7, "html_url": "HTTPS://x"},
    ],
    ids=str,
)
def test_rare_values_are_no_different_in_the_lanes(members):
    for file in (FILES["pingcode"], FILES["many"]):
        assert_same(file, {**USUAL["pingcode"][0], **members}, about())


def test_an_id_that_nobody_has_is_told_of_although_a_later_word_is_only_not_listed(a_file):
    file = a_file(
        """
        [task.kind]
        any = [
            { from = "type", lookup = { stream = "work_item_types", path = "name" }, values = { task = "task" } },
            { from = "word", values = { bug = "bug" } },
        ]
        otherwise = "other"
        """
    )
    payload = {"id": "t", "title": "t", "project": {"id": "p"}, "state": {"type": "pending"}, "type": "x", "word": "y"}

    assert_same(file, payload, about())
    assert [problem.target for problem in to_row(file, payload, about()).problems] == ["kind"]
    assert to_row(file, {**payload, "type": None}, about()).problems == ()
