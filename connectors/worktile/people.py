"""Members: the list once a day, and by uid whoever a task names but the list does not, such as people who left."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.contract import Page, RawRecord, Surroundings
from connectors.errors import NotPermitted, PathUnknown, Rejected, Retired
from connectors.worktile.api import Api
from connectors.worktile.daily import is_due, read_now
from connectors.worktile.envelopes import Row
from connectors.worktile.properties import assignees, member_id
from connectors.worktile.walk import Rows, Show, Sieve, read_proven

MEMBERS, UNLISTED = "members", "unlisted_members"
BATCH = 20
FAILURES_IN_A_ROW = 3
# What is remembered for the next run.
LISTED, ASKED = "listed_members", "asked_members"

log = logging.getLogger(__name__)


class People:
    """Knows whom the member list shows and whom tasks have named; shared by the threads that read projects."""

    def __init__(self, api: Api, around: Surroundings, show: Show) -> None:
        self._api = api
        self._around = around
        self._show = show
        self._lock = threading.Lock()
        self._named: set[str] = set()
        self._heard: dict[str, Row] = {}

    def meet(self, rows: Rows) -> None:
        """Note who is named by tasks."""
        named = {uid for row in rows for uid in assignees(row)}
        with self._lock:
            self._named |= named

    def hear(self, references: Mapping[str, Any]) -> None:
        """Note the people a page of tasks tells of beside them."""
        users = references.get("users")
        sieve = Sieve(member_id, self._show)
        found = {key: row for row in (users if isinstance(users, list) else ()) if (key := sieve.key(row))}
        with self._lock:
            self._heard.update(found)

    def listed(self, cursor: Mapping[str, Any]) -> Iterator[Page]:
        """The whole list, unless it was read on this day already."""
        if not is_due(cursor, self._around):
            yield Page((), cursor)
            return
        uids: set[str] = set()
        sieve = Sieve(member_id, self._show)
        for batch in read_proven(self._api.members, sieve):
            records = tuple(_record(MEMBERS, member_id(row), row) for row in batch.rows)
            uids.update(record.external_id for record in records)
            if batch.complete:
                self._around.memory[LISTED] = " ".join(sorted(uids))
                # Who is not in the list is asked for anew: a name may have changed.
                self._around.memory.pop(ASKED, None)
            yield Page(records, read_now(self._around) if batch.complete else {}, batch.complete, batch.rejected, False)

    def unlisted(self) -> Iterator[Page]:
        """Those whom tasks name and no list shows, each asked for once a day. Nobody is ever taken away."""
        with self._lock:
            named, heard = set(self._named), dict(self._heard)
        unknown = sorted(named - self._recall(LISTED) - self._asked_today())
        told = [uid for uid in unknown if uid in heard]
        self._ask_no_more(told)
        yield Page(tuple(_record(UNLISTED, uid, heard[uid]) for uid in told), {})
        for uids, rows in self._asked([uid for uid in unknown if uid not in heard]):
            sieve = Sieve(member_id, self._show)
            found = {key: row for row in rows if (key := sieve.key(row)) is not None and key in uids}
            self._ask_no_more(uids)
            records = tuple(_record(UNLISTED, uid, row) for uid, row in found.items())
            yield Page(records, {}, rejected=sieve.fresh_rejects())

    def _asked(self, uids: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[Any]]]:
        """Answers by portion. That several may be asked for at once is not certain, so a refusal is tried one by one."""
        size, start, refusals = BATCH, 0, 0
        while start < len(uids):
            portion = uids[start : start + size]
            try:
                rows = self._api.members_by_ids(portion).rows
            except (PathUnknown, Retired):
                raise
            except Rejected as err:
                if len(portion) > 1:
                    size = 1
                    continue
                # Of one uid alone it may mean that nobody has it; of several in a row, that none may be asked for.
                refusals += 1
                if refusals == FAILURES_IN_A_ROW:
                    raise NotPermitted(str(err)) from None
                log.warning("a member cannot be asked for by uid: %s", err)
                rows = ()
            else:
                refusals = 0
            if not rows and len(portion) > 1 and (rows := self._api.members_by_ids(portion[:1]).rows):
                portion, size = portion[:1], 1
            yield portion, rows
            start += len(portion)

    def _asked_today(self) -> set[str]:
        day, *uids = self._around.memory.get(ASKED, "").split() or [""]
        return set(uids) if day == self._today() else set()

    def _ask_no_more(self, uids: Sequence[str]) -> None:
        if uids:
            self._around.memory[ASKED] = " ".join([self._today(), *sorted(self._asked_today() | set(uids))])

    def _today(self) -> str:
        return self._around.now().astimezone(self._around.timezone).date().isoformat()

    def _recall(self, name: str) -> set[str]:
        return set(self._around.memory.get(name, "").split())


def _record(stream: str, uid: str, row: Row) -> RawRecord:
    return RawRecord(stream, uid, None, row)
