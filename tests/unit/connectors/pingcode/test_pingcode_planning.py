"""Members, progress, sprints, releases with their stages, and deliverables, in all four path generations."""

from datetime import timedelta

import pytest

from connectors.company import SimDeliverable, SimDepartment, SimSprint
from connectors.contract import EVERYTHING
from connectors.errors import BadPayload, NotPermitted, PathUnknown
from connectors.testing import Reply, SimProject, SimRelease, World, hex_id
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import LIN, NOW, OPS, PAY, an_item, full, pull, some_items

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
DLV = SimProject(hex_id("DLV"), "DLV", "交付项目", kind="waterfall", created_at=NOW - timedelta(days=300))
AGILE = SimProject(hex_id("AGI"), "AGI", "敏捷项目", kind="scrum", created_at=NOW - timedelta(days=300))
SPRINT = SimSprint(
    hex_id("s9"),
    "Sprint 9",
    PAY.id,
    "completed",
    NOW - timedelta(days=20),
    NOW - timedelta(days=6),
    started_at=NOW - timedelta(days=19),
    completed_at=NOW - timedelta(days=2),
    points=(40, 31, 25.5),
    owner=LIN.id,
)
NEXT = SimRelease(
    hex_id("r7"),
    "3.0.0",
    NOW - timedelta(days=30),
    NOW - timedelta(days=3),
    PAY.id,
    {"未开始": NOW - timedelta(days=30), "进行中": NOW - timedelta(days=25)},
)
REPORT = SimDeliverable(hex_id("d1"), "验收报告", an_item(1).id)
HANDED_OVER = SimDeliverable(hex_id("d2"), "上线方案", an_item(1).id, "https://wiki.example.com/p/1", archived=True)
WITHDRAWN = SimDeliverable(hex_id("d3"), "旧方案", an_item(1).id, deleted=True)


def a_company(*items, projects=(PAY, OPS, DLV, AGILE)):
    also = [SPRINT, NEXT, REPORT, HANDED_OVER, WITHDRAWN, SimDepartment(hex_id("dev"), "研发部", head=LIN.id)]
    return World(now=NOW, people=[LIN], projects=projects, items=items, also=[replace(thing) for thing in also])


@EVERY_PROFILE
def test_a_sprint_tells_what_was_planned_and_what_happened(tenant, profile):
    source = tenant(world=a_company(an_item(1)), profile=profile).source(profile=profile)

    read = pull(source, "sprints")

    (sprint,) = (record.payload for record in read.records)
    assert read.complete
    assert (sprint["status"], sprint["total_story_points"], sprint["completed_story_points"]) == ("completed", 40, 25.5)
    assert sprint["end_at"] < sprint["completed_at"]
    assert sprint["assignee"]["display_name"] == "林悦"


@EVERY_PROFILE
def test_a_release_tells_its_stage_and_when_each_was_entered(tenant, profile):
    source = tenant(world=a_company(an_item(1)), profile=profile).source(profile=profile)

    (release,) = (record.payload for record in pull(source, "releases").records)
    stages = {record.external_id: record.payload for record in pull(source, "release_stages", EVERYTHING).records}

    entered = {stages[row["id"]]["type"]: row["operate_at"] for row in release["stages"]}
    assert release["stage"]["type"] == "in_progress"
    assert release["end_at"] < NOW.timestamp()
    assert entered["pending"] < entered["in_progress"] == release["operate_at"]
    assert entered["published"] is None


def test_the_newest_generation_calls_releases_by_that_name_and_the_others_versions(tenant):
    clouds = {profile: tenant(world=a_company(), profile=profile) for profile in "acd"}

    for profile, cloud in clouds.items():
        pull(cloud.source(profile=profile), "releases")
        pull(cloud.source(profile=profile), "release_stages", EVERYTHING)

    asked = {p: [r.path.removeprefix("/open") for r in cloud.simulator.asked] for p, cloud in clouds.items()}
    assert {f"/v1/project/projects/{PAY.id}/versions", "/v1/project/stages"} < set(asked["a"])
    assert {f"/v1/pjm/projects/{PAY.id}/versions", "/v1/pjm/stages"} < set(asked["c"])
    assert {f"/v1/pjm/projects/{PAY.id}/releases", "/v1/pjm/release_stages"} < set(asked["d"])


@EVERY_PROFILE
def test_a_deliverable_is_handed_over_once_it_has_content(tenant, profile):
    source = tenant(world=a_company(an_item(1)), profile=profile).source(profile=profile)

    read = pull(source, "deliverables")

    found = {record.external_id: record.payload for record in read.records}
    assert set(found) == {REPORT.id, HANDED_OVER.id}
    assert (found[REPORT.id]["content"], found[REPORT.id]["is_archived"]) == (None, 0)
    assert (found[HANDED_OVER.id]["content"]["href"], found[HANDED_OVER.id]["is_archived"]) == (HANDED_OVER.link, 1)
    assert found[REPORT.id]["workitem" if profile == "d" else "work_item"]["id"] == an_item(1).id


def test_only_projects_that_can_have_them_are_asked_for_sprints_and_deliverables(tenant):
    source = tenant(world=a_company()).source()

    of = {stream: {scope.key for scope in source.scopes(stream)} for stream in ("sprints", "deliverables", "releases")}

    assert of["sprints"] == {"AGI", "PAY"}
    assert of["deliverables"] == {"DLV", "PAY"}
    assert of["releases"] == {"AGI", "DLV", "OPS", "PAY"}


