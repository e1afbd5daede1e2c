"""A stamp of everything that is stored: while it is the same nothing was written, whoever writes."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from bridge.store.opening import Place, is_shared, opened

Stamp = tuple[object, ...]

_INDEX_HEADER = 48
_FRAMES = slice(16, 20)
"""Where SQLite's index of its log counts the frames of the log; the counter of transactions stands in the same header."""

_guard = threading.Lock()
_open: dict[Path, tuple[int, tuple[int, int]]] = {}
"""Indexes that this process has looked into: how each is open, and which file it is."""


def stamp(place: Place) -> Stamp | None:
    """Told without a lock and, of a file, without opening the store; None where there is no store.

    It may differ although nothing was written (when the log is folded into the file), never the other way round.
    """
    return _of_server(place) if is_shared(place) else _of_file(Path(place))


def _of_file(path: Path) -> Stamp | None:
    """Of SQLite in WAL mode: a commit is counted in the index of the log, until the log is folded into the file."""
    try:
        found = path.stat()
    except OSError:
        return None
    header = _header(path.with_name(f"{path.name}-shm"))
    # Who opens a file without a log makes an index of no frames; that is no news.
    is_empty = not any(header[_FRAMES])
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size, b"" if is_empty else header


def _header(index: Path) -> bytes:
    """Empty where nobody has the store open: everything is in the file then.

    A process that closes a file loses every lock that it holds on it, those of SQLite's own connections too, and then
    others take the log for left behind. So it is kept open, until SQLite itself has taken that file away.
    """
    with _guard:
        for kept, (_, inode) in list(_open.items()):
            if _inode(kept) != inode:
                os.close(_open.pop(kept)[0])
        if index not in _open:
            try:
                handle = os.open(index, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
            except OSError:
                return b""
            found = os.fstat(handle)
            _open[index] = handle, (found.st_dev, found.st_ino)
        return os.pread(_open[index][0], _INDEX_HEADER, 0)


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _of_server(place: Place) -> Stamp | None:
    """Which transactions of the server are over; those of other databases on it are news too."""
    with opened(place, read_only=True) as store:
        found = store.one("SELECT CAST(txid_current_snapshot() AS text)")
        return None if found is None else (*store.identity, str(found[0]))
