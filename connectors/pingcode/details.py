"""What PingCode tells of one work item at a time: its links, its way through the states, and what was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from connectors.contract import RawRecord
from connectors.errors import BadPayload, PathUnknown
from connectors.paging import instant
from connectors.pingcode.answers import NoSuchItem
from connectors.pingcode.api import Api, Envelope, Row
from connectors.pingcode.profiles import Profile
from connectors.pingcode.walk import settled

DETAILS = ("links", "transitions", "activities")
ACTIVITIES = "/v1/activities"
# Beside the word of the generation, because nobody has seen what the newest one calls the members of its answers.
SPELLINGS = ("work_item", "workitem")
LINK_ENDS = tuple(f"{end}_{word}" for end in ("origin", "target") for word in SPELLINGS)


class Details(Struct, frozen=True):
    """The detail streams of one source."""

    api: Api
    profile: Profile

    def read(self, stream: str, task: str) -> tuple[RawRecord, ...]:
        """Every row of one work item; none where the server does not know the item any more."""
        path, params, owners = self._address(stream, task)
        sent: dict[str, Row] = {}

        def ask(index: int) -> Envelope:
            page = self.api.envelope(path, params, index=index, needs_id=False)
            _refuse_foreign(page.rows, owners, task, path)
            named = [(_identity(row, task), row) for row in page.rows]
            sent.update(named)
            return replace(page, rows=tuple({**row, "id": name} for name, row in named))

        try:
            for _ in settled(ask):
                pass
        except NoSuchItem:
            return ()
        return tuple(RawRecord(stream, name, instant(row.get("created_at")), row) for name, row in sent.items())

    def _address(self, stream: str, task: str) -> tuple[str, Mapping[str, str], tuple[str, ...]]:
        """Path, parameters, and the members of a row of which one names the item."""
        item = f"{self.profile.work_items}/{quote(task, safe='')}"
        if stream == "links":
            return f"{item}/relations", {}, LINK_ENDS
        if stream == "transitions":
            return f"{item}/transition_histories", {}, SPELLINGS
        if stream != "activities":
            raise LookupError(f"PingCode has no detail stream {stream!r}; known: {', '.join(DETAILS)}")
        if self.profile.name == "a":
            raise PathUnknown(f"{ACTIVITIES}: generation a of the API has no activities")
        return ACTIVITIES, {"principal_type": self.profile.principal_type, "principal_id": task}, ()


def _refuse_foreign(rows: Iterable[Row], owners: Iterable[str], task: str, path: str) -> None:
    """An answer about another item would become this one's history."""
    for row in rows:
        named = {identity for owner in owners if (identity := _id_of(row.get(owner))) is not None}
        if named and task not in named:
            raise BadPayload(f"GET {path}: a row belongs to work item {min(named)}")


def _identity(row: Row, task: str) -> str:
    """Its own id, else a name made of what it says: a row that says something else is another row."""
    own = _id_of(row)
    if own is not None:
        return own
    said = {key: _id_of(value) or value for key, value in row.items() if key != "url"}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return f"{task}:{hashlib.blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"


def _id_of(value: object) -> str | None:
    identity = value.get("id") if isinstance(value, Mapping) else None
    return str(identity) if isinstance(identity, str | int) and identity != "" else None
