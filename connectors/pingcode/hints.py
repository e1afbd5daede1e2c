"""Ids that the body of a webhook may speak of: its form is documented nowhere, so whatever looks like an id counts."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import Any

# Ids of work items have 24 hexadecimal digits, those of people 32.
IDENTITY = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{24}(?![0-9A-Za-z])")
MOST_HINTS = 20
MOST_DEPTH = 12
MOST_PARTS = 5_000
MOST_CHARACTERS = 262_144


def hinted(body: Any) -> tuple[str, ...]:
    """Distinct ids in JSON, a form as an object, or text; what stands nearer to the surface comes first."""
    found: dict[str, None] = {}
    left = MOST_CHARACTERS
    parts = deque([(body, 0)])
    for _ in range(MOST_PARTS):
        if not parts or len(found) >= MOST_HINTS or left <= 0:
            break
        part, depth = parts.popleft()
        if isinstance(part, bytes):
            part = part.decode("utf-8", errors="replace")
        if isinstance(part, str):
            found.update((identity.lower(), None) for identity in IDENTITY.findall(part[:left]))
            left -= len(part)
        elif depth < MOST_DEPTH and isinstance(part, Mapping):
            parts.extend((inner, depth + 1) for pair in part.items() for inner in pair)
        elif depth < MOST_DEPTH and isinstance(part, list | tuple):
            parts.extend((inner, depth + 1) for inner in part)
    return tuple(found)[:MOST_HINTS]
