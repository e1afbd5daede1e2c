"""Backups that the service makes by itself: how many are kept, and what is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.config import load
from bridge.usecases import timed_backups
from bridge.usecases.timetable import jobs_of, timetable
from bridge.usecases.workspace import Workspace

from .conftest import TODAY, Site


@pytest.fixture
def lived(site: Site) -> Site:
    site.write(
        "config.toml", (site.folder / "config.toml").read_text(encoding="utf-8") + "\n[retention]\nbackups = 2\n"
    )
    site.advance(TODAY)
    assert site.run("run").code == 0
    return site


def test_the_newest_backups_are_kept_and_nothing_that_somebody_else_put_there(lived: Site):
    folder = lived.folder / "data" / "backups"
    for day in range(4):
        space = Workspace.open(lived.folder / "config.toml", today=TODAY + timedelta(days=day))
        made = timed_backups.timed_backup(space)
        (folder / "mine.db").touch()

    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 3
    assert "mine.db" in names
    assert made.path == str(folder / names[1])
    assert lived.run("db", "restore", made.path, today=TODAY).code == 0
    assert len(lived.run("tasks", "--json").lines) == 8


def test_the_service_makes_one_every_night_and_prunes_unless_told_otherwise(lived: Site):
    settings = load(lived.folder / "config.toml")
    assert {"backup", "prune"} <= jobs_of(timetable(settings), ()).keys()

    text = (lived.folder / "config.toml").read_text(encoding="utf-8")
    lived.write("config.toml", text + '[schedule]\nbackup = ""\nprune = ""\n')

    assert jobs_of(timetable(load(lived.folder / "config.toml")), ()).keys() == {"digest", "weekly"}
