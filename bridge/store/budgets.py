"""What each credential has sent in the last minute, shared by every process that uses the store.

With SQLite it lives in a small file of its own beside the database: a place is taken in a tenth of a millisecond, and
must not wait for a page that is being written. Lost, it would cost a refusal or two, so nothing waits for the disk.

Who sends many requests takes several places at once, as long as the limit is far: they count from then on, are used within
their slice of the window or not at all, and what was not used is given back.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
from msgspec import Struct, field

from bridge.errors import Unavailable
from bridge.language import Text
from bridge.store.opening import Place, is_shared

SUFFIX = ".budgets"
WINDOW_S = 60.0
# Times are kept in slices of the window: a quarter of a second of a minute.
SLICES = 240
# Network jitter, and what stepping clocks may leave unnoticed.
MARGIN_SLICES = 1
# A clock that moves by more than this between two looks has been set.
STEP_S = 0.1
BUSY_TIMEOUT_S = 10.0
# So many places are taken at once at most, and never more than this part of what is left of the limit.
MOST_AT_ONCE = 32
PART_AT_ONCE = 8

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS budgets (credential TEXT PRIMARY KEY, per_minute INTEGER NOT NULL, sent TEXT NOT NULL, "
    "blocked_until REAL NOT NULL, uptime REAL NOT NULL, seen_at REAL NOT NULL) STRICT"
)
READ = "SELECT per_minute, sent, blocked_until, uptime, seen_at FROM budgets WHERE credential = ?"
IS_BLOCKED = "SELECT 1 FROM budgets WHERE credential = ? AND blocked_until > 0"
WRITE = "INSERT OR REPLACE INTO budgets VALUES (?, ?, ?, ?, ?, ?)"
Row = tuple[int, str, float, float, float]

CANNOT_USE = Text(
    zh="请求计数文件 {path} 不可用：{why}。它只记录最近一分钟的请求数；请检查磁盘和权限，必要时停止程序后删除它。",
    en="the file {path}, which counts requests, cannot be used: {why}. It only knows the last minute; check disk and "
    "permissions, or delete it while nothing runs.",
)


def _uptime() -> float:
    """Seconds since this machine started, asleep or awake: the same in every process, and nobody can set it."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Clocks(Struct, frozen=True):
    """The time of day, which people set, and the time since the machine started, which tells when they did."""

    wall: Callable[[], float] = time.time
    uptime: Callable[[], float] = _uptime


