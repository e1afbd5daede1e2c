"""What is known of a tenant while a connector lives: which path generation it speaks, and its projects.

Several threads read at once; the first that needs something fetches it, the others wait for the same answer.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import MutableMapping

from connectors.contract import Reject
from connectors.errors import PathUnknown
from connectors.pingcode.api import Api, Row
from connectors.pingcode.profiles import PROFILES, Profile, choose
from connectors.pingcode.projects import list_projects
from connectors.pingcode.walk import Sieve

REMEMBERED = "profile"


class Tenant:
    """One tenant; `setting` is the generation that the settings name, or `auto`."""

    def __init__(self, api: Api, setting: str, memory: MutableMapping[str, str]) -> None:
        self._api = api
        self._memory = memory
        self._lock = threading.RLock()
        self._is_set = setting != "auto"
        self._profile: Profile | None = PROFILES[setting] if self._is_set else None
        self._is_recalled = False
        self._projects: list[Row] | None = None
        self._served: set[str] = set()
        self.rejected: tuple[Reject, ...] = ()
        """What the list of projects held beside projects: any project may be one of them."""

    def profile(self) -> Profile:
        """The generation: set, found in this run, or remembered from a former one at the same address."""
        with self._lock:
            if self._profile is None:
                self._profile = self._recalled()
                self._is_recalled = self._profile is not None
            return self._profile or self._found()

    def is_outdated(self, used: Profile) -> bool:
        """Whether a call that failed is worth another try, because the server speaks something else than `used`.

        What was only remembered is looked for once more; what was found in this run is not doubted.
        """
        with self._lock:
            if self._is_recalled:
                self.forget()
                self._found()
            return self._profile is not used

    def forget(self) -> None:
        """The next run looks for the generation again."""
        with self._lock:
            if not self._is_set:
                self._memory.pop(REMEMBERED, None)

    def projects(self, stream: str | None = None) -> list[Row]:
        """All projects. One listing serves each stream once: who asks again for the same one has begun a new run."""
        with self._lock:
            profile = self.profile()
            if self._projects is None or stream in self._served:
                self._listed_or_found(profile)
            if stream is not None:
                self._served.add(stream)
            return self._projects or []

    def _listed(self, profile: Profile) -> list[Row]:
        sieve = Sieve()
        found = list_projects(self._api, profile, sieve)
        self._projects, self._served = found, set()
        self.rejected = sieve.fresh()
        return found

    def _listed_or_found(self, profile: Profile) -> None:
        try:
            self._listed(profile)
        except PathUnknown:
            # Whoever looks for the generation lists the projects on the way.
            if not self.is_outdated(profile):
                raise

    def _found(self) -> Profile:
        self._profile = choose(self._api, self._listed)
        self._is_recalled = False
        self._memory[REMEMBERED] = f"{self._profile.name} {self._address()}"
        return self._profile

    def _recalled(self) -> Profile | None:
        name, _, address = self._memory.get(REMEMBERED, "").partition(" ")
        return PROFILES.get(name) if address == self._address() else None

    def _address(self) -> str:
        """A changed address is another server. Not as it stands: people write passwords into addresses."""
        return hashlib.blake2b(self._api.base_url.encode(), digest_size=8).hexdigest()
