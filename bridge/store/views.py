"""Views for programs that only read: their columns are promised in docs/sql-views.md, whatever the tables are like."""

from __future__ import annotations

from bridge.store.tables import BY_NAME

# Exact decimals are text in the tables; programs that draw charts want numbers.
_NUMBERS = frozenset(
    {"amount", "work_done", "work_total", "at_risk_gross", "at_risk_expected", "penalty_today", "penalty_p85"}
)


def _published() -> str:
    columns = (
        f"CAST({name} AS REAL) AS {name}" if name in _NUMBERS else name for name in BY_NAME["published_rows"].columns
    )
    return f"SELECT {', '.join(columns)} FROM published_rows"


def _of(name: str, path: str | None = None) -> str:
    return f"json_extract(t.data, '$.{path or name}') AS {name}"


def _list(name: str, value: str = "value") -> str:
    """The entries of a list with commas between; null where there are none."""
    return f"(SELECT group_concat({value}, ', ') FROM json_each(t.data, '$.{name}')) AS {name}"


_TASKS = (
    "t.source",
    "t.id",
    _of("key"),
    _of("title"),
    _of("url"),
    "t.project AS project_id",
    "t.project_key",
    "t.project_name",
    *map(_of, ("kind", "kind_raw", "status", "status_raw")),
    "t.is_open",
    _of("parent_id"),
    _list("assignees", "json_extract(value, '$.name')"),
    *map(_of, ("start_on", "due_on", "completed_at", "created_at", "updated_at", "progress")),
    *map(_of, ("estimate_hours", "remaining_hours", "spent_hours", "story_points", "priority")),
    *map(_of, ("sprint", "phase", "release")),
    *map(_list, ("releases", "tags")),
    *map(_of, ("milestone", "blocked", "archived")),
    "t.gone",
    _of("fields"),
    "t.first_seen_at",
    "t.mapping_version",
)
# A vendor's clock may be ahead, but nothing was recorded before it happened; `updated_at` is the vendor's bookkeeping.
_CHANGES = (
    "c.seq",
    "c.source",
    "c.id",
    "json_extract(t.data, '$.key') AS key",
    "json_extract(t.data, '$.title') AS title",
    "t.project_name",
    "min(c.at, c.recorded_at) AS at",
    "c.recorded_at",
    "c.field",
    "json_extract(c.old, '$') AS old",
    "json_extract(c.new, '$') AS new",
    "c.how",
    "c.cause",
)

VIEWS = {
    "v_delay_report": _published(),
    "v_tasks": f"SELECT {', '.join(_TASKS)} FROM tasks AS t",
    "v_changes": f"SELECT {', '.join(_CHANGES)} FROM task_changes AS c "
    "LEFT JOIN tasks AS t ON t.source = c.source AND t.id = c.id WHERE c.field <> 'updated_at'",
}
