"""The settings of a running service: as they were read at the start, and again when it is told to; never half of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bridge.config import Settings
from bridge.language import Lang
from bridge.usecases.clock import Clock
from bridge.usecases.timetable import timetable
from bridge.usecases.workspace import Workspace


class Settled(Struct):
    """Gives a workspace of this moment with the settings in force; call it from any thread."""

    file: Path
    today: date | None
    lang: Lang | None
    settings: Settings

    def __call__(self) -> Workspace:
        settings = self.settings
        return Workspace(settings, Clock.at(settings.timezone, self.today), self.lang or settings.bridge.language)

    def reread(self) -> tuple[str, ...]:
        """Take over what the file says now. Raises what is wrong with it, and then nothing has changed.

        Returns what was changed there and waits for a new start: where the store is and where the pages are.
        """
        new = Workspace.open(self.file, today=self.today, lang=self.lang, secrets=True)
        timetable(new.settings)
        new.sources()
        old = self.settings
        waiting = [
            name
            for name, before, after in (
                ("[database] url", old.database_place, new.settings.database_place),
                ("[web] host", old.web.host, new.settings.web.host),
                ("[web] port", old.web.port, new.settings.web.port),
                ("[log] to", old.log.to, new.settings.log.to),
            )
            if before != after
        ]
        self.settings = replace(new.settings, database=old.database)
        return tuple(waiting)
