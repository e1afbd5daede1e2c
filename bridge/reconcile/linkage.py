"""Which linked tasks speak for a milestone: its own items, its leaves, and of those what is in scope and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import compress
from operator import and_, attrgetter

from bridge.forecast.columns import Follower
from bridge.model import Kind, Status, Task, TaskKey
from bridge.reconcile.situation import TaskRecord

OUT, OWN, DONE, OPEN = range(4)
"""What a linked task is to its milestone: out of scope, an own item, or work that is done or open."""
_IS_OWN, _IS_WORK, _IS_OPEN = (
    bytes(int(kind in kinds) for kind in range(256)) for kinds in ({OWN}, {DONE, OPEN}, {OPEN})
)
_OF_A_TASK = attrgetter("kind", "status", "archived", "parent_id", "id", "start_on", "created_at")


@dataclass(frozen=True, slots=True)
class Linked:
    """What the linked tasks of a milestone are, as columns."""

    kinds: bytes = b""
    is_leaf: bytes = b""
    """Of each, whether it is work in scope and nobody's parent."""
    parents: tuple[str | None, ...] = ()
    """Id of the parent of those that make theirs one that is no leaf."""
    created: tuple[datetime, ...] = ()
    starts: tuple[date | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """The linked tasks of one milestone, told apart once; every tuple keeps the order of `linked`."""

    linked: tuple[TaskRecord, ...] = ()
    own: tuple[TaskRecord, ...] = ()
    """Linked items of kind `milestone`: they carry the date, not the work."""
    leaves: tuple[TaskRecord, ...] = ()
    """In scope only."""
    open: tuple[TaskRecord, ...] = ()
    refs: tuple[TaskKey, ...] = ()
    """Keys of the leaves, and of the open ones."""
    open_refs: tuple[TaskKey, ...] = ()
    columns: Linked = field(default_factory=Linked)
    """Of the linked ones."""

    @property
    def is_empty(self) -> bool:
        """Nothing to judge by: neither an in-scope leaf nor an own item."""
        return not self.leaves and not self.own


def work_of(linked: Iterable[TaskRecord], refs: Sequence[TaskKey] | None = None, before: Work | None = None) -> Work:
    """Tell the linked tasks of one milestone apart, whatever their order and however deep the tree.

    `refs` are their keys, where they are at hand; what was known `before` of the same records is not looked at again.
    """
    records = tuple(linked)
    keys = [record.task.ref for record in records] if refs is None else refs
    if before is None:
        return _told_apart(records, keys, _with_leaves(_columns(records), keys))
    follow = Follower(records, before.linked)
    if follow.is_same:
        return before
    columns, known = _followed(follow, before.columns), before.columns
    if not _has_same_leaves(columns, known, _in_place(follow, keys, before)):
        return _told_apart(records, keys, _with_leaves(columns, keys))
    return _told_apart(records, keys, replace(columns, is_leaf=known.is_leaf), before)


def _in_place(follow: Follower[TaskRecord], keys: Sequence[TaskKey], before: Work) -> bool:
    """Whether the same tasks stand in the same places."""
    places = follow.replaced
    return places is not None and all(before.linked[at].task.ref == keys[at] for at in places)


def _has_same_leaves(columns: Linked, known: Linked, in_place: bool) -> bool:
    is_same_work = in_place and columns.kinds.translate(_IS_WORK) == known.kinds.translate(_IS_WORK)
    return is_same_work and columns.parents == known.parents


def _with_leaves(columns: Linked, keys: Sequence[TaskKey]) -> Linked:
    is_work = columns.kinds.translate(_IS_WORK)
    # Most milestones hold no parent of their own tasks: ids alone tell that sooner than whole keys.
    if not set(columns.parents).isdisjoint([identity for _, identity in keys]):
        parents = {(ref[0], parent) for ref, parent in zip(keys, columns.parents, strict=True)}
        is_work = bytes([work and ref not in parents for work, ref in zip(is_work, keys, strict=True)])
    return replace(columns, is_leaf=is_work)


def _told_apart(
    records: tuple[TaskRecord, ...], keys: Sequence[TaskKey], columns: Linked, before: Work | None = None
) -> Work:
    """`before` had the same leaves in the same places, if it is given."""
    is_leaf, kinds = columns.is_leaf, columns.kinds
    is_open = bytes(map(and_, is_leaf, kinds.translate(_IS_OPEN)))
    return Work(
        records,
        tuple(compress(records, kinds.translate(_IS_OWN))),
        tuple(compress(records, is_leaf)),
        tuple(compress(records, is_open)),
        tuple(compress(keys, is_leaf)) if before is None else before.refs,
        before.open_refs if before is not None and before.columns.kinds == kinds else tuple(compress(keys, is_open)),
        columns,
    )


def _followed(follow: Follower[TaskRecord], known: Linked) -> Linked:
    fresh = _columns(follow.fresh)
    return Linked(
        kinds=bytes(follow.column(known.kinds, fresh.kinds)),
        parents=tuple(follow.column(known.parents, fresh.parents)),
        created=tuple(follow.column(known.created, fresh.created)),
        starts=tuple(follow.column(known.starts, fresh.starts)),
    )


def _columns(records: Sequence[TaskRecord]) -> Linked:
    if not records:
        return Linked()
    kinds, parents = bytearray(), []
    # Half a million tasks pass here: names are looked up once, and no function is called for any of them.
    milestone, done, cancelled = Kind.MILESTONE, Status.DONE, Status.CANCELLED
    rows = list(map(_OF_A_TASK, [record.task for record in records]))
    for kind, status, archived, parent, identity, _, _ in rows:
        counts = status is not cancelled and (not archived or status is done)
        parents.append(parent if counts and parent != identity else None)
        kinds.append(OWN if kind is milestone else OUT if not counts else DONE if status is done else OPEN)
    return Linked(
        kinds=bytes(kinds),
        parents=tuple(parents),
        created=tuple([row[6] or record.first_seen for row, record in zip(rows, records, strict=True)]),
        starts=tuple([row[5] for row in rows]),
    )


def parents_of(tasks: Iterable[Task]) -> frozenset[tuple[str, str]]:
    """Keys of the tasks that have a child which still counts; a cancelled or shelved child leaves its parent a leaf."""
    cancelled = Status.CANCELLED
    return frozenset(
        [
            (task.source, parent)
            for task in tasks
            if (parent := task.parent_id) is not None
            and task.status is not cancelled
            and parent != task.id
            and (not task.archived or task.status is Status.DONE)
        ]
    )


def refs_of(records: Iterable[TaskRecord]) -> tuple[TaskKey, ...]:
    return tuple([record.task.ref for record in records])


def in_scope(task: Task) -> bool:
    """Neither cancelled nor put into the archive while still open."""
    return task.status is not Status.CANCELLED and not (task.archived and task.status is not Status.DONE)


def is_open(task: Task) -> bool:
    """Not done, for a task in scope; an unmapped status counts as open, never as done."""
    return task.status is not Status.DONE
