"""The findings on record with their life: what is open, what has become worse, what went away, who answers for what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from bridge.reconcile.findings import State, is_quiet, state_since
from bridge.reconcile.register import Acknowledgement, Episode
from bridge.report.record import instant
from bridge.store import findings, statements
from bridge.usecases.workspace import Workspace


class FindingWish(Struct, frozen=True):
    """Which findings: of one milestone, in some states, or only those that changed on or after a day."""

    milestone: str | None = None
    states: tuple[str, ...] = ()
    since: date | None = None


class Listed(Struct, frozen=True):
    """A finding as the last judgement left it, and what has become of it since the day asked about."""

    episode: Episode
    state: State
    acknowledgement: Acknowledgement | None
    seen_on: date

    def as_json(self) -> dict[str, object]:
        episode, said = self.episode, self.acknowledgement
        return {
            "milestone": episode.milestone,
            "code": episode.code,
            "state": self.state.value,
            "severity": episode.severity.value,
            "opened_severity": episode.opened_severity.value,
            "opened_on": episode.opened_on.isoformat(),
            "opened_run": episode.opened_run,
            "worsened_on": _text(episode.worsened_on),
            "improved_on": _text(episode.improved_on),
            "seen_on": self.seen_on.isoformat(),
            "cleared_on": _text(episode.cleared_on),
            "acknowledged": said
            and {
                "until": said.until.isoformat(),
                "by": said.by,
                "reason": said.reason,
                "recorded_at": instant(said.recorded_at),
            },
        }


def listed(space: Workspace, wish: FindingWish) -> list[Listed]:
    """By milestone, worst first, then by code and day.

    Without a day, states speak of the last day judged, and what was cleared is listed only where it is asked for.
    """
    with space.store() as store, store.snapshot():
        said = statements.acknowledgements(store)
        newest = findings.newest_day(store) or space.clock.today
        found = findings.episodes(store, wish.milestone)
    since, today = wish.since or newest, space.clock.today
    rows = (
        Listed(one, *_state(one, said.get((one.milestone, one.code)), since, today), one.seen_on or newest)
        for one in found
    )
    return sorted((row for row in rows if _fits(row, wish)), key=_rank)


def _state(
    episode: Episode, said: Acknowledgement | None, since: date, today: date
) -> tuple[State, Acknowledgement | None]:
    if is_quiet(episode, said, today):
        return State.ACKNOWLEDGED, said
    return state_since(episode, since), None


def _fits(row: Listed, wish: FindingWish) -> bool:
    if wish.since is not None and not any(day >= wish.since for day in _turning_points(row)):
        return False
    if wish.states:
        return row.state in wish.states
    return row.state is not State.CLEARED or wish.since is not None


def _turning_points(row: Listed) -> Iterator[date]:
    yield from (day for day, _ in row.episode.steps)
    if row.episode.cleared_on is not None:
        yield row.episode.cleared_on


def _rank(row: Listed) -> tuple[str, bool, str, str, date]:
    order = {"red": "0", "amber": "1", "grey": "2"}[row.episode.severity]
    return row.episode.milestone, row.state is State.CLEARED, order, row.episode.code, row.episode.opened_on


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
