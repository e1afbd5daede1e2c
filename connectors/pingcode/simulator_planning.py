"""What the simulated server tells of plans and hours: sprints, releases and their stages, deliverables, workloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.company import SimDeliverable, SimDepartment, SimSprint, SimWorkload
from connectors.pingcode.simulator_filters import Refusal
from connectors.pingcode.simulator_names import STAGES, seconds, short_id, stable_id
from connectors.pingcode.simulator_shapes import WEB, Shapes
from connectors.testing import SimItem, SimProject, SimRelease, World

Rows = list[dict[str, Any]]
Query = Mapping[str, str]
PRINCIPALS = ("work_item", "idea", "test_case")
PRINCIPALS_OF_D = ("workitem", "idea", "ticket", "testcase")
# The longest three months, and the days that widening to whole days may add.
MOST_DAYS = 92


class Plans:
    """The plans of one world in one generation; `project` finds one that may be read, or refuses."""

    def __init__(self, world: World, shapes: Shapes, project: Callable[[str], SimProject], zone: ZoneInfo) -> None:
        self.world = world
        self._shapes = shapes
        self._project = project
        self._zone = zone

    def lists(self) -> list[tuple[str, Callable[..., Rows]]]:
        """Path and what answers it."""
        root, is_d = self._shapes.root, self._shapes.profile == "d"
        return [
            ("/v1/directory/departments", lambda query: [*map(self._department, self.world.all_of(SimDepartment))]),
            (f"{root}/projects/([^/]+)/sprints", self._sprints),
            (f"{root}/projects/([^/]+)/{'releases' if is_d else 'versions'}", self._releases),
            (f"{root}/{'release_stages' if is_d else 'stages'}", lambda query: [*map(self._shapes.stage, STAGES)]),
            (f"{root}/deliverables", self._deliverables),
            ("/v1/workloads", self._workloads),
        ]

    def _department(self, department: SimDepartment) -> dict[str, Any]:
        return {
            **(self._shapes.department_reference(department.id) or {}),
            "head": self._shapes.user_reference(department.head),
            "parent": self._shapes.department_reference(department.parent),
        }

    def _sprints(self, query: Query, wanted: str) -> Rows:
        project = self._project(wanted)
        if project.kind not in ("scrum", "hybrid"):
            return []
        known = {sprint.id: sprint for sprint in self.world.all_of(SimSprint) if sprint.project == project.id}
        for item in self.world.items_of(project.id):
            if item.sprint is not None and item.sprint.id not in known:
                known[item.sprint.id] = self._named(item.sprint, project.id)
        rows = [self._sprint(sprint, project) for sprint in known.values()]
        return [row for row in rows if _wanted(row, query, row["status"])]

    def _named(self, sprint: SimRelease, project: str) -> SimSprint:
        """A sprint of which only what an item names is known."""
        status = self._shapes.sprint(sprint)["status"]
        return SimSprint(sprint.id, sprint.name, project, status, sprint.start, sprint.end)

    def _sprint(self, sprint: SimSprint, project: SimProject) -> dict[str, Any]:
        points = sprint.points or (None, None, None)
        return {
            "id": sprint.id,
            "url": self._shapes.url(f"projects/{project.id}/sprints/{sprint.id}"),
            "project": self._shapes.project_reference(project),
            "name": sprint.name,
            "status": sprint.status,
            "assignee": self._shapes.user_reference(sprint.owner),
            "start_at": seconds(sprint.start),
            "end_at": seconds(sprint.end),
            "description": None,
            "started_at": seconds(sprint.started_at),
            "completed_at": seconds(sprint.completed_at),
            **dict(zip(("total_story_points", "started_story_points", "completed_story_points"), points, strict=True)),
            "categories": [],
            **self._made(sprint.start, sprint.updated_at, sprint.owner),
        }

    def _releases(self, query: Query, wanted: str) -> Rows:
        project = self._project(wanted)
        known = {release.id: release for release in self.world.all_of(SimRelease) if release.project == project.id}
        for item in self.world.items_of(project.id):
            known |= {release.id: release for release in item.releases if release.id not in known}
        rows = [self._release(release, project) for release in known.values()]
        return [row for row in rows if _wanted(row, query, row["stage"]["type"])]

    def _release(self, release: SimRelease, project: SimProject) -> dict[str, Any]:
        begun = {self._shapes.stage_of(release): release.start} if release.start else {}
        entered = release.entered or begun
        stages = [self._shapes.stage(name) for name in STAGES]
        return {
            **self._shapes.release(release),
            "project": self._shapes.project_reference(project),
            "assignee": None,
            "stages": [
                {
                    **{key: stage[key] for key in ("id", "url", "name")},
                    "operate_at": seconds(entered.get(stage["name"])),
                }
                for stage in stages
            ],
            "progress": 0,
            "changelog": None,
            "operate_at": seconds(entered.get(self._shapes.stage_of(release))),
            "categories": [],
            **self._made(release.start, max(entered.values(), default=None), None),
        }

    def _deliverables(self, query: Query) -> Rows:
        """Deleted ones are left out, as everywhere; no parameter that shows them is documented here."""
        project = self._project(query["project_id"]) if "project_id" in query else None
        if project is not None and project.kind not in ("waterfall", "hybrid"):
            raise Refusal(400, "100001", "项目类型不支持交付目标")
        owner = f"{self._shapes.word}_id"
        return [
            self._deliverable(thing, item)
            for thing in self.world.all_of(SimDeliverable)
            if not thing.deleted and (item := self.world.items.get(thing.item)) is not None
            if project is None or item.project == project.id
            if query.get(owner, item.id) == item.id
        ]

    def _deliverable(self, thing: SimDeliverable, item: SimItem) -> dict[str, Any]:
        return {
            "id": thing.id,
            "url": self._shapes.url(f"deliverables/{thing.id}"),
            "name": thing.name,
            "content_type": "link" if thing.link else None,
            "content": {"name": thing.name, "href": thing.link} if thing.link else None,
            "project": self._shapes.project_reference(self.world.projects[item.project]),
            self._shapes.word: self._item(item),
            **self._made(item.created_at, thing.updated_at, item.assignee),
            "is_archived": int(thing.archived),
            "is_deleted": int(thing.deleted),
        }

    def _workloads(self, query: Query) -> Rows:
        known = PRINCIPALS_OF_D if self._shapes.profile == "d" else PRINCIPALS
        kind = query.get("principal_type")
        if kind is None and ("pilot_id" in query or "principal_id" in query):
            raise Refusal(400, "100008", "缺少 principal_type")
        if kind not in (None, *known):
            raise Refusal(400, "100049", f"不支持的 principal_type {kind}")
        start, end = self._span(query)
        if "pilot_id" in query and (start is None or end is None or end - start > timedelta(days=MOST_DAYS)):
            raise Refusal(400, "100001", "按项目查询时时间跨度不能超过三个月")
        pilot = self._project(query["pilot_id"]).id if "pilot_id" in query else None
        return [
            self._workload(entry, item)
            for entry in self.world.all_of(SimWorkload)
            if (item := self.world.items.get(entry.item)) is not None and kind in (None, self._shapes.word)
            if pilot in (None, item.project) and query.get("principal_id", item.id) == item.id
            if (start is None or self._midnight(entry.at) >= start) and (end is None or entry.at < end)
            if query.get("report_by_id", entry.person) == entry.person
        ]

    def _workload(self, entry: SimWorkload, item: SimItem) -> dict[str, Any]:
        kind = stable_id("workload-type", entry.kind) if entry.kind else None
        day = seconds(self._midnight(entry.at))
        person = self._shapes.user_reference(entry.person)
        return {
            "id": entry.id,
            "url": f"{self._shapes.host}/v1/workloads/{entry.id}",
            "principal_type": self._shapes.word,
            "principal": self._item(item),
            "type": {"id": kind, "url": f"{self._shapes.host}/v1/workload_types/{kind}", "name": entry.kind}
            if kind
            else None,
            "duration": entry.hours,
            "review_state": entry.review,
            "description": entry.note,
            "report_at": day,
            "report_by": person,
            "created_at": seconds(entry.at),
            "created_by": person,
        }

    def _span(self, query: Query) -> tuple[datetime | None, datetime | None]:
        """The asked times, widened to whole days."""
        try:
            at = {
                name: datetime.fromtimestamp(int(query[name]), UTC) for name in ("start_at", "end_at") if name in query
            }
        except (ValueError, OverflowError, OSError):
            raise Refusal(400, "100003", "无效的时间") from None
        if len(at) == 1:
            raise Refusal(400, "100008", "start_at 和 end_at 必须同时提供")
        if not at:
            return None, None
        return self._midnight(at["start_at"]), self._midnight(at["end_at"]) + timedelta(days=1)

    def _midnight(self, at: datetime) -> datetime:
        return datetime.combine(at.astimezone(self._zone).date(), time.min, self._zone).astimezone(UTC)

    def _item(self, item: SimItem) -> dict[str, Any]:
        short = short_id(item.id)
        return {**self._shapes.item_reference(item), "short_id": short, "html_url": f"{WEB}/pjm/workitems/{short}"}

    def _made(self, created: datetime | None, updated: datetime | None, by: str | None) -> dict[str, Any]:
        person = self._shapes.user_reference(by)
        return {
            "created_at": seconds(created),
            "created_by": person,
            "updated_at": seconds(updated or created),
            "updated_by": person,
        }


def _wanted(row: Mapping[str, Any], query: Query, status: str) -> bool:
    return query.get("name", "") in row["name"] and query.get("status", status) == status
