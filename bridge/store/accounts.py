"""Who may look: people, their sessions, tokens of programs, failed logins, and the audit of all of it.

Only hashes of passwords, sessions and tokens are stored: who reads the file cannot come in with what stands there.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store

USER = "key, name, role, sales_owner, created_at, disabled_at"


class User(Struct, frozen=True):
    """`key` is the name as names are compared; `sales_owner` is whose deals alone this person sees, None: all."""

    key: str
    name: str
    role: str
    sales_owner: str | None
    created_at: datetime
    disabled_at: datetime | None


class Session(Struct, frozen=True):
    user: User
    csrf: str
    seen_at: datetime
    ends_at: datetime

    def __repr__(self) -> str:
        return f"Session({self.user!r}, csrf=***)"


class Token(Struct, frozen=True):
    """A program's way in; `used_on` is the civil day of its last use in UTC."""

    id: int
    name: str
    role: str
    created_at: datetime
    used_on: str | None
    revoked_at: datetime | None


def users(store: Store) -> list[User]:
    return [_user(row) for row in store.rows(f"SELECT {USER} FROM users ORDER BY name, key")]


def has_users(store: Store) -> bool:
    return store.one("SELECT 1 FROM users LIMIT 1") is not None


def user(store: Store, key: str) -> User | None:
    row = store.one(f"SELECT {USER} FROM users WHERE key = ?", (key,))
    return None if row is None else _user(row)


def password_of(store: Store, key: str) -> str | None:
    """The hash of a person who may come in by a password."""
    row = store.one("SELECT password FROM users WHERE key = ? AND disabled_at IS NULL AND password <> ''", (key,))
    return None if row is None else str(row[0])


def add_user(store: Store, user: User, password: str) -> None:
    at = stamp(user.created_at)
    columns = ("key", "name", "role", "sales_owner", "password", "created_at", "changed_at")
    store.insert_many("users", columns, [(user.key, user.name, user.role, user.sales_owner, password, at, at)])


def set_password(store: Store, key: str, password: str, at: datetime) -> None:
    """Every session of the person ends with the old password."""
    store.execute("UPDATE users SET password = ?, changed_at = ? WHERE key = ?", (password, stamp(at), key))
    close_sessions(store, key)


def set_role(store: Store, key: str, role: str, at: datetime) -> None:
    store.execute("UPDATE users SET role = ?, changed_at = ? WHERE key = ?", (role, stamp(at), key))


def disable(store: Store, key: str, at: datetime) -> None:
    store.execute("UPDATE users SET disabled_at = ?, changed_at = ? WHERE key = ?", (stamp(at), stamp(at), key))
    close_sessions(store, key)


def open_session(store: Store, name: str, user: str, csrf: str, at: datetime, ends_at: datetime) -> None:
    """`name` is the hash of the session's secret. Sessions that are over are cleared away meanwhile."""
    store.execute("DELETE FROM sessions WHERE ends_at < ?", (stamp(at),))
    columns = ("id", "user", "csrf", "created_at", "seen_at", "ends_at")
    store.insert_many("sessions", columns, [(name, user, csrf, stamp(at), stamp(at), stamp(ends_at))])


def session(store: Store, name: str) -> Session | None:
    """That of a person who may still come in."""
    columns = ", ".join(f"users.{column}" for column in USER.split(", "))
    row = store.one(
        f'SELECT {columns}, csrf, seen_at, ends_at FROM sessions JOIN users ON users.key = sessions."user" '
        "WHERE sessions.id = ? AND users.disabled_at IS NULL",
        (name,),
    )
    return None if row is None else Session(_user(row[:6]), row[6], instant(row[7]), instant(row[8]))


def touch_session(store: Store, name: str, at: datetime) -> None:
    store.execute("UPDATE sessions SET seen_at = ? WHERE id = ?", (stamp(at), name))


def close_session(store: Store, name: str) -> None:
    store.execute("DELETE FROM sessions WHERE id = ?", (name,))


def close_sessions(store: Store, user: str) -> None:
    store.execute('DELETE FROM sessions WHERE "user" = ?', (user,))


def add_token(store: Store, name: str, role: str, digest: str, at: datetime) -> int:
    return store.insert("api_tokens", {"name": name, "role": role, "hash": digest, "created_at": stamp(at)})


def tokens(store: Store) -> list[Token]:
    return [_token(row) for row in store.rows(f"SELECT {GRANT} FROM api_tokens ORDER BY id")]


def token(store: Store, digest: str) -> Token | None:
    """One that was not revoked, by the hash of its secret."""
    row = store.one(f"SELECT {GRANT} FROM api_tokens WHERE hash = ? AND revoked_at IS NULL", (digest,))
    return None if row is None else _token(row)


def use_token(store: Store, number: int, day: str) -> None:
    store.execute("UPDATE api_tokens SET used_on = ? WHERE id = ?", (day, number))


def revoke_token(store: Store, number: int, at: datetime) -> bool:
    """Whether there was such a token to revoke."""
    sql = "UPDATE api_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
    return store.execute(sql, (stamp(at), number)) > 0


def failures(store: Store, kind: str, value: str, since: datetime) -> list[datetime]:
    """When logins failed by this name or from this address, oldest first."""
    sql = "SELECT at FROM login_failures WHERE kind = ? AND value = ? AND at >= ? ORDER BY at"
    return [instant(row[0]) for row in store.rows(sql, (kind, value, stamp(since)))]


def fail(store: Store, kind: str, value: str, at: datetime, forget_before: datetime) -> None:
    store.execute("DELETE FROM login_failures WHERE at < ?", (stamp(forget_before),))
    store.insert("login_failures", {"kind": kind, "value": value, "at": stamp(at)})


def forgive(store: Store, kind: str, value: str) -> None:
    store.execute("DELETE FROM login_failures WHERE kind = ? AND value = ?", (kind, value))


def note(store: Store, at: datetime, who: str, what: str, about: str | None = None, address: str | None = None) -> None:
    """Add a line to the audit."""
    store.insert("audit", {"at": stamp(at), "who": who, "what": what, "about": about, "address": address})


def noted(store: Store, limit: int = 200) -> list[tuple[datetime, str, str, str | None, str | None]]:
    """The newest lines of the audit: instant, who, what, about whom, from where."""
    rows = store.rows("SELECT at, who, what, about, address FROM audit ORDER BY seq DESC LIMIT ?", (limit,))
    return [(instant(row[0]), row[1], row[2], row[3], row[4]) for row in rows]


def noted_since(store: Store, what: str, about: str, since: datetime) -> list[datetime]:
    """When this was done to it, oldest first."""
    sql = "SELECT at FROM audit WHERE what = ? AND about = ? AND at >= ? ORDER BY seq"
    return [instant(row[0]) for row in store.rows(sql, (what, about, stamp(since)))]


GRANT = "id, name, role, created_at, used_on, revoked_at"


def _user(row: tuple[str | None, ...]) -> User:
    key, name, role, sales_owner, created_at, disabled_at = row
    return User(
        str(key),
        str(name),
        str(role),
        sales_owner,
        instant(str(created_at)),
        None if disabled_at is None else instant(disabled_at),
    )


def _token(row: tuple[object, ...]) -> Token:
    number, name, role, created_at, used_on, revoked_at = row
    return Token(
        int(str(number)),
        str(name),
        str(role),
        instant(str(created_at)),
        None if used_on is None else str(used_on),
        None if revoked_at is None else instant(str(revoked_at)),
    )
