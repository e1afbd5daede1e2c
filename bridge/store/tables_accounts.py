"""The tables of who may look: people with a password, their sessions, tokens of programs, failures and the audit."""

from __future__ import annotations

from bridge.store.table import Table, optional

ACCOUNTS: tuple[Table, ...] = (
    Table(
        # `key` is the name as names are compared. A password and a token are kept as hashes only.
        "users",
        {
            "key": "TEXT",
            "name": "TEXT",
            "role": "TEXT",
            "sales_owner": "TEXT",
            "password": "TEXT",
            "created_at": "TEXT",
            "changed_at": "TEXT",
            "disabled_at": "TEXT",
        },
        key=("key",),
        optional=optional("sales_owner", "disabled_at"),
        since=12,
    ),
    Table(
        "sessions",
        {"id": "TEXT", "user": "TEXT", "csrf": "TEXT", "created_at": "TEXT", "seen_at": "TEXT", "ends_at": "TEXT"},
        key=("id",),
        indexes=(("user",),),
        since=12,
    ),
    Table(
        "api_tokens",
        {
            "id": "INTEGER",
            "name": "TEXT",
            "role": "TEXT",
            "hash": "TEXT",
            "created_at": "TEXT",
            "used_on": "TEXT",
            "revoked_at": "TEXT",
        },
        key=("id",),
        optional=optional("used_on", "revoked_at"),
        indexes=(("hash",),),
        since=12,
    ),
    Table(
        # Failed logins of late, by name and by address; a success forgets those of the name.
        "login_failures",
        {"seq": "INTEGER", "kind": "TEXT", "value": "TEXT", "at": "TEXT"},
        key=("seq",),
        indexes=(("kind", "value", "at"),),
        since=12,
    ),
    Table(
        # Views of the report that people gave a name: what the address asks for.
        "saved_views",
        {"user": "TEXT", "name": "TEXT", "query": "TEXT", "saved_at": "TEXT"},
        key=("user", "name"),
        since=15,
    ),
    Table(
        # Who somebody is to an identity provider: its address and the subject that it never gives to another.
        "identities",
        {"issuer": "TEXT", "subject": "TEXT", "user": "TEXT", "created_at": "TEXT"},
        key=("issuer", "subject"),
        since=20,
    ),
    Table(
        "audit",
        {"seq": "INTEGER", "at": "TEXT", "who": "TEXT", "what": "TEXT", "about": "TEXT", "address": "TEXT"},
        key=("seq",),
        optional=optional("about", "address"),
        since=12,
    ),
)
