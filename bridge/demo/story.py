"""What the demo must show on any day: the colour each milestone is made to have, and why.

The colours come out of the real rules; nothing here feeds them. A check compares.
"""

from __future__ import annotations

DESIGNED: dict[str, tuple[str, tuple[str, ...]]] = {
    "M-01": ("red", ("OVERDUE", "PUSHED")),
    "M-02": ("red", ("UNLIKELY", "FORECAST_LATE")),
    "M-03": ("done", ()),
    "M-04": ("red", ("DUE_AFTER_PROMISE",)),
    "M-05": ("red", ("UNLIKELY",)),
    "M-06": ("amber", ("DOUBTFUL",)),
    "M-07": ("amber", ("PUSHED",)),
    "M-08": ("done", ("CLAIM_MISMATCH",)),
    "M-09": ("green", ()),
    "M-10": ("green", ()),
    "M-11": ("amber", ("UNASSIGNED",)),
    "M-12": ("amber", ("BLOCKED",)),
    "M-13": ("done", ()),
    "M-14": ("red", ("BLOCKED", "CLAIM_MISMATCH")),
    "M-15": ("green", ()),
    "M-16": ("grey", ("NO_LINKED_TASK",)),
    "M-17": ("amber", ("OVERDUE",)),
    "M-18": ("green", ()),
    "M-19": ("red", ("UNLIKELY",)),
    "M-20": ("grey", ("NO_PROMISE",)),
    "M-21": ("green", ()),
    "M-22": ("amber", ("STALE",)),
    "M-23": ("green", ()),
    "M-24": ("amber", ("DUE_AFTER_PROMISE", "NEAR_CRITICAL", "BLOCKED")),
    "M-25": ("grey", ("NO_DUE_DATE",)),
    "M-26": ("done", ()),
    "M-27": ("done", ()),
    "M-28": ("done", ()),
    "M-29": ("done", ()),
    "M-30": ("done", ()),
}
"""Milestone -> (colour, reasons it must have at least; greens have none at all)."""

FORECAST = ("M-01", "M-06", "M-09", "M-10", "M-18", "M-21")
"""Milestones with enough finished work for P50 and P85."""

CHAINED = ("M-14", "M-24")
"""Milestones whose tasks are linked, so that the order of the work decides their end."""

TOO_LITTLE_HISTORY = {"M-15": "too_few_weeks", "M-22": "too_few_finishes"}
"""Milestones whose forecast says honestly why there is none."""
