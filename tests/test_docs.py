"""If it is written down, it is run: README commands, help in both languages, links, settings, fixed names."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
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

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", "build", "demo-data", "node_modules"} & set(path.relative_to(ROOT).parts)
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
TODAY = date(2026, 8, 24)


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


COMMANDS = dict(every_command(program))


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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document: Path):
    targets = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))

    missing = [t for t in targets if not t.startswith("http") and not (document.parent / t).exists()]

    assert missing == []


def test_the_readme_names_every_command():
    listed = README.split("`pbridge --help` lists the commands:")[1].split("Each has")[0]

    assert set(re.findall(r"`(\w+)`", listed)) == set(program.commands)


def test_every_verb_the_readme_names_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for verb in set(re.findall(r"make ([a-z]+)", README.split("## In English")[0])):
        assert re.search(rf"^{verb}:", makefile, re.MULTILINE), verb


@pytest.fixture
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


def test_the_five_steps_of_the_readme_lead_to_a_report(tmp_path: Path, vendors: dict[str, str]):
    steps = README.split("## 五分钟")[1].split("## In English")[0]
    lines = [line.strip().removeprefix("$ ") for line in steps.splitlines() if line.strip().startswith("$ ")]
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for name in ("PINGCODE", "WORKTILE"):
        environ |= {f"{name}_CLIENT_ID": "app", f"{name}_CLIENT_SECRET": "s3cret"}
    folder, done = tmp_path, []

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

    assert done == ["init", "check", "run", "report"]
    assert "青梧零售集团" in (folder / "report.html").read_text(encoding="utf-8")


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
