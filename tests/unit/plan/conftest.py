"""Workbooks, CSV files and tasks for the plan's tests, built the way people and vendors would."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from bridge.model import Kind, Person, ProjectRef, Status, Task

Rows = Sequence[Sequence[object]]


@pytest.fixture
def workbook() -> Callable[[Mapping[str, Rows]], bytes]:
    """Sheet name -> rows, header first; dates become date cells, None blank cells."""

    def build(sheets: Mapping[str, Rows]) -> bytes:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            for name, rows in sheets.items():
                page = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    for index, value in enumerate(row):
                        if isinstance(value, datetime):
                            page.write_datetime(number, index, value, moment)
                        elif isinstance(value, date):
                            page.write_datetime(number, index, value, day)
                        elif isinstance(value, str) and value.startswith("="):
                            page.write_formula(number, index, value, value="")
                        elif value is not None:
                            page.write(number, index, value)
        return target.getvalue()

    return build


@pytest.fixture
def folder() -> Callable[..., dict[str, bytes]]:
    """Table name -> rows, header first, as one .csv each."""

    def build(sheets: Mapping[str, Rows], encoding: str = "utf-8") -> dict[str, bytes]:
        files = {}
        for name, rows in sheets.items():
            target = io.StringIO(newline="")
            csv.writer(target).writerows(["" if cell is None else cell for cell in row] for row in rows)
            files[f"{name}.csv"] = target.getvalue().encode(encoding)
        return files

    return build


@pytest.fixture
def task() -> Callable[..., Task]:
    """A task that is like the last one but for what is said: `task("1", key="PAY-42", source="worktile")`."""

    def build(identity: str, **given: Any) -> Task:
        given.setdefault("source", "pingcode")
        given.setdefault("project", ProjectRef("p1", "PAY", "支付平台"))
        if "owners" in given:
            given["assignees"] = tuple(Person(f"u-{name}", name) for name in given.pop("owners"))
        blank: dict[str, Any] = {
            "key": None, "title": f"task {identity}", "url": None, "kind": Kind.TASK, "kind_raw": None,
            "status": Status.TODO, "status_raw": None, "parent_id": None, "assignees": (), "start_on": None,
            "due_on": None, "completed_at": None, "created_at": None, "updated_at": None, "progress": None,
            "estimate_hours": None, "remaining_hours": None, "spent_hours": None, "story_points": None,
            "priority": None, "sprint": None, "phase": None, "release": None, "releases": (), "tags": (),
            "milestone": None, "blocked": False,
        }  # fmt: skip
        return Task(id=identity, **{**blank, **given})

    return build
