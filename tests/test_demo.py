"""The demo as a person runs it: every colour, the same each time, over real HTTP, and honest when a vendor dies."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bridge.cli import main
from bridge.demo.story import DESIGNED
from bridge.store import quarantine
from bridge.store.opening import opened, place_of
from tools.reference.schema import document
from tools.reference.schema_words import closed

DAYS = (date(2026, 8, 24), date(2026, 2, 14), date(2026, 10, 5))
ROOT = Path(__file__).parents[1]
# Services and the demo itself are started by tests of their own, a copy to a server by integration/test_copy.
ELSEWHERE = ("$ pbridge serve", "$ pbridge worker", "$ pbridge demo", "$ pbridge db copy")
NEW_YEAR = [
    {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
    {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
]
SCHEMA = Draft202012Validator(closed(document()))


def play(folder: Path, *arguments: str, today: date = DAYS[0]) -> int:
    return main(["demo", "--no-serve", "--dir", str(folder), "--today", today.isoformat(), *arguments])


def report(folder: Path, capsys: pytest.CaptureFixture[str], today: date = DAYS[0]) -> dict:
    capsys.readouterr()
    assert (
        main(["--config", str(folder / "config.toml"), "--today", today.isoformat(), "report", "--format", "json"]) == 0
    )
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo of a Monday, played once: its folder, and what it printed."""
    folder, printed = tmp_path_factory.mktemp("monday") / "demo", io.StringIO()
    with redirect_stdout(printed):
        assert play(folder) == 0
    return folder, printed.getvalue()


def as_designed(rows: dict[str, dict]) -> None:
    assert {key: row["status"] for key, row in rows.items()} == {key: colour for key, (colour, _) in DESIGNED.items()}
    for key, (_, reasons) in DESIGNED.items():
        assert set(reasons) <= {reason["code"] for reason in rows[key]["reasons"]}, key


@pytest.mark.parametrize(
    "today",
    [
        pytest.param(DAYS[1], id="a make-up Saturday", marks=pytest.mark.slow),
        pytest.param(DAYS[2], id="a holiday", marks=pytest.mark.slow),
    ],
)
def test_every_milestone_has_the_colour_it_was_designed_for(tmp_path: Path, capsys, today: date):
    assert play(tmp_path / "demo", today=today) == 0

    as_designed({row["key"]: row for row in report(tmp_path / "demo", capsys, today)["milestones"]})


def test_every_milestone_has_the_colour_it_was_designed_for_on_a_monday(monday: tuple[Path, str], capsys):
    as_designed({row["key"]: row for row in report(monday[0], capsys)["milestones"]})


def test_the_demo_shows_what_the_product_is_for(monday: tuple[Path, str], capsys):
    folder, shown = monday

    rows = report(folder, capsys)["milestones"]

    assert {row["status"] for row in rows} == {"red", "amber", "grey", "green", "done"}
    breaches = [row for row in rows if row["status"] == "red" and row["contractual"] and row["slip"]["overdue"]]
    assert breaches and float(breaches[0]["money"]["at_risk_gross"]) > 0
    assert any(row["pushes"]["count"] for row in rows)
    assert any(row["forecast"]["p50"] and row["forecast"]["p85"] for row in rows)
    assert any((row["forecast"]["why_not"] or "").startswith("too_few") for row in rows)
    assert breaches[0]["key"] in shown


