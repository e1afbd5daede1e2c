"""What the service itself needs somebody for, with its life: since when, worse, over, and who answers for it until when.

The life is that of every finding (`reconcile/findings`): a day is judged by its last run, so what comes and goes within one
day leaves no trace here; runs and jobs are counted elsewhere. Only a channel that takes no message has its life with the
messages (`store/refusals`): what is shown and said of it here is what stands there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.model import Severity
from bridge.reconcile import findings as rules
from bridge.reconcile.register import Acknowledgement, Episode, Register
from bridge.report.record import instant
from bridge.store import findings, refusals, statements
from bridge.store.engine import Store
from bridge.store.findings import SERVICE
from bridge.store.refusals import Refusal
from bridge.usecases import health
from bridge.usecases.health import Concern
from bridge.usecases.statements import Said, refuse_past, whole, writing
from bridge.usecases.workspace import Workspace

SEVERITIES = {"error": Severity.RED, "warning": Severity.AMBER}
SEVERITY_WORDS = {"error": Text(zh="严重", en="severe"), "warning": Text(zh="提醒", en="warning")}
"""What they are called, by command and by page."""
NO_NOTICE = Text(
    zh="没有关于 {place} 的提醒 {code}；现有：{known}。请从中选一个（pbridge status）。",
    en="there is no notice {code} of {place}; there are: {known}. Name one of these (pbridge status).",
)
NOT_ANSWERED = Text(
    zh="{place} 的提醒 {code} 没有可以收回的确认。", en="nobody has answered for the notice {code} of {place}."
)
NONE = Text(zh="无", en="none")


class Notice(Struct, frozen=True):
    """A concern of this moment with the life that is on record of it."""

    concern: Concern
    since: date
    state: rules.State
    worsened_on: date | None = None
    answered: Acknowledgement | refusals.Answer | None = None
    """Who answers for it today; a concern that became worse, or came back, speaks again."""

    @property
    def is_quiet(self) -> bool:
        return self.answered is not None


class Former(Struct, frozen=True):
    """A notice that is over."""

    code: str
    place: str
    since: date
    cleared_on: date


class Overview(Struct, frozen=True):
    """What keeps the service from its work, what somebody should look at, and what is over since a day."""

    obstacles: tuple[health.Obstacle, ...]
    notices: tuple[Notice, ...]
    former: tuple[Former, ...] = ()

    @property
    def is_well(self) -> bool:
        """Nothing keeps it from working, and nothing severe is left unanswered."""
        return not self.obstacles and not any(
            one.concern.severity == "error" and not one.is_quiet for one in self.notices
        )


def record(space: Workspace, store: Store, concerns: Iterable[Concern], run: int) -> None:
    """Keep what today makes of the notices, in the caller's transaction."""
    today, held = space.clock.today, _held(concerns)
    before = findings.open_before(store, today, SERVICE)
    last = findings.newest_day(store, before=today)
    seen = {} if last is None else {episode.milestone: max(last, episode.turned_on) for episode in before}
    findings.save(store, today, rules.judge(before, held, today, seen, run), SERVICE)


def told(space: Workspace, store: Store, concerns: Sequence[Concern] | None = None) -> tuple[Notice, ...]:
    """Every concern of this moment with its life; the same for the command, the pages and the numbers."""
    found = tuple(health.concerns_of(space, store)) if concerns is None else concerns
    today, held = space.clock.today, _held(found)
    said = statements.acknowledgements(store, book=SERVICE)
    register = Register(episodes=findings.open_before(store, today, SERVICE), acknowledgements=said)
    lives = rules.lives(register, held, today)
    episodes = {(one.milestone, one.code): one for one in rules.judge(register.episodes, held, today, {})}
    return tuple(
        _notice(one, lives, episodes, said) if one.refusal is None else _refused(one, one.refusal, space)
        for one in found
    )


def _refused(one: Concern, refusal: Refusal, space: Workspace) -> Notice:
    since, today = _day(refusal.opened_at, space), space.clock.today
    if refusal.is_quiet(today):
        return Notice(one, since, rules.State.ACKNOWLEDGED, answered=refusal.answer)
    return Notice(one, since, rules.State.OPENED if since >= today else rules.State.UNCHANGED)


def _day(at: datetime, space: Workspace) -> date:
    return at.astimezone(space.clock.timezone).date()


def _notice(
    one: Concern,
    lives: dict[tuple[str, str], rules.Life],
    episodes: dict[tuple[str, str], Episode],
    said: dict[tuple[str, str], Acknowledgement],
) -> Notice:
    key = (one.place, one.code)
    life = lives[key]
    answered = said[key] if life.acknowledged_until is not None else None
    return Notice(one, life.since, life.state, episodes[key].worsened_on, answered)


