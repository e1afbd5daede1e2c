"""Commands when things go wrong around them: settings, a store that cannot be used, a vendor that dies."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.cli import main
from bridge.store.engine import Store

from .conftest import TODAY, Site

NOBODY = 65534


def database(site: Site) -> Path:
    return site.folder / "data" / "bridge.db"


def recorded(site: Site) -> None:
    site.advance(TODAY)
    assert site.run("run").code == 0


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may write anywhere; the block runs as somebody who may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder everybody may enter; pytest's own belong to one user."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_every_problem_of_the_settings_is_told_at_once_and_none_twice(tmp_path, capsys):
    config = tmp_path / "config.toml"
    config.write_text(
        '[rules]\nstale_workday = 4\np_red = "x"\npushes_red = -1\n[database]\nurl = "env:NO_SUCH_VARIABLE"\n',
        encoding="utf-8",
    )

    assert main(["report", "--config", str(config)]) == 2
    said = capsys.readouterr().err

    assert "stale_workdays" in said and "rules.p_red" in said and "rules.pushes_red" in said
    assert said.count("[database.url]") == 1 and "NO_SUCH_VARIABLE" in said


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("scheme", "code"), [("postgresql", 3), ("mysql", 2)])
def test_a_password_inside_an_address_is_never_shown(tmp_path, capsys, scheme, code, lang):
    config = tmp_path / "config.toml"
    config.write_text(f'[database]\nurl = "{scheme}://bridge:hunter2@127.0.0.1:1/x"\n', encoding="utf-8")

    assert main(["report", "--config", str(config), "--lang", lang]) == code
    said = capsys.readouterr().err

    assert "hunter2" not in said and f"{scheme}://bridge:***@127.0.0.1:1/x" in said


def test_settings_saved_by_a_windows_editor_are_read(site: Site):
    config = site.folder / "config.toml"
    config.write_bytes(b"\xef\xbb\xbf" + config.read_bytes())

    assert site.run("mapping", "list").code == 0


def test_an_empty_secret_file_is_told_before_anything_is_asked(site: Site):
    site.write("secret.txt", "\n")
    text = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write("config.toml", text.replace("env:PC_SECRET", "file:secret.txt"))

    refused = site.run("sync")

    assert refused.code == 2 and "secret.txt" in refused.err


def test_a_wrong_day_in_the_calendar_is_found_by_check(site: Site):
    site.write("days.csv", "date,kind\n2026-13-01,off\n")
    config = site.folder / "config.toml"
    site.write("config.toml", config.read_text(encoding="utf-8") + '[calendar]\noverrides = "days.csv"\n')

    found = site.run("check", "--json")

    assert found.code == 1
    message = next(c["message"] for c in found.json["checks"] if c["place"] == "calendar")
    assert "days.csv" in message and "2026-13-01" in message


def test_a_damaged_store_is_named_with_its_remedy(site: Site):
    recorded(site)
    whole = database(site).read_bytes()
    database(site).write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))

    assert site.run("db", "verify").code == 1
    for command in ("report", "tasks", "sync"):
        refused = site.run(command, "--lang", "en")
        assert refused.code == 3 and "backup" in refused.err


def test_the_database_of_another_program_is_left_alone(site: Site):
    database(site).parent.mkdir()
    with sqlite3.connect(database(site)) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = database(site).read_bytes()

    assert {site.run(*command).code for command in (["sync"], ["report"], ["db", "upgrade"], ["db", "verify"])} == {2}
    assert database(site).read_bytes() == before


def test_an_empty_file_left_by_an_interrupted_first_run_is_no_obstacle(site: Site):
    database(site).parent.mkdir()
    database(site).touch()

    assert "pbridge run" in site.run("report").err
    recorded(site)


def test_first_runs_at_the_same_moment_create_one_store(tmp_path):
    def created(path: Path) -> bool:
        with Store(path) as store:
            store.upgrade()
            return store.is_current

    def opened(path: Path) -> bool:
        with Store(path) as store:
            return store.is_empty

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(created, [tmp_path / "bridge.db"] * 16))
        # Of two that choose the log at once one is refused without a wait: about one in fourteen of these rounds met it.
        for number in range(60):
            assert all(pool.map(opened, [tmp_path / f"{number}.db"] * 16))


def test_what_only_reads_works_where_nothing_may_be_written(site: Site, open_folder: Path):
    recorded(site)
    readers = (["report"], ["tasks", "--json"], ["plan", "show"], ["db", "verify"])
    for command in readers:
        # Commands are loaded when they are used, and the unprivileged may not read the program where it is private.
        site.run(*command)
    shutil.copytree(site.folder, open_folder, dirs_exist_ok=True)
    site.folder = open_folder
    database(site).chmod(0o444)
    for folder in (database(site).parent, open_folder):
        folder.chmod(0o555)

    with unprivileged():
        read = {" ".join(command): site.run(*command) for command in readers}
        refused = [site.run(command) for command in ("sync", "reconcile", "run")]

    database(site).parent.chmod(0o755)
    assert {name: done.code for name, done in read.items()} == dict.fromkeys(read, 0)
    assert len(read["tasks --json"].lines) == 8
    assert [done.code for done in refused] == [3, 3, 3]


def test_settings_that_may_not_be_read_are_named(open_folder: Path, capsys):
    config = open_folder / "config.toml"
    config.touch(0o000)

    with unprivileged():
        code = main(["report", "--config", str(config)])

    assert code == 2 and "config.toml" in capsys.readouterr().err


@pytest.mark.slow
def test_a_demo_whose_vendor_dies_ends_with_a_clear_message_and_the_next_one_plays(tmp_path):
    command = [sys.executable, "-m", "bridge", "demo", "--no-serve", "--today", "2026-08-24", "--lang", "en"]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stderr is not None
        next(line for line in demo.stderr if line.startswith("2026-"))
        children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text(encoding="utf-8").split()
        os.kill(int(children[0]), signal.SIGKILL)
        _, said = demo.communicate(timeout=60)

    with subprocess.Popen(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True) as again:
        assert again.stderr is not None
        days = [line for line in again.stderr if line.startswith("2026-") and (again.terminate() or True)]

    assert demo.returncode in (1, 3)
    assert "simulator" in said or "cannot be reached" in said
    assert "Traceback" not in said
    assert days
