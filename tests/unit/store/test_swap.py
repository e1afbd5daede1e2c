"""One file takes the place of another: wholly or not at all, and nobody goes on with the one that was there."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.errors import Unavailable, UsageProblem
from bridge.store import backups, leases, swap
from bridge.store.engine import Store

NOW = datetime(2026, 8, 24, 8, tzinfo=UTC)


def a_store(path: Path, note: str) -> Path:
    with Store(path) as store:
        store.upgrade()
        store.insert("audit", {"at": "2026-08-24", "who": note, "what": "x"})
    return path


def whose(path: Path) -> str:
    with Store(path, read_only=True) as store:
        return "".join(row[0] for row in store.rows("SELECT who FROM audit"))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A store, a finished file that is to take its place, and the name under which the store is to be kept."""
    new = a_store(tmp_path / "new.db", "new")
    backups.seal(new)
    return a_store(tmp_path / "bridge.db", "old"), new, tmp_path / "bridge.db.before"


def test_the_new_file_stands_there_and_the_old_one_aside(pair: tuple[Path, Path, Path]):
    path, new, aside = pair

    assert swap.replace(path, new, aside, NOW)

    assert (whose(path), whose(aside), new.exists()) == ("new", "old", False)


def cut_off(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", ["_keep", "settle"])
def test_a_swap_that_is_cut_off_leaves_one_whole_store_in_place(
    pair: tuple[Path, Path, Path], step: str, monkeypatch: pytest.MonkeyPatch
):
    path, new, aside = pair
    monkeypatch.setattr(swap, step, cut_off)

    with pytest.raises(KeyboardInterrupt):
        swap.replace(path, new, aside, NOW)

    assert whose(path) == ("old" if step == "_keep" else "new")
    with Store(path) as store:
        assert store.integrity_problems() == []


def test_a_file_of_another_program_is_never_moved(pair: tuple[Path, Path, Path]):
    path, new, aside = pair
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()

    with pytest.raises(UsageProblem):
        swap.replace(path, new, aside, NOW)

    assert path.exists() and not aside.exists()


def test_an_open_transaction_of_somebody_else_is_no_moment_for_a_swap(
    pair: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
):
    path, new, aside = pair
    monkeypatch.setattr(swap, "WAIT_S", 0.05)

    with Store(path) as store, store.transaction():
        store.insert("audit", {"at": "2026-08-24", "who": " and more", "what": "x"})
        with pytest.raises(Unavailable):
            swap.replace(path, new, aside, NOW)

    assert whose(path) == "old and more"


def test_who_waited_while_a_file_was_swapped_opens_the_new_one(
    pair: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
):
    path, new, aside = pair
    look, swapped = Store._refuse_foreign, []

    def wait(self: Store, connection: object) -> None:
        """As if the look had waited for the lock of a restore."""
        if not swapped:
            swapped.append(path)
            path.rename(aside)
            new.rename(path)
        look(self, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "_refuse_foreign", wait)

    with Store(path) as store:
        assert store.one("SELECT who FROM audit") == ("new",)


def test_leases_of_the_dead_are_forgotten_by_the_beginning_of_their_name(tmp_path: Path):
    with Store(a_store(tmp_path / "bridge.db", "x")) as store:
        for name in ("service:a", "service:b", "source:a"):
            leases.take(store, name, command="pbridge", now=NOW if name == "service:b" else NOW - timedelta(hours=1))

        leases.forget_dead(store, "service:", NOW)

        assert {row[0] for row in store.rows("SELECT name FROM leases")} == {"service:b", "source:a"}
