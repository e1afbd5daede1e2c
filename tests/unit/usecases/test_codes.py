"""Every code that a source or a pull can emit has words of its own, and no words are kept for a code that is gone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.usecases.codes import CODES

ROOT = Path(__file__).parents[3]
EMITTING = ("connectors/**/*.py", "bridge/sync/*.py", "bridge/usecases/refresh.py")
MAKERS = {"CheckFinding", "Failure"}
PASSED_ON = {"page_sizes"}
"""Told under the name of what was asked for, so that no place writes it as a code."""


class Emitted(Exception):
    """A code that this test cannot follow to where it is written."""


def emitted(source: str) -> set[str]:
    """The codes that a module writes: as class attribute, as variable, as first element of a measure, or as argument."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    named = {node.name for node in functions if any(argument.arg == "code" for argument in node.args.args)}
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = set()
    for node in ast.walk(tree):
        found |= assigned(node)
        for value in given(node, MAKERS | named):
            found |= words(values.get(value.id, value) if isinstance(value, ast.Name) else value)
    for function in functions:
        if function.returns is not None and "Measure" in ast.unparse(function.returns):
            found |= {word for node in ast.walk(function) if isinstance(node, ast.Yield) for word in first(node.value)}
    return found


def given(node: ast.AST, makers: set[str]) -> Iterator[ast.expr]:
    """What a call has where a code is expected."""
    if isinstance(node, ast.Call) and (getattr(node.func, "id", None) or getattr(node.func, "attr", None)) in makers:
        yield from [keyword.value for keyword in node.keywords if keyword.arg == "code"] or node.args[:1]


def assigned(node: ast.AST) -> set[str]:
    """The words that a variable or class attribute called `code` gets; a vendor's own code is none."""
    if isinstance(node, ast.Assign) and any(getattr(target, "id", None) == "code" for target in node.targets):
        value: ast.expr | None = node.value
    else:
        value = node.value if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", None) == "code" else None
    branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    return {word for branch in branches if isinstance(branch, ast.Constant) and isinstance(word := branch.value, str)}


def words(value: ast.expr) -> set[str]:
    """The codes an expression may be; one that was given as `code`, or is the code of an error, is found elsewhere."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}
    if isinstance(value, ast.IfExp):
        return words(value.body) | words(value.orelse)
    if (isinstance(value, ast.Attribute) and value.attr == "code") or getattr(value, "id", None) == "code":
        return set()
    raise Emitted(f"line {value.lineno}: {ast.unparse(value)}: write the code out, or pass it on as `code`")


def first(value: ast.expr | None) -> set[str]:
    """Of a measure the code, where it is written out."""
    named = value.elts[0] if isinstance(value, ast.Tuple) else None
    return {named.value} if isinstance(named, ast.Constant) and isinstance(named.value, str) else set()


def all_emitted() -> dict[str, set[str]]:
    """Code -> the modules that emit it."""
    found: dict[str, set[str]] = {}
    for pattern in EMITTING:
        for path in sorted(ROOT.glob(pattern)):
            if "simulator" in path.stem:
                continue
            for code in emitted(path.read_text(encoding="utf-8")):
                found.setdefault(code, set()).add(path.relative_to(ROOT).as_posix())
    return found


def test_every_code_that_is_emitted_has_words():
    without = {code: sorted(places) for code, places in all_emitted().items() if code not in CODES}

    assert without == {}


def test_no_words_are_kept_for_a_code_that_nothing_emits():
    assert set(CODES) - all_emitted().keys() == PASSED_ON


def test_the_codes_of_sources_and_of_pulls_are_found():
    found = all_emitted()

    assert {"project_unreadable", "filter_ignored", "members_slow", "token_lifetime", "not_measured"} <= found.keys()
    assert {"rejected_rows", "mass_disappearance", "nothing_listed", "held", "unreachable"} <= found.keys()


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ('CheckFinding("a", "x")', {"a"}),
        ('yield contract.CheckFinding(code="a", detail="x")', {"a"}),
        ('CODE = "a"\nFailure(CODE, "x")', {"a"}),
        ("Failure(err.code, str(err))", set()),
        ('code = err.code if known else "a"', {"a"}),
        ('class Broken(Exception):\n    code: ClassVar[str] = "a"', {"a"}),
        ('def tell(code, detail): ...\ntell("a", "x")', {"a"}),
        ('def tell(err): ...\ntell("a")', set()),
        ('def measure() -> Iterator[Measure]:\n    yield "a", "x"\n    yield what, "y"', {"a"}),
    ],
)
def test_a_code_is_found_in_every_way_in_which_it_is_written(source: str, codes: set[str]):
    assert emitted(source) == codes


def test_a_code_that_cannot_be_followed_is_refused():
    with pytest.raises(Emitted, match="line 1: f'a"):
        emitted('CheckFinding(f"a{number}", "x")')