def test_a_project_that_does_not_tell_its_kind_is_asked_for_everything(tenant):
    cloud = tenant(world=a_company(an_item(1), projects=(PAY,)))
    handle = cloud.simulator.handle

    def untold(request, n):
        if not request.path.endswith("/projects"):
            return None
        cloud.simulator.faults = None
        reply = handle(request)
        cloud.simulator.faults = untold
        for row in reply.body["values"]:
            del row["type"], row["state"], row["name"]
        return reply

    cloud.simulator.faults = untold
    source = cloud.source(profile="c")

    assert [scope.id for scope in source.scopes("sprints")] == [PAY.id]
    assert [scope.id for scope in source.scopes("deliverables")] == [PAY.id]


@EVERY_PROFILE
def test_a_person_is_a_member_of_each_project_on_its_own(tenant, profile):
    items = [an_item(1, assignee=LIN.id), an_item(1, OPS, assignee=LIN.id)]
    source = tenant(world=a_company(*items), profile=profile).source(profile=profile)

    read = [pull(source, "project_members", project.id) for project in (PAY, OPS)]

    records = [record for part in read for record in part.records]
    assert [record.external_id for record in records] == [f"{PAY.id}:{LIN.id}", f"{OPS.id}:{LIN.id}"]
    assert {record.payload["id"] for record in records} == {LIN.id}
    assert [record.payload["project"]["identifier"] for record in records] == ["PAY", "OPS"]


@EVERY_PROFILE
def test_the_progress_of_a_project_is_known_by_its_id_and_kept_as_sent(tenant, profile):
    items = [an_item(1, state="done"), an_item(2, state="doing"), an_item(3)]
    source = tenant(world=a_company(*items), profile=profile).source(profile=profile)

    read = pull(source, "project_progress")

    (record,) = read.records
    counts = {"total": 3, "pending_count": 1, "in_progress_count": 1, "completed_count": 1}
    assert (record.external_id, record.payload, read.complete) == (PAY.id, {"work_item": counts}, True)


def test_progress_that_is_no_object_is_a_broken_contract(tenant):
    cloud = tenant(faults=lambda r, n: Reply([1]) if r.path.endswith("/progress") else None)

    with pytest.raises(BadPayload, match="progress"):
        pull(cloud.source(profile="c"), "project_progress")


def test_departments_tell_who_leads_them(tenant):
    source = tenant(world=a_company()).source(profile="c")

    (department,) = (record.payload for record in pull(source, "departments", EVERYTHING).records)

    assert (department["name"], department["head"]["id"], department["parent"]) == ("研发部", LIN.id, None)


def test_more_sprints_than_a_page_are_all_read_and_one_that_left_is_told_by_its_absence(tenant):
    world = a_company(an_item(1))
    world.also = [replace(SPRINT, id=hex_id("s", n), name=f"Sprint {n}") for n in range(250)]
    cloud = tenant(world=world)
    source = cloud.source(profile="c")
    before = pull(source, "sprints")
    gone = world.also.pop(7)
    world.advance_to(NOW + timedelta(hours=2))

    after = pull(source, "sprints", cursor=before.cursor)

    assert (len(before.ids), before.complete) == (250, True)
    assert before.ids - after.ids == {gone.id}
    assert after.complete


@pytest.mark.parametrize("stream", ["sprints", "deliverables", "project_members", "workloads", "departments", "tags"])
@pytest.mark.parametrize(("status", "error"), [(403, NotPermitted), (404, PathUnknown), (405, PathUnknown)])
def test_a_part_that_a_server_lacks_or_hides_is_named_as_that(tenant, stream, status, error):
    end = {"project_members": "members", "tags": "work_item_tags"}.get(stream, stream)
    cloud = tenant(*some_items(3), faults=lambda r, n: Reply("", status) if r.path.endswith(end) else None)
    source = cloud.source(profile="c")

    scope = EVERYTHING if stream in ("departments", "tags") else PAY.id
    with pytest.raises(error):
        pull(source, stream, scope)

    assert stream in source.optional_streams
    assert len(pull(source).records) == 3


def test_sprints_and_releases_that_items_name_are_listed_too(tenant):
    cloud = tenant(full(1), an_item(2), an_item(3, kind="phase"))
    source = cloud.source(profile="c")
    item = next(record.payload for record in pull(source).records if record.payload["sprint"])

    assert item["sprint"]["id"] in pull(source, "sprints").ids
    assert item["versions"][0]["id"] in pull(source, "releases").ids


@pytest.mark.parametrize("stream", ["sprints", "releases", "deliverables", "project_members"])
def test_plans_of_another_project_are_never_taken_for_those_of_this_one(tenant, stream):
    cloud = tenant(world=a_company(an_item(1, assignee=LIN.id)))
    ending = {"project_members": "members", "releases": "versions"}.get(stream, stream)
    other = {"id": hex_id("x"), "project": {"id": OPS.id, "name": "运维保障"}}
    foreign = Reply({"page_size": 100, "page_index": 0, "total": 1, "values": [other]})
    cloud.simulator.faults = lambda r, n: foreign if r.path.endswith(f"/{ending}") else None

    with pytest.raises(BadPayload, match=f"project {PAY.id}, got one of {OPS.id}"):
        pull(cloud.source(profile="c"), stream)
