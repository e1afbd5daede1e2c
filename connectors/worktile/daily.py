"""What is read once on each civil day: its cursor tells when it was read last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contract import Surroundings

READ_AT = "read_at"


def is_due(cursor: Mapping[str, Any], around: Surroundings) -> bool:
    """Whether the day of the last read is over; `{}` and a cursor that cannot be read are due."""
    value = cursor.get(READ_AT)
    try:
        read_at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return True
    if read_at is None or read_at.tzinfo is None:
        return True
    return read_at.astimezone(around.timezone).date() != around.now().astimezone(around.timezone).date()


def read_now(around: Surroundings) -> dict[str, str]:
    return {READ_AT: around.now().isoformat()}
