"""What finished work teaches, in the published figures: kept promises, slips, durations against plan, forecast quality."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, fsum, log
from statistics import fmean, median

from bridge.forecast.quantity import Number
from bridge.forecast.reference import quantile

Row = tuple[Number | None, Number | None, Number | None, Number | None, Number | None, bool | None]
"""(baseline_wd, actual_wd, slip_first, slip_last, p_on_time, kept): durations and slips in working days, late positive."""

P85 = 0.85


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of a group of finished milestones; None where nothing can be said, never 0 instead.

    `on_time_first`, `on_time_last`: shares of 1 with a slip of at most 0 against the first promise and against the
    last approved one. `mean_slip`, `median_slip`, `late_mean`, `p85_slip`: working days against the last approved
    promise; `late_mean` over the late ones only. `ratio_of_sums`, `geometric_mean`, `p85_ratio`: actual working
    duration / planned one, above 1 took longer. `brier`: mean squared error of the stated probabilities, from 0 (right
    and sure) to 1.
    """

    n: int
    on_time_first: float | None
    on_time_last: float | None
    mean_slip: float | None
    median_slip: float | None
    late_mean: float | None
    ratio_of_sums: float | None
    geometric_mean: float | None
    p85_ratio: float | None
    brier: float | None
    p85_slip: float | None = None


def metrics(rows: Iterable[Row]) -> Metrics:
    """The figures of finished milestones, one row each; an unknown value is None and is left out where it is needed.

    Row: (baseline_wd, actual_wd, slip_first, slip_last, p_on_time, kept): planned and actual working duration, slip in
    working days against the first and the last approved promise, the probability that was stated, and whether the
    promise was kept. Ratios need a planned duration above 0; the ratio of sums adds planned durations of 0 too; a
    geometric mean also needs an actual duration above 0. P85 is the nearest rank, as of a reference class.

    Sources: ratio of sums and geometric mean of ratios as in reference class forecasting (Flyvbjerg); the score is that
    of Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950), in its
    form for one event.

    >>> found = metrics([(10, 12, 5, 2, 0.5, False), (20, 20, 0, 0, 1.0, True)])
    >>> found.on_time_first, found.mean_slip, found.brier
    (0.5, 1.0, 0.125)
    """
    every = list(rows)
    first = [float(row[2]) for row in every if row[2] is not None]
    last = [float(row[3]) for row in every if row[3] is not None]
    durations = [(float(row[0]), float(row[1])) for row in every if row[0] is not None and row[1] is not None]
    ratios = [took / planned for planned, took in durations if planned > 0]
    return Metrics(
        n=len(every),
        on_time_first=_mean([slip <= 0 for slip in first]),
        on_time_last=_mean([slip <= 0 for slip in last]),
        mean_slip=_mean(last),
        median_slip=median(last) if last else None,
        late_mean=_mean([slip for slip in last if slip > 0]),
        ratio_of_sums=_ratio_of_sums(durations),
        geometric_mean=_geometric_mean([ratio for ratio in ratios if ratio > 0]),
        p85_ratio=_p85(ratios),
        brier=brier((row[4], row[5]) for row in every),
        p85_slip=_p85(last),
    )


def brier(stated: Iterable[tuple[Number | None, bool | None]]) -> float | None:
    """Mean of (p − outcome)² over the pairs that know both; None without one."""
    return _mean([(float(p) - kept) ** 2 for p, kept in stated if p is not None and kept is not None])


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _ratio_of_sums(durations: Sequence[tuple[float, float]]) -> float | None:
    planned = fsum(planned for planned, _ in durations)
    return fsum(took for _, took in durations) / planned if planned > 0 else None


def _geometric_mean(ratios: Sequence[float]) -> float | None:
    return exp(fsum(log(ratio) for ratio in ratios) / len(ratios)) if ratios else None


def _p85(values: Sequence[float]) -> float | None:
    found = quantile(values, P85)
    return None if found is None else float(found)
