"""One message over HTTP: an answer of the vendor, or a failure that says whether the message may have arrived."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NameResolutionError, NewConnectionError

from bridge.notify import guard
from bridge.notify.failures import Later, Refused, Unclear
from bridge.notify.message import Target
from connectors.redaction import Redactor, silence_libraries
from connectors.waits import seconds_to_wait

TIMEOUT_S = (5.0, 15.0)
MOST_BYTES = 64 * 1024
LONGEST_SAID = 200
_NOT_SENT = (ConnectTimeoutError, NewConnectionError, NameResolutionError)


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: Mapping[str, Any]
    """The JSON object of the answer; empty where it is none."""
    after_s: float | None


def dumps(body: object) -> bytes:
    """JSON as it goes over the wire, and as its bytes are counted."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def post(target: Target, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
    """Send one body once; redirects are refused, and nothing of the address is ever quoted."""
    # While it lives, the library below logs none of these either; a robot's token may stand in the path.
    silence_libraries()
    _kept = Redactor(target.secrets)
    guard.check(url, target.intranet, through_proxy=bool(target.proxy))
    sent = {"Content-Type": "application/json; charset=utf-8", **headers}
    with closing(guard.session(target.intranet, target.proxy)) as session:
        try:
            answer = session.post(url, data=body, headers=sent, timeout=TIMEOUT_S, allow_redirects=False, stream=True)
            content = answer.raw.read(MOST_BYTES, decode_content=True)
        except requests.exceptions.SSLError:
            raise Later("tls_failed") from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
            raise Refused("bad_url") from None
        except requests.RequestException as err:
            raise (Later("unreachable") if _was_not_sent(err) else Unclear("no_answer")) from None
        except (OSError, HTTPError):
            raise Unclear("no_answer") from None
        return _read(target, answer, content)


def said(target: Target, text: object) -> str:
    """A vendor's words without what is secret: some repeat the token they refuse."""
    return Redactor(target.secrets)(str(text))[:LONGEST_SAID]


def _read(target: Target, answer: requests.Response, content: bytes) -> Answered:
    status = answer.status_code
    try:
        body = json.loads(content)
    except ValueError:
        body = {}
    after = seconds_to_wait(answer.headers, ("Retry-After",), datetime.now(UTC))
    if status == 429 or status in (408, 425, 500, 502, 503):
        raise Later(f"http_{status}", after_s=after)
    if status == 504:
        # The gateway gave up waiting for who may have taken it.
        raise Unclear("http_504")
    if not 200 <= status < 300:
        raise Refused(f"http_{status}", said(target, body.get("errmsg", "")) if isinstance(body, dict) else "")
    return Answered(status, body if isinstance(body, dict) else {}, after)


def _was_not_sent(err: requests.RequestException) -> bool:
    """Whether the connection never stood, so that nothing can have arrived."""
    reason: object = err.args[0] if err.args else err
    reason = reason.reason if isinstance(reason, MaxRetryError) else reason
    return isinstance(err, requests.exceptions.ConnectTimeout) or isinstance(reason, _NOT_SENT)
