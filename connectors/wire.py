"""One exchange over the wire: the answer whole and in time, or in plain words why there is none."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from connectors.answer import Answer, answer_of
from connectors.errors import BadPayload, ConnectorError, Interrupted, Retry, Unreachable
from connectors.patience import Flight, Patience, PatientAdapter

# For a whole answer, however slowly it drips; a vendor's largest page takes seconds.
READ_TOTAL_S = 120.0
MOST_BYTES = 64 * 1024 * 1024
# A host that does not answer is not asked for minutes: the next run comes soon, and somebody may be waiting.
TRIES_WITHOUT_ANSWER = 4
TRIES_OF_A_BROKEN_ANSWER = 4
ASKED_TO_STOP = "asked to stop; the next run resumes at the last committed page"

# What requests leaves through as it is: everything that breaks while the body is read, or before anything is sent.
_BREAKS = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


class Wire:
    """Connections of one client. Redirects are not followed, and nothing of a query is ever quoted."""

    def __init__(self, timeout: tuple[float, float], total_s: float, stop: threading.Event) -> None:
        self._timeout = timeout
        self._total_s = total_s
        self._patience = Patience(stop, total_s)
        self._settings: dict[str, Mapping[str, Any]] = {}
        self._session = requests.Session()
        self._session.auth = _leave_as_it_is
        adapter = PatientAdapter(pool_connections=4, pool_maxsize=8)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def close(self) -> None:
        self._session.close()

    def exchange(
        self,
        method: str,
        url: str,
        params: Mapping[str, str | int] | None,
        json: Any,
        headers: Mapping[str, str] | None,
        *,
        clean: Callable[[bytes], bytes],
    ) -> Answer:
        """Send one request; `clean` takes out of the body what must not be kept. Raises `ConnectorError` only."""
        place = _place(method, url)
        outcome: Answer | ConnectorError
        with self._patience.flight() as flight:
            try:
                response = self._send(requests.Request(method, url, headers, params=params, json=json))
                flight.answered = True
                outcome = self._whole(place, response, clean)
            except (requests.exceptions.InvalidHeader, UnicodeEncodeError):
                outcome = BadPayload(
                    f"{place}: nothing was sent: a header, such as the token, holds impossible characters"
                )
            except (ValueError, urllib3.exceptions.LocationValueError) as err:
                outcome = BadPayload(f"{place}: not a usable address ({type(err).__name__}); check base_url")
            except _BREAKS as err:
                outcome = self._broken(place, flight, err)
            if flight.cut:
                # A body without a length seems to end where its connection was cut.
                outcome = self._broken(place, flight, None)
        # Raised out here, so that it does not carry the original with the secret in its address as context.
        if isinstance(outcome, ConnectorError):
            raise outcome
        return outcome

    def _send(self, request: requests.Request) -> requests.Response:
        prepared = self._session.prepare_request(request)
        return self._session.send(
            prepared, timeout=self._timeout, allow_redirects=False, **self._environment(prepared.url or "")
        )

    def _environment(self, url: str) -> Mapping[str, Any]:
        """Proxies and certificates from the environment: the same for all requests to a host, and slow to find out."""
        host = "/".join(url.split("/", 3)[:3])
        if host not in self._settings:
            found = self._session.merge_environment_settings(host, {}, True, None, None)
            self._settings[host] = dict(found)
        return self._settings[host]

    def _whole(
        self, place: str, response: requests.Response, clean: Callable[[bytes], bytes]
    ) -> Answer | ConnectorError:
        parts, size = [], 0
        try:
            while part := response.raw.read(MOST_BYTES + 1 - size, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > MOST_BYTES:
                    return BadPayload(f"{place}: the answer is larger than {MOST_BYTES // 1024 // 1024} MiB")
        finally:
            if response.raw.connection is not None:
                response.close()  # not read to its end, so that the connection serves nobody else
        return answer_of(response.status_code, response.headers, clean(b"".join(parts)))

    def _broken(self, place: str, flight: Flight, err: Exception | None) -> ConnectorError:
        if flight.cut == "stopped":
            return Interrupted(ASKED_TO_STOP)
        why = f"not complete within {self._total_s:g} s" if flight.cut else in_plain_words(err, self._timeout)
        if flight.answered:
            return Retry(f"{place}: the answer was not usable: {why}", most=TRIES_OF_A_BROKEN_ANSWER)
        return Unreachable(f"{place}: no answer: {why}", most=TRIES_WITHOUT_ANSWER)


def _leave_as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without an `auth` of its own, requests puts a password from ~/.netrc where our token stands."""
    return request


def _place(method: str, url: str) -> str:
    """The request as messages name it: host, port and path, never a query or a password."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        return f"{method} {parts.hostname}:{port}{parts.path}"
    except ValueError:
        return method


_PLAIN_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "the name of the host is not known"),
    (ConnectionRefusedError, "connection refused"),
    (http.client.RemoteDisconnected, "the connection was closed before an answer came"),
    (ConnectionResetError, "the connection was reset"),
    (BrokenPipeError, "the connection was reset"),
    (urllib3.exceptions.IncompleteRead, "it ended before its announced length"),
    (http.client.IncompleteRead, "it ended before its announced length"),
    (urllib3.exceptions.DecodeError, "it is compressed in a way that cannot be undone"),
    (http.client.HTTPException, "what came is no HTTP"),
    (urllib3.exceptions.HeaderParsingError, "what came is no HTTP"),
    (urllib3.exceptions.ProxyError, "the proxy cannot be used"),
    (requests.exceptions.ProxyError, "the proxy cannot be used"),
)


def in_plain_words(err: BaseException | None, timeout: tuple[float, float]) -> str:
    """The cause behind the layers of the HTTP libraries, whose own words quote addresses and Python objects."""
    causes = list(_causes(err))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its TLS certificate is not accepted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed: {cause.reason or 'the other side does not speak it'}"
        # A refused connection is a kind of timeout to urllib3, so only the very class is one.
        if isinstance(cause, requests.ConnectTimeout) or type(cause) is urllib3.exceptions.ConnectTimeoutError:
            return f"no connection within {timeout[0]:g} s"
        if isinstance(cause, (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError, TimeoutError)):
            return f"nothing came for {timeout[1]:g} s"
    for kind, words in _PLAIN_WORDS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    system = next((cause for cause in causes if isinstance(cause, OSError) and cause.strerror), None)
    return str(system.strerror).lower() if system is not None else "the connection broke"


def _causes(err: BaseException | None) -> Iterator[BaseException]:
    """An error and everything it came from, wherever the libraries have put that."""
    waiting, met = [err], set[int]()
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in met:
            continue
        met.add(id(one))
        yield one
        waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
