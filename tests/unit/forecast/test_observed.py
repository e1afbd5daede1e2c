"""What was observed of a task: completion, first dates, values on a day, and moves that nobody made."""

from datetime import UTC, date, datetime

from bridge.forecast.observed import (
    baseline_date,
    baseline_start,
    completion_date,
    due_series,
    field_on,
    latest_due_series,
)
from bridge.model import Status
from tests.replacing import replace

MAY = [date(2026, 5, day) if day else date(2026, 4, 30) for day in range(32)]


def test_a_task_is_completed_on_the_local_date_of_its_instant(record, zone):
    late = record(status=Status.DONE, completed_at=datetime(2026, 5, 3, 16, 0, tzinfo=UTC))

    assert completion_date(late, zone) == MAY[4]


def test_without_an_instant_completion_is_the_day_done_was_last_observed(record, zone):
    reopened = record(
        status=Status.DONE,
        changes=(
            (MAY[4], "status", "doing", "done"),
            (MAY[6], "status", "done", "doing"),
            (MAY[8], "status", "doing", "done"),
        ),
    )

    assert completion_date(reopened, zone) == MAY[8]


def test_a_task_that_was_done_when_first_seen_was_completed_by_then(record, zone):
    assert completion_date(record(seen=MAY[5], status=Status.DONE), zone) == MAY[5]


def test_an_open_task_has_no_completion_date(record, zone):
    assert completion_date(record(completed_at=datetime(2026, 5, 3, tzinfo=UTC)), zone) is None


def test_a_completion_in_the_future_counts_as_today(record, zone):
    assert completion_date(record(done_on=MAY[20]), zone, today=MAY[10]) == MAY[10]


def test_the_baseline_is_the_first_due_date_ever_observed(record):
    moved = record(
        due_on=MAY[20],
        changes=(
            (MAY[2], "due_on", None, "2026-05-10"),
            (MAY[3], "due_on", "2026-05-10", "2026-05-15"),
            (MAY[4], "due_on", "2026-05-15", "2026-05-20"),
        ),
    )

    assert baseline_date(moved) == MAY[10]
    assert baseline_date(record(due_on=MAY[20])) == MAY[20]
    assert baseline_date(record()) is None


def test_the_baseline_survives_a_date_that_was_taken_away(record):
    cleared = record(due_on=None, changes=((MAY[2], "due_on", "2026-05-10", None),))

    assert baseline_date(cleared) == MAY[10]


def test_the_baseline_start_is_the_first_start_ever_observed(record):
    moved = record(start_on=MAY[9], changes=((MAY[2], "start_on", "2026-05-04", "2026-05-09"),))

    assert baseline_start(moved) == MAY[4]
    assert baseline_start(record(start_on=MAY[9])) == MAY[9]


def test_a_day_with_several_moves_shows_its_last_value(record, zone):
    moved = record(
        seen=MAY[1],
        due_on=MAY[20],
        changes=(
            (datetime(2026, 5, 6, 1, tzinfo=UTC), "due_on", "2026-05-10", "2026-05-12"),
            (datetime(2026, 5, 6, 9, tzinfo=UTC), "due_on", "2026-05-12", "2026-05-11"),
            (datetime(2026, 5, 6, 17, tzinfo=UTC), "due_on", "2026-05-11", "2026-05-20"),
        ),
    )

    assert due_series(moved, zone) == [(MAY[1], MAY[10]), (MAY[6], MAY[11]), (MAY[7], MAY[20])]


def test_a_task_that_never_moved_has_one_point(record, zone):
    assert due_series(record(seen=MAY[3], due_on=MAY[9]), zone) == [(MAY[3], MAY[9])]


def test_a_vendors_own_history_starts_before_our_first_sight(record, zone):
    old_move = ((MAY[5], "due_on", "2026-05-10", "2026-05-20"),)

    created = record(seen=MAY[15], created_on=MAY[2], due_on=MAY[20], changes=old_move)
    unknown = record(seen=MAY[15], due_on=MAY[20], changes=old_move)

    assert due_series(created, zone) == [(MAY[2], MAY[10]), (MAY[5], MAY[20])]
    assert due_series(unknown, zone) == [(MAY[4], MAY[10]), (MAY[5], MAY[20])]


def told(made):
    """The record with every change as an entry of the vendor's own history."""
    return replace(made, changes=tuple(replace(change, how="activity") for change in made.changes))


def test_a_move_that_the_vendor_dates_ahead_of_first_sight_happened_before_it(record, zone):
    """What is after now counts as now, which for a task just seen is the instant of its first sight."""
    dated_ahead = told(record(seen=MAY[5], created_on=MAY[2], changes=((MAY[5], "due_on", "2026-05-10", None),)))

    assert due_series(dated_ahead, zone) == [(MAY[2], MAY[10]), (MAY[5], None)]


