"""An answer that reached us whole, and its JSON: parsed fast, and exactly where the fast way would bend a number."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson
from msgspec import Struct

from connectors.waits import http_date

# Digits become 0, so that a run of them is found as one string.
_DIGITS = bytes(48 if 48 <= byte < 58 else 120 for byte in range(256))
# Fewer digits fit into 64 bits whatever their sign.
_LONG_RUN = b"0" * 19
_BEFORE_A_NUMBER = frozenset(b":,[- \t\r\n")
_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
_START = 64
_BLANK = b" \t\r\n\xef\xbb\xbf"


class Answer(Struct, frozen=True, dict=True):
    """A response that reached us whole. `body` is parsed JSON, or None where the body is not JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any
    content: bytes
    is_html: bool

    @cached_property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")

    @property
    def server_time(self) -> datetime | None:
        """The server's own clock from the `Date` header, or None."""
        return http_date(self.headers.get("Date"))


def answer_of(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    kind = headers.get("Content-Type") or ""
    is_html = "html" in kind.lower() or content[:_START].lstrip(_BLANK)[:1] == b"<"
    body = None if is_html or not content else parsed(content, kind)
    return Answer(status, headers, body, content, is_html)


def parsed(content: bytes, kind: str = "") -> Any:
    """The JSON in a body, or None where it is none.

    orjson is twice as fast, but it turns integers beyond 64 bits into floats and refuses half characters and NaN, which
    the standard library reads; so that one gets the bodies that hold such things.
    """
    if not _has_huge_integer(content):
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            pass  # what the standard library makes of it is tried next
    try:
        return json.loads(content)
    except UnicodeDecodeError:
        return _parsed_in(content, _CHARSET.search(kind))
    except (ValueError, RecursionError):
        return None


def _parsed_in(content: bytes, charset: re.Match[str] | None) -> Any:
    """Text in the encoding that the server names; what cannot be read in it is marked, not lost with the whole page."""
    try:
        return json.loads(content.decode(charset[1] if charset else "utf-8", errors="replace"))
    except (LookupError, ValueError, RecursionError):
        return None


def _has_huge_integer(content: bytes) -> bool:
    """Whether a number may be too long for 64 bits; long runs of digits inside ids and text are none."""
    masked = content.translate(_DIGITS)
    at = masked.find(_LONG_RUN)
    while at >= 0:
        if at == 0 or content[at - 1] in _BEFORE_A_NUMBER:
            return True
        at += len(_LONG_RUN)
        while masked[at : at + 1] == b"0":
            at += 1
        at = masked.find(_LONG_RUN, at)
    return False
