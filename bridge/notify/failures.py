"""Why a message was not delivered, named by what to do with it next.

Failure
├── Later     not now: try again, after `after_s` where the vendor said so
├── Refused   never like this: stop and tell somebody; trying again cannot help
└── Unclear   sent, and nobody answered: it may have arrived, so it is not sent again where that would double it
"""

from __future__ import annotations


class Failure(Exception):
    """`code` is the vendor's or our own; `said` the vendor's words, without secrets."""

    def __init__(self, code: str, said: str = "") -> None:
        self.code, self.said = code, said
        super().__init__(f"{code} {said}".strip())


class Later(Failure):
    def __init__(self, code: str, said: str = "", after_s: float | None = None) -> None:
        self.after_s = after_s
        super().__init__(code, said)


class Refused(Failure):
    pass


class Unclear(Failure):
    pass
