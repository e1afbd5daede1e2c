"""One evaluation of what is stored, shared by all who ask a served process for it.

An evaluation is of one moment of the store, one day and one reading of the settings, and whole: nobody sees halves of two.
Whoever comes while it is made waits for it, so that ten readers cost what one costs. A small store is judged anew as soon
as anything in it was written. Of a large one readers get the last evaluation, with the age its data has by now, while the
next is made beside them; who has written something waits for an evaluation that knows of it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec import Struct, field

from bridge.config import Settings
from bridge.language import Lang
from bridge.report import summary
from bridge.report.record import instant
from bridge.store import quarantine
from bridge.store.stamps import Stamp, stamp
from bridge.usecases import reporting
from bridge.usecases.evaluate import Memory
from bridge.usecases.keeping import unswept
from bridge.usecases.portfolio import present
from bridge.usecases.reporting import Browsed, Judged, ReportWish
from bridge.usecases.workspace import Workspace

log = logging.getLogger("bridge.service")

PROMPT_S = 0.3
"""What takes no longer is waited for whenever something was written."""
REST = 4.0
"""The next evaluation of a large store begins so many times later than the last one took: pages and syncs go first."""
LASTING_S = 60.0
"""So long the judgements of one moment count although nothing was written: sources grow old, and deadlines come."""
MOST_ROWS = 6_000
"""So many rows of reports are kept for the next reader."""
WARMED = 4
"""So many of the reports that were read of the last evaluation are made of the next before readers get it."""

Asked = tuple[ReportWish, Lang]


class Evaluation(Struct, eq=False):
    """What was found at one moment, and the reports that were made of it."""

    edition: int
    judged: Judged
    settings: Settings
    today: date
    stamp: Stamp | None
    began: float
    cost: float = 0.0
    ended: float = 0.0
    reports: OrderedDict[Asked, Browsed] = field(default_factory=OrderedDict)
    making: threading.Lock = field(default_factory=threading.Lock)

    def browse(self, space: Workspace, wish: ReportWish, lang: Lang) -> Browsed:
        """The report of the rows asked for, made once."""
        with self.making:
            found = self.reports.get((wish, lang))
            if found is None:
                with unswept():
                    found = reporting.browsed(space, self.judged, wish, lang, self.edition)
                self.reports[wish, lang] = found
                while len(self.reports) > 1 and sum(map(_rows, self.reports.values())) > MOST_ROWS:
                    self.reports.popitem(last=False)
            self.reports.move_to_end((wish, lang))
            return found

    def asked(self) -> list[Asked]:
        """What was read last."""
        with self.making:
            return list(self.reports)[-WARMED:]

    def readied(self, space: Workspace, before: Evaluation) -> None:
        """Make what readers asked of the evaluation before, so that the first of them waits for none of it."""
        for weeks in before.judged.staffed:
            self.judged.staffing(weeks)
        for wish, lang in before.asked():
            self.browse(space, wish, lang)


class Flight(Struct, eq=False):
    """An evaluation under way."""

    began: float
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class Evaluations:
    """The newest evaluation of a process; any thread may ask for it."""

    def __init__(self, memory: Memory | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._memory = memory or Memory()
        self._clock = clock
        self._guard = threading.Lock()
        self._last: Evaluation | None = None
        self._flight: Flight | None = None
        self.made = 0
        """How many evaluations were made so far."""

    def now(self) -> float:
        """The instant by which `floor` is told."""
        return self._clock()

    def browse(self, space: Workspace, wish: ReportWish, lang: Lang, floor: float = 0.0) -> Browsed:
        """The report with what it can be narrowed to, and the age that its data has now."""
        found = self.newest(space, floor)
        return _aged(found.browse(space, wish, lang), found, space)

    def judged(self, space: Workspace, floor: float = 0.0) -> Judged:
        """What that evaluation found, for whatever else is shown of it."""
        return self.newest(space, floor).judged

    def newest(self, space: Workspace, floor: float = 0.0) -> Evaluation:
        """The evaluation that readers get now: one begun after `floor`, an instant of the clock of this process."""
        came = self._clock()
        while True:
            with self._guard:
                found = self._last
                if found is not None and self._serves(found, space, floor, came):
                    return found
                flight, is_ours = self._flight, self._flight is None
                if flight is None:
                    flight = self._flight = Flight(self._clock())
            if is_ours:
                self._fly(flight, space)
            flight.done.wait()
            if flight.error is not None and (is_ours or flight.began >= came):
                raise flight.error

    def _serves(self, found: Evaluation, space: Workspace, floor: float, came: float) -> bool:
        if found.today != space.clock.today or found.settings != space.settings:
            return False
        if found.began >= came:
            return True
        now, at = self._clock(), _stamp(space)
        if found.began < floor or at is None:
            return False
        if at == found.stamp and now - found.began < LASTING_S:
            return True
        if found.cost <= PROMPT_S:
            return False
        if self._flight is None and now - found.ended >= REST * found.cost:
            flight = self._flight = Flight(now)
            threading.Thread(target=self._beside, args=(flight, space), name="evaluation", daemon=True).start()
        return True

    def _beside(self, flight: Flight, space: Workspace) -> None:
        self._fly(flight, space)
        if flight.error is not None:
            log.warning("the pages could not be judged anew: %s", flight.error)

    def _fly(self, flight: Flight, space: Workspace) -> None:
        """Evaluate; what fails is told to who waits for it, and the next reader tries anew."""
        made: Evaluation | None = None
        try:
            made = self._evaluated(space, flight.began)
        except Exception as err:  # noqa: BLE001 - whoever waits has to hear of it, whatever it is
            flight.error = err
        finally:
            with self._guard:
                self._last, self._flight = made, None
            flight.done.set()

    def _evaluated(self, space: Workspace, began: float) -> Evaluation:
        before = self._last
        with self._memory.lock:
            # Taken before anything is read: what is written meanwhile is news for the next look.
            at = _stamp(space)
            with space.store() as store, store.snapshot(), unswept():
                portfolio = present(space, store, self._memory.known)
                quarantined = quarantine.count(store)
                result = self._memory.judge.judge(portfolio)
        self.made += 1
        made = Evaluation(
            self.made, Judged(portfolio, result, quarantined), space.settings, space.clock.today, at, began
        )
        if before is not None and self._clock() - began > PROMPT_S:
            made.readied(space, before)
        made.ended = self._clock()
        made.cost = made.ended - began
        return made


def _stamp(space: Workspace) -> Stamp | None:
    """Of the store, and of the file of the company's own days, which is read where it lies."""
    stored, days = stamp(space.settings.database_place), space.settings.calendar.overrides
    if stored is None or not days:
        return stored
    try:
        found = space.settings.path(days).stat()
    except OSError:
        return None  # it is refused with its reason when it is read
    return *stored, found.st_mtime_ns, found.st_size


def _aged(found: Browsed, made: Evaluation, space: Workspace) -> Browsed:
    """The same report, printed now: the ages of its sources are those of this moment."""
    now = space.clock.now()
    sources: Any = summary.sources(made.judged.portfolio.sources, now)
    return Browsed(
        {**found.document, "generated_at": instant(now), "sources": sources}, found.choices, found.edition, found.before
    )


def _rows(found: Browsed) -> int:
    return len(found.document["milestones"])
