"""Commands as people meet them: help in their language, mistakes with a remedy, output nothing can steer, files kept whole."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from bridge.cli import main
from bridge.cli.program import program
from bridge.usecases.starting import example_config
from bridge.usecases.workspace import built_in_mappings

from .conftest import PAY, PLAN, TODAY, Site, item

HOSTILE = "\x1b[31m红\x1b[0m \x1b]0;标题\x07\x9b1m\u202e反\n第二行 <script>alert(1)</script> 🚀"
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def every_path(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_path(command, (*path, name))
        else:
            yield (*path, name)


PATHS = list(every_path(program))


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_is_one_language_and_fits_eighty_columns(path, capsys):
    assert main([*path, "--help"]) == 0
    chinese = capsys.readouterr().out
    assert main([*path, "--help", "--lang", "en"]) == 0
    english = capsys.readouterr().out

    assert not re.search(r"Usage|Options|Commands|Show this|default:", chinese)
    assert "Global options" in english and "通用选项" in chinese
    assert max(cell_len(line) for line in (chinese + english).splitlines()) <= 80


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["sinc"], "sync"),
        (["report", "--format", "pdf"], "pdf"),
        (["sync", "--sorce", "x"], "--source"),
        (["plan", "import"], "FILE"),
        (["demo", "--port", "99999"], "99999"),
        (["demo", "--seed", "x"], "x"),
        (["sync", "surplus"], "surplus"),
        (["report", "--as-of"], "--as-of"),
        (["report", "--today", "2026-13-40"], "2026-13-40"),
        (["report", "--today", "9999-12-31"], "9999-12-31"),
        (["report", "--today", "0001-01-01"], "2000"),
    ],
)
def test_a_mistyped_command_is_told_in_the_language_of_the_reader(arguments, named, capsys):
    assert main(arguments) == 2
    chinese = capsys.readouterr().err
    assert main([*arguments[:1], "--lang", "en", *arguments[1:]]) == 2
    english = capsys.readouterr().err

    assert named in chinese and named in english
    assert re.search("[\u4e00-\u9fff]", chinese) and not re.search("[\u4e00-\u9fff]", english)


def test_nothing_in_a_title_steers_the_terminal(site: Site, monkeypatch: pytest.MonkeyPatch):
    site.pay.edit(item(PAY, 1).id, title=HOSTILE)
    monkeypatch.setattr(PAY, "name", "支付\x1b[2J\x9b1m")
    site.write("plan.toml", PLAN.replace("联调完成", r"联调\u001b[31m完成\u009b1m"))
    site.advance(TODAY)

    commands = (
        ["sync"],
        ["reconcile"],
        ["check"],
        ["tasks"],
        ["plan", "show"],
        ["report"],
        ["report", "--format", "json"],
        ["report", "--format", "md"],
        ["tasks", "--json"],
        ["changes"],
    )
    printed = {" ".join(command): site.run(*command) for command in commands}

    assert {name: done.code for name, done in printed.items() if done.code} == {}
    assert {name: CONTROLS.findall(done.out + done.err) for name, done in printed.items()} == {
        name: [] for name in printed
    }
    assert printed["tasks --json"].lines[0].keys() >= {"title", "source"}
    assert all(line.count("PAY-") <= 1 for line in printed["tasks"].out.splitlines())


def test_an_empty_list_says_so_beside_the_result(site: Site):
    site.advance(TODAY)
    site.run("sync")

    for command in (["tasks", "--project", "NOPE"], ["changes", "--task", "NOPE"]):
        said, quiet, lines = site.run(*command), site.run(*command, "--quiet"), site.run(*command, "--json")
        assert (said.code, said.out) == (0, "") and said.err
        assert (quiet.out, quiet.err, lines.out) == ("", "", "")


def test_a_name_that_fits_no_milestone_is_told_and_not_read_as_good_news(site: Site):
    site.advance(TODAY)
    site.run("run")

    assert "远帆零手" in site.run("report", "--customer", "远帆零手").err
    assert site.run("report", "--customer", "远帆零售").err == ""


def test_the_json_report_is_one_document_with_a_line_for_each_milestone(site: Site):
    site.advance(TODAY)
    site.run("run")

    done = site.run("report", "--format", "json")

    assert json.loads(done.out)["schema"] == "delay-report/1"
    assert [json.loads(line.rstrip(","))["key"] for line in done.out.splitlines() if '"name": "联' in line] == ["M-1"]


def test_a_plan_imported_from_elsewhere_stays_in_force_until_the_configured_file_changes(site: Site):
    site.advance(TODAY)
    site.run("run")
    moved = site.write("moved.toml", PLAN.replace("2026-09-01", "2026-09-08"))
    approval = ("--approved-by", "王敏", "--reason", "客户同意")
    assert site.run("plan", "import", str(moved), *approval).code == 0

    after = site.run("reconcile")
    promised = site.run("plan", "show", "--json").json["milestones"][0]["promised"]
    (site.folder / "plan.toml").unlink()
    without = site.run("reconcile")

    assert (after.code, promised) == (0, "2026-09-08")
    assert without.code == 0 and "moved.toml" in without.err


def test_a_refused_first_plan_leaves_no_store_behind(site: Site):
    site.write("plan.toml", PLAN.replace("2026-09-01", '"3月5号"'))

    assert site.run("reconcile").code == 2
    assert not (site.folder / "data").exists()


def test_an_export_writes_all_its_files_or_none(site: Site):
    site.run("reconcile")
    copies = site.folder / "copies"
    copies.mkdir()
    (copies / "milestones.csv").write_text("mine", encoding="utf-8")

    refused = site.run("plan", "export", str(copies))

    assert refused.code == 2 and "milestones.csv" in refused.err
    assert [path.name for path in copies.iterdir()] == ["milestones.csv"]
    assert site.run("plan", "export", str(site.folder / "plan.pdf")).code == 2
    assert site.run("plan", "template", str(site.folder / "plan.pdf")).code == 2
    assert not (site.folder / "plan.pdf").exists()


def test_writing_on_a_day_before_the_records_names_the_clock_where_no_day_was_asked_for(site: Site, capsys):
    site.run("reconcile", today=date(2150, 1, 4))
    capsys.readouterr()

    real = main(["reconcile", "--config", str(site.folder / "config.toml"), "--lang", "en"])

    assert real == 2
    assert "clock" in capsys.readouterr().err
    assert "--as-of" in site.run("reconcile").err


def test_a_report_can_be_written_to_a_device_without_replacing_it(site: Site):
    site.advance(TODAY)
    site.run("run")

    assert site.run("report", "--format", "csv", "--out", os.devnull).code == 0
    assert Path(os.devnull).is_char_device()


def test_init_leaves_no_half_file_where_the_room_ends(tmp_path):
    folder = tmp_path / "new"
    # A limit on the size of a file ends a write as a full disk does: in the middle of the workbook.
    room = 4 + max(len(text.encode()) for text in (example_config(), *built_in_mappings().values()))
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "init", str(folder)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert "plan.xlsx" in done.stderr
    assert not (folder / "plan.xlsx").exists()


def test_output_that_finds_no_room_ends_with_three_and_a_closed_pipe_with_nothing(site: Site):
    site.advance(TODAY)
    site.run("run")
    command = [sys.executable, "-m", "bridge", "tasks", "--json", "--config", str(site.folder / "config.toml")]

    with Path("/dev/full").open("wb") as full:
        crowded = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        unread = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True, check=False)

    assert crowded.returncode == 3 and "Traceback" not in crowded.stderr
    assert (unread.returncode, unread.stderr) == (0, "")
