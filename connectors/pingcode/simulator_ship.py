"""What the simulated server tells of product management: products, their customers, and the tickets and ideas for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.company import SimCustomer, SimIdea, SimProduct, SimRequest, SimTicket
from connectors.pingcode.simulator_filters import Filters, Refusal, Test
from connectors.pingcode.simulator_names import STATE_NAMES, STATE_TYPES, seconds, short_id, stable_id
from connectors.pingcode.simulator_shapes import WEB, Shapes
from connectors.testing import World

Rows = list[dict[str, Any]]
KINDS: Mapping[str, type[SimRequest]] = {"tickets": SimTicket, "ideas": SimIdea}


class Ship:
    """Product management of one world in one generation."""

    def __init__(self, world: World, shapes: Shapes, filters: Filters) -> None:
        self.world = world
        self._shapes = shapes
        self._filters = filters

    def lists(self) -> list[tuple[str, Callable[..., Rows]]]:
        """Path and what answers it."""
        return [
            ("/v1/ship/products", self._products),
            ("/v1/ship/products/([^/]+)/customers", lambda query, of: self._customers(of)),
            *((f"/v1/ship/{kind}", lambda query, kind=kind: self._listed(kind, query)) for kind in KINDS),
        ]

    def search(self, kind: str, payload: Mapping[str, Any]) -> Rows:
        """As the search for work items, but without a word on deleted or archived ones."""
        wanted = dict(payload.get("filter", {}))
        product = wanted.pop("product.id", None)
        tests = self._filters.of_search(wanted)
        if product is not None:
            tests.append(lambda request: request.product in product["in"])
        return self._shown(kind, tests)

    def _listed(self, kind: str, query: Mapping[str, str]) -> Rows:
        # Only these parameters; the ones of work items mean nothing here.
        times = {name: value for name, value in query.items() if name in ("created_between", "updated_between")}
        tests = self._filters.of_list(times)
        if "product_id" in query:
            product = self._product(query["product_id"]).id
            tests.append(lambda request: request.product == product)
        return self._shown(kind, tests)

    def _shown(self, kind: str, tests: list[Test]) -> Rows:
        found = [request for request in self.world.all_of(KINDS[kind]) if not request.deleted]
        for test in tests:
            found = [request for request in found if test(request)]
        return [self._request(request) for request in found]

    def _products(self, query: Mapping[str, str]) -> Rows:
        if self._shapes.profile == "a":
            query = {}
        return [
            self._full_product(product)
            for product in self.world.all_of(SimProduct)
            if not product.archived or query.get("include_archived") == "true"
            if not product.deleted or query.get("include_deleted") == "true"
        ]

    def _customers(self, product: str) -> Rows:
        of = self._product(product)
        return [self._customer(c) for c in self.world.all_of(SimCustomer) if c.product == of.id and not c.deleted]

    def _product(self, identity: str) -> SimProduct:
        found = next((product for product in self.world.all_of(SimProduct) if product.id == identity), None)
        if found is None:
            raise Refusal(400, "100701", "产品不存在")
        return found

    def _product_reference(self, product: SimProduct) -> dict[str, Any]:
        return {
            "id": product.id,
            "url": self._url(f"products/{product.id}"),
            "identifier": product.key,
            "name": product.name,
            "is_archived": product.archived,
            "is_deleted": product.deleted,
        }

    def _full_product(self, product: SimProduct) -> dict[str, Any]:
        return {
            **self._product_reference(product),
            "visibility": "private",
            "scope_type": "organization",
            "scope_id": stable_id("organization"),
            "color": "#3C7DE0",
            "description": None,
            "members": [],
            "created_at": seconds(product.created_at),
            "created_by": None,
            "updated_at": seconds(product.created_at),
            "updated_by": None,
        }

    def _customer(self, customer: SimCustomer) -> dict[str, Any]:
        return {
            "id": customer.id,
            "url": self._url(f"products/{customer.product}/customers/{customer.id}"),
            "product": self._product_reference(self._product(customer.product)),
            "name": customer.name,
            "assignee": self._shapes.user_reference(customer.owner),
            "scale": customer.scale,
            "description": None,
            "created_at": seconds(customer.updated_at),
            "created_by": None,
            "updated_at": seconds(customer.updated_at),
            "updated_by": None,
            "is_archived": int(customer.archived),
            "is_deleted": int(customer.deleted),
        }

    def _request(self, request: SimRequest) -> dict[str, Any]:
        kind = "tickets" if isinstance(request, SimTicket) else "ideas"
        short = short_id(request.id)
        own = self._ticket(request) if isinstance(request, SimTicket) else self._idea(request)
        author = self._shapes.user_reference(request.assignee)
        return {
            "id": request.id,
            "url": self._url(f"{kind}/{request.id}"),
            "product": self._product_reference(self._product(request.product)),
            "identifier": request.key,
            "title": request.title,
            "short_id": short,
            "html_url": f"{WEB}/ship/{kind}/{short}",
            "assignee": author,
            "state": {
                **self._named(f"{kind}-state", STATE_NAMES[request.state]),
                "type": STATE_TYPES[request.state],
            },
            "priority": self._named(f"{kind}-priority", request.priority) if request.priority else None,
            "description": None,
            "properties": request.properties,
            "participants": [],
            "completed_at": seconds(request.completed_at),
            "completed_by": author if request.completed_at else None,
            **own,
            "created_at": seconds(request.created_at),
            "created_by": author,
            "updated_at": seconds(request.updated_at),
            "updated_by": author,
            "is_archived": int(request.archived),
            "is_deleted": int(request.deleted),
        }

    def _ticket(self, ticket: SimTicket) -> dict[str, Any]:
        customer = next((c for c in self.world.all_of(SimCustomer) if c.id == ticket.customer), None)
        reference = self._customer(customer) if customer else {}
        return {
            "type": self._named("ticket-type", "缺陷"),
            "customer": {name: reference[name] for name in ("id", "url", "name")} if customer else None,
            "solution": None,
            "channel": self._named("channel", ticket.channel) if ticket.channel else "internal",
            "estimated_at": _range(ticket),
            "tags": [self._named("ticket-tag", tag) for tag in ticket.tags],
            "submitted_at": seconds(ticket.created_at),
            "submitted_by": self._shapes.user_reference(ticket.assignee),
        }

    def _idea(self, request: SimRequest) -> dict[str, Any]:
        idea = request if isinstance(request, SimIdea) else None
        return {
            "plan": None,
            "suite": None,
            "plan_at": _range(request),
            "real_at": None,
            "score": idea.score if idea else None,
            "progress": idea.progress if idea else None,
        }

    def _named(self, folder: str, name: str) -> dict[str, Any]:
        identity = stable_id(folder, name)
        return {"id": identity, "url": self._url(f"{folder}/{identity}"), "name": name}

    def _url(self, path: str) -> str:
        return f"{self._shapes.host}/v1/ship/{path}"


def _range(request: SimRequest) -> dict[str, Any] | None:
    if request.planned is None:
        return None
    start, end = request.planned
    return {"from": seconds(start), "to": seconds(end), "granularity": "day"}
