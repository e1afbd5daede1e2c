"""If it is written down, it is run: README commands, help in both languages, fixed names."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest

from bridge.cli import main
from bridge.cli.program import program
from bridge.cli.session import Command, Group, Option
from bridge.demo.programme import programme
from bridge.plan import export
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import serve
from connectors.worktile.simulator import WorktileSimulator
from tools.reference import commands

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", "build", "demo-data", "node_modules"} & set(path.relative_to(ROOT).parts)
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
TODAY = date(2026, 8, 24)


COMMANDS = dict(commands.every_command(program))
SECRETS = {
    f"{name}_CLIENT_{part}": "app" if part == "ID" else "s3cret"
    for name in ("PINGCODE", "WORKTILE")
    for part in ("ID", "SECRET")
}
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def blocks(path: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(path.read_text(encoding="utf-8")) if kind == language]


def console_lines(path: Path) -> list[str]:
    """What a person types, line by line."""
    lines = (line.strip() for block in blocks(path, "console") for line in block.splitlines())
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


GUIDES = [
    path
    for path in sorted((ROOT / "docs").glob("*.md"))
    if any("pbridge" in line for line in console_lines(path)) and path.stem != "operations"  # of root: `test_deploy`
]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_has_help_with_an_example_in_both_languages(path, lang, capsys):
    command = COMMANDS[path]
    assert isinstance(command, Command | Group)

    code = main([*path, "--help", "--lang", lang])

    printed = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert " ".join(command.about.say(lang).split()).replace(" ", "") in printed.replace(" ", "")
    assert f"$ pbridge {' '.join(path)}" in printed


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_is_explained_in_both_languages(path):
    options = [parameter for parameter in COMMANDS[path].params if isinstance(parameter, click.Option)]

    assert [option.name for option in options if not isinstance(option, Option)] == []
    assert [option.name for option in options if not (option.text.zh and option.text.en)] == []


def test_global_options_are_accepted_before_and_after_the_command(tmp_path, capsys):
    for arguments in (
        ["--config", str(tmp_path / "no.toml"), "report"],
        ["report", "--config", str(tmp_path / "no.toml")],
    ):
        assert main(arguments) == 2
        assert "no.toml" in capsys.readouterr().err


def test_the_version_is_printed(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("pbridge 0.")


def test_an_unknown_command_is_wrong_usage(capsys):
    assert main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err


def test_the_readme_names_every_command():
    listed = README.split("`pbridge --help` lists the commands:")[1].split("Each has")[0]

    assert set(re.findall(r"`(\w+)`", listed)) == set(program.commands)


def test_every_verb_the_readme_names_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for verb in set(re.findall(r"make ([a-z]+)", README.split("## In English")[0])):
        assert re.search(rf"^{verb}:", makefile, re.MULTILINE), verb


@pytest.fixture(scope="module")
def vendors() -> Iterator[dict[str, str]]:
    content = programme(TODAY, seed=1, timezone=ZoneInfo("Asia/Shanghai"))
    content.advance_to(TODAY)
    secrets = {"client_id": "app", "client_secret": "s3cret"}
    with ExitStack() as stack:
        yield {
            "https://open.pingcode.com": stack.enter_context(
                serve(PingCodeSimulator(content.pingcode, **secrets).handle)
            ),
            "https://dev.worktile.com": stack.enter_context(
                serve(WorktileSimulator(content.worktile, **secrets).handle)
            ),
        }


@dataclass(frozen=True)
class Own:
    """What a reader of the README has after its five steps."""

    folder: Path
    done: tuple[str, ...]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, vendors: dict[str, str]) -> Own:
    steps = README.split("## 五分钟")[1].split("## In English")[0]
    lines = [line.strip().removeprefix("$ ") for line in steps.splitlines() if line.strip().startswith("$ ")]
    environ = {**os.environ, **SECRETS, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    folder, done = tmp_path_factory.mktemp("own"), []
    for line in lines:
        words = shlex.split(line)
        if words[0] == "cd":
            folder = folder / words[1]
            fill_in(folder, vendors)
        elif words[0] == "pbridge":
            command = [*words, *([] if words[1] == "init" else ["--today", TODAY.isoformat()])]
            run = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
            assert run.returncode == 0, f"{line}: {run.stderr}"
            done.append(words[1])
    return Own(folder, tuple(done))


def test_the_five_steps_of_the_readme_lead_to_a_report(own: Own):
    assert own.done == ("init", "check", "run", "report")
    assert "青梧零售集团" in (own.folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_command_of_a_guide_runs_as_it_stands_there(
    guide: Path, own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    shutil.copytree(own.folder, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for line in console_lines(guide):
        monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: "correct horse battery")
        monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse battery\n"))
        program_name, *words = shlex.split(line)

        code = main([*words, "--today", TODAY.isoformat()])

        said = capsys.readouterr()
        assert (program_name, code) == ("pbridge", 0), f"{line}: {said.err}"


def test_the_guides_for_leads_and_admins_are_run():
    assert {"guide-lead", "guide-admin", "security"} <= {path.stem for path in GUIDES}


def named_commands(path: Path) -> Iterator[str]:
    """Whatever is written as code and begins with the name of the program, on one line."""
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    yield from (line for line in console_lines(path) if line.startswith("pbridge "))
    yield from (found for found in re.findall(r"`([^`\n]+)`", text) if found.startswith("pbridge "))


@pytest.mark.parametrize("document_path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_names_a_command_or_an_option_that_does_not_exist(document_path: Path):
    wrong = [line for line in named_commands(document_path) if not is_known(line)]

    assert wrong == []


def is_known(line: str) -> bool:
    words = re.sub(r"[\[\]…]|\|\S+", " ", line).split()[1:]
    command: click.Command = program
    while words and isinstance(command, click.Group) and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    known = {name for option in (*command.params, *program.params) for name in option.opts} | {"-h", "--help"}
    is_command = not (isinstance(command, click.Group) and words and re.match(r"[^-<A-Z]", words[0]))
    return is_command and all(word.split("=")[0] in known for word in words if word.startswith("-") and word != "-")


@pytest.mark.parametrize("line", ["pbridge rapport", "pbridge report --fromat json", "pbridge plan exprot FILE"])
def test_a_command_that_does_not_exist_is_noticed(line: str):
    assert not is_known(line)


def fill_in(folder: Path, vendors: dict[str, str]) -> None:
    """What the person does in the editor and the spreadsheet."""
    config = folder / "config.toml"
    text = config.read_text(encoding="utf-8").replace("requests_per_minute = 150", "requests_per_minute = 100000")
    for vendor, url in vendors.items():
        text = text.replace(vendor, url)
    text = text.replace('kind = "worktile"', 'kind = "worktile"\nrequests_per_minute = 100000')
    config.write_text(text, encoding="utf-8")
    plan = programme(TODAY, seed=1, timezone=ZoneInfo("Asia/Shanghai")).plan
    (folder / "plan.xlsx").write_bytes(export.workbook(plan, "zh"))
