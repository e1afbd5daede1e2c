"""The vendor of the worked example, simulated in a few lines, and how it is put on the bench."""

from itertools import count

from connectors.conformance import CLIENT_ID, CLIENT_SECRET, Dialect, Subject
from connectors.contract import SourceConfig
from connectors.testing import Reply
from tests.contract.tasklist import Tasklist


class TasklistSimulator:
    def __init__(self, world):
        self.world, self.tokens = world, count()

    def handle(self, request):
        if request.path == "/login":
            is_known = request.json == {"id": CLIENT_ID, "secret": CLIENT_SECRET}
            return Reply({"token": f"tl/{next(self.tokens):08}+="}) if is_known else Reply({"error": "who?"}, 400)
        if not request.headers.get("X-Token", "").startswith("tl/"):
            return Reply({"error": "token"}, 401)
        with self.world.lock:
            if request.path == "/projects":
                rows = [{"id": project.id, "name": project.name} for project in self.world.projects.values()]
            else:
                items = self.world.items_of(request.query["project"])
                rows = [self.row(item) for item in items if not item.deleted]
        size, index = int(request.query["page_size"]), int(request.query["page_index"])
        return Reply({"rows": rows[index * size : (index + 1) * size], "total": len(rows)})

    def row(self, item):
        updated, due = int(item.updated_at.timestamp()), int(item.due.timestamp()) if item.due else None
        fields = {"description": item.description, "state": item.state, **item.properties}
        return {"id": item.id, "title": item.title, "updated": updated, "due": due, **fields}


def settings(address):
    credentials = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "requests_per_minute": 1_000_000}
    return SourceConfig(name="tasklist", kind="tasklist", base_url=address, **credentials)


DIALECT = Dialect(
    tasks="/tasks", sign_in="/login", token=lambda request: request.headers.get("X-Token", ""), rows=("rows",)
)
SUBJECT = Subject(
    name="tasklist",
    simulate=lambda world: TasklistSimulator(world).handle,
    settings=settings,
    connect=Tasklist,
    dialect=DIALECT,
    shows=lambda item: not item.deleted,
    dead_token=(Reply({"error": "token"}, 401),),
    throttled=Reply({"error": "slow down"}, 429),
    wait_headers=("Retry-After",),
    error_in_200=(Reply({"error": "broken"}),),
    forbidden=Reply({"error": "not yours"}, 403),
)
SUBJECTS = (SUBJECT,)