class Record(Struct):
    """What one credential did: counts by slice, oldest first; what is reserved for later is among them."""

    told: int = 0
    """The limit that the vendor has told; 0: none."""
    sent: list[list[int]] = field(default_factory=list)
    blocked_until: float = 0.0
    uptime: float = 0.0
    seen_at: float = 0.0

    def move_to(self, now: float, uptime: float, slice_s: float) -> None:
        """Carry the record to this moment: where the clock was set meanwhile, the record is set with it."""
        step = (now - self.seen_at) - (uptime - self.uptime)
        if self.seen_at and uptime < self.uptime:
            # The machine was started anew: nobody holds a place for later any more.
            last = int(now // slice_s)
            self.sent = [[min(number, last), count] for number, count in self.sent]
        elif self.seen_at and abs(step) > STEP_S:
            # Rounded to later, so that a place never becomes free too early.
            slices = -int(-step // slice_s)
            self.sent = [[number + slices, count] for number, count in self.sent]
            self.blocked_until += step if self.blocked_until else 0.0
        else:
            # A small difference is remembered, so that many of them are noticed in the end.
            now -= step if self.seen_at else 0.0
        self.seen_at, self.uptime = now, uptime

    def reserve(self, now: float, allowed: int, window_s: float) -> float:
        """Take the next place; returns when it is."""
        slice_s = window_s / SLICES
        if self.blocked_until <= now:
            self.blocked_until = 0.0
        lasting = SLICES + 1 + MARGIN_SLICES
        # Those that have stopped counting are the oldest.
        old = 0
        while old < len(self.sent) and (self.sent[old][0] + lasting) * slice_s <= now:
            old += 1
        del self.sent[:old]
        at = max(now, self.blocked_until, self.sent[-1][0] * slice_s if self.sent else now)
        # Everything kept counts, and from the oldest on it stops counting when its whole slice is out of the window.
        kept = sum(count for _, count in self.sent)
        for number, count in self.sent:
            if kept < allowed:
                break
            kept -= count
            at = max(at, (number + lasting) * slice_s)
        self._count(int(at // slice_s))
        return at

    def reserve_more(self, wanted: int, allowed: int) -> int:
        """Take more places where the last one is, as long as the limit is far; returns how many."""
        left = allowed - sum(count for _, count in self.sent)
        more = max(0, min(wanted, left // PART_AT_ONCE))
        self.sent[-1][1] += more
        return more

    def give_back(self, number: int, unused: int) -> None:
        """Of the places of a slice so many were never used."""
        for entry in reversed(self.sent):
            if entry[0] == number:
                entry[1] -= min(unused, entry[1])
                return

    def _count(self, number: int) -> None:
        if self.sent and self.sent[-1][0] >= number:
            self.sent[-1][1] += 1
        else:
            self.sent.append([number, 1])


class Block(Struct):
    """Places of one slice that this process has taken and not used yet."""

    number: int
    per_minute: int
    size: int
    left: int
    wall: float
    uptime: float
    """When it was taken, by the clock of the record and by that of this machine."""
    until: float
    """When its slice ends, by the clock of this machine."""

    def is_of_one_time(self, wall: float, uptime: float) -> bool:
        """Whether no clock was set since, so that its slice is still called the same."""
        return abs((wall - self.wall) - (uptime - self.uptime)) <= STEP_S

    @property
    def next_size(self) -> int:
        """Twice as many where all were used in time, else as many as were."""
        return max(1, self.size - self.left) if self.left else min(MOST_AT_ONCE, self.size * 2)


class SharedAllowances:
    """Gives the allowance of a credential; call it as `contract.Allowances`, from any thread, and close it at the end."""

    def __init__(self, path: Path, *, window_s: float = WINDOW_S, clocks: Clocks | None = None) -> None:
        self.path = path
        self._begin(window_s, clocks or Clocks())
        with self._in_plain_words():
            self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
            # Of a power cut only the last minute is lost.
            for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=OFF", SCHEMA):
                self._db.execute(statement)

    def _begin(self, window_s: float, clocks: Clocks) -> None:
        """What does not depend on where the count is kept."""
        self._window_s, self._clocks = window_s, clocks
        self._lock = threading.Lock()
        self._blocks: dict[str, Block] = {}

    def __call__(self, credential: str, per_minute: int) -> SharedAllowance:
        return SharedAllowance(self, _key(credential), per_minute)

    def __enter__(self) -> SharedAllowances:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for key in [key for key, block in self._blocks.items() if block.left]:
            # What cannot be given back now counts for a minute, as if it had been used.
            with suppress(Unavailable), self._changing(key):
                pass
        with self._lock:
            self._disconnect()

    def reserve(self, key: str, per_minute: int) -> float:
        began = self._clocks.uptime()
        with self._lock:
            former = self._blocks.get(key)
            if former is not None and former.per_minute == per_minute and former.left and began < former.until:
                former.left -= 1
                return 0.0
        with self._changing(key) as (record, now):
            allowed = min(per_minute, record.told or per_minute)
            at = record.reserve(now, allowed, self._window_s)
            if at <= now:
                size = 1 if former is None else former.next_size
                more = record.reserve_more(size - 1, allowed)
                number, slice_s = record.sent[-1][0], self._window_s / SLICES
                until = began + (number + 1) * slice_s - now
                self._blocks[key] = Block(number, per_minute, 1 + more, more, now, began, until)
            return at - now

    def block(self, key: str, seconds: float) -> None:
        with self._changing(key) as (record, now):
            record.blocked_until = max(record.blocked_until, now + seconds)

    def resize(self, key: str, per_minute: int) -> None:
        with self._changing(key) as (record, _):
            record.told = max(1, per_minute)

    def blocked_for(self, key: str) -> float:
        with self._lock, self._in_plain_words():
            block = self._blocks.get(key)
            if block is not None and block.left and self._clocks.uptime() < block.until:
                return 0.0  # as it was when the block was taken, a moment ago
            if not self._is_blocked(key):
                return 0.0
            record, now = self._read(key)
        return max(0.0, record.blocked_until - now)

    def use(self, credential: str) -> Use:
        """What a credential has used of its limit at this moment; nothing is changed."""
        key = _key(credential)
        with self._lock, self._in_plain_words():
            record, now = self._read(key)
        since = (now - self._window_s) // (self._window_s / SLICES)
        sent = sum(count for number, count in record.sent if number > since)
        return Use(sent, record.told or None, max(0.0, record.blocked_until - now))

    @contextmanager
    def _changing(self, key: str) -> Iterator[tuple[Record, float]]:
        with self._lock, self._in_plain_words(), self._alone(key):
            record, now = self._read(key)
            unused = self._blocks.pop(key, None)
            if unused is not None and unused.left and unused.is_of_one_time(now, self._clocks.uptime()):
                record.give_back(unused.number, unused.left)
            yield record, now
            sent = orjson.dumps(record.sent).decode()
            self._write(key, (record.told, sent, record.blocked_until, record.uptime, record.seen_at))

    def _read(self, key: str) -> tuple[Record, float]:
        """The record as it is at this moment, and the moment."""
        row, now, uptime = self._found(key)
        record = Record() if row is None else Record(row[0], orjson.loads(row[1]), *row[2:])
        record.move_to(now, uptime, self._window_s / SLICES)
        return record, now

    # --- Where it is kept: what differs between a file and a server -------------------------------------------------

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Nobody else changes the record of a credential meanwhile."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _disconnect(self) -> None:
        self._db.close()

    def _is_blocked(self, key: str) -> bool:
        return self._db.execute(IS_BLOCKED, (key,)).fetchone() is not None

    def _found(self, key: str) -> tuple[Row | None, float, float]:
        """What is kept of a credential; the time of day, and how long the machine has been running."""
        row: Row | None = self._db.execute(READ, (key,)).fetchone()
        return row, self._clocks.wall(), self._clocks.uptime()

    def _write(self, key: str, row: Row) -> None:
        self._db.execute(WRITE, (key, *row))

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # our own mistake, such as a use after the end
        except sqlite3.Error as err:
            raise Unavailable(CANNOT_USE, path=str(self.path), why=str(err)) from err


class Use(Struct, frozen=True):
    """Requests of the last minute and those reserved for later, the limit that the vendor told, seconds still blocked."""

    sent: int
    told: int | None
    blocked_s: float


class SharedAllowance(Struct):
    """A `contract.Allowance` of at most `per_minute` requests in any minute, whoever on this machine sends them."""

    shared: SharedAllowances
    key: str
    per_minute: int
    _told: int | None = None

    def reserve(self) -> float:
        return self.shared.reserve(self.key, self.per_minute)

    def block(self, seconds: float) -> None:
        self.shared.block(self.key, seconds)

    def blocked_for(self) -> float:
        return self.shared.blocked_for(self.key)

    def resize(self, per_minute: int) -> None:
        # Told with every answer, it is written only where this process has not heard it yet.
        if per_minute != self._told:
            self.shared.resize(self.key, per_minute)
            self._told = per_minute


def _key(credential: str) -> str:
    return hashlib.sha256(credential.encode()).hexdigest()


def is_kept(place: Place) -> bool:
    """Whether anybody who uses the store at a place has counted yet."""
    return is_shared(place) or beside(place).exists()


def has_room(place: Place) -> bool:
    """Whether anything can be counted there without making more than a file."""
    return is_shared(place) or beside(place).parent.is_dir()


def beside(place: Place) -> Path:
    path = Path(place)
    return path.with_name(path.name + SUFFIX)


def allowances(place: Place) -> SharedAllowances:
    """The allowances shared by everybody who uses the store at a place; close them at the end of the run."""
    if not is_shared(place):
        return SharedAllowances(beside(place))
    from bridge.store.budgets_postgres import ServerAllowances  # as rarely loaded as the driver

    return ServerAllowances(place)
