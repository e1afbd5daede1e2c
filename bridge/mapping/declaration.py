"""What a mapping file declares, checked and parsed, before it is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bridge.mapping.conversions import Conversion
from bridge.mapping.paths import Path
from bridge.mapping.patterns import Pattern
from bridge.mapping.positions import Keys
from bridge.mapping.targets import Target

Conditions = tuple[tuple[tuple[Path, frozenset[str]], ...], ...]
"""Any of these groups must hold; in a group all of its (path, words)."""


class Lookup(Struct, frozen=True):
    """The row of an id in the first of `streams` that has it, and the first of `paths` in it that has a value.

    With `option_of` the streams list properties, and the id is that of an option of the property of this key.
    """

    streams: tuple[str, ...]
    paths: tuple[Path, ...]
    option_of: str | None = None

    @property
    def label(self) -> str:
        return " | ".join(self.streams)


class Setting(Struct, frozen=True):
    """A value from the settings of the source."""

    name: str


class Template(Struct, frozen=True):
    """Text with gaps: plain pieces, settings, and paths in the payload."""

    parts: tuple[str | Setting | Path, ...]


class Attempt(Struct, frozen=True):
    """One way to get a value: from the first of `paths` that gives one, or of all of them `together`."""

    label: str
    paths: tuple[Path, ...] = ()
    together: bool = False
    constant: Any = None
    template: Template | None = None
    inside: tuple[Path, ...] = ()
    lookup: Lookup | None = None
    pattern: Pattern | None = None
    conversion: Conversion | None = None
    values: Mapping[str, Any] | None = None
    contains: frozenset[str] | None = None
    when: Conditions = ()
    keys: Keys = ()
    """Where it stands in its file."""

    @property
    def everywhere(self) -> tuple[Path, ...]:
        """Every path in a payload that it looks at."""
        gaps = () if self.template is None else tuple(part for part in self.template.parts if isinstance(part, Path))
        return (*self.paths, *gaps, *(path for group in self.when for path, _ in group))

    @property
    def origin(self) -> Keys:
        """Where its file says where the value comes from."""
        return (*self.keys, "all" if self.together else "from")


class Rule(Struct, frozen=True):
    """What a file declares about one target; `has_otherwise` tells "leave it unset" from nothing declared."""

    target: Target
    attempts: tuple[Attempt, ...]
    has_otherwise: bool = False
    otherwise: Any = None
    optional: bool = False
    """The value may be missing from every payload, and what it refers to may be unknown: nothing is reported."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every path at which the value may stand."""
        return tuple(path for attempt in self.attempts for path in attempt.paths)

    @property
    def members(self) -> frozenset[str]:
        """The members of a payload that decide the value, and whether there is one."""
        return frozenset(path.member for attempt in self.attempts for path in attempt.everywhere)

    @property
    def label(self) -> str:
        return " | ".join(dict.fromkeys(attempt.label for attempt in self.attempts))
