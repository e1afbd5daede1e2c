"""Open leaves as a network: when they deserve the name, where the days come from, what decides the end."""

from datetime import date

from bridge.forecast.chain import work_network

TODAY = date(2026, 8, 26)
A, B, C, D = (("pc", name) for name in "abcd")


def tasks(record, hours=(24.0, 16.0, 32.0, 8.0)):
    return [record(id=name, remaining_hours=hour).task for name, hour in zip("abcd", hours, strict=True)]


def network(leaves, links, calendar, **facts):
    return work_network(leaves, links, TODAY, calendar, hours_per_day=8, **facts)


DIAMOND = {B: [(A, 0)], C: [(A, 0)], D: [(B, 0), (C, 0)]}


def test_remaining_hours_become_days_and_the_longest_chain_decides(record, calendar):
    outcome = network(tasks(record), DIAMOND, calendar, commitment=date(2026, 9, 2))

    # Day 0 is today: eight working days from Wednesday 26 August are over on Friday 4 September.
    assert outcome.finish_on == date(2026, 9, 4)
    assert outcome.driver == (A, C, D)
    assert outcome.float_to_commitment == -2
    assert outcome.positions[B].total_float == 0
    assert outcome.positions[C].total_float == -2


def test_hours_are_rounded_up_to_days(record, calendar):
    outcome = network(tasks(record, (8.1, 0.0, 0.0, 0.0)), DIAMOND, calendar)

    assert outcome.finish_on == date(2026, 8, 27)
    assert outcome.float_to_commitment is None


def test_dates_stand_in_for_missing_hours(record, calendar):
    leaves = [
        record(id="a", start_on=date(2026, 8, 3), due_on=date(2026, 8, 28)).task,
        record(id="b", start_on=date(2026, 8, 31), due_on=date(2026, 9, 2)).task,
    ]

    # Three days are left of the first; two lie between start and due date of the second.
    assert network(leaves, {B: [(A, 0)]}, calendar).finish_on == date(2026, 9, 1)


def test_overdue_open_work_is_never_finished_in_the_past(record, calendar):
    leaves = [record(id=name, due_on=date(2026, 8, 3)).task for name in "ab"]

    assert network(leaves, {B: [(A, 0)]}, calendar).finish_on == TODAY


def test_work_of_unknown_length_is_no_network(record, calendar):
    leaves = [record(id="a", remaining_hours=8.0).task, record(id="b").task]

    assert network(leaves, {B: [(A, 0)]}, calendar) is None


def test_half_of_the_leaves_must_be_linked_to_open_ones(record, calendar):
    leaves = tasks(record)

    assert network(leaves, {B: [(A, 0)]}, calendar) is not None
    assert network(leaves, {B: [(("pc", "done"), 0)], C: [(C, 0)]}, calendar) is None
    assert network([*leaves, record(id="e", remaining_hours=1.0).task], {B: [(A, 0)]}, calendar) is None
    assert network([], {}, calendar) is None


def test_a_lag_is_waited_for(record, calendar):
    leaves = tasks(record)[:2]

    assert network(leaves, {B: [(A, 2)]}, calendar).finish_on == date(2026, 9, 3)


def test_work_waits_for_the_milestone_before_it(record, calendar):
    leaves = tasks(record)[:2]

    # Five working days after Friday 4 September.
    assert network(leaves, {B: [(A, 0)]}, calendar, not_before=date(2026, 9, 4)).finish_on == date(2026, 9, 11)
    assert network(leaves, {B: [(A, 0)]}, calendar, not_before=date(2026, 8, 1)).finish_on == date(2026, 9, 1)


def test_a_cycle_is_reported_with_its_members_and_gives_no_date(record, calendar):
    outcome = network(tasks(record), {B: [(A, 0)], C: [(B, 0)], A: [(C, 0)]}, calendar)

    assert outcome.finish_on is None
    assert outcome.cycle == (A, B, C)
