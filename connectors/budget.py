"""How many requests a credential may send: an exact sliding window, shared by every thread of this process."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from msgspec import Struct, field

from connectors.contract import Allowance, Allowances

# Half a second more than the vendor's minute, so that network jitter costs no refusal.
WINDOW_S = 60.5


class Ledger(Struct):
    """What one credential has sent and was told; every `Budget` of the credential writes into the same."""

    sent: deque[float] = field(default_factory=deque)
    blocked_until: float = 0.0
    told: int | None = None
    """The limit the vendor has told."""
    lock: threading.Lock = field(default_factory=threading.Lock)


class Budget:
    """At most `per_minute` requests in any window, shared by every thread that uses the credential."""

    WINDOW_S = WINDOW_S

    def __init__(
        self,
        per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        window_s: float | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._window_s = window_s
        self._ledger = ledger or Ledger()

    def reserve(self) -> float:
        """Take the next place; returns the seconds to wait before using it."""
        ledger, window_s = self._ledger, self._window_s or self.WINDOW_S
        with ledger.lock:
            now, sent = self._clock(), ledger.sent
            while sent and sent[0] + window_s <= now:
                sent.popleft()
            allowed = min(self.per_minute, ledger.told or self.per_minute)
            # Never before a place that was given earlier, so that the record stays in order of time.
            at = max(now, ledger.blocked_until, sent[-1] if sent else now)
            if len(sent) >= allowed:
                at = max(at, sent[-allowed] + window_s)
            sent.append(at)
            return at - now

    def block(self, seconds: float) -> None:
        """The vendor wants nothing for so long: nobody gets a place before."""
        with self._ledger.lock:
            self._ledger.blocked_until = max(self._ledger.blocked_until, self._clock() + seconds)

    def blocked_for(self) -> float:
        """Seconds for which the vendor still wants nothing; 0 where it has not said so."""
        return max(0.0, self._ledger.blocked_until - self._clock())

    def resize(self, per_minute: int) -> None:
        """The vendor has told its limit; a larger one than the settings allow changes nothing."""
        with self._ledger.lock:
            self._ledger.told = max(1, per_minute)


_ledgers: dict[tuple[str, str], Ledger] = {}
_budgets: dict[tuple[str, str, int], Budget] = {}
_budgets_lock = threading.Lock()


def credential(base_url: str, client_id: str) -> str:
    """How what is shared by all who use a credential is called; it holds no secret."""
    return f"{base_url} {client_id}"


def budget_of(base_url: str, client_id: str, per_minute: int, allowances: Allowances | None = None) -> Allowance:
    """The allowance of a credential: out of `allowances` where other processes share it, else that of this process.

    Sources that use one credential share what it sends, and each keeps to its own setting.
    """
    if allowances is not None:
        return allowances(credential(base_url, client_id), per_minute)
    with _budgets_lock:
        ledger = _ledgers.setdefault((base_url, client_id), Ledger())
        made = Budget(per_minute, ledger=ledger)
        return _budgets.setdefault((base_url, client_id, per_minute), made)
