"""How the promise of a milestone came to be, for its entry in the report: baselines, and what each was decided because of."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.plan.causes import because
from bridge.reconcile.situation import Portfolio
from bridge.report.record import Entry, instant


def histories(portfolio: Portfolio) -> Mapping[str, Entry]:
    """Milestone key -> `baselines` in order and `refused_moves`, as JSON; keys that were never promised are left out."""
    found: dict[str, Entry] = {}
    for key, baselines in portfolio.baselines.items():
        own = [one for one in portfolio.decisions if one.milestone == baselines[0].milestone]
        found[key] = {
            "baselines": [
                {
                    "number": one.number,
                    "promised": one.promised.isoformat(),
                    "recorded_at": instant(one.recorded_at),
                    "approved_by": one.approved_by,
                    "reason": one.reason,
                    "because": because(own, one.milestone, one.number),
                }
                for one in baselines
            ],
            "refused_moves": [
                {
                    "refused_at": instant(one.recorded_at),
                    "refused_by": one.decided_by,
                    "reason": one.reason,
                    "because": {"kind": one.kind, "reference": one.reference, "text": one.said},
                }
                for one in own
                if one.number is None
            ],
        }
    return found
