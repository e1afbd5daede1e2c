"""The table of `pbridge tasks`: in the order in which people count."""

from __future__ import annotations

from bridge.cli.listing import by_key


def test_tasks_are_listed_by_source_and_by_the_numbers_in_their_keys():
    keys = ("PAY-10", "PAY-9", "DLV-100", None, "9A")
    tasks = [{"source": "pingcode", "key": key, "id": "5f0a"} for key in keys]
    tasks.append({"source": "a", "key": "PAY-1", "id": "x"})

    assert [task["key"] for task in sorted(tasks, key=by_key)] == ["PAY-1", None, "9A", "DLV-100", "PAY-9", "PAY-10"]
