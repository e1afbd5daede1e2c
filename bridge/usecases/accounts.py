"""Who may look: people with a role and a password, and tokens of programs, as an operator manages them."""

from __future__ import annotations

import hashlib
import secrets
import threading
from typing import Any

import msgspec.structs
from msgspec import Struct
from werkzeug.security import check_password_hash, generate_password_hash

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan.cells import fold
from bridge.store import accounts
from bridge.store.accounts import Token as Token
from bridge.store.accounts import User as User
from bridge.store.engine import Store
from bridge.sync.outcome import rfc3339
from bridge.usecases.recorded import writable
from bridge.usecases.workspace import Workspace

ROLES = ("admin", "lead", "viewer")
"""An admin manages sources, mappings and people; a lead also writes notes; a viewer reads."""
METHOD = "scrypt:131072:8:1"
SHORTEST, LONGEST = 10, 1000
TOKEN_BYTES = 32
PREFIX = "pbt_"
"""Tokens can be told from anything else, also by a scanner that looks for secrets."""

_ONE_AT_A_TIME = threading.Lock()
"""A hash takes 128 MiB while it is computed."""

NO_NAME = Text(zh="姓名是空的。", en="the name is blank.")
TAKEN = Text(
    zh="已有用户 {name}。要换密码请用 pbridge user passwd。",
    en="there is a user {name} already; a new password is set by pbridge user passwd.",
)
UNKNOWN = Text(zh="没有用户 {name}。已有：{known}。", en="there is no user {name}. Known: {known}.")
TOO_SHORT = Text(
    zh="密码太短：至少 {shortest} 个字符。几个不相干的词就很好记。",
    en="the password is too short: at least {shortest} characters. A few unrelated words are easy to keep in mind.",
)
TOO_LONG = Text(zh="密码超过 {longest} 个字符。", en="the password has more than {longest} characters.")
LIKE_NAME = Text(zh="密码里含有姓名，请换一个。", en="the password contains the name; choose another one.")
NO_TOKEN = Text(
    zh="没有编号为 {number} 的有效令牌。", en="there is no token with the number {number} that is still in use."
)
NONE = Text(zh="（还没有）", en="(none yet)")
NO_ROLE = Text(zh="没有角色 {value}。可用：{known}。", en="there is no role {value}. Known: {known}.")
LAST_ADMIN = Text(
    zh="{name} 是最后一个管理员，不能改成别的角色，也不能停用。请先让另一个人成为管理员。",
    en="{name} is the last admin and stays one. Make somebody else an admin first.",
)
OPERATOR = "operator"
"""Who works at the command line of the server; the operating system knows them by name."""


class NewToken(Struct, frozen=True):
    """`secret` is shown once and stored nowhere."""

    id: int
    name: str
    role: str
    secret: str

    def __repr__(self) -> str:
        return f"NewToken({self.id}, {self.name!r}, {self.role!r}, secret=***)"


def add(
    space: Workspace, name: str, role: str, password: str, sales_owner: str | None = None, *, by: str = OPERATOR
) -> User:
    """A new person; names that differ only in case, width or blanks around them are one."""
    written = name.strip()
    if not written:
        raise UsageProblem(NO_NAME)
    hashed = hashed_password(password, written)
    now = space.clock.now()
    user = User(fold(written), written, role, (sales_owner or "").strip() or None, now, None)
    with space.store(create=True) as store, store.transaction():
        if accounts.user(store, user.key) is not None:
            raise UsageProblem(TAKEN, name=written)
        accounts.add_user(store, user, hashed)
        accounts.note(store, now, by, "user added", f"{written} ({role})")
    return user


def set_password(space: Workspace, name: str, password: str, *, by: str = OPERATOR) -> None:
    """Sets it for a person whom the operator names; every session of theirs ends."""
    with writable(space) as store:
        user = _known(store, name)
        hashed = hashed_password(password, user.name)
        now = space.clock.now()
        with store.transaction():
            accounts.set_password(store, user.key, hashed, now)
            accounts.forgive(store, "name", user.key)
            accounts.note(store, now, by, "password set", user.name)


