"""Every number the detection compares with, under the names used in `[rules]` and in a deal's `rules` column."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class Thresholds(Struct, frozen=True):
    """Defaults as published; a deal may override any of them."""

    slip_red_workdays: float = 10
    slip_red_ratio: float = 0.2
    p_red: float = 0.50
    p_amber: float = 0.85
    near_critical_workdays: float = 5
    blocked_workdays: float = 5
    pushes_red: float = 3
    tspi_red: float = 1.10
    stale_workdays: float = 5
    unassigned_ratio: float = 0.1
    load_amber: float = 1.0
    scope_ratio: float = 0.10
    source_stale_hours: float = 26
    unmapped_ratio: float = 0.2
    throughput_weeks: float = 13
    gone_guard_ratio: float = 0.2

    def override(self, values: dict[str, float]) -> Thresholds:
        """The same thresholds with some replaced; unknown names raise `TypeError`."""
        return replace(self, **values)


NAMES: tuple[str, ...] = Thresholds.__struct_fields__

PER_DEAL: tuple[str, ...] = tuple(name for name in NAMES if name != "gone_guard_ratio")
"""Those that a deal may override; what a complete read is believed for is asked of whole projects."""
