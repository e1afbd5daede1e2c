"""An edited mapping asks again only what it changes, and nobody can tell that from what is stored."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.mapping import document
from bridge.mapping.apply import Surroundings
from bridge.store import runs
from bridge.store.engine import Store
from bridge.sync import remap as remapping
from bridge.sync import replay
from bridge.sync.alike import compared
from bridge.sync.landing import Turn
from bridge.sync.remap import remap

from .conftest import Lists, Puller, row

PARTS = {
    "head": ['kind = "lists"'],
    "id": ['[task.id]\nfrom = "id"', '[task.id]\nfrom = ["other_id", "id"]'],
    "key": ["", '[task.key]\nfrom = "key"', '[task.key]\nfrom = "title"'],
    "title": ['[task.title]\nfrom = "title"', '[task.title]\nfrom = ["name", "title"]', '[task.title]\nfrom = "name"'],
    "project": ['[task.project]\nid.from = "project"', '[task.project]\nid.from = "project"\nname.from = "where"'],
    "status": [
        '[task.status]\nfrom = "state"\nvalues = { open = "todo", done = "done" }',
        '[task.status]\nfrom = "state"\nvalues = { open = "doing", done = "done" }',
        '[task.status]\nfrom = "state"\nvalues = { open = "todo" }',
        '[task.status]\nfrom = ["stage", "state"]\nvalues = { open = "todo", done = "done", odd = "cancelled" }',
    ],
    "due": [
        "",
        '[task.due_on]\nfrom = "due"\nconvert = "iso_date"',
        '[task.due_on]\nfrom = ["promised", "due"]\nconvert = "iso_date"',
    ],
    "gone": ["", '[task.gone]\nfrom = "lost"\nconvert = "flag"'],
    "fields": ["", '[fields.region]\nfrom = "region"', '[fields.region]\nfrom = ["where", "region"]'],
    "remark": ["", "# only a remark"],
}
Files = st.fixed_dictionaries({name: st.sampled_from(texts) for name, texts in PARTS.items()}).map(
    lambda parts: "\n".join(parts[name] for name in PARTS) + "\n"
)
VALUES = st.sampled_from([None, "", "open", "done", "odd", "2026-09-01", "not a day", 1, True, [1], {"a": True}, "🚀"])
ROWS = st.lists(
    st.dictionaries(
        st.sampled_from(["key", "name", "where", "stage", "due", "promised", "lost", "region", "other_id"]), VALUES
    ),
    min_size=1,
    max_size=6,
)
SHOWN = {
    "tasks": "SELECT id, scope, gone, is_open, project, project_name, mapping_version, raw, data FROM tasks ORDER BY id",
    "problems": "SELECT id, target, code, path, value FROM mapping_problems ORDER BY 1, 2, 3",
    "quarantine": "SELECT external_id, scope, reason, detail FROM quarantine ORDER BY 1",
    "changes": "SELECT id, field, old, new, how, cause FROM task_changes ORDER BY seq",
    "versions": "SELECT version, basis FROM mapping_versions ORDER BY activated_at",
}


def published(puller: Puller, text: str) -> dict[str, Any]:
    puller.now += timedelta(hours=1)
    run = runs.start(puller.store, "mapping", date(2026, 8, 24), puller.now)
    about = Surroundings("lists", ZoneInfo("Asia/Shanghai"), puller.now, {}, {})
    turn = Turn(puller.store, "lists", run, document.parse(text, name="lists.toml"), about)
    with puller.store.transaction():
        counts = remap(turn, "tasks")
    return counts.as_json()


def after(rows: list[dict[str, Any]], first: str, files: list[str], gone: bool) -> tuple[Any, ...]:
    """All that is stored after these files came into force one after the other, and what each counted."""
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "bridge.db") as store:
        store.upgrade()
        puller = Puller(store, mapping=first)
        puller.pull(Lists(A=rows), full=True)
        if gone:
            puller.pull(Lists(A=rows[1:]), full=True, confirmed=True)
        counts = [published(puller, text) for text in files]
        return counts, {name: list(store.rows(sql)) for name, sql in SHOWN.items()}


@settings(max_examples=25, deadline=None)
@given(ROWS, Files, st.lists(Files, min_size=1, max_size=3), st.booleans())
def test_what_is_stored_is_what_mapping_every_row_again_would_store(rows, first, files, gone):
    payloads = [row(number, **changes) for number, changes in enumerate(rows)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remapping, "_former", lambda turn: "")
        expected = after(payloads, first, files, gone)

    assert after(payloads, first, files, gone) == expected


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the rows that are mapped in full."""
    found: list[str] = []

    def noted(mapping: Any, payload: Any, about: Any) -> Any:
        found.append(payload["id"])
        return real(mapping, payload, about)

    real = replay.to_row
    monkeypatch.setattr(replay, "to_row", noted)
    return found


def file(**parts: int) -> str:
    return "\n".join(texts[parts.get(name, 0)] for name, texts in PARTS.items()) + "\n"


def test_rows_that_an_edit_does_not_concern_are_not_mapped_again(puller: Puller, mapped: list[str]):
    puller.mapping = file()
    puller.pull(Lists(A=[row(1), row(2, state="done"), row(3, state="odd")]))

    published(puller, file(status=1))

    assert mapped == ["t1"]


def test_a_remark_maps_nothing_again(puller: Puller, mapped: list[str]):
    puller.mapping = file()
    puller.pull(Lists(A=[row(1), row(2, state="odd")]))

    counts = published(puller, file(remark=1))

    assert mapped == []
    assert (counts["fetched"], counts["unchanged"]) == (2, 2)


def test_a_row_without_a_task_is_tried_again_by_every_file(puller: Puller, mapped: list[str]):
    puller.mapping = file()
    puller.pull(Lists(A=[row(1), row(2, project=None)]))

    published(puller, file(remark=1))

    assert mapped == ["t2"]


@pytest.mark.parametrize(
    ("before", "now"),
    [(file(), file(id=1)), (file(), file(fields=1)), (file(), file() + '[effort]\nstream="h"\ntask="t"\nhours="n"\n')],
    ids=["which task it is", "own fields", "hours"],
)
def test_what_decides_about_the_whole_row_has_every_row_mapped_again(before: str, now: str):
    assert compared(document.parse(before, name="x"), document.parse(now, name="x")) is None
