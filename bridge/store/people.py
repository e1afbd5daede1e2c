"""People over all tools: their accounts, and whose an account is from when until when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from bridge.store import memory
from bridge.store.clockwork import stamp
from bridge.store.engine import Store
from bridge.store.packing import Packing

Ref = tuple[str, str]
_NOBODYS = ":people"
"""Facts that belong to no source are remembered under a name that no source can have."""
_BASIS = "people"
_LATER_THAN_ALL = "9999"


class Link(Struct, frozen=True):
    """Whose an account is: the number of the person, what the account is called, and how it was recognised."""

    source: str
    account: str
    person: int
    name: str
    how: str

    @property
    def ref(self) -> Ref:
        return (self.source, self.account)


def members(store: Store, source: str, stream: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(id, payload) of every current row of a stream of people."""
    packing = Packing(store)
    sql = "SELECT external_id, payload FROM raw_records WHERE source = ? AND stream = ? AND superseded_at IS NULL"
    for external_id, blob in store.rows(f"{sql} ORDER BY id", (source, stream)):
        yield external_id, packing.unpack(blob)


def fingerprint(store: Store, streams: Collection[Ref]) -> str:
    """Differs after anybody in these (source, stream) came, changed or went; read from an index alone."""
    parts = []
    for source, stream in sorted(streams):
        row = store.one(
            "SELECT count(*), max(id) FROM raw_records WHERE source = ? AND stream = ? AND superseded_at IS NULL",
            (source, stream),
        )
        parts.append(f"{source}/{stream}:{row}")
    return " ".join(parts)


def basis(store: Store) -> str | None:
    """What the links that are stored were made from; None before the first."""
    return memory.of(store, _NOBODYS).get(_BASIS)


def links(store: Store, before: str | None = None) -> list[Link]:
    """Whose each account is; or was, as known before an instant."""
    end = before or _LATER_THAN_ALL
    return [
        Link(*row)
        for row in store.rows(
            "SELECT source, account, person, name, how FROM account_links "
            "WHERE since < ? AND (until IS NULL OR until >= ?) ORDER BY source, account",
            (end, end),
        )
    ]


def save(store: Store, wanted: Iterable[Link], called: dict[int, str], basis_of: str, at: datetime) -> int:
    """Make these the links of now; what differs is closed and begun anew. Returns how many accounts changed hands."""
    now, known = stamp(at), {link.ref: link for link in links(store)}
    current = {link.ref: link for link in wanted}
    ended = [ref for ref, link in known.items() if current.get(ref) != link]
    begun = [link for ref, link in current.items() if known.get(ref) != link]
    sql = "UPDATE account_links SET until = ? WHERE source = ? AND account = ? AND until IS NULL"
    store.execute_many(sql, [(now, *ref) for ref in ended])
    store.insert_many(
        "account_links",
        ("source", "account", "person", "name", "how", "since"),
        [(link.source, link.account, link.person, link.name, link.how, now) for link in begun],
    )
    store.upsert_many("accounts", ("source", "id", "name", "seen_at"), [(*link.ref, link.name, now) for link in begun])
    store.execute_many(
        "INSERT INTO people (id, name, first_seen_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        [(person, name, now) for person, name in sorted(called.items())],
    )
    memory.save(store, _NOBODYS, {_BASIS: basis_of})
    return sum(1 for link in begun if link.ref in known and known[link.ref].person != link.person)


def next_number(store: Store) -> int:
    row = store.one("SELECT max(id) FROM people")
    return (row[0] or 0) + 1 if row else 1
