"""What is asked about single tasks: related tasks, the task with its comments, and where tasks are now."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, MutableMapping, Sequence
from urllib.parse import quote

from connectors.contract import Found, RawRecord
from connectors.errors import BadPayload, ConnectorError, Interrupted, NotPermitted, PathUnknown, Rejected
from connectors.paging import instant
from connectors.worktile.api import Api
from connectors.worktile.envelopes import Row, identified
from connectors.worktile.properties import ASKED, LONGEST_LIST, batches, properties_of, task_id
from connectors.worktile.walk import Rows

RELATIONS, DETAILS = "relations", "task_details"
# Whether it is late matters of a related task; the rest of it is known from its own project.
ASKED_OF_RELATED = ("assignee", "start", "due")
REMEMBERED = "property_keys"


class Singles:
    """Asks about single tasks; may be used by several threads at once."""

    def __init__(self, api: Api, memory: MutableMapping[str, str]) -> None:
        self._api = api
        self._memory = memory
        self._lock = threading.Lock()
        self._keys = set(memory.get(REMEMBERED, "").split(",")) - {""}
        self._answered: set[str] = set()

    def meet(self, rows: Rows) -> None:
        """Note which properties the lists show, so that a task that is asked for by its id shows the same."""
        keys = {key for row in rows for key in properties_of(row) if key and "," not in key}
        with self._lock:
            if not keys <= self._keys:
                self._keys |= keys
                self._memory[REMEMBERED] = ",".join(sorted(self._keys))

    def details(self, stream: str, task: str) -> tuple[RawRecord, ...]:
        """The records of one task. One that is not there any more has none."""
        read = {RELATIONS: self._relations, DETAILS: self._detail}[stream]
        try:
            records = read(task)
        except (PathUnknown, NotPermitted) as err:
            if self._is_gone(task):
                return ()
            if stream in self._answered:
                # The path is there and open for others: this is about the one task.
                raise Rejected(str(err)) from None
            raise
        self._answered.add(stream)
        return records

    def found(self, ids: Sequence[str], wanted: Collection[str] | None) -> Iterator[Found]:
        """Those of these tasks that the server shows in a project that is read (None: in any).

        Raises where the answer does not tell: nobody may take a failure for an absence.
        """
        with self._lock:
            keys = sorted(self._keys | set(ASKED))
        for portions in _portions(list(dict.fromkeys(ids)), keys):
            for key, row in self._asked(*portions).items():
                project = row.get("project_id")
                if not isinstance(project, str) or not project:
                    raise BadPayload(f"task {key} came without the project_id that tells where it is")
                if wanted is None or project in wanted:
                    yield Found(project, _record("tasks", key, row))

    def _asked(self, ids: Sequence[str], portions: Sequence[Sequence[str]]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for number, keys in enumerate(portions):
            answer = identified(self._api.tasks_by_ids(ids, keys).rows, task_id)
            rows = {key: row for key, row in answer.items() if key in ids and (not number or key in found)}
            found = {key: _merged(found.get(key), row) for key, row in rows.items()}
        return found

    def _relations(self, task: str) -> tuple[RawRecord, ...]:
        related = identified(self._api.relations(task, ASKED_OF_RELATED).rows, task_id)
        return tuple(_record(RELATIONS, key, row, f"{task}:{key}") for key, row in related.items())

    def _detail(self, task: str) -> tuple[RawRecord, ...]:
        row = self._api.task(task)
        if row.get("_id") != task:
            raise BadPayload(f"asked for task {task}, got {str(row.get('_id'))[:80]!r}")
        return (_record(DETAILS, task, row),)

    def _is_gone(self, task: str) -> bool:
        try:
            return task not in identified(self._api.tasks_by_ids([task], ASKED_OF_RELATED).rows, task_id)
        except Interrupted:
            raise
        except ConnectorError:
            return False  # the refusal that led here is told


def _record(stream: str, key: str, row: Row, external_id: str | None = None) -> RawRecord:
    return RawRecord(stream, external_id or key, instant(row.get("updated_at")), row)


def _merged(former: Row | None, row: Row) -> Row:
    return row if former is None else {**row, "properties": {**properties_of(former), **properties_of(row)}}


def _portions(ids: Sequence[str], keys: Sequence[str]) -> Iterator[tuple[Sequence[str], list[list[str]]]]:
    """Ids and property keys in portions that fit into one address together."""
    by_keys: list[list[str]] = [[]]
    room = LONGEST_LIST // 2
    for key in keys:
        room -= (length := len(quote(key)) + 3)
        if room < 0 and by_keys[-1]:
            by_keys.append([])
            room = LONGEST_LIST // 2 - length
        by_keys[-1].append(key)
    longest = max(by_keys, key=lambda portion: sum(len(quote(key)) for key in portion))
    for portion in batches(ids, longest):
        yield portion, by_keys
