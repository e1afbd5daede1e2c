"""What must be taken out of a text before a person or a log sees it, although nobody told us of that secret."""

from __future__ import annotations

import re

# Secrets travel in queries and headers, and the error of a library may quote those.
_QUOTED_SECRET = re.compile(r"(client_secret=|access_token=|[Bb]earer )[^\s&'\"]+")


def hushed(text: str) -> str:
    """The text with everything replaced that stands where a secret stands."""
    return _QUOTED_SECRET.sub(r"\1***", text)
