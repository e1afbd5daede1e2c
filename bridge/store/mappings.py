"""Which mapping was in force when, by whose decision and why, and which files could not be used meanwhile."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

from msgspec import Struct

from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store

How = Literal["built_in", "file", "publish", "rollback"]
"""What brought a version into force: the built-in mapping, a file edited on disk, or one of the two commands."""
_COLUMNS = ("source", "version", "basis", "text", "activated_at", "how", "who", "why", "hash", "file")
_READ = "version, text, activated_at, how, who, why, hash, file"
_LATER_THAN_ALL = "9999"


class Origin(Struct, frozen=True):
    """Where a mapping comes from, and who wanted it why."""

    how: How = "file"
    who: str | None = None
    why: str | None = None
    file: str | None = None


FROM_FILE = Origin()


class Version(Struct, frozen=True):
    """A mapping that was in force from `activated_at` on. What was not kept of it is None."""

    version: str
    text: str
    activated_at: datetime
    how: How | None
    who: str | None
    why: str | None
    hash: str
    file: str | None


class Refusal(Struct, frozen=True):
    """A file that cannot be used: since when, how many problems it has, and the version used instead."""

    file: str
    since: datetime
    problems: int
    version: str


def digest(text: str) -> str:
    """The hash by which a text of a mapping is known."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def newest(store: Store, source: str) -> Version | None:
    """The version in force; None before anything was mapped."""
    found = history(store, source, most=1)
    return found[0] if found else None


def history(store: Store, source: str, *, most: int | None = None) -> list[Version]:
    """Every version that was in force, newest first, each since it came into force.

    A version that was activated again because a name it looks up had changed is told of once.
    """
    found: list[Version] = []
    rows = store.rows(
        f"SELECT {_READ} FROM mapping_versions WHERE source = ? ORDER BY activated_at DESC",
        (source,),
    )
    for version, text, at, how, who, why, known, file in rows:
        entry = Version(version, text, instant(at), how, who, why, known or digest(text), file)
        if found and found[-1].version == version:
            found[-1] = entry
        elif len(found) == most:
            break
        else:
            found.append(entry)
    return found


def activate(store: Store, source: str, version: str, basis: str, text: str, at: datetime, origin: Origin) -> None:
    """Write down that the stored tasks are as this mapping makes them."""
    before = newest(store, source)
    if before is not None and before.version == version:
        # Only a name it looks up is another one: who published it and why is as before.
        told = (before.how, before.who, before.why, before.hash, before.file)
    else:
        told = (origin.how, origin.who, origin.why, digest(text), origin.file)
    store.upsert_many("mapping_versions", _COLUMNS, [(source, version, basis, text, stamp(at), *told)])


def refuse(store: Store, source: str, refusal: Refusal) -> None:
    """Write down that a file cannot be used; one that is refused again is so since the first time."""
    standing = refused(store, source)
    if standing is None:
        columns = ("source", "since_at", "until_at", "file", "problems", "version")
        row = (source, stamp(refusal.since), None, refusal.file, refusal.problems, refusal.version)
        store.upsert_many("mapping_refusals", columns, [row])
    elif (standing.file, standing.problems, standing.version) != (refusal.file, refusal.problems, refusal.version):
        # What was said of it until now stays known of the days on which it was said.
        accept(store, source, refusal.since)
        columns = ("source", "since_at", "until_at", "file", "problems", "version")
        row = (source, stamp(refusal.since), None, refusal.file, refusal.problems, refusal.version)
        store.upsert_many("mapping_refusals", columns, [row])


def accept(store: Store, source: str, at: datetime) -> None:
    """Write down that the file of a source can be used (again)."""
    if refused(store, source) is not None:
        store.execute(
            "UPDATE mapping_refusals SET until_at = ? WHERE source = ? AND until_at IS NULL", (stamp(at), source)
        )


def refused(store: Store, source: str, before: str | None = None) -> Refusal | None:
    """The file that cannot be used now, or could not just before an instant."""
    row = store.one(
        "SELECT file, since_at, problems, version FROM mapping_refusals "
        "WHERE source = ? AND since_at < ? AND (until_at IS NULL OR until_at >= ?) ORDER BY since_at DESC LIMIT 1",
        (source, before or _LATER_THAN_ALL, before or _LATER_THAN_ALL),
    )
    return None if row is None else Refusal(row[0], instant(_since(store, source, row[1])), row[2], row[3])


def _since(store: Store, source: str, at: str) -> str:
    """Since when a file is refused: entries that follow each other without a gap are one refusal."""
    former = store.one("SELECT since_at FROM mapping_refusals WHERE source = ? AND until_at = ?", (source, at))
    return at if former is None or former[0] == at else _since(store, source, former[0])


def problem_counts(store: Store, source: str) -> list[tuple[str, str, str, int]]:
    """(target, code, value, number of tasks) of everything the mapping of a source cannot read."""
    sql = "SELECT target, code, value, count(*) FROM mapping_problems WHERE source = ? GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 3"
    return list(store.rows(sql, (source,)))
