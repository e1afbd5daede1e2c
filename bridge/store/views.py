"""Views for programs that only read: their columns are promised in docs/sql-views.md, whatever the tables are like.

Both engines have the same columns in the same order. PostgreSQL gives `old` and `new` of `v_changes` as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from bridge.store.dialect import SQLITE, Dialect
from bridge.store.tables import BY_NAME

Kind = Literal["text", "number", "boolean", "json", "list", "people"]
Member = Callable[[Kind, str], str]
"""The value of a member of the task `t`, as a kind of thing."""

# Exact decimals are text in the tables; programs that draw charts want numbers.
_NUMBERS = frozenset(
    {"amount", "work_done", "work_total", "at_risk_gross", "at_risk_expected", "penalty_today", "penalty_p85"}
)
_TASK: tuple[tuple[str, Kind] | str, ...] = (
    "t.source",
    "t.id",
    ("key", "text"),
    ("title", "text"),
    ("url", "text"),
    "t.project AS project_id",
    "t.project_key",
    "t.project_name",
    *((name, "text") for name in ("kind", "kind_raw", "status", "status_raw")),
    "t.is_open",
    ("parent_id", "text"),
    ("assignees", "people"),
    *((name, "text") for name in ("start_on", "due_on", "completed_at", "created_at", "updated_at")),
    *((name, "number") for name in ("progress", "estimate_hours", "remaining_hours", "spent_hours", "story_points")),
    *((name, "text") for name in ("priority", "sprint", "phase", "release")),
    ("releases", "list"),
    ("tags", "list"),
    ("milestone", "text"),
    ("blocked", "boolean"),
    ("archived", "boolean"),
    "t.gone",
    ("fields", "json"),
    "t.first_seen_at",
    "t.mapping_version",
)


def _in_sqlite(kind: Kind, name: str) -> str:
    if kind in ("list", "people"):
        value = "json_extract(value, '$.name')" if kind == "people" else "value"
        # The entries with commas between; null where there are none.
        return f"(SELECT group_concat({value}, ', ') FROM json_each(t.data, '$.{name}'))"
    return f"json_extract(t.data, '$.{name}')"


def _in_postgresql(kind: Kind, name: str) -> str:
    if kind in ("list", "people"):
        value = "one.value ->> 'name'" if kind == "people" else "one.value #>> '{}'"
        entries = f"jsonb_array_elements(j.data -> '{name}') WITH ORDINALITY AS one(value, place)"
        return f"(SELECT string_agg({value}, ', ' ORDER BY one.place) FROM {entries})"
    if kind == "number":
        return f"CAST(j.data ->> '{name}' AS double precision)"
    if kind == "boolean":
        return f"CAST(CAST(j.data ->> '{name}' AS boolean) AS integer)"
    return f"j.data ->> '{name}'"


def _published(dialect: Dialect) -> str:
    real = dialect.types["REAL"]
    columns = (
        f"CAST({name} AS {real}) AS {name}" if name in _NUMBERS else name for name in BY_NAME["published_rows"].columns
    )
    return f"SELECT {', '.join(columns)} FROM published_rows"


def _tasks(member: Member, source: str) -> str:
    columns = (one if isinstance(one, str) else f"{member(one[1], one[0])} AS {one[0]}" for one in _TASK)
    return f"SELECT {', '.join(columns)} FROM {source}"


def _changes(dialect: Dialect, value: Callable[[str], str]) -> str:
    words = dialect
    columns = (
        "c.seq",
        "c.source",
        "c.id",
        f"{words.at_member.format('t.data', 'key')} AS key",
        f"{words.at_member.format('t.data', 'title')} AS title",
        "t.project_name",
        # A vendor's clock may be ahead, but nothing was recorded before it happened.
        f"{words.least.format('c.at', 'c.recorded_at')} AS at",
        "c.recorded_at",
        "c.field",
        f"{value('c.old')} AS old",
        f"{value('c.new')} AS new",
        "c.how",
        "c.cause",
    )
    # `updated_at` is the vendor's bookkeeping.
    return (
        f"SELECT {', '.join(columns)} FROM task_changes AS c "
        "LEFT JOIN tasks AS t ON t.source = c.source AND t.id = c.id WHERE c.field <> 'updated_at'"
    )


def _as_text(name: str) -> str:
    """A recorded value as SQLite shows it, but as text."""
    return f"CASE {name} WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE CAST({name} AS json) #>> '{{}}' END"


def views(dialect: Dialect) -> Mapping[str, str]:
    """Name -> what the view selects."""
    if dialect is SQLITE:
        tasks = _tasks(_in_sqlite, "tasks AS t")
        changes = _changes(dialect, "json_extract({}, '$')".format)
    else:
        # Each task is read once, not for every column.
        once = "CROSS JOIN LATERAL (SELECT CAST(t.data AS jsonb) AS data OFFSET 0) AS j"
        tasks = _tasks(_in_postgresql, f"tasks AS t {once}")
        changes = _changes(dialect, _as_text)
    return {"v_delay_report": _published(dialect), "v_tasks": tasks, "v_changes": changes}


VIEWS = views(SQLITE)
