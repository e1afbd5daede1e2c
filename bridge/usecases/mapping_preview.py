"""What a mapping file would change, before it does: tasks field by field, milestones by colour and money. Writes nothing.

Where everything can be looked at in time, it is mapped in a copy of the store that is thrown away, and judged there, so
that the preview is what publishing would do. Otherwise a sample is counted, and no colour is told.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Literal

from msgspec import Struct

import connectors
from bridge.errors import Unavailable
from bridge.model import Colour
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Assessment
from bridge.store import mappings, plans, replays, runs, tasks
from bridge.store.engine import Store
from bridge.sync.crew import outcomes
from bridge.sync.landing import Turn
from bridge.sync.remap import Watch, lookups, remap, task_of
from bridge.sync.replay import Outcome
from bridge.usecases.mapping_places import Draft, draft, meant
from bridge.usecases.mapping_sample import Findings, at_most, spread, stretch_size, total
from bridge.usecases.portfolio import present
from bridge.usecases.workspace import Workspace
from connectors.contract import SourceConfig

SECONDS = 10.0
WhyNot = Literal["no_plan", "sampled", "no_copy", "no_time"]


class _Enough(Exception):
    """The time is over."""


class SourcePreview(Struct, frozen=True):
    """What the stored rows of one source would become."""

    source: str
    former: str | None
    version: str
    findings: Findings
    titles: dict[str, tuple[str | None, str]]
    """Of the tasks in examples: key and title."""

    @property
    def is_sampled(self) -> bool:
        return self.findings.examined < self.findings.rows


class Shift(Struct, frozen=True):
    """A milestone that would be judged otherwise."""

    key: str
    name: str
    before: Colour
    after: Colour
    currency: str
    at_risk_before: Decimal
    at_risk_after: Decimal


class Preview(Struct, frozen=True):
    sources: tuple[SourcePreview, ...]
    shifts: tuple[Shift, ...]
    why_not: WhyNot | None
    """Why no milestone was judged; None where all were."""
    seconds: float

    @property
    def risk_before(self) -> dict[str, Decimal]:
        """Money at risk of the milestones that would be judged otherwise, by currency, as it is now."""
        return _sums((shift.currency, shift.at_risk_before) for shift in self.shifts)

    @property
    def risk_after(self) -> dict[str, Decimal]:
        return _sums((shift.currency, shift.at_risk_after) for shift in self.shifts)

    @property
    def exit_code(self) -> int:
        """1 where rows would go to quarantine that are not there now."""
        return int(any(one.findings.to_quarantine for one in self.sources))


class Wish(Struct, frozen=True):
    """How much to look at: at most so many rows of a source, at most so many seconds."""

    limit: int | None = None
    seconds: float = SECONDS


def preview(space: Workspace, file: Path, *, source: str | None = None, wish: Wish | None = None) -> Preview:
    """What publishing the file would change."""
    begun = time.monotonic()
    wanted, how_much = draft(file), wish or Wish()
    sources = meant(space, wanted, source)
    with space.store() as store:
        trial = _Trial(space, wanted, sources, how_much, begun + how_much.seconds)
        found, shifts, why_not = trial.run(store)
        done = tuple(trial.told(store, one, findings) for one, findings in zip(sources, found, strict=True))
    return Preview(done, shifts, why_not, time.monotonic() - begun)


class _Trial(Struct, frozen=True):
    space: Workspace
    wanted: Draft
    sources: tuple[SourceConfig, ...]
    wish: Wish
    until: float

    def run(self, store: Store) -> tuple[list[Findings], tuple[Shift, ...], WhyNot | None]:
        if plans.newest(store) is None:
            return self._sampled(store), (), "no_plan"
        if self._wants_less(store):
            return self._sampled(store), (), "sampled"
        with ExitStack() as stack:
            try:
                copy = stack.enter_context(_copy(store))
            except (Unavailable, OSError):
                return self._sampled(store), (), "no_copy"
            return self._whole(copy)

    def _wants_less(self, store: Store) -> bool:
        limit = self.wish.limit
        return limit is not None and any(self._rows(store, source) > limit for source in self.sources)

    def _rows(self, store: Store, source: SourceConfig) -> int:
        stream = connectors.load(source.kind).task_stream
        return total(replays.stretches(store, source.name, stream, stretch_size(None)))

    def _whole(self, copy: Store) -> tuple[list[Findings], tuple[Shift, ...], WhyNot | None]:
        """Everything mapped and judged in a copy, as far as the time suffices."""
        started = time.monotonic()
        before = assess(present(self.space, copy)).assessments
        # Judging again takes as long as judging did.
        until = self.until - (time.monotonic() - started)
        found = []
        for source, end in self._shares(until):
            stream = connectors.load(source.kind).task_stream
            order = spread(replays.stretches(copy, source.name, stream, stretch_size(None)))
            found.append(Findings(total(order)))
            with suppress(_Enough), copy.transaction():
                run = runs.start(copy, "mapping", self.space.clock.today, self.space.clock.now())
                remap(self._turn(copy, source, run), stream, _watched(found[-1], total(order), end), order)
        if any(one.examined < one.rows for one in found):
            return found, (), "sampled"
        if time.monotonic() > until:
            return found, (), "no_time"
        return found, _shifts(before, assess(present(self.space, copy)).assessments), None

    def _sampled(self, store: Store) -> list[Findings]:
        """As many rows as the wish and the time allow, from all over the store."""
        found = []
        for source, end in self._shares(self.until):
            stream = connectors.load(source.kind).task_stream
            stretches = replays.stretches(store, source.name, stream, stretch_size(self.wish.limit))
            chosen = list(at_most(spread(stretches), self.wish.limit))
            found.append(Findings(total(stretches)))
            watch = _watched(found[-1], total(chosen), end)
            with suppress(_Enough):
                for outcome in outcomes(task_of(self._turn(store, source, 0), stream), chosen):
                    watch(outcome)
        return found

    def _shares(self, until: float) -> Iterator[tuple[SourceConfig, float]]:
        """Each source with the instant until which it may be looked at: what is left is shared by those to come."""
        for place, source in enumerate(self.sources):
            now = time.monotonic()
            yield source, now + (until - now) / (len(self.sources) - place)

    def _turn(self, store: Store, source: SourceConfig, run: int) -> Turn:
        mapping = self.wanted.mapping
        about = self.space.mapping_surroundings(source, lookups(store, source.name, mapping))
        return Turn(store, source.name, run, mapping, about)

    def told(self, store: Store, source: SourceConfig, findings: Findings) -> SourcePreview:
        former = mappings.newest(store, source.name)
        known = tasks.known(store, source.name, findings.ids())
        titles = {key: (task.data["key"], task.data["title"]) for key, task in known.items()}
        version = self.wanted.mapping.version
        return SourcePreview(source.name, former.version if former else None, version, findings, titles)


def _watched(findings: Findings, rows: int, until: float) -> Watch:
    # The time is asked after a stretch, so that a sample is never empty; whoever is done is not late.
    def watch(outcome: Outcome) -> None:
        findings.take(outcome)
        if findings.examined < rows and time.monotonic() > until:
            raise _Enough

    return watch


@contextmanager
def _copy(store: Store) -> Iterator[Store]:
    with (
        tempfile.TemporaryDirectory(prefix="pbridge-preview-") as folder,
        store.copy_to(Path(folder) / "copy.db") as copy,
    ):
        yield copy


def _shifts(before: Sequence[Assessment], after: Sequence[Assessment]) -> tuple[Shift, ...]:
    """Milestones whose colour or money at risk would be another, in the published order of the rows after."""
    former = {row.milestone.key: row for row in before}
    return tuple(shift for row in after if (shift := _shift(former[row.milestone.key], row)) and _is_felt(shift))


def _shift(old: Assessment, new: Assessment) -> Shift:
    risks = (row.money.at_risk_gross or Decimal(0) for row in (old, new))
    return Shift(new.milestone.key, new.milestone.name, old.colour, new.colour, new.money.currency, *risks)


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for currency, amount in amounts:
        found[currency] = found.get(currency, Decimal(0)) + amount
    return found


def _is_felt(shift: Shift) -> bool:
    return shift.before is not shift.after or shift.at_risk_before != shift.at_risk_after
