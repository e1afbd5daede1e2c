"""The life of findings: opened, worsened, improved, unchanged, cleared, and quiet while somebody answers for them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import Severity
from bridge.reconcile.findings import State, as_before, held, is_quiet, judge, lives, state_since
from bridge.reconcile.register import Acknowledgement, Episode, Register
from tests.replacing import replace

MONDAY = date(2026, 8, 24)
RED, AMBER, GREY = Severity.RED, Severity.AMBER, Severity.GREY
A_DAY = timedelta(days=1)


def lived(*days: dict[str, Severity] | None, episodes: tuple[Episode, ...] = ()) -> tuple[Episode, ...]:
    """All episodes of M-1 after one judgement a day from Monday on; None is a day without one."""
    for offset, reasons in enumerate(days):
        if reasons is not None:
            open_ = [episode for episode in episodes if episode.cleared_on is None]
            closed = [episode for episode in episodes if episode.cleared_on is not None]
            last = {"M-1": MONDAY + (offset - 1) * A_DAY}
            episodes = (*closed, *judge(open_, {"M-1": reasons}, MONDAY + offset * A_DAY, last))
    return episodes


def on(offset: int) -> date:
    return MONDAY + offset * A_DAY


def test_a_reason_opens_on_the_first_day_it_holds_and_goes_on_unchanged():
    (episode,) = lived({"OVERDUE": RED}, {"OVERDUE": RED})

    assert (episode.opened_on, episode.seen_on, episode.cleared_on) == (on(0), None, None)
    assert (state_since(episode, on(0)), state_since(episode, on(1))) == (State.OPENED, State.UNCHANGED)


def test_a_higher_severity_is_a_worsening_with_its_day_and_a_lower_one_an_improvement():
    (worse,) = lived({"STALE": AMBER}, {"STALE": AMBER}, {"STALE": RED})
    (better,) = lived({"STALE": RED}, {"STALE": GREY})

    assert (worse.opened_severity, worse.severity, worse.worsened_on) == (AMBER, RED, on(2))
    assert (state_since(worse, on(2)), state_since(better, on(1))) == (State.WORSENED, State.IMPROVED)
    assert (better.worsened_on, better.improved_on) == (None, on(1))


def test_over_several_days_only_what_is_left_of_the_ups_and_downs_counts():
    (episode,) = lived({"STALE": AMBER}, {"STALE": RED}, {"STALE": AMBER})

    assert state_since(episode, on(1)) is State.UNCHANGED
    assert (episode.worsened_on, episode.improved_on) == (on(1), on(2))


def test_a_reason_that_goes_away_is_cleared_and_was_last_seen_the_day_before():
    (episode,) = lived({"STALE": AMBER}, {})

    assert (episode.cleared_on, episode.seen_on, state_since(episode, on(1))) == (on(1), on(0), State.CLEARED)


def test_a_reason_that_comes_back_begins_a_new_episode():
    first, second = lived({"STALE": AMBER}, {}, {"STALE": AMBER})

    assert (first.opened_on, first.cleared_on) == (on(0), on(1))
    assert (second.opened_on, second.cleared_on) == (on(2), None)


def test_a_milestone_that_the_plan_has_withdrawn_holds_no_reason_any_more():
    (episode,) = judge(lived({"OVERDUE": RED}), {}, on(1), {"M-1": on(0)})

    assert (episode.seen_on, episode.cleared_on) == (on(0), on(1))


def test_before_a_day_an_episode_is_what_the_days_before_have_made_of_it():
    (gone,) = lived({"STALE": AMBER}, {"STALE": RED}, {})

    assert [as_before(gone, on(day)) for day in (0, 3)] == [None, None]
    assert [as_before(gone, on(day)).severity for day in (1, 2)] == [AMBER, RED]
    assert as_before(gone, on(2)).cleared_on is None


def test_every_reason_of_a_report_is_held_at_its_severity(world):
    world.milestone(promised="2026-08-01", contractual=True)
    world.task("a", owners=())

    assert held(world.assess())["M-1"]["OVERDUE"] is RED
    assert held(world.assess())["M-1"]["UNASSIGNED"] is AMBER


codes = st.sampled_from(["OVERDUE", "STALE", "PUSHED"])
reasons = st.dictionaries(codes, st.sampled_from(Severity))
judgements = st.dictionaries(st.sampled_from(["M-1", "M-2"]), reasons)
# A day: how many days after the one before, and the judgements made on it, of which the last counts.
histories = st.lists(st.tuples(st.integers(1, 4), st.lists(judgements, min_size=1, max_size=3)), max_size=8)


class Book:
    """Keeps episodes as the store does: by key, those opened on the day of a judgement replaced by it."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, date], Episode] = {}
        self.judged: dict[date, set[str]] = {}

    def reconcile(self, day: date, now: dict[str, dict[str, Severity]], run: int) -> None:
        previous = (as_before(row, day) for row in self.rows.values())
        judged = {key: last for key in ("M-1", "M-2") if (last := self._judged(key, day)) is not None}
        episodes = judge([episode for episode in previous if episode is not None], now, day, judged, run)
        self.rows = {key: row for key, row in self.rows.items() if row.opened_on != day}
        self.rows |= {(row.milestone, row.code, row.opened_on): row for row in episodes}
        self.judged[day] = set(now)

    def _judged(self, milestone: str, day: date) -> date | None:
        return max((on for on, keys in self.judged.items() if on < day and milestone in keys), default=None)


