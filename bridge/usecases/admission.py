"""Coming in by the web: logins with a lockout, sessions that end, tokens of programs; every attempt is in the audit."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from bridge.plan.cells import fold
from bridge.store import accounts
from bridge.store.accounts import User
from bridge.store.engine import Store
from bridge.usecases.accounts import METHOD, digest, hashed_password, is_password
from bridge.usecases.recorded import writable
from bridge.usecases.workspace import Workspace

IDLE, LONGEST = timedelta(hours=8), timedelta(days=7)
TOUCHED_EVERY = timedelta(minutes=5)
"""How exactly the last use of a session is known; a write for every page would wait for each sync."""
WINDOW = timedelta(minutes=15)
MOST = {"name": 5, "address": 30}
"""Failures within the window after which nobody is let in by this name, or from this address."""
SECRET_BYTES = 32


class Who(Struct, frozen=True):
    """Who asks: a person in a session, or a program with a token."""

    name: str
    role: str
    sales_owner: str | None = None
    csrf: str | None = None
    """What a form of this session must carry; None for a program."""
    key: str | None = None
    """The person; None for a program."""

    def __repr__(self) -> str:
        return f"Who({self.name!r}, {self.role!r}, csrf=***)"


class Entered(Struct, frozen=True):
    secret: str
    who: Who

    def __repr__(self) -> str:
        return f"Entered(secret=***, {self.who!r})"


class Refused(Struct, frozen=True):
    """`wait` is how long nobody is let in by this name or from this address any more."""

    why: Literal["wrong", "locked"]
    wait: timedelta = timedelta(0)


class Admission(Struct, frozen=True):
    """Everything is asked of the store at the moment of the request."""

    opened: Callable[[], Workspace]

    def is_guarded(self) -> bool:
        """Whether there is anybody who could come in; until then there is nothing to ask a password for."""
        space = self.opened()
        if space.settings.oidc.issuer:
            return True
        if not space.has_store:
            return False
        with space.store() as store:
            return accounts.has_users(store)

    def enter(self, name: str, password: str, address: str) -> Entered | Refused:
        """A new session: whatever session the browser had before is not this one.

        A name that nobody has takes as long to refuse as a wrong password.
        """
        space, key = self.opened(), fold(name)
        now = space.clock.now()
        with writable(space) as store:
            wait = wait_of(store, key, address, now)
            if wait > timedelta(0):
                with store.transaction():
                    accounts.note(store, now, name[:100], "login refused: locked", None, address)
                return Refused("locked", wait)
            hashed = accounts.password_of(store, key)
            is_right = is_password(hashed or _nobodys(), password)
            with store.transaction():
                if hashed is None or not is_right:
                    for kind, value in counted(key, address):
                        accounts.fail(store, kind, value, now, now - WINDOW)
                    accounts.note(store, now, name[:100], "login refused", None, address)
                    return Refused("wrong")
                accounts.forgive(store, "name", key)
                accounts.note(store, now, name, "login", None, address)
                user = accounts.user(store, key)
                return Refused("wrong") if user is None else opened_session(store, user, now)

    def session(self, secret: str) -> Who | None:
        """None for one that is unknown, over, or was not used for too long."""
        space, name = self.opened(), digest(secret)
        now = space.clock.now()
        with space.store() as store:
            found = accounts.session(store, name)
        if found is None:
            return None
        if now >= found.ends_at or now - found.seen_at > IDLE:
            self.leave(secret)
            return None
        if now - found.seen_at > TOUCHED_EVERY:
            with writable(space) as store, store.transaction():
                accounts.touch_session(store, name, now)
        user = found.user
        return Who(user.name, user.role, user.sales_owner, found.csrf, user.key)

    def leave(self, secret: str) -> None:
        with writable(self.opened()) as store, store.transaction():
            accounts.close_session(store, digest(secret))

    def program(self, secret: str) -> Who | None:
        """Whose token this is; None for one that is unknown or was revoked."""
        space = self.opened()
        with space.store() as store:
            found = accounts.token(store, digest(secret))
        if found is None:
            return None
        today = space.clock.now().date().isoformat()
        if found.used_on != today:
            with writable(space) as store, store.transaction():
                accounts.use_token(store, found.id, today)
        return Who(found.name, found.role)

    def change_password(self, who: Who, old: str, new: str) -> bool:
        """Whether the old one was right, and not guessed too often. Every session of the person ends; raises `UsageProblem` for a bad new one."""
        space = self.opened()
        if who.key is None:
            return False
        now = space.clock.now()
        with writable(space) as store:
            hashed = accounts.password_of(store, who.key)
            if hashed is None or wait_of(store, who.key, "", now) > timedelta(0):
                return False
            if not is_password(hashed, old):
                with store.transaction():
                    accounts.fail(store, "name", who.key, now, now - WINDOW)
                    accounts.note(store, now, who.name, "password not changed")
                return False
            fresh = hashed_password(new, who.name)
            with store.transaction():
                accounts.set_password(store, who.key, fresh, now)
                accounts.note(store, now, who.name, "password changed")
        return True


def opened_session(store: Store, user: User, now: datetime) -> Entered:
    """A session of this person that nobody has had before; the secret is known to who gets this alone."""
    secret, csrf = secrets.token_urlsafe(SECRET_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    accounts.open_session(store, digest(secret), user.key, csrf, now, now + LONGEST)
    return Entered(secret, Who(user.name, user.role, user.sales_owner, csrf, user.key))


def wait_of(store: Store, key: str | None, address: str, now: datetime) -> timedelta:
    """Until the oldest failure that counts is older than the window."""
    waits = [timedelta(0)]
    for kind, value in counted(key, address):
        failed, most = accounts.failures(store, kind, value, now - WINDOW), MOST[kind]
        if len(failed) >= most:
            waits.append(failed[-most] + WINDOW - now)
    return max(waits)


def counted(key: str | None, address: str) -> list[tuple[str, str]]:
    """By what failures are counted; without a key by the address alone. Behind a proxy on this machine everybody comes
    from loopback: nobody may lock all the others out, so the address is not counted there."""
    found = [] if key is None else [("name", key)]
    return found if address in ("", "127.0.0.1", "::1") else [*found, ("address", address)]


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash that no password fits, so that an unknown name is not refused sooner than a known one."""
    from werkzeug.security import generate_password_hash

    return generate_password_hash(secrets.token_urlsafe(SECRET_BYTES), METHOD)
