"""Reasons with a life: opened, worsened, improved, unchanged, cleared; and when one that is acknowledged speaks again.

A day is judged once: its last run counts, and whatever an earlier run of that day opened or cleared never was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bridge.model import Severity
from bridge.reconcile.register import Acknowledgement, Episode, Register, is_worse
from bridge.reconcile.situation import Result

Held = Mapping[str, Mapping[str, Severity]]
"""Milestone -> code -> severity of every reason that holds."""


class State(StrEnum):
    """Where a finding stands on a day."""

    OPENED = "opened"
    WORSENED = "worsened"
    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Life:
    """What a report says of a reason beside the reason itself."""

    since: date
    state: State
    acknowledged_until: date | None


def held(result: Result) -> dict[str, dict[str, Severity]]:
    return {
        row.milestone.key: {str(finding.code): finding.severity for finding in row.findings}
        for row in result.assessments
    }


def as_before(episode: Episode, day: date) -> Episode | None:
    """The episode as it stood when `day` began; None where it was not open then."""
    if episode.opened_on >= day or (episode.cleared_on is not None and episode.cleared_on < day):
        return None
    if episode.turned_on < day:
        return episode
    steps = tuple(step for step in episode.steps if step[0] < day)
    return replace(episode, steps=steps, seen_on=None, cleared_on=None)


def judge(
    previous: Iterable[Episode], held: Held, day: date, judged: Mapping[str, date], run: int = 0
) -> tuple[Episode, ...]:
    """What was open before `day`, carried on or cleared, and what opens on it; by milestone and code.

    `judged` has the last day before on which each milestone was judged: an open reason held on it. A milestone that is
    judged no more, because the plan has withdrawn it, holds no reason.
    """
    known = {(episode.milestone, episode.code): episode for episode in previous}
    now = {(milestone, code): severity for milestone, codes in held.items() for code, severity in codes.items()}
    carried = (_carried(episode, now.get(key), day, judged.get(key[0])) for key, episode in known.items())
    opened = (
        Episode(*key, steps=((day, severity),), opened_run=run) for key, severity in now.items() if key not in known
    )
    return tuple(sorted((*carried, *opened), key=lambda episode: (episode.milestone, episode.code)))


def _carried(episode: Episode, severity: Severity | None, day: date, seen_on: date | None) -> Episode:
    if severity is None:
        return replace(episode, cleared_on=day, seen_on=seen_on or episode.turned_on)
    if severity is episode.severity:
        return episode
    return replace(episode, steps=(*episode.steps, (day, severity)))


def state_since(episode: Episode, day: date) -> State:
    """What has become of it from `day` on: its severity now against the one it had when `day` began."""
    if episode.cleared_on is not None:
        return State.CLEARED
    if episode.opened_on >= day:
        return State.OPENED
    then, now = next(severity for on, severity in reversed(episode.steps) if on < day), episode.severity
    if then is now:
        return State.UNCHANGED
    return State.WORSENED if is_worse(now, then) else State.IMPROVED


def is_quiet(episode: Episode, said: Acknowledgement | None, day: date) -> bool:
    """Whether the acknowledgement still covers the finding: the same episode, in time, and never worse since."""
    if said is None or episode.cleared_on is not None or said.opened_on != episode.opened_on or day > said.until:
        return False
    return not any(turned_on >= said.recorded_on and is_worse(now, said.severity) for turned_on, now in episode.steps)


def lives(register: Register, held: Held, today: date) -> dict[tuple[str, str], Life]:
    """(milestone, code) -> the life of each reason that holds today, as the register and today's reasons tell it."""
    return dict(_lives(register, judge(register.episodes, held, today, {}), today))


def _lives(register: Register, episodes: Iterable[Episode], today: date) -> Iterator[tuple[tuple[str, str], Life]]:
    for episode in episodes:
        if episode.cleared_on is not None:
            continue
        key = (episode.milestone, episode.code)
        said = register.acknowledgements.get(key)
        if said is not None and is_quiet(episode, said, today):
            yield key, Life(episode.opened_on, State.ACKNOWLEDGED, said.until)
        else:
            yield key, Life(episode.opened_on, state_since(episode, today), None)
