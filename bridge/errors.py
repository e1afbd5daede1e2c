"""What can go wrong for a person using the program, named by what they should do next.

BridgeError              text in both languages, and the exit code of the command
├── UsageProblem    2    settings, plan or arguments are wrong: nothing was done, correct them
│   └── Problems    2    several places at once, each with its own place, value and remedy
└── Unavailable     3    a source or the store cannot be used now: nothing was done, try again
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bridge.language import Lang, Text


class BridgeError(Exception):
    """An error a person reads: names the place, the value and the remedy."""

    exit_code: ClassVar[int] = 1

    def __init__(self, text: Text, **facts: object) -> None:
        self.text = text
        self.facts = facts
        super().__init__(text.say("en", **facts))

    def say(self, lang: Lang) -> str:
        return self.text.say(lang, **self.facts)


class UsageProblem(BridgeError):
    """Wrong settings, plan or arguments; nothing was done."""

    exit_code = 2


class Problems(UsageProblem):
    """All problems found in one document, reported together."""

    def __init__(self, heading: Text, problems: Sequence[BridgeError], **facts: object) -> None:
        self.problems = tuple(problems)
        super().__init__(heading, **facts)

    def say(self, lang: Lang) -> str:
        lines = [self.text.say(lang, **self.facts)]
        lines += [f"  {number}. {problem.say(lang)}" for number, problem in enumerate(self.problems, 1)]
        return "\n".join(lines)


class Unavailable(BridgeError):
    """A source or the store cannot be used now; nothing was done."""

    exit_code = 3
