"""From reasons to one colour: of a milestone, of what the tools claim, and of a whole deal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from bridge.model import SEVERITY_ORDER, Colour, Status
from bridge.reconcile.case import Situation
from bridge.reconcile.linkage import Work
from bridge.reconcile.reasons import SEVERITIES, Reason
from bridge.reconcile.situation import Assessment, Finding, Severity

COLOURS: dict[Severity, Colour] = {
    Severity.RED: Colour.RED,
    Severity.AMBER: Colour.AMBER,
    Severity.GREY: Colour.GREY,
}


def colour_of(findings: Iterable[Finding], is_done: bool) -> Colour:
    """Done, else the worst severity among the reasons, else green."""
    if is_done:
        return Colour.DONE
    held = {finding.severity for finding in findings}
    return next((COLOURS[severity] for severity in SEVERITIES if severity in held), Colour.GREEN)


def own_colour_of(findings: Iterable[Finding], is_done: bool) -> Colour:
    """The colour by the reasons of the day alone, without the memory of yesterday's red."""
    return colour_of((finding for finding in findings if finding.code != Reason.RED_HELD), is_done)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One entry a code at its highest severity; red, amber, grey, then by code."""
    kept: dict[str, Finding] = {}
    for finding in findings:
        known = kept.get(finding.code)
        if known is None or SEVERITIES.index(finding.severity) < SEVERITIES.index(known.severity):
            kept[finding.code] = finding
    return tuple(sorted(kept.values(), key=lambda finding: (SEVERITIES.index(finding.severity), finding.code)))


def red_held(at: Situation) -> Iterator[Finding]:
    """Hysteresis: red stays for the first day without a red reason, so that a colour does not flicker.

    From the second such day on the milestone's own reasons count. An approved re-baseline shows on its day.
    """
    if at.red or not at.outline.snapshots:
        return
    previous = at.outline.snapshots[-1]
    was_red_itself = previous.colour is Colour.RED and previous.own_colour is Colour.RED
    if was_red_itself and not rebaselined_today(at):
        yield at.finding(Reason.RED_HELD, Severity.RED, since=previous.day)


def rebaselined_today(at: Situation) -> bool:
    return at.outline.promise.number > 0 and at.outline.promise.committed_on == at.today


def claimed_colour(
    own: Colour | None, work: Work, projects: Mapping[tuple[str, str], Colour], *, is_done: bool
) -> Colour | None:
    """What the tools say: the worst of what the own items and the projects of the work in scope claim.

    What was achieved is not less achieved because its project has trouble elsewhere.
    """
    if is_done or not projects:
        return own
    said = {projects.get((record.task.source, record.task.project.id)) for record in work.leaves}
    return worst(colour for colour in (own, *said) if colour is not None)


def own_claim(work: Work, today: date) -> Colour | None:
    """What the tools say through the milestone's own items, the worst of them; None when they say nothing."""
    claims = []
    for task in (record.task for record in work.own):
        if task.status is Status.DONE:
            claims.append(Colour.DONE)
        elif task.status is not Status.CANCELLED and task.due_on is not None:
            claims.append(Colour.GREEN if task.due_on >= today else Colour.RED)
    return worst(claims)


def worst(colours: Iterable[Colour]) -> Colour | None:
    held = set(colours)
    return next((colour for colour in SEVERITY_ORDER if colour in held), None)


def deal_colours(assessments: Sequence[Assessment]) -> dict[str, Colour]:
    """The worst colour of a deal's contractual milestones; of all of them where none is contractual."""
    every: dict[str, list[Colour]] = {}
    contractual: dict[str, list[Colour]] = {}
    for row in assessments:
        every.setdefault(row.deal.key, []).append(row.colour)
        if row.milestone.contractual:
            contractual.setdefault(row.deal.key, []).append(row.colour)
    return {
        key: colour for key, colours in every.items() if (colour := worst(contractual.get(key) or colours)) is not None
    }
