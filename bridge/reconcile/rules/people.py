"""People: work without an owner, and owners with more work than hours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress

from bridge.reconcile.case import Situation, team_keys
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity


def unassigned(at: Situation) -> Iterator[Finding]:
    teams = at.facts.open(at.facts.owners)
    unassigned = teams.count(())
    if unassigned and unassigned / len(teams) > at.thresholds.unassigned_ratio:
        nobodys = [ref for ref, team in zip(at.work.open_refs, teams, strict=True) if not team]
        yield at.finding(Reason.UNASSIGNED, Severity.AMBER, nobodys, of_open=len(teams), unassigned=unassigned)


def overloaded(at: Situation) -> Iterator[Finding]:
    """An owner of open work has more hours to do than to spend in one of the next four weeks."""
    if not at.overloads:
        return
    full = {load.key for load in at.overloads}
    worst = max(at.overloads, key=lambda load: (load.ratio is None, load.ratio or 0.0))
    hit = {key for key, team in at.teams.items() if any(who.key in full for who in team)}
    refs = at.work.open_refs
    theirs = list(compress(refs, map(hit.__contains__, team_keys(refs, at.facts.open(at.facts.owners)))))
    yield at.finding(
        Reason.OVERLOADED,
        Severity.AMBER,
        theirs,
        how="away" if worst.ratio is None else None,
        people=tuple(load.person for load in at.overloads if load.week == worst.week),
        week=worst.week,
        load=worst.ratio,
    )
