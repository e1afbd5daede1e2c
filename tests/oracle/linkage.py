"""Which tasks a milestone stands on, and what they are to it: own items, leaves, in scope, open."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from .civil import Json

Term = tuple[bool, str, str]


def fold(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().casefold()


def alternatives(scope: str | None) -> list[list[Term]]:
    """A scope as alternatives of terms (positive?, name, value)."""
    found: list[list[Term]] = []
    for part in (scope or "").split("|"):
        terms = []
        for minus, name, value in re.findall(r'(-?)([\w.]+):("[^"]*"|\S+)', part):
            terms.append((minus == "", name, fold(value.strip('"'))))
        if terms:
            found.append(terms)
    return found


def values(task: Json, name: str, parents: dict[tuple[str, str], Json]) -> set[str]:
    """Everything a term of this name may compare with."""
    if name == "source":
        return {fold(task["source"])}
    if name == "project":
        return {fold(v) for v in (task["project"]["id"], task["project"].get("key"), task["project"]["name"]) if v}
    if name == "assignee":
        return {fold(v) for person in task["assignees"] for v in (person["id"], person["name"])}
    if name == "tag":
        return {fold(tag) for tag in task["tags"]}
    if name == "release":
        return {fold(one) for one in task["releases"]} | ({fold(task["release"])} if task["release"] else set())
    if name == "parent":
        found: set[str] = set()
        at = parents.get((task["source"], task["parent_id"] or ""))
        while at is not None and fold(at["id"]) not in found:
            found |= {fold(v) for v in (at["id"], at["key"]) if v}
            at = parents.get((task["source"], at["parent_id"] or ""))
        return found
    if name.startswith("field."):
        value = task["fields"].get(name[6:])
        return set() if value is None else {fold(str(value))}
    return {fold(task[name])} if task[name] else set()


def linked(milestone: Json, tasks: Iterable[Json]) -> list[Json]:
    """Selected by the scope or mapped to the key, and not gone."""
    every = {(task["source"], task["id"]): task for task in tasks}
    wanted = alternatives(milestone["scope"])
    found = []
    for task in every.values():
        if task["gone"]:
            continue
        chosen = task["milestone"] == milestone["key"]
        for terms in wanted:
            chosen = chosen or all((value in values(task, name, every)) == yes for yes, name, value in terms)
        if chosen:
            found.append(task)
    return found


def is_ambiguous(milestone: Json, tasks: list[Json]) -> bool:
    """A `key:` that fits tasks of several projects, the other terms of its alternative considered."""
    every = {(task["source"], task["id"]): task for task in tasks}
    for terms in alternatives(milestone["scope"]):
        if not any(name == "key" and yes for yes, name, _ in terms):
            continue
        projects = {
            (task["source"], task["project"]["id"])
            for task in tasks
            if not task["gone"] and all((v in values(task, name, every)) == yes for yes, name, v in terms)
        }
        if len(projects) > 1:
            return True
    return False


def needs(milestone: Json, source: str, project: Json | None = None) -> bool:
    """Whether a source, and in it a project, is not excluded by positive terms."""
    wanted = alternatives(milestone["scope"])
    if not wanted:
        return True
    for terms in wanted:
        sources = {value for yes, name, value in terms if yes and name == "source"}
        projects = {value for yes, name, value in terms if yes and name == "project"}
        names = {fold(v) for v in (project or {}).values() if v}
        if sources <= {fold(source)} and (project is None or projects <= names):
            return True
    return False


def sleeping(task: Json) -> bool:
    """Cancelled, or archived and open."""
    return task["status"] == "cancelled" or (task["archived"] and task["status"] != "done")


class Work:
    """The linked tasks of one milestone by what they are to it."""

    def __init__(self, milestone: Json, tasks: list[Json]) -> None:
        self.linked = linked(milestone, tasks)
        self.own = [task for task in self.linked if task["kind"] == "milestone"]
        self.leaves = []
        for task in self.linked:
            children = [
                child
                for child in self.linked
                if child["source"] == task["source"] and child["parent_id"] == task["id"] and not sleeping(child)
            ]
            if task["kind"] != "milestone" and not children:
                self.leaves.append(task)
        self.in_scope = [task for task in self.leaves if not sleeping(task)]
        self.open = [task for task in self.in_scope if task["status"] != "done"]
