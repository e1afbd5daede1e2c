"""A look at whether anything was written disturbs nobody who writes."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

from bridge.store.engine import Store
from bridge.store.stamps import stamp

IN_USE_BYTE = 128
WRITER = """
import sys
from pathlib import Path
from bridge.store.engine import Store
from bridge.store.stamps import stamp

path, row = Path(sys.argv[1]), {"source": "s", "value": ""}
with Store(path) as store:
    for number, line in enumerate(sys.stdin):
        store.insert("source_memory", {**row, "name": str(number)})
        print(stamp(path) != stamp(path), flush=True)
"""


def is_in_use(path: Path) -> bool:
    """Whether SQLite's own sign that somebody has the store open is there: who finds none begins the index anew."""
    with path.with_name(f"{path.name}-shm").open("r+b") as index:
        try:
            fcntl.lockf(index, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, IN_USE_BYTE)
        except OSError:
            return True
    return False


def test_who_looks_at_the_stamp_keeps_the_locks_of_the_store_that_it_has_open(tmp_path: Path):
    path = tmp_path / "bridge.db"
    with Store(path) as store:
        store.upgrade()
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin is not None and writer.stdout is not None
        for number in range(3):
            writer.stdin.write("\n")
            writer.stdin.flush()
            assert writer.stdout.readline() == "False\n"
            assert is_in_use(path)
            with Store(path, read_only=True) as other:
                assert other.one("SELECT count(*) FROM source_memory") == (number + 1,)
        writer.stdin.close()
    assert writer.returncode == 0


def test_a_stamp_is_another_one_after_whatever_is_written(tmp_path: Path):
    path, stamps = tmp_path / "bridge.db", []
    assert stamp(path) is None
    with Store(path) as store:
        store.upgrade()
    for name in ("a", "b"):
        with Store(path) as store:
            stamps.append(stamp(path))
            store.insert("source_memory", {"source": "s", "name": name, "value": ""})
            stamps += [stamp(path)]
            assert stamp(path) == stamps[-1]
    stamps.append(stamp(path))

    assert len(set(stamps)) >= 4
