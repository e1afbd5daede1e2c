"""A milestone of the demo's sales plan: what was promised when, for how much, and which tasks it stands on.

Dates are working days from the day the demo is shown. `{root}` and `{own}` in a scope stand for the number that the
milestone's root item or own item got in its tool.
"""

from __future__ import annotations

from msgspec import Struct

RENEWED_AT = 4
"""The look before which the customer agreed to a new date for one milestone."""

REBASELINE_BY = "顾承志"
REBASELINE_BECAUSE = "达人档期冲突，客户市场部书面同意直播首场改期（变更单 BG-07）"


class Promise(Struct, frozen=True):
    key: str
    deal: str
    name: str
    owner: str
    promised: int | None
    class_: str
    scope: str
    acceptance: str
    amount: int | None = None
    contractual: bool = False
    renewed: int | None = None
    """The date the customer agreed to later."""
    internal: int | None = None
    weight: int = 1
    depends_on: tuple[str, ...] = ()
    actual: int | None = None
    informed: int | None = None
    note: str | None = None