@pytest.mark.parametrize("arguments", [(), ("--since", "2026-08-17"), ("--as-of", "2026-08-10"), ("--lang", "en")])
def test_the_report_of_the_demo_fits_the_published_schema_to_the_last_key(
    monday: tuple[Path, str], capsys, arguments: tuple[str, ...]
):
    capsys.readouterr()
    command = ["--config", str(monday[0] / "config.toml"), "--today", "2026-08-24", "report", "--format", "json"]
    assert main([*command, *arguments]) == 0

    printed = json.loads(capsys.readouterr().out)

    assert [error.message for error in SCHEMA.iter_errors(printed)] == []


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("keep me", encoding="utf-8")

    code = play(tmp_path / "mine")

    assert code == 2
    assert (tmp_path / "mine" / "precious.txt").read_text(encoding="utf-8") == "keep me"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory):
    """The same demo with its page, as a process of its own; the last test of this page ends it."""
    folder = tmp_path_factory.mktemp("served") / "demo"
    command = [
        sys.executable,
        "-m",
        "bridge",
        "demo",
        "--port",
        "0",
        "--today",
        "2026-08-24",
        "--dir",
        str(folder),
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    address = next(match[0] for line in process.stdout if (match := re.search(r"http://127\.0\.0\.1:\d+/", line)))
    yield process, address, folder
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [int(child) for child in found]


def test_the_page_shows_the_report(served):
    _, address, _ = served

    page = urllib.request.urlopen(address, timeout=10).read().decode()

    assert "会员支付接口联调完成" in page


def test_links_to_the_evidence_of_a_reason_stand_apart_so_that_a_phone_breaks_the_line_between_them(served):
    _, address, _ = served

    page = urllib.request.urlopen(f"{address.rstrip('/')}/milestones/M-01", timeout=10).read().decode()

    evidence = re.findall(r"<small>(<a href.*?)</small>", page)
    assert any(links.count("</a> <a ") > 1 for links in evidence)
    assert not any("</a><a " in links for links in evidence)


def test_the_same_seed_and_day_give_the_same_report_byte_for_byte(monday: tuple[Path, str], served, capsys):
    printed = []
    for folder in (monday[0], served[2]):
        text = json.dumps(report(folder, capsys), ensure_ascii=False)
        printed.append(re.sub(r'"(generated_at|as_of|recorded_at)": "[^"]*T[^"]*"|"age_minutes": \d+', "", text))

    assert printed[0] == printed[1]


def example_lines() -> dict[str, list[list[str]]]:
    """What follows the name of the program in the example of each command's help, by the first word."""
    found: dict[str, list[list[str]]] = {}
    for line in (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("$ pbridge ") and not line.startswith(ELSEWHERE):
            words = shlex.split(line)[2:]
            found.setdefault(words[0], []).append(words)
    return found


@pytest.mark.parametrize("name", sorted(example_lines()))
def test_every_example_of_a_commands_help_runs_on_the_demo(
    served, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "demo"
    shutil.copytree(served[2], folder)
    shipped = (folder / "mappings" / "pingcode.toml").read_text(encoding="utf-8")
    (folder / "new.toml").write_text(shipped.replace('pending = "todo"', 'pending = "doing"'), encoding="utf-8")
    (folder / "2027.json").write_text(json.dumps({"year": 2027, "days": NEW_YEAR}), encoding="utf-8")
    if name == "quarantine":
        with opened(place_of(f"sqlite:///{folder / 'bridge.db'}")) as store, store.transaction():
            quarantine.put(store, "pingcode", "work_items", "", [("x", "missing_required", "title")], datetime.now(UTC))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("BRIDGE_CONFIG", str(folder / "config.toml"))

    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: "correct horse battery")
    today = DAYS[0] + timedelta(
        days=3 * (name == "status")
    )  # when its data are too old, there is a notice to answer for
    accepted = (0, 1) if name == "quarantine" else (0,)  # the row that was put there can still not become a task

    for words in example_lines()[name]:
        code = main([*words, *([] if "--today" in words else ["--today", today.isoformat()])])

        assert code in accepted, f"{words}: {capsys.readouterr().err}"


def test_a_killed_vendor_ends_a_pull_with_a_clear_message_and_the_data_stays(served, capsys, monkeypatch):
    process, _, folder = served
    monkeypatch.setattr("connectors.http.sleep_using_event", lambda stop: lambda seconds: None)
    for child in children(process.pid):
        os.kill(child, signal.SIGKILL)
    capsys.readouterr()

    code = main(["--config", str(folder / "config.toml"), "--today", "2026-08-24", "sync", "--json"])

    printed = capsys.readouterr()
    assert code == 3
    assert "base_url" in printed.err
    assert "Traceback" not in printed.err
    assert len(report(folder, capsys)["milestones"]) == 30


def test_it_is_served_until_it_is_told_to_stop(served):
    process, _, _ = served
    process.send_signal(signal.SIGTERM)
    started = time.monotonic()
    process.communicate(timeout=15)

    assert process.returncode == 0
    assert time.monotonic() - started < 10


def test_somebody_without_credentials_can_practise_with_settings_of_their_own(tmp_path: Path, capsys, monkeypatch):
    command = [sys.executable, "-m", "bridge", "demo", "--practice", "--port", "0", "--lang", "en"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            if "Scopes of the plan" in line:
                break
        for name, value in re.findall(r"(\w+_CLIENT_\w+)=(\S+)", told):
            monkeypatch.setenv(name, value)
        assert main(["init", str(tmp_path / "mine")]) == 0
        settings = tmp_path / "mine" / "config.toml"
        text = settings.read_text(encoding="utf-8")
        for kind, address in re.findall(r'(\w+) +base_url = "(\S+)"', told):
            text = re.sub(rf'(kind = "{kind}"\nbase_url = )"[^"]+"', rf'\1"{address}"', text)
        settings.write_text(text, encoding="utf-8")
        capsys.readouterr()

        main(["--config", str(settings), "check", "--json"])

        found = json.loads(capsys.readouterr().out)
        keys = {project["key"] for source in found["sources"] for project in source["projects"]}
        assert keys == set(re.findall(r"project:(\w+)", told))
        assert not [line for source in found["sources"] for line in source["findings"] if line["severity"] != "info"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
    assert process.returncode == 0
