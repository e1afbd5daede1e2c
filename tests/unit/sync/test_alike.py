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
from bridge.store.packing import encode
from bridge.sync import remap as remapping
from bridge.sync import replay
from bridge.sync.alike import Asker, compared
from bridge.sync.landing import Turn
from bridge.sync.remap import remap

from .conftest import START, Lists, Puller, row

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
    "kind": [
        "",
        '[task.kind]\nfrom = "sort"\nvalues = { open = "task", odd = "bug" }\notherwise = "other"',
        '[task.kind]\nany = [{ from = "sort", values = { open = "bug" }, when = { state = "open" } }, '
        '{ constant = "task" }]',
    ],
    "url": ["", '[task.url]\ntemplate = "https://x/{id}/{where}"', '[task.url]\nfrom = ["link", "where"]'],
    "assignees": [
        "",
        '[task.assignees]\nfrom = "who"\nconvert = "people"',
        '[task.assignees]\nall = ["who", "helper"]\nconvert = "people"',
    ],
    "archived": ["", '[task.archived]\nfrom = "lost"\nconvert = "flag"'],
    "gone": ["", '[task.gone]\nfrom = "lost"\nconvert = "flag"'],
    "fields": [
        "",
        '[fields]\narchived.from = "region"\nstatus.from = "link"',
        '[fields]\narchived.from = ["where", "region"]\nstatus.from = "link"',
        '[fields]\nstatus.from = ["region", "link"]\narchived.from = "where"',
        '[fields]\nkind = { from = "where", convert = "number" }\narchived.from = "where"',
    ],
    "remark": ["", "# only a remark"],
}
Files = st.fixed_dictionaries({name: st.sampled_from(texts) for name, texts in PARTS.items()}).map(
    lambda parts: "\n".join(parts[name] for name in PARTS) + "\n"
)
ODD = ["🚀", 'x","status":"done","archived":true,"gone":', "\x00\t", 1e22, -0.5]
PERSON = {"id": "p1", "name": "王"}
VALUES = st.sampled_from(
    [None, "", "open", "done", "odd", "2026-09-01", "not a day", 1, True, [1], {"a": True}, PERSON, [PERSON], *ODD]
)
MEMBERS = [
    "key",
    "title",
    "name",
    "where",
    "stage",
    "state",
    "due",
    "promised",
    "lost",
    "region",
    "other_id",
    "sort",
    "link",
    "who",
    "helper",
]
ROWS = st.lists(
    st.dictionaries(st.sampled_from(MEMBERS), VALUES),
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


def test_of_rows_that_an_edit_concerns_only_what_it_says_is_written(puller: Puller, mapped: list[str]):
    puller.mapping = file()
    puller.pull(Lists(A=[row(1), row(2, state="done"), row(3, state="odd")]))

    published(puller, file(status=1))

    assert mapped == []
    told = puller.store.rows("SELECT id, field, old, new FROM task_changes")
    assert list(told) == [("t1", "status", '"todo"', '"doing"')]


def test_a_word_that_is_translated_now_is_told_of_no_more(puller: Puller, mapped: list[str]):
    puller.mapping = file(status=2, due=1)
    puller.pull(Lists(A=[row(1, state="done", due="soon"), row(2, state="odd")]))

    published(puller, file(due=1))

    assert mapped == []
    told = puller.store.rows("SELECT id, target, value FROM mapping_problems ORDER BY id, target")
    assert list(told) == [("t1", "due_on", "soon"), ("t2", "status", "odd")]


def test_a_value_on_which_others_depend_has_its_row_mapped_in_full(puller: Puller, mapped: list[str]):
    puller.mapping = file(key=1)
    puller.pull(Lists(A=[row(1, key="K-1", title=None), row(2, key="same", title="same"), row(3)]))

    published(puller, file(key=2))

    assert mapped == ["t1", "t3"]
    assert [found[0] for found in puller.store.rows("SELECT data FROM tasks ORDER BY id") if "K-1" in found[0]] == []


@pytest.mark.parametrize("member", ["state", "a\\b", "状态"])
def test_of_a_payload_no_more_is_read_than_the_edited_rules_look_at(member: str):
    before, now = (
        document.parse(file().replace('"state"', f"'\"{member}\"'").replace('"todo"', word), name="x")
        for word in ('"todo"', '"doing"')
    )
    comparison = compared(before, now)
    assert comparison is not None
    assert comparison.members == (member,)
    asker = Asker(comparison, Surroundings("lists", ZoneInfo("UTC"), START, {}, {}))

    for state, status in [("open", "doing"), ("done", None), (None, None), (" open", "doing"), ("\ud800", None)] * 2:
        edit = asker.edit(encode({"id": "t1", "other": [{}] * 3, member: state}))
        assert edit is not None
        assert edit.values == ({"status": status} if status else {})


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
    [(file(), file(id=1)), (file(), file() + '[effort]\nstream="h"\ntask="t"\nhours="n"\n')],
    ids=["which task it is", "hours"],
)
def test_what_decides_about_the_whole_row_has_every_row_mapped_again(before: str, now: str):
    assert compared(document.parse(before, name="x"), document.parse(now, name="x")) is None
