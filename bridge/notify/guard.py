"""No message goes where it should not: private addresses only where the settings name their host, link-local ones never.

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
NOBODYS = "link_local_address"
METADATA = (ipaddress.ip_address("100.100.100.200"), ipaddress.ip_address("fd00:ec2::254"))
"""Where a cloud tells a machine its own secrets, beside the link-local addresses."""


def check(url: str, intranet: Collection[str], *, through_proxy: bool = False) -> None:
    """Refuse an address that is no web address, or that lies inside while its host is not named in the settings."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("bad_url") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Refused("bad_url")
    if through_proxy and not _is_literal(host):
        return
    try:
        found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        if is_named(host, intranet):
            return  # nothing to look at yet; who answers is looked at once the connection stands
        raise Later("unknown_host") from None
    for address in (str(entry[4][0]) for entry in found):
        refuse(host, address, intranet)


def refuse(host: str, address: str, intranet: Collection[str]) -> None:
    """An address inside is for hosts that the settings name, and one where no message can be wanted for nobody."""
    if is_nobodys(address):
        raise Refused(NOBODYS)
    if not is_named(host, intranet) and not is_public(address):
        raise Refused(PRIVATE)


def is_nobodys(address: str) -> bool:
    """Whether it is link-local or where a cloud keeps what a machine alone may know: no robot is ever there."""
    found = _plain(address)
    return found.is_link_local or found in METADATA


def is_named(host: str, intranet: Collection[str]) -> bool:
    return host.casefold() in {name.strip("[]").casefold() for name in intranet}


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also as IPv6 writes one of IPv4."""
    found = _plain(address)
    return found.is_global and not found.is_multicast


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    found = ipaddress.ip_address(address.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found


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
        self.poolmanager.pool_classes_by_scheme = _pools(self._refuse)

    def _refuse(self, host: str, address: str) -> None:
        refuse(host, address, self._intranet)


def _pools(look: Callable[[str, str], None]) -> dict[str, type[HTTPConnectionPool]]:
    def looked_at(connection: Any, made: socket.socket) -> socket.socket:
        try:
            look(connection.host, str(made.getpeername()[0]))
        except Refused:
            made.close()
            raise
        return made

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
