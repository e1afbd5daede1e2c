"""Everything one evaluation may know, taken from the store: as it is now, or as it was known at the end of a past day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping.outcome import Surroundings
from bridge.model import Colour
from bridge.plan.baselines import of_plan, spellings
from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Plan
from bridge.reconcile.situation import Outcome, Portfolio, RefusedMapping, Snapshot, SourceState, TaskRecord
from bridge.report import summary
from bridge.store import links, mappings, plans, runs, snapshots, tasks, versions
from bridge.store.clockwork import end_of
from bridge.store.engine import Store
from bridge.store.tasks import BOOKKEEPING
from bridge.usecases.calendars import calendar_before, present_calendar
from bridge.usecases.keeping import Known, joined, unswept
from bridge.usecases.people import known_people
from bridge.usecases.planning import NO_PLAN_YET
from bridge.usecases.recorded import mapping_of, recorded, source_names
from bridge.usecases.register import register
from bridge.usecases.workspace import Workspace

BEFORE_THE_FIRST = Text(
    zh="{day} 早于第一条记录（{first}），那一天没有可看的内容。",
    en="{day} is before the first record ({first}); nothing was known on that day.",
)
NOTHING_RECORDED = Text(
    zh="还没有任何记录，请先运行 pbridge run。", en="nothing is recorded yet; run pbridge run first."
)
IN_THE_FUTURE = Text(
    zh="--as-of {day} 晚于今天 {today}。要推演将来，请用 --today {day}。",
    en="--as-of {day} is after today {today}. For what-if use --today {day}.",
)


def present(space: Workspace, store: Store, known: Known | None = None) -> Portfolio:
    """What is stored, judged at the run's own today; of what is `known` already only what was written since is read."""
    from_store = known or Known()
    return _portfolio(
        space, store, today=space.clock.today, now=space.clock.now(), records=from_store.records, before=None
    )


def as_of(space: Workspace, store: Store, day: date) -> Portfolio:
    """What was known at the end of `day`, judged with today = `day`."""
    first = runs.first_day(store)
    if first is None:
        raise UsageProblem(NOTHING_RECORDED)
    if day < first:
        raise UsageProblem(BEFORE_THE_FIRST, day=day.isoformat(), first=first.isoformat())
    if day > space.clock.today:
        raise UsageProblem(IN_THE_FUTURE, day=day.isoformat(), today=space.clock.today.isoformat())
    zone = space.clock.timezone
    # The ages of that day are counted from its last run, as the report printed then did.
    now = runs.last_instant_of(store, day) or datetime.combine(day + timedelta(days=1), time(), zone)
    end = end_of(day, zone)

    def records_then(store: Store) -> tuple[TaskRecord, ...]:
        return joined(tasks.tasks_on(store, day, zone), tasks.changes(store, recorded_before=end, without=BOOKKEEPING))

    return _portfolio(space, store, today=day, now=now, records=records_then, before=end)


def freshness(space: Workspace) -> list[dict[str, object]]:
    """How old and how complete the data of every source is, as the report tells it; judges nothing."""
    with space.store() as store, store.snapshot():
        states = [_state(space, store, name, None) for name in source_names(space, store)]
    return summary.sources(states, space.clock.now())


def _portfolio(
    space: Workspace,
    store: Store,
    *,
    today: date,
    now: datetime,
    records: Callable[[Store], tuple[TaskRecord, ...]],
    before: str | None,
) -> Portfolio:
    # A mapping may be published meanwhile: nothing is judged by half of the old and half of the new.
    with store.snapshot(), unswept():
        plan = _plan(store, before)
        return Portfolio(
            today=today,
            now=now,
            timezone=space.clock.timezone,
            calendar=_calendar(space, store, today, before),
            plan=plan,
            baselines=of_plan(plan, plans.baselines(store, before)),
            tasks=records(store),
            sources=tuple(_state(space, store, name, before) for name in source_names(space, store)),
            snapshots=_snapshots(plan, snapshots.before(store, today)),
            thresholds=space.settings.thresholds,
            hours_per_day=space.settings.calendar.hours_per_day,
            project_claims=_claims(space, store, before, now),
            people=known_people(store, before),
            register=register(store, today, before),
            calibrate=space.settings.forecast.calibrate,
            links=links.known(store, before),
            decisions=plans.decisions(store, before),
            recorded=recorded(space, store, plan, source_names(space, store), before, now),
        )


def _snapshots(plan: Plan, known: dict[str, tuple[Snapshot, ...]]) -> dict[str, tuple[Snapshot, ...]]:
    """Those of a key that is only spelled otherwise now are the milestone's own."""
    return {**known, **{key: known[former] for key, former in spellings(plan, known).items()}}


def _calendar(space: Workspace, store: Store, today: date, before: str | None) -> WorkCalendar:
    """That of a past day as it was recorded; files count from when they are saved, so today's is read from them."""
    if before is None or today == space.clock.today:
        return present_calendar(space, store)
    return calendar_before(space, store, before)


def _plan(store: Store, before: str | None) -> Plan:
    newest = plans.newest(store, before)
    if newest is None:
        raise UsageProblem(NO_PLAN_YET)
    return newest.plan


def _claims(space: Workspace, store: Store, before: str | None, now: datetime) -> dict[tuple[str, str], Colour]:
    """What projects were said to be, by the mapping that was in force."""
    found: dict[tuple[str, str], Colour] = {}
    for source in source_names(space, store):
        text = versions.mapping_text(store, source, before)
        claim = None if text is None else mapping_of(text, source).claim
        if claim is None:
            continue
        about = Surroundings(source, space.clock.timezone, now, lookups={}, settings={})
        for project, payload in versions.contents(store, source, claim.stream, before):
            colour = claim.read(payload, about)
            if colour is not None:
                found[source, project] = colour
    return found


def _state(space: Workspace, store: Store, name: str, before: str | None) -> SourceState:
    kind = next((source.kind for source in space.settings.sources if source.name == name), name)
    last = runs.latest(store, name, before)
    found = mappings.refused(store, name, before)
    refused = None if found is None else RefusedMapping(found.file, found.since, found.problems, found.version)
    if last is None:
        return SourceState(name, kind, "never", None, refused_mapping=refused)
    outcome: Outcome = last.outcome  # type: ignore[assignment]
    return SourceState(name, kind, outcome, last.as_of, last.partial_scopes, last.unreadable, refused)
