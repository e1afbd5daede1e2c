"""Ids of tasks that the body of a webhook may speak of. Nothing in it is believed: the task is read through the API."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

IDENTITY = re.compile(r"[0-9A-Za-z_-]{1,64}")
LONGEST_BODY = 262_144


def hinted(body: Any) -> tuple[str, ...]:
    """`payload.task.id`, or `payload.id` where the payload is the task; nothing for the retired generation."""
    body = _parsed(body)
    if not isinstance(body, Mapping) or ("action" in body and "data" in body):
        return ()
    payload = _parsed(body.get("payload"))
    if not isinstance(payload, Mapping):
        return ()
    task = payload.get("task")
    found = task.get("id") if isinstance(task, Mapping) else payload.get("id")
    return (found,) if isinstance(found, str) and IDENTITY.fullmatch(found) else ()


def _parsed(value: Any) -> Any:
    """A form, or a sender that names no type, brings JSON as text."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if not isinstance(value, str) or len(value) > LONGEST_BODY:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
