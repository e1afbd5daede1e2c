"""Every block of every document is accounted for: what runs it, or why nothing can; every command line can be read."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bridge.cli import main
from bridge.cli.program import program
from bridge.cli.session import Session
from bridge.errors import UsageProblem
from tests.test_docs import BLOCK, DOCUMENTS, ROOT, blocks, console_lines

RUN = {
    ("README.md", "console"): "test_docs: own; test_demo and test_package: make demo; the gate itself: make test",
    ("docs/guide-admin.md", "console"): "test_docs: every command of a guide",
    ("docs/guide-lead.md", "console"): "test_docs: every command of a guide",
    ("docs/practice.md", "console"): "test_docs: every command of a guide",
    ("docs/security.md", "console"): "test_docs: every command of a guide",
    ("docs/guide-admin.md", "toml"): "test_docs_samples: settings; unit/mapping/test_mapping_readme: recipes",
    ("docs/guide-admin.md", "json"): "test_docs_samples: a sample of the report fits its schema",
    (
        "docs/operations.md",
        "console",
    ): "test_docs_install; copying and workers: integration/test_copy, integration/test_worker",
    ("docs/operations.md", "toml"): "test_docs_samples: settings",
    ("docs/people.md", "toml"): "unit/mapping/test_people_guide",
    (
        "docs/reference/commands.md",
        "console",
    ): "test_demo: every example of help on the demo; copying: integration/test_copy",
    ("docs/store.md", "text"): "test_docs_blocks: the line of cron, by a shell",
    ("docs/sql-views.md", "sql"): "integration/test_sql_views",
    ("connectors/README.md", "sh"): "the gate itself, of which tests/contract is part; installing: test_package",
    (
        "CONTRIBUTING.md",
        "text",
    ): "test_demo: make demo; the gate: check, test; test_spec: spec; test_reference: reference",
    ("connectors/worktile/README.md", "toml"): "unit/connectors/worktile/test_worktile_settings",
    ("mappings/README.md", "toml"): "unit/mapping/test_mapping_readme",
    ("mappings/README.md", "json"): "unit/mapping/test_mapping_readme",
    ("mappings/README.md", "console"): "integration/test_mapping_set",
}
READ_ONLY = {
    ("docs/reference/commands.md", "text"): "made from the code; test_reference compares",
}


def test_every_block_of_every_document_is_run_or_there_is_a_reason():
    found = {
        (str(path.relative_to(ROOT)), kind)
        for path in DOCUMENTS
        for kind, _ in BLOCK.findall(path.read_text(encoding="utf-8"))
    }

    assert found == RUN.keys() | READ_ONLY.keys()


def test_what_is_said_to_run_them_is_there():
    named = {name for said in RUN.values() for name in re.findall(r"(?:\w+/)*test_\w+", said)}

    assert [name for name in named if not (ROOT / "tests" / f"{name}.py").exists()] == []


def command_lines(path: Path) -> list[str]:
    """What is typed, up to where the shell goes on with something else."""
    inside = [
        line
        for kind, text in BLOCK.findall(path.read_text(encoding="utf-8"))
        if kind == "text"
        for line in text.split("\n")
    ]
    typed = [*console_lines(path), *(line for line in inside if " && " in line)]
    return [found[1] for line in typed for found in re.finditer(r"(?:^|[\s/])(pbridge (?![/\[])[^|&;]*)", line)]


LINES = [(path, line) for path in DOCUMENTS for line in command_lines(path)]


@pytest.mark.parametrize("path", sorted({path for path, _ in LINES}), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_line_has_arguments_and_values_that_the_command_takes(path: Path):
    wrong = {line: said for where, line in LINES if where == path if (said := refusal(line))}

    assert wrong == {}


def refusal(line: str) -> str:
    """What is said against a command line before anything is done; empty where it can be carried out."""
    words = shlex.split(line.removesuffix("&"))[1:]
    command: click.Command = program
    while words and words[0] in ("--config", "--today", "--lang"):
        del words[:2]
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    if isinstance(command, click.Group) and words and command is program:
        return f"there is no command {words[0]}"
    try:
        with click.Context(program, obj=Session()) as above:
            command.make_context(line, words, parent=above)
    except (click.ClickException, click.exceptions.Exit, UsageProblem) as err:
        return f"{type(err).__name__} {err}"
    return ""


@pytest.mark.parametrize("line", ["pbridge report --as-of soon", "pbridge acknowledge M-1", "pbridge rapport"])
def test_a_line_that_no_command_takes_is_noticed(line: str):
    assert refusal(line)


def test_the_line_of_cron_makes_a_backup_every_night(tmp_path: Path):
    (line,) = blocks(ROOT / "docs" / "store.md", "text")
    *when, command = line.strip().split(maxsplit=5)
    for folder in ("srv", "backup"):
        (tmp_path / folder).mkdir()
    # Cron takes a bare % for the end of the line, and a backslash before it away.
    assert not re.search(r"(?<!\\)%", command)
    command = command.replace(r"\%", "%").replace("/srv/bridge", "srv").replace("/backup/", "../backup/")
    (tmp_path / "srv" / "config.toml").write_text("", encoding="utf-8")
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    assert main(["token", "create", "bi", "--role", "viewer", "--config", str(tmp_path / "srv" / "config.toml")]) == 0

    said = [
        subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        for _ in range(2)
    ]

    assert (len(when), [(run.returncode, run.stderr) for run in said]) == (5, [(0, "")] * 2)
    assert [re.sub(r"\d", "N", path.name) for path in (tmp_path / "backup").iterdir()] == ["bridge-N.db"]


def test_every_verb_and_path_that_contributors_are_told_of_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    verbs = set(re.findall(r"\bmake ([a-z]+)", text.split("# Contributing")[0]))

    assert len(verbs) > 4
    assert [verb for verb in verbs if not re.search(rf"^{verb}:", makefile, re.MULTILINE)] == []
    assert [path for path in re.findall(r"tests/[\w/]+", text) if not list(ROOT.glob(f"{path}*"))] == []


NO_PAGES = {"/style.css", "/logo.svg", "/favicon.ico"}
# What a page asks for by itself.
INNER = {"/sources/progress", "/mappings/<name>/problems", "/login/oidc/callback"}


def test_every_address_of_the_web_server_is_named_in_a_document():
    told = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    registered = re.compile(r"""(?:route|get|post|add_url_rule)\(\s*["'](/[^"']*)["']""")
    rules = {
        rule for path in (ROOT / "bridge" / "web").rglob("*.py") for rule in registered.findall(path.read_text("utf-8"))
    }

    missing = [rule for rule in rules - NO_PAGES - INNER if f"`{rule.split('<')[0]}" not in told]

    assert len(rules) > 30
    assert missing == []