def whole(history: list[tuple[date, dict[str, dict[str, Severity]]]]) -> set[tuple[object, ...]]:
    """Every life, read off the days that counted, one pair of milestone and code at a time."""
    found: set[tuple[object, ...]] = set()
    for key in {(milestone, code) for _, now in history for milestone, codes in now.items() for code in codes}:
        steps: list[tuple[date, Severity]] = []
        seen = None
        for day, now in history:
            severity = now.get(key[0], {}).get(key[1])
            if severity is not None:
                if not steps or steps[-1][1] is not severity:
                    steps.append((day, severity))
                seen = day
            elif steps:
                found.add((*key, tuple(steps), seen, day))
                steps = []
        if steps:
            found.add((*key, tuple(steps), None, None))
    return found


def told(rows) -> set[tuple[object, ...]]:
    return {(row.milestone, row.code, row.steps, row.seen_on, row.cleared_on) for row in rows}


@settings(max_examples=300, deadline=None)
@given(histories)
def test_replaying_days_gives_the_same_lives_as_reading_them_off_the_whole_history(history):
    book, day, counted = Book(), MONDAY, []
    for gap, runs in history:
        day += gap * A_DAY
        for number, now in enumerate(runs):
            book.reconcile(day, now, number)
        counted.append((day, runs[-1]))

    assert told(book.rows.values()) == whole(counted)


@settings(max_examples=200, deadline=None)
@given(histories, st.lists(judgements, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_earlier_runs_of_a_day_leave_no_trace_in_whatever_order_they_came(history, earlier, chance):
    books = []
    for runs in (list(earlier), chance.sample(earlier, len(earlier)), []):
        book, day = Book(), MONDAY
        for gap, before in history:
            day += gap * A_DAY
            book.reconcile(day, before[-1], 1)
        for now in (*runs, {"M-1": {"OVERDUE": RED}}):
            book.reconcile(day + A_DAY, now, 7)
        books.append(book.rows)

    assert books[0] == books[1] == books[2]


def said(episode: Episode, until: int = 5, recorded: int = 0, **values) -> Acknowledgement:
    plain = Acknowledgement(
        episode.milestone,
        episode.code,
        episode.opened_on,
        episode.severity,
        on(until),
        "王敏",
        "客户知情",
        on(recorded),
        datetime(2026, 8, 24, 1, tzinfo=UTC),
    )
    return replace(plain, **values)


@pytest.mark.parametrize(("day", "quiet"), [(1, True), (5, True), (6, False)])
def test_an_acknowledged_finding_is_quiet_up_to_its_day_and_then_speaks_again(day, quiet):
    (episode,) = lived({"STALE": AMBER})

    assert is_quiet(episode, said(episode), on(day)) is quiet


def test_a_finding_that_worsens_speaks_again_and_stays_so_when_it_improves():
    (episode,) = lived({"STALE": AMBER})
    (worse,) = lived({"STALE": AMBER}, {"STALE": RED})
    (again,) = lived({"STALE": AMBER}, {"STALE": RED}, {"STALE": AMBER})

    assert not is_quiet(worse, said(episode), on(1))
    assert not is_quiet(again, said(episode), on(2))


def test_what_was_red_when_it_was_acknowledged_may_stay_red_or_improve_quietly():
    (red,) = lived({"STALE": AMBER}, {"STALE": RED})
    (amber,) = lived({"STALE": AMBER}, {"STALE": RED}, {"STALE": AMBER})

    assert is_quiet(red, said(red, recorded=1), on(2))
    assert is_quiet(amber, said(red, recorded=1), on(2))


def test_a_finding_that_went_away_and_came_back_is_news_again():
    first, second = lived({"STALE": AMBER}, {}, {"STALE": AMBER})

    assert not is_quiet(second, said(first), on(2))


def test_a_report_tells_since_when_a_reason_holds_and_who_has_answered_for_it():
    episodes = lived({"STALE": AMBER, "PUSHED": AMBER})
    stale = next(episode for episode in episodes if episode.code == "STALE")
    register = Register(on(0), episodes, acknowledgements={("M-1", "STALE"): said(stale)})

    found = lives(register, {"M-1": {"STALE": AMBER, "PUSHED": RED, "OVERDUE": RED}}, on(1))

    assert {code: (life.since, life.state, life.acknowledged_until) for (_, code), life in found.items()} == {
        "STALE": (on(0), State.ACKNOWLEDGED, on(5)),
        "PUSHED": (on(0), State.WORSENED, None),
        "OVERDUE": (on(1), State.OPENED, None),
    }
