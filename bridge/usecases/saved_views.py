"""Views of the report that people give a name, to come back to; they are their own and change nothing for others."""

from __future__ import annotations

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.store import saved_views
from bridge.usecases.recorded import writable
from bridge.usecases.workspace import Workspace

MOST, LONGEST, LONGEST_QUERY = 30, 60, 2_000

NO_NAME = Text(zh="请给视图起个名字。", en="Give the view a name.")
TOO_LONG = Text(zh="名字太长，最多 {longest} 个字。", en="The name is too long: at most {longest} characters.")
TOO_MANY = Text(
    zh="已有 {most} 个视图；请先删除一个，或用已有的名字覆盖。",
    en="There are {most} views already; remove one first, or save under a name that exists.",
)
NOTHING_ASKED = Text(
    zh="现在没有筛选、排序或分组，没有可保存的视图。",
    en="Nothing is filtered, ordered or grouped, so there is no view to save.",
)


def of(space: Workspace, user: str) -> list[tuple[str, str]]:
    """(name, query) of a person's views, in the order of names."""
    with space.store() as store:
        return saved_views.of(store, user)


def save(space: Workspace, user: str, name: str, query: str) -> None:
    """Keep what the address asks for under a name; the same name takes its place."""
    name = " ".join(name.split())
    if not name:
        raise UsageProblem(NO_NAME)
    if len(name) > LONGEST:
        raise UsageProblem(TOO_LONG, longest=LONGEST)
    if not query or len(query) > LONGEST_QUERY:
        raise UsageProblem(NOTHING_ASKED)
    with writable(space) as store, store.transaction():
        known = {one for one, _ in saved_views.of(store, user)}
        if name not in known and len(known) >= MOST:
            raise UsageProblem(TOO_MANY, most=MOST)
        saved_views.save(store, user, name, query, space.clock.now())


def remove(space: Workspace, user: str, name: str) -> None:
    """Forget a view; one that is gone already is no mistake."""
    with writable(space) as store, store.transaction():
        saved_views.remove(store, user, name)