def overview(space: Workspace, since: date | None = None) -> Overview:
    """Raises nothing where the store cannot be used: that is what it tells then."""
    found = health.condition(lambda: space)
    if not space.has_store or any(one.code in ("store", "schema") for one in found.obstacles):
        today = space.clock.today
        return Overview(found.obstacles, tuple(Notice(one, today, rules.State.OPENED) for one in found.concerns))
    with space.store() as store, store.snapshot():
        notices = told(space, store, found.concerns)
        former = () if since is None else tuple(one for one in _former(space, store) if one.cleared_on >= since)
    return Overview(found.obstacles, notices, former)


def _former(space: Workspace, store: Store) -> Iterator[Former]:
    for one in findings.episodes(store, book=SERVICE):
        if one.cleared_on is not None:
            yield Former(one.code, one.milestone, one.opened_on, one.cleared_on)
    for refusal in refusals.listed(store):
        if refusal.cleared_at is not None:
            days = _day(refusal.opened_at, space), _day(refusal.cleared_at, space)
            yield Former(health.code_of(refusal), refusal.channel, *days)


def answer(space: Workspace, code: str, place: str, until: date, said: Said) -> None:
    """Answer for a notice until a day: it stays listed, and speaks again after that day or when it worsens."""
    refuse_past(space, "--until", until)
    said = whole(said)
    with writing(space, "acknowledge") as store:
        notices = told(space, store)
        found = _of(notices, code, place)
        if not found:
            known: object = ", ".join(f"{one.concern.code} {one.concern.place}" for one in notices) or NONE
            raise UsageProblem(NO_NOTICE, code=code, place=place, known=known)
        at = space.clock.now()
        if _answer_refusals(store, found, refusals.Answer(until, said.by, said.reason, at)):
            return
        severity, today = SEVERITIES[found[0].concern.severity], space.clock.today
        statement = Acknowledgement(place, code, found[0].since, severity, until, said.by, said.reason, today, at)
        statements.acknowledge(store, statement, book=SERVICE)


def take_back(space: Workspace, code: str, place: str, said: Said) -> None:
    """From now on the notice speaks again."""
    said = whole(said)
    with writing(space, "acknowledge") as store:
        quiet = [one for one in _of(told(space, store), code, place) if one.is_quiet]
        if _answer_refusals(store, quiet, None):
            return
        former = statements.acknowledgements(store, book=SERVICE).get((place, code))
        if former is None:
            raise UsageProblem(NOT_ANSWERED, code=code, place=place)
        at = space.clock.now()
        now = replace(former, by=said.by, reason=said.reason, recorded_on=space.clock.today, recorded_at=at)
        statements.acknowledge(store, now, taken_back=True, book=SERVICE)


def _of(notices: Iterable[Notice], code: str, place: str) -> list[Notice]:
    return [one for one in notices if (one.concern.code, one.concern.place) == (code, place)]


def _answer_refusals(store: Store, notices: Iterable[Notice], said: refusals.Answer | None) -> bool:
    """Answer for those that are refusals of a channel, where they are kept; returns whether there was one."""
    found = [one.concern.refusal for one in notices if one.concern.refusal is not None]
    for refusal in found:
        refusals.answer(store, refusal.seq, said)
    return bool(found)


def as_json(found: Overview, space: Workspace) -> dict[str, Any]:
    lang = space.lang
    return {
        "ready": not found.obstacles,
        "well": found.is_well,
        "problems": [{"code": one.code, "message": one.text.say(lang)} for one in found.obstacles],
        "notices": [_notice_as_json(one, space) for one in found.notices],
        "former": [
            {
                "code": one.code,
                "place": one.place,
                "since": one.since.isoformat(),
                "cleared_on": one.cleared_on.isoformat(),
            }
            for one in found.former
        ],
    }


def _notice_as_json(one: Notice, space: Workspace) -> dict[str, Any]:
    said = one.answered
    return {
        "code": one.concern.code,
        "place": one.concern.place,
        "severity": one.concern.severity,
        "message": one.concern.text.say(space.lang),
        "since": one.since.isoformat(),
        "state": one.state.value,
        "worsened_on": None if one.worsened_on is None else one.worsened_on.isoformat(),
        "acknowledged": said
        and {
            "until": said.until.isoformat(),
            "by": said.by,
            "reason": said.reason,
            "recorded_at": instant(said.recorded_at),
        },
    }


def _held(concerns: Iterable[Concern]) -> dict[str, dict[str, Severity]]:
    held: dict[str, dict[str, Severity]] = {}
    for one in concerns:
        if one.refusal is None:
            held.setdefault(one.place, {})[one.code] = SEVERITIES[one.severity]
    return held
