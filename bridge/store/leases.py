"""Who is at work on what: one holder at a time, known by name, and replaced as soon as it is dead."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from msgspec import Struct, field

from bridge.errors import BridgeError, Unavailable
from bridge.language import Text
from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store
from bridge.store.opening import Place, is_shared, opened

# A holder on another machine, or one that hangs, is believed dead after this long without a sign of life.
DEAD_AFTER = timedelta(seconds=120)
HEARTBEAT_S = 20.0

HELD = Text(
    zh="{holder} 正在运行（主机 {host}，进程 {pid}，自 {since} 起），同一时间只能有一个。没有做任何事；请等它结束再运行。"
    "如果该进程已不存在，最迟两分钟后会自动让出。",
    en="{holder} is at work (host {host}, process {pid}, since {since}), and only one may be at a time. Nothing was done; "
    "run again when it is done. If that process is dead, its place is free after two minutes at the latest.",
)

TAKEN_OVER = Text(
    zh="{name} 已被另一个进程接管：本进程太久没有动静（例如机器休眠）。没有再写入；请等接管者做完。",
    en="{name} was taken over by another process, for this one gave no sign of life for too long (a machine that slept?). "
    "Nothing more was written; wait for the other one to finish.",
)

log = logging.getLogger(__name__)


class Held(Unavailable):
    """Somebody else is at work on this."""

    def __init__(self, holder: str, host: str, pid: int, since: datetime) -> None:
        self.holder, self.host, self.pid, self.since = holder, host, pid, since
        super().__init__(
            HELD, holder=holder, host=host, pid=pid, since=f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        )


class Lost(Unavailable):
    """Somebody else is at work on this by now."""

    def __init__(self, name: str) -> None:
        super().__init__(TAKEN_OVER, name=name)


class Process(Struct, frozen=True):
    """A process, known again even where its number was given to another since."""

    host: str
    pid: int
    born: str
    """Machine start, process space and start of the process; empty where the system does not tell."""

    @classmethod
    def this(cls) -> Process:
        return cls(socket.gethostname(), os.getpid(), _born(os.getpid()))

    def is_dead(self, *, afar: bool = False) -> bool:
        """Whether it certainly does not run any more; of another machine nothing is certain.

        `afar`: other machines use the store too, and one of them may have the name of this one.
        """
        here = Process.this()
        if self.host != here.host or os.name != "posix":
            return False
        if self.born and here.born:
            (machine, space, _), (our_machine, our_space, _) = self.born.split("/"), here.born.split("/")
            if machine != our_machine:
                return not afar
            # From inside one container the processes of another cannot be seen.
            return space == our_space and _born(self.pid) != self.born
        return not afar and not _answers(self.pid)


def _born(pid: int) -> str:
    """Empty where there is no such process, or where the system does not tell."""
    try:
        machine = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        # The name of the program stands in brackets and may hold anything.
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        state, started = told[0], told[19]
        space = Path("/proc/self/ns/pid").readlink().name
    except (OSError, IndexError):
        return ""
    # A killed process stays in the list until its parent has looked.
    return "" if state in ("Z", "X") else f"{machine}/{space}/{started}"


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's, but alive
    return True


class Lease(Struct):
    """The right to work on something, until it is released or its holder dies."""

    name: str
    command: str
    process: Process
    since: datetime
    lost: threading.Event = field(default_factory=threading.Event)
    """Set when somebody else has taken it over, because this process seemed dead."""

    @property
    def _mine(self) -> tuple[object, ...]:
        return self.name, self.process.host, self.process.pid, self.process.born, stamp(self.since)


_owed: set[tuple[object, ...]] = set()
"""Leases of this process whose work is over, but which could not be released: the next one need not wait for their end."""
_IS_MINE = "name = ? AND host = ? AND pid = ? AND born = ? AND since = ?"
_COLUMNS = ("name", "holder", "host", "pid", "born", "since", "heartbeat_at")


def take(store: Store, name: str, *, command: str, now: datetime) -> Lease:
    """Become the holder of `name`, or raise `Held`. `now` is the real time, whatever day the run is for."""
    process = Process.this()
    lease = Lease(name, command, process, now)
    row = (name, command, process.host, process.pid, process.born, stamp(now), stamp(now))
    with store.transaction():
        held_by, is_left = _present(store, name, now)
        if held_by is not None:
            raise held_by
        store.upsert_many("leases", _COLUMNS, [row])
    if is_left:
        log.warning("%s is taken over from a holder that gives no sign of life", name)
    return lease


def _present(store: Store, name: str, now: datetime) -> tuple[Held | None, bool]:
    """Who holds `name` and lives, and whether a dead holder stands there."""
    found = store.one("SELECT holder, host, pid, born, since, heartbeat_at FROM leases WHERE name = ?", (name,))
    if found is None:
        return None, False
    command, host, pid, born, since, heartbeat_at = found
    is_over = (name, host, pid, born, since) in _owed
    if is_over or not is_alive(Process(host, pid, born), instant(heartbeat_at), now, afar=is_shared(store.place)):
        return None, True
    return Held(command, host, pid, instant(since)), False


def is_alive(process: Process, heartbeat_at: datetime, now: datetime, *, afar: bool = False) -> bool:
    """Whether a holder is still believed to be at work, by its last sign of life."""
    age = now - heartbeat_at
    # A sign of life from the future comes from a clock that was set back; only what runs here can be looked at.
    is_silent = age > DEAD_AFTER or (age < -DEAD_AFTER and process.host != Process.this().host)
    return not is_silent and not process.is_dead(afar=afar)


def heartbeat(store: Store, lease: Lease, now: datetime) -> bool:
    """Give a sign of life; False where the lease is somebody else's by now."""
    with store.transaction():
        sql = f"UPDATE leases SET heartbeat_at = ? WHERE {_IS_MINE}"
        is_ours = store.execute(sql, (stamp(now), *lease._mine)) == 1
    if not is_ours:
        lease.lost.set()
    return is_ours


