"""What a source does not have: an optional stream that was never readable is a fact to be told, not a failure."""

from __future__ import annotations

from collections.abc import MutableMapping

from bridge.store import raw
from bridge.sync.landing import Turn
from connectors.contract import Connector
from connectors.errors import ConnectorError, NotPermitted, PathUnknown


class Lacks:
    """Remembers for a day what the server or the app does not have, so that it is not asked for in every run."""

    def __init__(self, turn: Turn, connector: Connector, memory: MutableMapping[str, str], *, ask_again: bool) -> None:
        self._turn = turn
        self._optional = connector.optional_streams | set(connector.detail_streams)
        self._memory = memory
        self._ask_again = ask_again
        self._today = turn.at.date().isoformat()
        self.told: dict[str, str] = {}
        """Stream -> why it cannot be had."""

    def knows(self, stream: str) -> bool:
        """Whether it was not there earlier on this day."""
        day, _, words = self._memory.get(f"lacks:{stream}", "").partition(" ")
        if day != self._today or self._ask_again:
            self._memory.pop(f"lacks:{stream}", None)
            return False
        self.told[stream] = words
        return True

    def explains(self, stream: str, err: ConnectorError) -> bool:
        """Whether this is why an optional stream failed; one that was ever read has failed in earnest."""
        if stream not in self._optional or not isinstance(err, (PathUnknown, NotPermitted)):
            return False
        if raw.has_any(self._turn.store, self._turn.source, stream):
            return False
        self.told[stream] = str(err)
        self._memory[f"lacks:{stream}"] = f"{self._today} {err}"
        return True