def test_a_value_at_first_sight_that_the_vendors_entries_do_not_lead_to_was_observed_that_day(record, zone):
    entries = ((MAY[5], "due_on", "2026-05-10", "2026-05-20"),)

    moved_in_bulk = told(record(seen=MAY[15], created_on=MAY[2], due_on=MAY[25], changes=entries))
    as_told = told(record(seen=MAY[15], created_on=MAY[2], due_on=MAY[20], changes=entries))

    assert due_series(moved_in_bulk, zone) == [(MAY[2], MAY[10]), (MAY[5], MAY[20]), (MAY[15], MAY[25])]
    assert due_series(as_told, zone) == [(MAY[2], MAY[10]), (MAY[5], MAY[20])]
    assert field_on(moved_in_bulk, "due_on", MAY[14], zone) == "2026-05-20"
    assert field_on(moved_in_bulk, "due_on", MAY[15], zone) == "2026-05-25"


def test_a_value_that_was_left_without_a_trace_before_an_entry_is_still_the_first_one(record, zone):
    """Seen at 05-10; somebody moved it to 05-20 without an entry, then with one to 05-30, before we looked again."""
    made = record(
        seen=MAY[3],
        due_on=MAY[30],
        changes=((MAY[5], "due_on", "2026-05-20", "2026-05-30"), (MAY[6], "due_on", "2026-05-10", "2026-05-30")),
    )
    made = replace(made, changes=(replace(made.changes[0], how="activity"), made.changes[1]))

    assert due_series(made, zone) == [(MAY[3], MAY[10]), (MAY[5], MAY[30])]
    assert baseline_date(made) == MAY[10]


def test_the_value_at_first_sight_is_what_the_next_entry_says_it_was(record, zone):
    entries = (
        (MAY[5], "due_on", "2026-05-10", "2026-05-20"),
        (MAY[18], "due_on", "2026-05-22", "2026-05-30"),
    )

    moved = told(record(seen=MAY[15], created_on=MAY[2], due_on=MAY[30], changes=entries))

    assert due_series(moved, zone) == [(MAY[2], MAY[10]), (MAY[5], MAY[20]), (MAY[15], MAY[22]), (MAY[18], MAY[30])]


def test_a_task_was_done_when_the_vendor_says_so_even_before_we_saw_it(record, zone):
    finished = told(record(seen=MAY[15], status=Status.DONE, changes=((MAY[9], "status", "doing", "done"),)))

    assert completion_date(finished, zone) == MAY[9]


def test_our_new_reading_of_a_date_is_no_move_and_keeps_the_moves_before_it(record, zone):
    remapped = record(
        seen=MAY[1],
        due_on=MAY[25],
        changes=(
            (MAY[3], "due_on", "2026-05-10", "2026-05-15"),
            (MAY[6], "due_on", "2026-05-15", "2026-05-16", "mapping"),
            (MAY[9], "due_on", "2026-05-16", "2026-05-25"),
        ),
    )

    assert due_series(remapped, zone) == [
        (MAY[1], MAY[11]),
        (MAY[3], MAY[16]),
        (MAY[6], MAY[16]),
        (MAY[9], MAY[25]),
    ]
    assert baseline_date(remapped) == MAY[11]


def test_a_date_that_a_new_mapping_finds_is_the_first_one(record, zone):
    found = record(seen=MAY[1], due_on=MAY[10], changes=((MAY[3], "due_on", None, "2026-05-10", "mapping"),))

    assert due_series(found, zone) == [(MAY[1], None), (MAY[3], MAY[10])]
    assert baseline_date(found) == MAY[10]


def test_the_latest_due_date_of_several_tasks_follows_all_of_them(record, zone):
    first = record(seen=MAY[1], due_on=MAY[30], changes=((MAY[6], "due_on", "2026-05-10", "2026-05-30"),))
    second = record(seen=MAY[3], due_on=None, changes=((MAY[8], "due_on", "2026-05-20", None),))
    gone_late = record(seen=MAY[4], due_on=MAY[5], changes=((MAY[9], "due_on", "2026-05-31", "2026-05-05"),))

    assert latest_due_series([first, second, gone_late], zone) == [
        (MAY[1], MAY[10]),
        (MAY[3], MAY[20]),
        (MAY[4], MAY[31]),
        (MAY[9], MAY[30]),
    ]
    assert latest_due_series([], zone) == []
    assert latest_due_series([record(seen=MAY[1])], zone) == [(MAY[1], None)]


def test_a_field_has_the_value_it_had_at_the_end_of_the_day(record, zone):
    worked = record(
        seen=MAY[2],
        status=Status.DOING,
        changes=((MAY[5], "status", "todo", "doing"), (MAY[5], "estimate_hours", 8, 16)),
        estimate_hours=16.0,
        due_on=MAY[20],
    )

    assert field_on(worked, "status", MAY[1], zone) is None
    assert field_on(worked, "status", MAY[2], zone) == "todo"
    assert field_on(worked, "status", MAY[5], zone) == "doing"
    assert field_on(worked, "estimate_hours", MAY[4], zone) == 8
    assert field_on(worked, "due_on", MAY[9], zone) == "2026-05-20"
    assert field_on(record(status=Status.DONE), "status", MAY[9], zone) == "done"
