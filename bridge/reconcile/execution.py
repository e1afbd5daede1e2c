"""How well the plan is being carried out, in four published indices; each is None where its denominator is not positive."""

from __future__ import annotations


def bei(finished: float, baselined: float, without_baseline: float = 0) -> float | None:
    """Baseline execution index: finished / (baselined to finish by now + leaves nobody ever dated).

    >>> bei(finished=6, baselined=8, without_baseline=2)
    0.6
    """
    due = baselined + without_baseline
    return finished / due if due > 0 else None


def hit_ratio(on_time: float, baselined: float) -> float | None:
    """Share of the work baselined to finish in a period that was finished on or before its baseline date."""
    return on_time / baselined if baselined > 0 else None


def cpli(length: float, total_float: float) -> float | None:
    """Critical path length index: (remaining critical length + total float) / remaining critical length."""
    return (length + total_float) / length if length > 0 else None


def buffer_burn(used: float, buffer: float, done_ratio: float) -> float | None:
    """Share of the buffer that is used, per share of the work that is done; above 1 it burns faster than work goes.

    `used` is clamped to the buffer: less than nothing or more than all of it cannot be used up.
    """
    if buffer <= 0 or done_ratio <= 0:
        return None
    return min(max(used, 0), buffer) / buffer / done_ratio
