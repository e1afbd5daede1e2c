"""A PostgreSQL server of the tests' own: from the distribution's packages, on a free loopback port, gone afterwards."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from bridge.store.dialect import SQLITE
from bridge.store.engine import Store

USERS = ("postgres", "nobody")
"""Who may run it where the tests run as root, which the server refuses."""
QUICK = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c max_connections=60 "
    "-c shared_buffers=32MB -c max_wal_size=2GB -c jit=off"
)
MODEL = "model"


def programs() -> Path | None:
    """The folder of the newest server that is installed; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


class Server:
    """Started in a folder of its own; `fresh` gives a database with the schema and no rows."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.folder, self._bin = folder, bin_folder
        self.data = folder / "data"
        self._numbers = itertools.count(1)
        self._made: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        self.data.mkdir()
        self._as: tuple[str, ...] = ()
        if os.geteuid() == 0:
            user = next(name for name in USERS if _has_user(name))
            shutil.chown(self.data, user)
            self._as = ("setpriv", f"--reuid={user}", f"--regid={_group(user)}", "--clear-groups")
        self._run("initdb", "-D", str(self.data), "-U", "bridge", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()

    def start(self) -> None:
        self.port = getattr(self, "port", 0) or _free_port()
        options = f"-p {self.port} -h 127.0.0.1 -k {self.data} {QUICK}"
        self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-t", "30", "-l", str(self.data / "log"), "-o", options, "start"
        )

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", how, "stop")

    def close(self) -> None:
        try:
            self.stop("immediate")
        except subprocess.CalledProcessError:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.data, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://bridge@127.0.0.1:{self.port}/{database}"

    def empty(self) -> str:
        """The address of a database with nothing in it."""
        return self._create("template0")

    def fresh(self) -> str:
        """The address of a database with the schema and no rows."""
        if MODEL not in self._made:
            self._prepare()
        return self._create(MODEL)

    def _prepare(self) -> None:
        from bridge.store.opening import opened

        self.say(f"CREATE DATABASE {MODEL} TEMPLATE template0")
        with opened(self.url(MODEL)) as store:
            store.upgrade()
        self._made.append(MODEL)

    def _create(self, template: str) -> str:
        name = f"t{next(self._numbers)}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.say(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def say(self, sql: str) -> None:
        """One statement as the owner of the server."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as link:
            link.execute(sql)

    def _run(self, program: str, *arguments: str) -> None:
        started = time.monotonic()
        done = subprocess.run(
            [*self._as, str(self._bin / program), *arguments],
            cwd=self.data,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            seconds = f"{time.monotonic() - started:.1f} s"
            said = done.stderr.decode(errors="replace")[-500:]
            raise subprocess.CalledProcessError(done.returncode, f"{program} ({seconds}): {said}")


def writes(store: Store, table: str) -> object:
    """Another value after every write to a table."""
    if store.dialect is SQLITE:
        return store.conn.total_changes
    return list(store.rows(f"SELECT CAST(xmin AS text), count(*) FROM {table} GROUP BY xmin ORDER BY 1"))


def _has_user(name: str) -> bool:
    import pwd

    return any(entry.pw_name == name for entry in pwd.getpwall())


def _group(name: str) -> int:
    import pwd

    return pwd.getpwnam(name).pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
