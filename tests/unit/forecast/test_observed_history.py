"""Whatever a vendor tells of the moves of a date, and whenever we looked: nothing seen is lost, and nothing is told twice."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.forecast.observed import baseline_date, due_series, field_on
from bridge.forecast.trend import pushes
from bridge.mapping.history import each_once
from bridge.model import Change
from tests.replacing import replace

from .conftest import EMPTY, SHANGHAI, Record

START = datetime(2026, 5, 1, 1, tzinfo=UTC)  # nine in the morning in Shanghai
DUES = [date(2026, 6, 1), date(2026, 6, 8), date(2026, 6, 15), None]


def at(hour):
    return START + timedelta(hours=hour)


def json(due):
    return None if due is None else due.isoformat()


class Life:
    """The true moves of one due date, which of them leave an entry, and the hours at which we looked."""

    def __init__(self, first, moves, looks):
        self.first, self.looks = first, sorted(looks)
        self.moves = []
        value = first
        for hour, due, leaves_entry in sorted(moves, key=lambda move: move[0]):
            if due != value:
                self.moves.append((hour, value, due, leaves_entry))
            value = due

    def true(self, hour):
        return next((new for when, _, new, _ in reversed(self.moves) if when <= hour), self.first)

    def log(self, fields=frozenset({"due_on"})):
        """The change log as it would be stored and read: entries at their own hour, differences at that of the look."""
        known = at(max(self.looks))
        changes = [
            Change("pc", "t1", at(hour), "due_on", json(old), json(new), "activity", known)
            for hour, old, new, leaves_entry in self.moves
            if leaves_entry and hour <= max(self.looks)
        ]
        for before, now in pairwise(self.looks):
            old, new = self.true(before), self.true(now)
            if old != new:
                changes.append(Change("pc", "t1", at(now), "due_on", json(old), json(new), "diff", at(now)))
        return list(each_once(sorted(changes, key=lambda change: change.at), fields))

    def is_knowable(self):
        """Between two looks either every move left an entry or none did: of a mixture nobody can say what stood when."""
        for before, now in pairwise([-1, *self.looks]):
            if len({leaves_entry for hour, _, _, leaves_entry in self.moves if before < hour <= now}) > 1:
                return False
        return True

    def record(self):
        task = replace(EMPTY, id="t1", due_on=self.true(self.looks[-1]), created_at=at(-24))
        return Record(task, at(self.looks[0]), tuple(self.log()))


def lives(entries):
    # Moves at odd minutes and looks at full hours: what happens in the very instant of a look nobody can order.
    hours = st.integers(0, 200).map(lambda hour: hour + 0.5)
    move = st.tuples(hours, st.sampled_from(DUES), entries)
    return st.builds(
        Life,
        st.sampled_from(DUES),
        st.lists(move, max_size=7, unique_by=lambda one: one[0]),
        st.lists(st.integers(0, 210), min_size=1, max_size=6, unique=True),
    ).filter(Life.is_knowable)


@settings(deadline=None, max_examples=300)
@given(lives(st.booleans()))
def test_a_value_that_we_saw_stands_on_the_day_on_which_we_saw_it(life):
    made = life.record()

    for look in life.looks:
        day = at(look).astimezone(SHANGHAI).date()
        is_last = all(at(hour).astimezone(SHANGHAI).date() != day or hour < look for hour, *_ in life.moves)
        is_last = is_last and all(at(other).astimezone(SHANGHAI).date() != day or other <= look for other in life.looks)
        if is_last:
            assert field_on(made, "due_on", day, SHANGHAI) == json(life.true(look))


@settings(deadline=None, max_examples=300)
@given(lives(st.just(True)))
def test_where_every_move_leaves_an_entry_each_is_told_once_and_nothing_else_is(life):
    told = [(change.how, change.at, change.old, change.new) for change in life.log()]

    assert told == [
        ("activity", at(hour), json(old), json(new)) for hour, old, new, _ in life.moves if hour <= max(life.looks)
    ]


@settings(deadline=None, max_examples=300)
@given(lives(st.just(False)))
def test_where_no_move_leaves_an_entry_the_series_is_what_we_saw(life):
    made = life.record()
    by_day = {}
    for look in life.looks:
        by_day[at(look).astimezone(SHANGHAI).date()] = life.true(look)
    seen = []
    for day, due in by_day.items():
        if not seen or seen[-1][1] != due:
            seen.append((day, due))

    moves = pushes(due_series(made, SHANGHAI))

    assert moves == pushes(seen)
    assert baseline_date(made) in (*[life.true(look) for look in life.looks], None)


@settings(deadline=None, max_examples=300)
@given(lives(st.booleans()))
def test_the_baseline_is_a_date_that_was_seen_or_told_and_never_made_up(life):
    told = [due for hour, *dues, leaves_entry in life.moves if leaves_entry and hour <= life.looks[-1] for due in dues]
    known = {due for due in (*told, *map(life.true, life.looks)) if due is not None}

    baseline = baseline_date(life.record())

    assert baseline in known if known else baseline is None


@settings(deadline=None, max_examples=300)
@given(lives(st.just(True)))
def test_the_baseline_is_the_first_date_where_every_move_leaves_an_entry(life):
    first = [due for hour, old, new, _ in life.moves if hour <= life.looks[-1] for due in (old, new)] or [life.first]

    assert baseline_date(life.record()) == next((due for due in first if due is not None), None)
