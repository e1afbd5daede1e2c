"""The closed vocabulary of reasons: every code a milestone's status can be explained with."""

from __future__ import annotations

from enum import StrEnum

from bridge.reconcile.situation import Severity


class Reason(StrEnum):
    """Codes are part of the published report: they are added to, never renamed."""

    OVERDUE = "OVERDUE"
    DUE_AFTER_PROMISE = "DUE_AFTER_PROMISE"
    FORECAST_LATE = "FORECAST_LATE"
    UNLIKELY = "UNLIKELY"
    DOUBTFUL = "DOUBTFUL"
    NEGATIVE_FLOAT = "NEGATIVE_FLOAT"
    NEAR_CRITICAL = "NEAR_CRITICAL"
    BLOCKED = "BLOCKED"
    PUSHED = "PUSHED"
    TSPI_HIGH = "TSPI_HIGH"
    BEHIND = "BEHIND"
    EXECUTION_LOW = "EXECUTION_LOW"
    RED_HELD = "RED_HELD"
    ZIGZAG = "ZIGZAG"
    LATE_JUMP = "LATE_JUMP"
    CONTINUOUS_SLIP = "CONTINUOUS_SLIP"
    STALE = "STALE"
    LATE_START = "LATE_START"
    UNASSIGNED = "UNASSIGNED"
    OVERLOADED = "OVERLOADED"
    SCOPE_GROWTH = "SCOPE_GROWTH"
    TASK_AFTER_MILESTONE = "TASK_AFTER_MILESTONE"
    CLAIM_MISMATCH = "CLAIM_MISMATCH"
    CUSTOMER_NOT_INFORMED = "CUSTOMER_NOT_INFORMED"
    FEEDBACK_OPEN = "FEEDBACK_OPEN"
    CONTACT_DUE = "CONTACT_DUE"
    RISK_TRIGGERED = "RISK_TRIGGERED"
    LINK_CYCLE = "LINK_CYCLE"
    AMBIGUOUS_KEY = "AMBIGUOUS_KEY"
    NO_PENALTY_BASE = "NO_PENALTY_BASE"
    NO_PROMISE = "NO_PROMISE"
    NO_LINKED_TASK = "NO_LINKED_TASK"
    NO_DUE_DATE = "NO_DUE_DATE"
    SOURCE_STALE = "SOURCE_STALE"
    SOURCE_PARTIAL = "SOURCE_PARTIAL"
    UNMAPPED_STATUS = "UNMAPPED_STATUS"


REASONS: tuple[str, ...] = tuple(str(reason) for reason in Reason)

SEVERITIES: tuple[Severity, ...] = (Severity.RED, Severity.AMBER, Severity.GREY)
"""Worst first: the order in which reasons are listed."""
