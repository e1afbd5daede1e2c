"""What the sentence of a reason is made of, and how the lists in it are said."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.language import Text


@dataclass(frozen=True, slots=True)
class Sentence:
    main: Text
    more: tuple[tuple[str, Text], ...] = ()
    one: tuple[str, Text] | None = None

    @property
    def texts(self) -> tuple[Text, ...]:
        """Everything that may be said."""
        return (self.main, *((self.one[1],) if self.one else ()), *(text for _, text in self.more))


QUOTED: frozenset[str] = frozenset({"titles", "causes", "statuses"})
"""Lists of what people wrote; the others are names of people, numbers of tasks, tools."""

MEASURES: dict[str, str] = {
    "people": "人",
    "keys": "个",
    "sources": "个来源",
    "projects": "个项目",
    "statuses": "种",
}
"""Chinese measure word of a list that is cut short; the others are 项."""
