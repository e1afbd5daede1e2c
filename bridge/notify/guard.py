"""No message goes where it should not: private addresses only where the settings name their host.

A name is looked up before anything is sent, and the address at the other end is looked at again once the connection
stands: a name that changes its mind in between gets nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from bridge.notify.failures import Later, Refused

PRIVATE = "private_address"


def check(url: str, intranet: Collection[str], *, through_proxy: bool = False) -> None:
    """Refuse an address that is no web address, or that lies inside while its host is not named in the settings."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("bad_url") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Refused("bad_url")
    if is_named(host, intranet) or (through_proxy and not _is_literal(host)):
        return
    try:
        found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Later("unknown_host") from None
    if not all(is_public(str(entry[4][0])) for entry in found):
        raise Refused(PRIVATE)


def is_named(host: str, intranet: Collection[str]) -> bool:
    return host.casefold() in {name.strip("[]").casefold() for name in intranet}


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also as IPv6 writes one of IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return (inner or found).is_global and not (inner or found).is_multicast


def session(intranet: Collection[str], proxy: str) -> requests.Session:
    """A session that follows no environment and looks at who is at the other end before it says anything."""
    made = requests.Session()
    made.trust_env = False
    if proxy:
        made.proxies = {"http": proxy, "https": proxy}
        return made
    adapter = _Watchful(intranet)
    made.mount("http://", adapter)
    made.mount("https://", adapter)
    return made


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class _Watchful(HTTPAdapter):
    def __init__(self, intranet: Collection[str]) -> None:
        self._intranet = tuple(intranet)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._is_allowed)

    def _is_allowed(self, host: str, address: str) -> bool:
        return is_named(host, self._intranet) or is_public(address)


def _pools(is_allowed: Callable[[str, str], bool]) -> dict[str, type[HTTPConnectionPool]]:
    def looked_at(connection: Any, made: socket.socket) -> socket.socket:
        if is_allowed(connection.host, str(made.getpeername()[0])):
            return made
        made.close()
        raise Refused(PRIVATE)

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return looked_at(self, super()._new_conn())

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return looked_at(self, super()._new_conn())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
