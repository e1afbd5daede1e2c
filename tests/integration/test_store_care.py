"""Backups and restores of a real store: while others write, with too little room, and with files that are no backups."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from bridge.store import leases
from bridge.store.engine import Store
from bridge.store.tables import STEPS, TABLES

from .changing import LAST
from .conftest import Answered, Site

WRITER = """
import sys, time
from pathlib import Path
from bridge.store.engine import Store

with Store(Path(sys.argv[1])) as store:
    for number in range(200):
        with store.transaction():
            store.insert("runs", {"kind": "w", "today": "2026-09-03", "started_at": "2026-09-03T08:00:00.000000Z"})
            store.insert("login_failures", {"kind": "w", "value": "x" * 5000, "at": "2026-09-03T08:00:00.000000Z"})
        print(number, flush=True)
        time.sleep(0.005)
"""


def db_of(site: Site) -> Path:
    return site.folder / "data" / "bridge.db"


def report(site: Site) -> str:
    done = site.run("report", "--format", "json", today=LAST)
    return re.sub(r'"generated_at": ?"[^"]*"', "", done.out)


def db(site: Site, *arguments: str) -> Answered:
    return site.run("db", *arguments, today=LAST)


def content(path: Path) -> str:
    """What is in a store, whatever its file looks like."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return sha256("\n".join(connection.iterdump()).encode()).hexdigest()


def beside(site: Site) -> set[str]:
    """Files in the folder of the store; SQLite's own helpers come and go."""
    return {path.name for path in db_of(site).parent.iterdir() if not path.name.endswith(("-wal", "-shm"))}


def test_a_backup_is_told_with_size_rows_and_hash_and_holds_what_the_store_holds(lived: Site, tmp_path: Path):
    target = tmp_path / "backup.db"

    told = db(lived, "backup", str(target), "--json").json

    assert told["file"] == str(target)
    assert told["schema"] == STEPS[-1]
    assert told["bytes"] == target.stat().st_size
    assert told["sha256"] == sha256(target.read_bytes()).hexdigest()
    assert told["rows"]["tasks"] == len(lived.run("tasks", "--json", today=LAST).lines)
    assert content(target) == content(db_of(lived))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(("backup", "."))] == ["backup.db"]


def test_a_backup_is_one_file_that_can_be_read_where_nothing_may_be_written(lived: Site, tmp_path: Path):
    target = tmp_path / "backup.db"
    db(lived, "backup", str(target))

    with closing(sqlite3.connect(target)) as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]

    assert mode == "delete"


def test_a_backup_is_whole_while_another_process_writes_all_the_time(lived: Site, tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(db_of(lived))], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        seen = []
        while writer.poll() is None and len(seen) < 20:
            target = tmp_path / f"{len(seen)}.db"
            told = db(lived, "backup", str(target), "--json")
            assert told.code == 0, told.err
            with closing(sqlite3.connect(target)) as connection:
                runs = connection.execute("SELECT count(*) FROM runs WHERE kind = 'w'").fetchone()[0]
                failures = connection.execute("SELECT count(*) FROM login_failures WHERE kind = 'w'").fetchone()[0]
            assert runs == failures  # of one moment
            seen.append(runs)
        writer.communicate()

    assert writer.returncode == 0
    assert seen == sorted(seen)
    assert 0 < seen[0] < 200  # it was written to meanwhile
    assert db(lived, "verify").code == 0


def test_a_backup_never_takes_the_place_of_a_file_without_being_told_to(lived: Site, tmp_path: Path):
    target = tmp_path / "backup.db"
    target.write_text("something else")

    refused = db(lived, "backup", str(target))
    kept = target.read_text()
    forced = db(lived, "backup", str(target), "--force")

    assert (refused.code, kept) == (2, "something else")
    assert str(target) in refused.err and "--force" in refused.err
    assert forced.code == 0
    assert content(target) == content(db_of(lived))


@pytest.mark.parametrize("name", ["bridge.db", "bridge.db-wal", "link.db"])
def test_a_backup_onto_the_store_itself_is_refused(lived: Site, name: str):
    (db_of(lived).parent / "link.db").symlink_to(db_of(lived))
    before = content(db_of(lived))

    refused = db(lived, "backup", str(db_of(lived).parent / name), "--force")

    assert refused.code == 2
    assert content(db_of(lived)) == before


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [("no/such/folder/b.db", 2, "no/such/folder"), ("", 2, "文件夹"), ("/proc/b.db", 3, "/proc/b.db")],
)
def test_a_place_that_cannot_be_written_to_is_named(lived: Site, tmp_path: Path, place: str, code: int, said: str):
    refused = db(lived, "backup", str(tmp_path / place))

    assert refused.code == code
    assert said in refused.err


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from bridge.cli import main
sys.exit(main(sys.argv[2:]))
"""


def with_little_room(site: Site, size: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command whose files may not grow beyond a size, as on a full disk."""
    config = ["--config", str(site.folder / "config.toml"), "--today", LAST.isoformat(), "--lang", "en"]
    command = [sys.executable, "-c", LIMITED, str(size), *arguments, *config]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_full_disk_is_told_and_leaves_nothing_half_written(lived: Site, tmp_path: Path):
    folder = tmp_path / "small"
    folder.mkdir()

    done = with_little_room(lived, 100_000, "db", "backup", str(folder / "b.db"))

    assert done.returncode == 3
    assert str(folder / "b.db") in done.stderr and "disk" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == []


