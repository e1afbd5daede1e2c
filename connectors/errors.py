"""Why a source could not be read, named by what the caller should do next.

ConnectorError              `code` is stable, the text is redacted
├── Retry                   try again, after `after_s` seconds if the source said so
│   ├── Unreachable         the host did not answer at all
│   └── Parked              the vendor wants nothing for longer than a run waits: come back after `seconds`
├── SignInFailed            stop and tell an admin; retrying cannot help
│   └── TokenRefused        this token is dead: fetch a new one and replay once
├── NotPermitted            signed in, but this part may not be read: isolate it
├── Rejected                our request is wrong; fix the settings or the code
│   ├── PathUnknown         the server has no such path: another path generation, or a wrong base_url
│   └── Retired             this is an interface the vendor has shut; change the settings
├── BadPayload              the source broke its own contract; keep the body, skip the part
└── Interrupted             we were asked to stop; resume from the last cursor
"""

from __future__ import annotations

from typing import Any, ClassVar


class ConnectorError(Exception):
    """A source could not be read. May be sent to another process, whatever its kind needs to be made."""

    code: ClassVar[str] = "failed"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[ConnectorError], args: tuple[Any, ...], facts: dict[str, Any]) -> ConnectorError:
    err = kind.__new__(kind, *args)
    err.__dict__.update(facts)
    return err


class Retry(ConnectorError):
    code = "throttled_or_down"

    def __init__(self, message: str, *, after_s: float | None = None, most: int | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s
        self.most = most
        """At most this many tries in all, where the failure deserves fewer than usual."""


class Unreachable(Retry):
    code = "unreachable"


class Parked(Retry):
    code = "parked"

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message, after_s=seconds, most=1)
        self.seconds = seconds
        """From now until the vendor may be asked again."""


class SignInFailed(ConnectorError):
    code = "sign_in_failed"


class TokenRefused(SignInFailed):
    code = "token_refused"


class NotPermitted(ConnectorError):
    code = "not_permitted"


class Rejected(ConnectorError):
    code = "rejected"


class PathUnknown(Rejected):
    code = "path_unknown"


class Retired(Rejected):
    code = "retired"


class BadPayload(ConnectorError):
    code = "bad_payload"


class Interrupted(ConnectorError):
    code = "interrupted"