def set_role(space: Workspace, name: str, role: str, *, by: str = OPERATOR) -> User:
    """What a person may do from their next click on; whoever is in a session stays in it. The last admin stays one."""
    if role not in ROLES:
        raise UsageProblem(NO_ROLE, value=role, known=", ".join(ROLES))
    now = space.clock.now()
    with writable(space) as store, store.transaction():
        user = _known(store, name)
        if user.role == role:
            return user
        _keep_an_admin(store, user)
        accounts.set_role(store, user.key, role, now)
        accounts.note(store, now, by, "role changed", f"{user.name} ({user.role} -> {role})")
    return msgspec.structs.replace(user, role=role)


def disable(space: Workspace, name: str, *, by: str = OPERATOR) -> None:
    """From now on the person cannot come in; what they did stays theirs. The last admin stays one."""
    now = space.clock.now()
    with writable(space) as store, store.transaction():
        user = _known(store, name)
        _keep_an_admin(store, user)
        accounts.disable(store, user.key, now)
        accounts.note(store, now, by, "user disabled", user.name)


def users(space: Workspace) -> list[User]:
    with space.store() as store:
        return accounts.users(store)


def create_token(space: Workspace, name: str, role: str, *, by: str = OPERATOR) -> NewToken:
    written = name.strip()
    if not written:
        raise UsageProblem(NO_NAME)
    secret = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    now = space.clock.now()
    with space.store(create=True) as store, store.transaction():
        number = accounts.add_token(store, written, role, digest(secret), now)
        accounts.note(store, now, by, "token created", f"{number} {written} ({role})")
    return NewToken(number, written, role, secret)


def revoke_token(space: Workspace, number: int, *, by: str = OPERATOR) -> None:
    now = space.clock.now()
    with writable(space) as store, store.transaction():
        if not accounts.revoke_token(store, number, now):
            raise UsageProblem(NO_TOKEN, number=number)
        accounts.note(store, now, by, "token revoked", str(number))


def tokens(space: Workspace) -> list[Token]:
    with space.store() as store:
        return accounts.tokens(store)


def user_as_json(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "role": user.role,
        "sales_owner": user.sales_owner,
        "created_at": rfc3339(user.created_at),
        "disabled_at": rfc3339(user.disabled_at),
    }


def token_as_json(token: Token) -> dict[str, Any]:
    """Never the secret, and not its hash either."""
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "created_at": rfc3339(token.created_at),
        "used_on": token.used_on,
        "revoked_at": rfc3339(token.revoked_at),
    }


def hashed_password(password: str, name: str) -> str:
    """The scrypt hash of a password that is good enough; raises `UsageProblem` for one that is not."""
    if len(password) < SHORTEST:
        raise UsageProblem(TOO_SHORT, shortest=SHORTEST)
    if len(password) > LONGEST:
        raise UsageProblem(TOO_LONG, longest=LONGEST)
    if fold(name) in fold(password):
        raise UsageProblem(LIKE_NAME)
    with _ONE_AT_A_TIME:
        return generate_password_hash(password, METHOD)


def is_password(hashed: str, password: str) -> bool:
    """In constant time for one hash; what is too long to be a password is refused without computing anything."""
    with _ONE_AT_A_TIME:
        return len(password) <= LONGEST and check_password_hash(hashed, password)


def digest(secret: str) -> str:
    """What is stored of a random secret: it has more bits than anybody can try, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _keep_an_admin(store: Store, user: User) -> None:
    if user.role == "admin" and user.disabled_at is None and _admins(store) == 1:
        raise UsageProblem(LAST_ADMIN, name=user.name)


def _admins(store: Store) -> int:
    return sum(one.role == "admin" and one.disabled_at is None for one in accounts.users(store))


def _known(store: Store, name: str) -> User:
    user = accounts.user(store, fold(name))
    if user is None:
        known = ", ".join(one.name for one in accounts.users(store)) or NONE
        raise UsageProblem(UNKNOWN, name=name, known=known)
    return user
