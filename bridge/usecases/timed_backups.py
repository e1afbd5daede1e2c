"""Backups that the service makes by itself: into a folder beside the store, the oldest removed once there are enough."""

from __future__ import annotations

import re
from pathlib import Path

from bridge.usecases.backing_up import BackedUp, backup, unwatched
from bridge.usecases.workspace import Workspace

FOLDER = "backups"
NAME = re.compile(r"bridge-\d{8}T\d{6}Z\.db")
"""Only what is named so was made here; whatever else lies in the folder is left alone."""


def timed_backup(space: Workspace) -> BackedUp:
    """One more backup. Older ones go only once it is proved."""
    folder = space.store_file.parent / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    done = backup(space, folder / f"bridge-{space.clock.now():%Y%m%dT%H%M%SZ}.db", force=True, copied=unwatched)
    for old in kept(folder)[: -space.settings.retention.backups]:
        old.unlink(missing_ok=True)
    return done


def kept(folder: Path) -> list[Path]:
    """The timed backups that there are, the oldest first."""
    return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
