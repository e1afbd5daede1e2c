"""The published order of rows: what a sales lead must read first stands first."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bridge.model import SEVERITY_ORDER
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Assessment


def in_published_order(rows: Iterable[Assessment]) -> tuple[Assessment, ...]:
    """Overdue contract milestones, then by colour, money at risk, forecast slip and key.

    Keys are unique, so the order is total and never depends on the order given. Money is compared as a plain number
    across currencies; a missing amount counts as nothing and a missing slip comes last.
    """
    return tuple(sorted(rows, key=_rank))


def _rank(row: Assessment) -> tuple[bool, int, Decimal, bool, int, str]:
    overdue = row.milestone.contractual and any(finding.code == Reason.OVERDUE for finding in row.findings)
    slip = row.slip.forecast
    return (
        not overdue,
        SEVERITY_ORDER.index(row.colour),
        -(row.money.at_risk_expected or Decimal(0)),
        slip is None,
        0 if slip is None else -slip.workdays,
        row.milestone.key,
    )
