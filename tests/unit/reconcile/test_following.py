"""What the leaves of a milestone are and say, followed edit by edit: the same as read from the start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.forecast.facts import facts_of
from bridge.forecast.progress import planned_units, weigh, weigh_again
from bridge.reconcile.linkage import work_of
from bridge.reconcile.situation import TaskRecord
from tests.unit.reconcile.portfolios import TODAY, edits_of_a_task, plain

NAMES = [str(number) for number in range(1, 9)]


@st.composite
def linked_over_time(draw: Callable[..., Any]) -> list[tuple[TaskRecord, ...]]:
    """The tasks of one milestone, few of them edited at a time, some gone or new, or in another order."""
    tasks = [draw(edits_of_a_task(plain("pingcode", name))) for name in NAMES]
    states = [tuple(tasks)]
    for _ in range(draw(st.integers(1, 4))):
        for at in draw(st.lists(st.integers(0, len(tasks) - 1), max_size=2, unique=True)):
            tasks[at] = draw(edits_of_a_task(tasks[at]))
        tasks = draw(st.sampled_from([tasks, tasks, tasks[1:], tasks[::-1], [*tasks[1:], tasks[0]]]))
        if len(tasks) < 4:
            break
        states.append(tuple(tasks))
    return states


@given(linked_over_time())
@settings(deadline=None, max_examples=60)
def test_what_follows_edits_is_what_is_read_from_the_start(states: list[tuple[TaskRecord, ...]]):
    work = work_of(states[0])
    facts = facts_of(work.leaves, UTC, TODAY, work.refs)
    weights = weigh(facts)
    planned = planned_units(facts, weights)
    for records in states:
        before, known = work, facts

        work = work_of(records, None, before)
        facts = facts_of(work.leaves, UTC, TODAY, work.refs, before.leaves, known)
        weights, planned = weigh_again(facts, known, weights, planned)

        assert work == work_of(records)
        assert facts == facts_of(work.leaves, UTC, TODAY, work.refs)
        assert (weights, planned) == (weigh(facts), planned_units(facts, weights))
