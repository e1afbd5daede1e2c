"""What the words in work items mean: types, states, properties with their options, priorities, tags, states of projects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from connectors.contract import RawRecord
from connectors.errors import PathUnknown
from connectors.pingcode.api import Row
from connectors.pingcode.lists import Lists, record
from connectors.pingcode.profiles import Profile
from connectors.pingcode.walk import Sieve

# Within a run states and properties are asked for the types that were just listed; a later run lists them anew.
TYPES_LAST = timedelta(minutes=10)


class Dictionaries(Struct):
    """The dictionaries of one source. Those of a project are read once for each type that the project has."""

    lists: Lists
    _elsewhere: set[str] = field(default_factory=set)
    """Paths that this server has at their other address."""
    _types: dict[str, tuple[datetime, list[str]]] = field(default_factory=dict)

    def types(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        found: list[str] = []
        for rows in self._rows(profile, profile.types, {"project_id": project}, sieve):
            found += [row["id"] for row in rows]
            yield [record("work_item_types", row) for row in rows]
        self._types[project] = (self.lists.now(), found)

    def states(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        for asked in self._by_type(profile, project, sieve):
            for rows in self._rows(profile, profile.states, asked, sieve):
                yield [record("work_item_states", row) for row in rows]

    def properties(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        """A property has the same id in every type and project, but may offer other options there."""
        for asked in self._by_type(profile, project, sieve):
            owner = f"{project}:{asked[profile.type_parameter]}"
            for rows in self._rows(profile, profile.properties, asked, sieve):
                yield [record("work_item_properties", row, owner) for row in rows]

    def priorities(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        for rows in self._rows(profile, profile.priorities, {"project_id": project}, sieve):
            yield [record("priorities", row, project) for row in rows]

    def _by_type(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Mapping[str, str]]:
        read_at, types = self._types.get(project, (None, []))
        if read_at is None or not timedelta(0) <= self.lists.now() - read_at < TYPES_LAST:
            for _ in self.types(profile, project, sieve):
                pass
            types = self._types[project][1]
        for kind in dict.fromkeys(types):
            yield {"project_id": project, profile.type_parameter: kind}

    def _rows(self, profile: Profile, path: str, params: Mapping[str, str], sieve: Sieve) -> Iterator[list[Row]]:
        """The rows of a dictionary, at whichever of its two addresses this server has it."""
        other = profile.other_address(path)
        if other is None:
            yield from self.lists.rows(path, params, sieve)
            return
        if path not in self._elsewhere:
            try:
                yield from self.lists.rows(path, params, sieve)
                return
            except PathUnknown as err:
                # A path is unknown before its first page or never, so nothing was yielded yet.
                unknown = err
        else:
            unknown = None
        try:
            yield from self.lists.rows(other, params, sieve)
        except PathUnknown as err:
            raise unknown or err from None
        self._elsewhere.add(path)
