"""Every key of a TOML text is found where it stands."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.positions import Place, locate

TEXT = '''# heading
kind = "x"   # not = "this"

[task.status] # [neither.this]
from = """
[not.a.table]
a = 1 "quoted" """
  values = { a = 1, "b c" = [1, { d = 'x}' }], e.f = "#" }

[[task.kind.any]]
from = [
  "a", # a comment, with ] in it
  "b",
]
[task.kind.any.values]
"里程碑" = "milestone"
[[task.kind.any]]
'lit.eral' = \'\'\'it's\'\'\'
when = 2026-01-01 10:00:00
'''


@pytest.mark.parametrize(
    ("keys", "line", "column"),
    [
        (("kind",), 2, 1),
        (("task", "status"), 4, 1),
        (("task", "status", "from"), 5, 1),
        (("task", "status", "values"), 8, 3),
        (("task", "status", "values", "b c"), 8, 21),
        (("task", "status", "values", "b c", 1), 8, 33),
        (("task", "status", "values", "b c", 1, "d"), 8, 35),
        (("task", "status", "values", "e", "f"), 8, 48),
        (("task", "kind", "any"), 10, 1),
        (("task", "kind", "any", 0), 10, 1),
        (("task", "kind", "any", 0, "from", 1), 13, 3),
        (("task", "kind", "any", 0, "values", "里程碑"), 16, 1),
        (("task", "kind", "any", 1), 17, 1),
        (("task", "kind", "any", 1, "lit.eral"), 18, 1),
        (("task", "kind", "any", 1, "when"), 19, 1),
    ],
)
def test_a_key_is_found_at_its_line_and_column(keys, line, column):
    assert locate(TEXT)[keys] == Place(line, column)


def test_nothing_is_found_inside_texts_and_comments():
    assert not [keys for keys in locate(TEXT) if "not" in keys or "neither" in keys]


def every_key(node: Any, keys: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    inner = list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())
    return {(*keys, key) for key, _ in inner}.union(*(every_key(value, (*keys, key)) for key, value in inner))


WORDS = st.text("ab\"'#[]{}=,.\\ \n里", max_size=5)


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)} = {written(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[ # ]\n" + ",\n".join(map(written, value)) + "]"
    return (
        '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        if isinstance(value, str)
        else str(value)
    )


@given(
    st.dictionaries(
        WORDS, st.recursive(WORDS | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=6), max_size=5
    )
)
def test_whatever_a_file_holds_each_of_its_keys_is_found(document):
    text = "".join(f"{written(key)} = {written(value)}\n" for key, value in document.items())

    assert set(locate(text)) == every_key(tomllib.loads(text))
