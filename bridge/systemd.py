"""What the service manager is told: ready, reloading, alive, stopping. Without systemd it is told to nobody."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Mapping

log = logging.getLogger("bridge.supervisor")


class Manager:
    """The socket of `sd_notify`; `watchdog_s` is how often a sign of life is wanted, None where none is."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        wanted = environ.get("WATCHDOG_USEC", "")
        is_ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        # Half of the time that is allowed, as its manual asks.
        self.watchdog_s = int(wanted) / 2_000_000 if wanted.isdigit() and int(wanted) and is_ours else None
        self._alive_at = 0.0

    def ready(self) -> None:
        self._tell("READY=1")

    def reloading(self) -> None:
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """Give a sign of life if it is time for one."""
        now = time.monotonic()
        if self.watchdog_s is not None and now - self._alive_at >= self.watchdog_s:
            self._alive_at = now
            self._tell("WATCHDOG=1")

    def _tell(self, words: str) -> None:
        if not self._address:
            return
        # Of an abstract socket the name begins with a zero byte, written as @.
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
                told.sendto(words.encode(), address)
        except OSError as err:
            log.warning("the service manager cannot be told %s: %s", words.partition("=")[0], err)
