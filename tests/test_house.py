"""The house rules that no linter knows: sizes, both languages, import rules that really catch something."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("bridge", "connectors") for path in (ROOT / folder).rglob("*.py"))
PURE = ("mapping", "plan", "reconcile", "forecast", "report")


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_small_enough_to_be_read_in_one_go(path: Path):
    lines = path.read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_what_it_owns(path: Path):
    assert ast.get_docstring(_tree(path)), "the module has no opening sentence"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_longer_than_fifty_lines(path: Path):
    functions = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef)]

    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}" for node in functions if node.end_lineno - node.lineno >= 50
    ]

    assert long == []


def test_no_module_is_a_drawer_for_everything():
    names = {path.stem for path in SOURCES}

    assert names.isdisjoint({"utils", "util", "helpers", "common", "manager", "misc"})


def test_the_core_never_reads_the_clock():
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        if path.parts[len(ROOT.parts) + 1] in PURE
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "today", "utcnow"}
        and isinstance(node.value, ast.Name)
        if node.value.id in {"date", "datetime"}
    ]

    assert calls == []


def test_no_text_holds_a_path_of_a_machine_or_a_package_index():
    pattern = re.compile(r"/work/|/root/|pypi\.org|pythonhosted|opt/pypi")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    this = Path(__file__).relative_to(ROOT).as_posix()

    found = [
        name
        for name in tracked
        if name and name != this and (ROOT / name).is_file()
        if pattern.search((ROOT / name).read_bytes().decode("utf-8", errors="ignore"))
    ]

    assert found == []


VIOLATIONS = {
    "Imports run one way": ("bridge/mapping/document.py", "import bridge.store.engine"),
    "Connectors know nothing of the bridge": ("connectors/paging.py", "import bridge.model"),
    "Connectors do not know each other": ("connectors/worktile/connector.py", "import connectors.pingcode.connector"),
    "Entry points call use cases and nothing deeper": ("bridge/cli/start.py", "import bridge.store.engine"),
    "The core knows no store, no source and no settings": ("bridge/report/view.py", "import connectors"),
    "The core reads no clock, no file, no network and no database": ("bridge/plan/scope.py", "import pathlib"),
    "SQL exists in one package": ("bridge/usecases/looking.py", "import sqlite3"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for name in ("bridge", "connectors", "mappings"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _import_rules(folder: Path) -> str:
    # Run in the copy, so that the packages found are the copy's and not the installed ones.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder), "PATH": ""}
    )
    return done.stdout + done.stderr


def test_every_import_rule_is_kept(copy: Path):
    assert "BROKEN" not in _import_rules(copy)


@pytest.mark.parametrize("rule", VIOLATIONS)
def test_an_import_rule_catches_a_deliberate_violation(rule: str, copy: Path):
    path, line = VIOLATIONS[rule]
    original = (copy / path).read_text(encoding="utf-8")
    (copy / path).write_text(original + f"\n\n{line}\n", encoding="utf-8")

    report = _import_rules(copy)

    (copy / path).write_text(original, encoding="utf-8")
    assert re.search(rf"{re.escape(rule)}\s+BROKEN", report), report


def test_a_sync_loads_nothing_that_judges_draws_or_serves():
    """A run with nothing to do is mostly its imports."""
    asked = "import bridge.cli.sources, bridge.usecases.refresh, sys; print(*sys.modules)"
    heavy = {
        "holidays",
        "flask",
        "jinja2",
        "xlsxwriter",
        "docx",
        "apscheduler",
        "prometheus_client",
        "bridge.reconcile",
    }

    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)

    assert heavy & set(loaded.stdout.split()) == set()
