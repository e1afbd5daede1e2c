"""Values of tasks in few words, for whoever compares two of them."""

from __future__ import annotations

from typing import Any

from bridge.usecases.json_text import dumps


def shown(value: Any) -> str:
    """People and lists by their names; nothing is a dash."""
    if value is None:
        return "—"
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value) or "—"
    if isinstance(value, dict):
        return str(value["name"]) if "name" in value else dumps(value)
    return value if isinstance(value, str) else dumps(value)