def test_what_a_killed_backup_left_behind_is_cleared_by_the_next_one(lived: Site, tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", "pass"]) as ended:
        ended.wait()
    left = [tmp_path / f".b.db.partial-{socket.gethostname()}-{ended.pid}{suffix}" for suffix in ("", "-journal")]
    running = tmp_path / f".b.db.partial-{socket.gethostname()}-{os.getppid()}"
    for path in (*left, running):
        path.write_bytes(b"half")

    assert db(lived, "backup", str(tmp_path / "b.db")).code == 0
    assert [path.exists() for path in (*left, running)] == [False, False, True]


def test_a_full_disk_during_a_restore_leaves_the_store_as_it_was(lived: Site, tmp_path: Path):
    db(lived, "backup", str(tmp_path / "b.db"))
    before, files = content(db_of(lived)), beside(lived)

    done = with_little_room(lived, 100_000, "db", "restore", str(tmp_path / "b.db"))

    assert done.returncode == 3
    assert "disk" in done.stderr
    assert (content(db_of(lived)), beside(lived)) == (before, files)


def test_a_full_disk_before_an_upgrade_leaves_the_old_schema_and_no_backup(lived: Site):
    make_older(db_of(lived))
    before, files = content(db_of(lived)), beside(lived)

    done = with_little_room(lived, 100_000, "db", "upgrade")

    assert done.returncode == 3
    assert (content(db_of(lived)), beside(lived)) == (before, files)


def test_a_restore_gives_back_every_report_and_keeps_the_store_that_was_there(lived: Site, tmp_path: Path):
    before = report(lived)
    db(lived, "backup", str(tmp_path / "b.db"))
    lived.run("note", "M-1", "--by", "王敏", "--reason", "写在备份之后", today=LAST)
    after = content(db_of(lived))

    told = db(lived, "restore", str(tmp_path / "b.db"), "--json").json

    assert report(lived) == before
    assert content(Path(told["kept_as"])) == after
    assert re.fullmatch(r"bridge\.db\.before-restore-\d{8}T\d{6}Z", Path(told["kept_as"]).name)
    assert beside(lived) - {"bridge.db.budgets"} == {"bridge.db", Path(told["kept_as"]).name}
    assert (told["upgraded"], told["schema"]) == ([], STEPS[-1])
    assert db(lived, "verify").code == 0


def test_a_restore_can_be_taken_back_with_the_file_it_kept(lived: Site, tmp_path: Path):
    db(lived, "backup", str(tmp_path / "b.db"))
    lived.run("note", "M-1", "--by", "王敏", "--reason", "写在备份之后", today=LAST)
    before = report(lived)
    kept = db(lived, "restore", str(tmp_path / "b.db"), "--json").json["kept_as"]
    shutil.move(kept, tmp_path / "kept.db")

    assert db(lived, "restore", str(tmp_path / "kept.db")).code == 0
    assert report(lived) == before


def test_a_store_that_is_not_there_any_more_is_restored_whatever_is_left_of_it(lived: Site, tmp_path: Path):
    before = report(lived)
    db(lived, "backup", str(tmp_path / "b.db"))
    with closing(sqlite3.connect(db_of(lived))) as connection:
        connection.execute("INSERT INTO audit (at, who, what) VALUES ('2026', 'x', 'y')")
        connection.commit()
        shutil.copy(f"{db_of(lived)}-wal", tmp_path / "wal")
    db_of(lived).unlink()
    shutil.copy(tmp_path / "wal", f"{db_of(lived)}-wal")

    told = db(lived, "restore", str(tmp_path / "b.db"), "--json").json

    assert told["kept_as"] is None
    assert report(lived) == before
    assert db(lived, "verify").code == 0


def test_a_damaged_store_is_restored_and_kept_as_it_is(lived: Site, tmp_path: Path):
    before = report(lived)
    db(lived, "backup", str(tmp_path / "b.db"))
    damaged = b"\0" * 4096 + db_of(lived).read_bytes()[4096:]
    db_of(lived).write_bytes(damaged)

    told = db(lived, "restore", str(tmp_path / "b.db"), "--json").json

    assert Path(told["kept_as"]).read_bytes() == damaged
    assert report(lived) == before


def truncated(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 // 8192 * 8192)


def scribbled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for start in range(8192 * 3, len(data), 8192 * 3):
        data[start : start + 4000] = os.urandom(4000)
    path.write_bytes(data)


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE tasks (id)")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('bridge', 'm999_x', '')"
        )
        connection.commit()


def no_database(path: Path) -> None:
    path.write_text("回家路上买菜\n" * 900, encoding="utf-8")


def empty(path: Path) -> None:
    path.write_bytes(b"")


SPOILT = {
    truncated: "损坏",
    scribbled: "损坏",
    foreign: "不是本程序的数据库",
    newer: "m999_x",
    no_database: "不是本程序的数据库",
    empty: "不是本程序的数据库",
    Path.unlink: "没有备份文件",
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_is_no_whole_backup_is_refused_and_the_store_stays(lived: Site, tmp_path: Path, spoil):
    file = tmp_path / "b.db"
    db(lived, "backup", str(file))
    spoil(file)
    before, files = content(db_of(lived)), beside(lived)

    refused = db(lived, "restore", str(file))

    assert refused.code == 2
    assert str(file) in refused.err and SPOILT[spoil] in refused.err
    assert (content(db_of(lived)), beside(lived)) == (before, files)


def test_nothing_is_restored_while_somebody_is_at_work(lived: Site, tmp_path: Path):
    db(lived, "backup", str(tmp_path / "b.db"))
    with Store(db_of(lived)) as store:
        lease = leases.take(store, "source:pingcode", command="pbridge sync", now=datetime.now(UTC))
    refused = db(lived, "restore", str(tmp_path / "b.db"))
    with Store(db_of(lived)) as store:
        leases.release(store, lease)
    old = datetime.now(UTC) - timedelta(hours=1)
    with Store(db_of(lived)) as store:
        leases.take(store, "source:worktile", command="pbridge sync", now=old)
    silent = db(lived, "restore", str(tmp_path / "b.db"))

    assert refused.code == 3
    assert "pbridge sync" in refused.err and str(os.getpid()) in refused.err
    assert silent.code == 0, "a holder without a sign of life holds nothing"


def test_nothing_is_restored_while_somebody_has_the_store_open(
    lived: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bridge.store.swap.WAIT_S", 0.1)
    db(lived, "backup", str(tmp_path / "b.db"))
    before = content(db_of(lived))
    with Store(db_of(lived), read_only=True):
        refused = db(lived, "restore", str(tmp_path / "b.db"))

    assert refused.code == 3
    assert "另一个程序" in refused.err
    assert content(db_of(lived)) == before
    assert db(lived, "restore", str(tmp_path / "b.db")).code == 0


def make_older(path: Path) -> None:
    """As the version before the last step left it."""
    with Store(path) as store:
        for table in (table for table in TABLES if table.since == int(STEPS[-1][1:4])):
            store.execute(f"DROP TABLE {table.name}")
        store.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (STEPS[-1],))


def test_an_upgrade_makes_a_backup_first_and_says_where(lived: Site):
    make_older(db_of(lived))
    before = content(db_of(lived))

    done = db(lived, "upgrade", "--lang", "en")
    again = db(lived, "upgrade", "--lang", "en")

    (kept,) = beside(lived) - {"bridge.db", "bridge.db.budgets"}
    assert re.fullmatch(rf"bridge-{STEPS[-2][:4]}-\d{{8}}T\d{{6}}Z\.db", kept)
    assert kept in done.err
    assert STEPS[-1] in done.out
    assert content(db_of(lived).parent / kept) == before
    assert again.out == "already up to date.\n"


def test_an_older_backup_is_brought_up_to_date_by_its_restore(lived: Site, tmp_path: Path):
    before = report(lived)
    db(lived, "backup", str(tmp_path / "b.db"))
    make_older(tmp_path / "b.db")
    older = (tmp_path / "b.db").read_bytes()

    told = db(lived, "restore", str(tmp_path / "b.db"), "--json").json

    assert told["upgraded"] == [STEPS[-1]]
    assert report(lived) == before
    assert (tmp_path / "b.db").read_bytes() == older


@pytest.mark.parametrize("command", [("upgrade",), ("verify",), ("backup", "x.db")])
def test_a_newer_store_is_refused_with_what_to_do(lived: Site, command: tuple[str, ...]):
    newer(db_of(lived))
    before = content(db_of(lived))

    refused = db(lived, *command)

    assert refused.code == 2
    assert "m999_x" in refused.err and "升级程序" in refused.err and "pbridge db restore" in refused.err
    assert content(db_of(lived)) == before
    assert not Path("x.db").exists()


def test_a_running_service_is_known_to_a_restore(lived: Site, tmp_path: Path):
    db(lived, "backup", str(tmp_path / "b.db"))
    config = str(lived.folder / "config.toml")
    environ = {**os.environ, "PC_SECRET": "x", "WT_SECRET": "y"}
    command = [sys.executable, "-m", "bridge", "serve", "--port", "0", "--config", config, "--quiet"]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as service:
        assert service.stdout is not None
        service.stdout.readline()
        deadline = time.monotonic() + 10
        while "pbridge serve" not in (refused := db(lived, "restore", str(tmp_path / "b.db"))).err:
            assert time.monotonic() < deadline, refused
            time.sleep(0.05)
        service.terminate()
        service.wait(10)

    assert refused.code == 3
    assert str(service.pid) in refused.err
    with Store(db_of(lived), read_only=True) as store:
        assert list(store.rows("SELECT name FROM leases")) == []
    assert db(lived, "restore", str(tmp_path / "b.db")).code == 0