def require(store: Store, lease: Lease) -> None:
    """Raise `Lost` where the lease is not ours any more. Inside a transaction it stays ours until the end."""
    if store.one(f"SELECT 1 FROM leases WHERE {_IS_MINE}", lease._mine) is None:
        lease.lost.set()
        raise Lost(lease.name)


def release(store: Store, lease: Lease) -> None:
    """Let the next one in; what somebody else has taken over stays theirs."""
    with store.transaction():
        store.execute(f"DELETE FROM leases WHERE {_IS_MINE}", lease._mine)


def forget_dead(store: Store, beginning: str, now: datetime) -> None:
    """Take away the leases of holders that died without releasing them, among the names that begin so."""
    with store.transaction():
        rows = store.rows(
            "SELECT name, host, pid, born, heartbeat_at FROM leases WHERE substr(name, 1, ?) = ?",
            (len(beginning), beginning),
        )
        afar = is_shared(store.place)
        dead = [(row[0],) for row in rows if not is_alive(Process(*row[1:4]), instant(row[4]), now, afar=afar)]
        store.delete_many("leases", ("name",), dead)


def any_holder(store: Store, now: datetime) -> Held | None:
    """Who is at work on anything at all; None where nobody is."""
    names = [row[0] for row in store.rows("SELECT name FROM leases ORDER BY name")]
    return next((held for name in names if (held := _present(store, name, now)[0]) is not None), None)


def holder(store: Store, name: str, now: datetime) -> Held | None:
    """Who is at work on `name`, as the error that `take` would raise; None where nobody is."""
    return _present(store, name, now)[0]


@contextmanager
def held(
    store: Store,
    name: str,
    *,
    command: str,
    now: Callable[[], datetime] | None = None,
    every_s: float = HEARTBEAT_S,
    fenced: bool = False,
) -> Iterator[Lease]:
    """Hold `name` while the block runs, with signs of life from a thread that has a connection of its own.

    `fenced`: `store` writes nothing any more once somebody else has taken over; the block ends with `Lost`.
    """
    lease = take(store, name, command=command, now=(now or store.now)())
    done = threading.Event()
    beating = threading.Thread(
        target=_beat, args=(store.place, lease, now, every_s, done), name=f"heartbeat of {name}", daemon=True
    )
    beating.start()
    if fenced:
        store.fence = partial(require, store, lease)
    try:
        yield lease
    finally:
        if fenced:
            store.fence = None
        done.set()
        beating.join()
        try:
            release(store, lease)
        except BridgeError as err:
            # The work is done or has its own error; a process that is gone is replaced at once, and so is what is owed.
            _owed.add(lease._mine)
            log.warning("%s could not be released: %s", name, err)


def _beat(
    place: Place, lease: Lease, now: Callable[[], datetime] | None, every_s: float, done: threading.Event
) -> None:
    own: Store | None = None
    try:
        while not done.wait(every_s):
            try:
                own = own or opened(place)
                if not heartbeat(own, lease, (now or own.now)()):
                    log.warning("%s was taken over by another process", lease.name)
                    return
            except BridgeError as err:
                log.warning("no sign of life could be given: %s", err)
    finally:
        if own is not None:
            own.close()
