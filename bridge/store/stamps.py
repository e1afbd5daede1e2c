"""A stamp of everything that is stored: while it is the same nothing was written, whoever writes."""

from __future__ import annotations

from pathlib import Path

from bridge.store.opening import Place, is_shared, opened

Stamp = tuple[object, ...]

_INDEX_HEADER = 48
_FRAMES = slice(16, 20)
"""Where SQLite's index of its log counts the frames of the log; the counter of transactions stands in the same header."""


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
    try:
        with path.with_name(f"{path.name}-shm").open("rb") as index:
            header = index.read(_INDEX_HEADER)
    except OSError:
        header = b""  # nobody has it open: everything is in the file
    # Who opens a file without a log makes an index of no frames; that is no news.
    is_empty = not any(header[_FRAMES])
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size, b"" if is_empty else header


def _of_server(place: Place) -> Stamp | None:
    """Which transactions of the server are over; those of other databases on it are news too."""
    with opened(place, read_only=True) as store:
        found = store.one("SELECT CAST(txid_current_snapshot() AS text)")
        return None if found is None else (*store.identity, str(found[0]))
