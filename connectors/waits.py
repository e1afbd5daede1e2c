"""When a vendor wants to be asked again: read from its headers, and said in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.errors import Parked

# Longer bans are not slept in a run: the source is parked, and a later run asks again.
PARK_AFTER_S = 120.0
# Whoever returns to the second is refused again where the vendor rounds down.
GRACE_S = 1.0
# Numbers from here on are an instant in epoch seconds, and from there on in milliseconds.
_EPOCH_S = 1e9
_EPOCH_MS = 1e11
# Nobody means to wait for longer; whoever says so has sent something else than a wait.
_LONGEST_S = 10 * 366 * 86_400.0

_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d*)?|\.\d+)")


def number(value: str | None) -> float | None:
    """A header's number; repeated headers arrive joined by commas, and the largest counts. None where it is none."""
    parts = [part.strip() for part in (value or "").split(",")]
    if not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    return max(map(float, parts))


def seconds_of(value: float, now: datetime) -> float | None:
    """A wait from a number that is a duration or, where it is as large as that, an instant; None if it is neither."""
    if value >= _EPOCH_MS:
        value /= 1000
    seconds = value - now.timestamp() if value >= _EPOCH_S else value
    return max(0.0, seconds) if math.isfinite(seconds) and seconds <= _LONGEST_S else None


def seconds_to_wait(headers: Mapping[str, str], names: Iterable[str], now: datetime) -> float | None:
    """What the first readable header of `names` asks for: seconds, or the time until an HTTP date; else None."""
    for name in names:
        value = headers.get(name)
        if value is None:
            continue
        given = number(value)
        seconds = seconds_of(given, now) if given is not None else _until(value, now)
        if seconds is not None:
            return seconds
    return None


def _until(value: str, now: datetime) -> float | None:
    at = http_date(value)
    return None if at is None else seconds_of((at - _aware(now)).total_seconds(), now)


def http_date(value: str | None) -> datetime | None:
    """An HTTP date as an aware instant; None where it is none."""
    try:
        return _aware(parsedate_to_datetime(value or ""))
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def parked(words: str, seconds: float, now: datetime) -> Parked:
    """Says until when the vendor wants nothing."""
    until = now.astimezone(UTC) + timedelta(seconds=seconds)
    return Parked(
        f"{words}; no request is wanted before {until:%Y-%m-%dT%H:%M:%SZ} (in {seconds:.0f} s)", seconds=seconds
    )
