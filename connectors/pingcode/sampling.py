"""One object of each stream, reduced to the names of its keys and the types of its values: no value ever leaves."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from connectors.contract import EVERYTHING, Connector, RawRecord, Sample
from connectors.errors import ConnectorError, Interrupted, Retry
from connectors.outline import key_types
from connectors.pingcode.api import PAGE_SIZE, Api, Envelope
from connectors.pingcode.profiles import PROFILES

# In all; a stream that is not reached then is left out.
SAMPLES_S = 15.0
# How many projects are asked for an object of a stream, and how many batches of each: not every project has all.
MOST_SCOPES = 3
MOST_BATCHES = 2
PROJECTS = frozenset(profile.projects for profile in PROFILES.values())

# A key is a name somebody gave to a field.
NAME = re.compile(r"(?:[^\W\d]|\$)[\w$-]{0,59}")


class Glimpse(Api):
    """Asks for one row wherever all would be asked for, and takes it for the whole list; only projects are all listed."""

    def envelope(
        self, path: str, params: Mapping[str, str], *, index: int = 0, size: int = PAGE_SIZE, needs_id: bool = True
    ) -> Envelope:
        if path in PROJECTS:
            return super().envelope(path, params, index=index, size=size, needs_id=needs_id)
        return _alone(super().envelope(path, params, index=index, size=1, needs_id=needs_id))

    def search(self, path: str, payload: Mapping[str, Any], *, index: int = 0, size: int = PAGE_SIZE) -> Envelope:
        return _alone(super().search(path, payload, index=index, size=1))


def _alone(page: Envelope) -> Envelope:
    return replace(page, total=page.count, size=page.count + 1)


class Sampler:
    """Looks for one object of each stream; the reading is the connector's own, over an api that is a `Glimpse`."""

    def __init__(self, source: Connector) -> None:
        self._source = source
        self._until = time.monotonic() + SAMPLES_S

    def samples(self, task: RawRecord | None) -> Iterator[Sample]:
        """A sample of each stream that has an object and may be read; `task` is one that was met already."""
        for stream in self._source.streams:
            found = task if stream == self._source.task_stream else self._one(self._listed, stream)
            if found is not None:
                yield Sample(stream, key_types([found.payload], NAME))
        if task is None:
            return
        for stream in self._source.detail_streams:
            found = self._one(self._told, stream, task.external_id)
            if found is not None:
                yield Sample(stream, key_types([found.payload], NAME))

    def _told(self, stream: str, task: str) -> Iterator[RawRecord]:
        return iter(self._source.details(stream, EVERYTHING, task))

    def _listed(self, stream: str) -> Iterator[RawRecord]:
        for number, scope in enumerate(self._source.scopes(stream)):
            if number == MOST_SCOPES:
                return
            for count, page in enumerate(self._source.pages(stream, scope, {})):
                yield from page.records
                if count + 1 == MOST_BATCHES or time.monotonic() > self._until:
                    break

    def _one(self, read: Callable[..., Iterator[RawRecord]], *of: str) -> RawRecord | None:
        """The first record, or none where there is none to be had: what is wrong is told by the findings."""
        if time.monotonic() > self._until:
            return None
        try:
            return next(read(*of), None)
        except Interrupted:
            raise
        except Retry:
            # Nobody answers, or not now: the next stream would only cost the same wait.
            self._until = time.monotonic()
        except ConnectorError:
            return None  # closed, or not on this server: its sample is missing
        return None
