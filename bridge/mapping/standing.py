"""Which paths payloads really have, so that a path that leads nowhere can be told the nearest one."""

from __future__ import annotations

import difflib
from typing import Any

from bridge.mapping.outcome import Payload
from bridge.mapping.paths import Key, Path

MOST_PAYLOADS = 300
MOST_PATHS = 3_000
DEEPEST = 3
CUTOFF, SURELY = 0.6, 0.9
"""How much two paths must be alike to be told, and to be told of where nothing may be wrong."""
_LONGEST = 80


class Standing:
    """The paths of the first payloads that it is shown; memory stays bounded."""

    def __init__(self) -> None:
        self._paths: dict[str, None] = {}
        self._seen = 0

    def see(self, payload: Payload) -> None:
        if self._seen < MOST_PAYLOADS:
            self._seen += 1
            self._walk(payload, "", DEEPEST)

    def _walk(self, node: Any, above: str, levels: int) -> None:
        if isinstance(node, list):
            for entry in node[:3]:
                self._walk(entry, f"{above}[]", levels)
        elif hasattr(node, "items") and levels:
            for key, value in node.items():
                path = f"{above}.{key}" if above else str(key)
                if len(path) <= _LONGEST and (path in self._paths or len(self._paths) < MOST_PATHS):
                    self._paths[path] = None
                    self._walk(value, path, levels - 1)

    def has(self, path: Path) -> bool:
        """Whether the object is there in which the path begins: then its members may well come later."""
        return path.steps[0].name in self._paths if isinstance(path.steps[0], Key) else False

    def nearest(self, path: str, *, cutoff: float = CUTOFF) -> str:
        """The path of as many steps that was most likely meant; empty where none is like it."""
        # A plural is another member, not a slip of the pen.
        alike = [
            one for one in self._paths if one.count(".") == path.count(".") and one.rstrip("s") != path.rstrip("s")
        ]
        return "".join(difflib.get_close_matches(path, alike, n=1, cutoff=cutoff))
