"""Reads product management: products with their customers, and the tickets and ideas of all products as they change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from connectors.contract import EVERYTHING, Page, RawRecord, Scope
from connectors.paging import flag
from connectors.pingcode.api import PAGE_SIZE, Envelope, Row
from connectors.pingcode.lists import Lists, record
from connectors.pingcode.profiles import SHIP, Profile
from connectors.pingcode.walk import Sieve
from connectors.pingcode.windows import Grain, Window
from connectors.pingcode.work_items import WorkItems

PRODUCTS = f"{SHIP}/products"
REMEMBERED = "products"


class Products(Struct, frozen=True):
    """The products of one source. Which there are is remembered, so that their customers can rest for a day."""

    lists: Lists
    memory: MutableMapping[str, str]

    def read(self, profile: Profile, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        # The oldest generation has no such parameters.
        hidden = {} if profile.search is None else {"include_deleted": "true", "include_archived": "true"}
        found: dict[str, Row] = {}
        for rows in self.lists.rows(PRODUCTS, hidden, sieve):
            found.update((row["id"], row) for row in rows)
            yield [record("products", row) for row in rows]
        alive = {key: str(row.get("name") or "") for key, row in found.items() if not flag(row.get("is_deleted"))}
        self.memory[REMEMBERED] = json.dumps({self._address(): alive}, ensure_ascii=False)

    def scopes(self, profile: Profile) -> tuple[Scope, ...]:
        """The products as they were last read; read now where they never were."""
        if self._remembered() is None:
            for _ in self.read(profile, Sieve()):
                pass
        return tuple(Scope(key, name) for key, name in sorted((self._remembered() or {}).items()))

    def _remembered(self) -> Mapping[str, str] | None:
        """Id and name of each product at this address; None where they were read at none or at another."""
        found = json.loads(self.memory.get(REMEMBERED, "{}"))
        return found.get(self._address()) if isinstance(found, dict) else None

    def _address(self) -> str:
        # Not as it stands: people write passwords into addresses.
        return hashlib.blake2b(self.lists.api.base_url.encode(), digest_size=8).hexdigest()

    def customers(self, product: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        path = f"{PRODUCTS}/{quote(product, safe='')}/customers"
        yield from self.lists.records("customers", path, {}, sieve, of=("product", product))


class Requests(WorkItems, frozen=True):
    """Tickets or ideas, read as work items are: by windows of time, over all products at once."""

    stream: str

    def read(self, cursor: Mapping[str, Any]) -> Iterator[Page]:
        for page in self.pages(EVERYTHING, cursor):
            yield replace(page, records=tuple(found._replace(stream=self.stream) for found in page.records))

    def plain(self, project: Scope, index: int, size: int = PAGE_SIZE) -> Envelope:
        return self.api.envelope(f"{SHIP}/{self.stream}", {}, index=index, size=size)

    def filtered(self, projects: Sequence[str], grain: Grain, field: str, window: Window, index: int) -> Envelope:
        low, high = grain.span(window.low, window.high)
        if self.profile.search is None:
            between = {f"{field.removesuffix('_at')}_between": f"{low},{high}"}
            return self.api.envelope(f"{SHIP}/{self.stream}", between, index=index)
        times: dict[str, Any] = {"gte": low} if window.is_last else {"between": [low, high]}
        # Unlike the search for work items, this one knows nothing of deleted and archived ones.
        return self.api.search(f"{SHIP}/{self.stream}/search", {"filter": {field: times}}, index=index)
