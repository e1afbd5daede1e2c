"""Which person somebody is whom an identity provider vouches for; they have no password of ours."""

from __future__ import annotations

from bridge.store import accounts
from bridge.store.accounts import User
from bridge.store.clockwork import stamp
from bridge.store.engine import Store

NO_PASSWORD = ""
"""No password has this hash."""


def user_of(store: Store, issuer: str, subject: str) -> User | None:
    row = store.one('SELECT "user" FROM identities WHERE issuer = ? AND subject = ?', (issuer, subject))
    return None if row is None else accounts.user(store, str(row[0]))


def is_known(store: Store, issuer: str, user: str) -> bool:
    """Whether it is this provider that vouches for the person."""
    return store.one('SELECT 1 FROM identities WHERE issuer = ? AND "user" = ?', (issuer, user)) is not None


def add(store: Store, issuer: str, subject: str, user: User) -> None:
    """Make a person of whom only the provider knows who they are."""
    accounts.add_user(store, user, NO_PASSWORD)
    columns = ("issuer", "subject", "user", "created_at")
    store.insert_many("identities", columns, [(issuer, subject, user.key, stamp(user.created_at))])
