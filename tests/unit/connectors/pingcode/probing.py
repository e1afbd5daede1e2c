"""What a sync does with the work items of many projects, with and without a word of what is to come."""

from datetime import timedelta

import pytest

from connectors.testing import SimProject, hex_id
from tests.unit.connectors.pingcode.conftest import NOW, pull

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
LATER = NOW + timedelta(days=5)
WHOLE_DAYS = ("c", "d")


def marks(source):
    """Cursors of a first, complete read of every project."""
    return {scope.id: pull(source, scope=scope).cursor for scope in source.scopes("work_items")}


def run(source, cursors):
    """What a sync does with the work items."""
    scopes = list(source.scopes("work_items"))
    source.expect("work_items", {scope.id: cursors.get(scope.id, {}) for scope in scopes})
    return {scope.id: pull(source, scope=scope, cursor=cursors.get(scope.id)) for scope in scopes}


def alone(source, cursors):
    """The same without a word of what is to come."""
    return {scope.id: pull(source, scope=scope, cursor=cursors.get(scope.id)) for scope in source.scopes("work_items")}


def projects(count):
    return tuple(SimProject(hex_id("P", n), f"P{n:03}", f"项目 {n}") for n in range(count))


def rest(cloud, days=5):
    """Time goes on and nothing happens."""
    cloud.world.advance_to(cloud.world.now + timedelta(days=days))


def projects_in(request):
    if request.method == "POST":
        return request.json["payload"].get("filter", {}).get("project.id", {}).get("in", [])
    return request.query.get("project_ids", "").split(",")


def told(read):
    return {project: (part.ids, part.cursor, part.complete) for project, part in read.items()}
