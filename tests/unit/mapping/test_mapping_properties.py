"""No payload and no file, however strange, gets past the border as an exception."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import Problems
from bridge.mapping import lint, live_lint, options, reference_lint, row_lint, wire
from bridge.mapping.apply import Surroundings, to_row, to_task
from bridge.mapping.document import MappingFile, parse
from bridge.mapping.remarks import Remark
from bridge.mapping.targets import TASK_TARGETS
from bridge.model import Status

ROOT = Path(__file__).parents[3]
OWN_FIELDS = "".join(
    f'\n[fields.{name}]\nfrom = "properties.{name}"\nconvert = "{name}"\n'
    for name in ("as_is", "names", "people", "iso_instant", "percent", "last_ending")
)
SHIPPED = {
    kind: parse((ROOT / "mappings" / f"{kind}.toml").read_text(encoding="utf-8") + OWN_FIELDS, name=kind)
    for kind in ("pingcode", "worktile")
}
KEYS = sorted(
    {
        step
        for mapping in SHIPPED.values()
        for rule in mapping.targets.values()
        for path in rule.paths
        for step in path.text.replace("[]", "").split(".")
    }
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.integers(10**9, 2 * 10**9)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)
PAYLOADS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=20)
IDENTIFIED = st.builds(lambda row: {**row, "id": "t", "_id": "t", "project": {"id": "p"}, "project_id": "p"}, PAYLOADS)
LOOKUPS = st.dictionaries(
    st.sampled_from(["members", "projects", "users", "work_item_types"]),
    st.dictionaries(st.text(max_size=3), VALUES, max_size=3),
)


def surroundings(lookups: Any) -> Surroundings:
    now = datetime(2026, 8, 24, 1, 0, 0, 5, tzinfo=UTC)
    return Surroundings("test", ZoneInfo("Asia/Shanghai"), now, lookups, {"web_base_url": "https://acme.worktile.com"})


@pytest.mark.parametrize("kind", SHIPPED)
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(payload=IDENTIFIED | PAYLOADS, lookups=LOOKUPS)
def test_any_payload_gives_a_task_that_survives_the_wire_or_says_what_is_missing(kind, payload, lookups):
    about = surroundings(lookups)

    outcome = to_task(SHIPPED[kind], payload, about)

    assert to_row(SHIPPED[kind], payload, about).problems == outcome.problems
    if outcome.task is None:
        assert outcome.problems[0].code == "missing_required"
        return
    sent = json.loads(json.dumps(wire.as_json(outcome.task), ensure_ascii=False, allow_nan=False).encode())
    assert wire.from_json(sent) == outcome.task
    assert "" not in [value for value in sent.values() if isinstance(value, str)]
    assert (outcome.task.status is not Status.UNMAPPED) or any(p.target == "status" for p in outcome.problems)
    assert all(len(problem.value) <= 80 for problem in outcome.problems)
    assert to_task(SHIPPED[kind], payload, about) == outcome
    assert json.dumps(to_row(SHIPPED[kind], payload, about).data) == json.dumps(wire.as_json(outcome.task))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(payloads=st.lists(PAYLOADS, max_size=5), lookups=LOOKUPS)
def test_a_check_over_any_payloads_can_be_said(payloads, lookups):
    for found in lint.check(SHIPPED["worktile"], payloads, surroundings(lookups)):
        assert found.say("zh")
        assert found.say("en")


WORDS = ("any", "when", "inside", "values", "contains", "constant", "template", "otherwise", "optional", "x")
TABLES = st.dictionaries(
    st.sampled_from(["from", "all", "convert", "lookup", "pattern", *WORDS]),
    st.recursive(
        st.sampled_from(
            [
                "a",
                "a.b",
                "a[].b",
                "x[",
                "",
                "done",
                "text",
                "unix_date",
                "html_text",
                "{a}",
                "{",
                "names",
                "(a+)+",
                "p(.)",
            ]
        )
        | st.integers(0, 9)
        | st.booleans(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["a", "done", "stream", "path", "option_of", "from", "convert", "values", "pattern"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=6,
    ),
    max_size=5,
)
FILES = st.dictionaries(st.sampled_from([target.name for target in TASK_TARGETS] + ["x"]), TABLES, max_size=6)
FROM = st.sampled_from(["a", "a.b", "a[].b", "_id", "project.id", "id", "x.y"])
WHEN = st.dictionaries(st.sampled_from(["a", "project.id"]), st.sampled_from(["p", 1, "x"]), min_size=1)
PATTERN = st.sampled_from(["p(.)", "[a-z]+", "(?:a|b)*", r"\d"])
# Tables of which every file is a mapping: of a text, and of a field that takes anything.
PLAIN = st.fixed_dictionaries({"from": FROM}, optional={"pattern": PATTERN, "when": WHEN, "optional": st.booleans()})
ANY = st.fixed_dictionaries(
    {"from": FROM},
    optional={
        "convert": st.sampled_from(
            ["text", "html_text", "names", "as_is", "flag", "number", "unix_date", "iso_instant"]
        ),
        "pattern": PATTERN,
        "lookup": st.sampled_from([{"stream": "s", "option_of": "p"}, {"stream": ["s", "t"], "path": "name"}]),
        "when": WHEN,
        "optional": st.booleans(),
    },
)
TEXTS = st.dictionaries(st.sampled_from(["key", "priority", "milestone", "sprint"]), PLAIN, max_size=3)
OWN = st.dictionaries(st.sampled_from(["f", "g"]), ANY, max_size=2)
SECTION = st.fixed_dictionaries(
    {"only": st.lists(st.sampled_from(["p", "t", 3]), min_size=1, max_size=2)}, optional={"task": TEXTS, "fields": OWN}
)
ID = {"stream": st.sampled_from(["s", ["s", "t"]]), "id": PLAIN}
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "projects": st.lists(SECTION, max_size=3),
        "fields": OWN,
        "person": st.fixed_dictionaries(ID, optional={"name": PLAIN, "email": PLAIN, "when": WHEN}),
        "feedback": st.fixed_dictionaries(ID, optional={"text": PLAIN, "score": st.just({"from": "a"})}),
        "listed": st.dictionaries(st.sampled_from(["a", "properties.*", "b.*"]), st.sampled_from(["s", "t"])),
    },
)
WRONG = st.dictionaries(
    st.sampled_from(["projects", "fields", "person", "feedback", "listed", "wrapped", "history", "effort", "project"]),
    TABLES | st.lists(TABLES, max_size=2) | st.just(3),
    max_size=3,
)
OPTIONS = {"s options": {"p": {"o1": "华东"}}, "s": {"o1": {"name": "x"}}}


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value)


def parsed(text: str) -> MappingFile | None:
    try:
        return parse(text, name="any.toml")
    except Problems as problems:
        assert problems.problems
        assert problems.say("zh")
        return None


NEEDED = {
    "id": {"from": "id"},
    "title": {"from": "t"},
    "project.id": {"from": "project.id"},
    "status": {"constant": "done"},
}


def a_file(tables: Any, parts: Any) -> str:
    return 'kind = "any"\n' + "".join(
        [
            *(f"{key} = {written(value)}\n" for key, value in parts.items()),
            *(
                f"[task.{name}]\n" + "".join(f"{key} = {written(value)}\n" for key, value in table.items())
                for name, table in {**NEEDED, **tables}.items()
            ),
        ]
    )


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(tables=FILES, parts=WRONG, payload=IDENTIFIED)
def test_any_file_is_refused_with_words_or_maps_any_payload(tables, parts, payload):
    mapping = parsed(a_file(tables, parts))

    if mapping is not None:
        assert_mapped_alike(mapping, payload)


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(tables=TEXTS, parts=PARTS, payload=IDENTIFIED)
def test_any_mapping_with_every_part_of_the_language_maps_and_checks_any_payload(tables, parts, payload):
    mapping = parse(a_file(tables, parts), name="any.toml")

    assert_mapped_alike(mapping, payload)
    about = surroundings(OPTIONS)
    assert all(told.say("zh") for told in everything_told(mapping, payload, about))


def assert_mapped_alike(mapping: MappingFile, payload: Any) -> None:
    about = surroundings(OPTIONS)
    outcome = to_task(mapping, payload, about)
    assert outcome.task is None or wire.from_json(wire.as_json(outcome.task)) == outcome.task
    row = to_row(mapping, payload, about)
    assert row.problems == outcome.problems
    assert json.dumps(row.data) == json.dumps(outcome.task and wire.as_json(outcome.task))


def everything_told(mapping: MappingFile, payload: Any, about: Surroundings) -> list[Remark]:
    """Whatever a check can say of one payload, as a task and as a row of every list."""
    remarks = [*lint.check(mapping, [payload], about), *row_lint.check(mapping, lambda _: [payload], about)]
    remarks += reference_lint.check(mapping, frozenset({"s"}), about.lookups, {"s": [payload]})
    remarks += live_lint.check(mapping, frozenset(payload), {"s": [payload]}, about)
    assert all(mapping.place(remark.keys).line >= 1 for remark in remarks)
    assert options.tables(mapping, lambda _: [payload]).keys() <= {
        "s options",
        "a options",
        "done options",
        "text options",
    }
    return remarks


TOML = st.lists(
    st.sampled_from(
        [
            "[a]\n",
            "[[a]]\n",
            "[a.b]\n",
            "a = 1\n",
            "a.b = ",
            "b = {",
            "}",
            "[",
            "]",
            ",",
            '"',
            "'''",
            '"""',
            "#",
            "\n",
            "1",
            " ",
        ]
    ),
    max_size=30,
).map("".join)


@settings(deadline=None, max_examples=400)
@given(TOML)
def test_pieces_of_toml_in_any_order_are_refused_in_no_time_with_a_place(text):
    started = time.process_time()
    with pytest.raises(Problems) as caught:
        parse(text, name="any.toml")

    assert time.process_time() - started < 2
    assert all(one.place.line >= 1 and one.place.column >= 1 and one.code for one in caught.value.problems)


@settings(deadline=None)
@given(st.text("abt[]{}=\"'#.,\n 1", max_size=60))
def test_any_text_is_refused_with_words(text):
    assert parsed(text) is None
