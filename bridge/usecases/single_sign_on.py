"""Coming in by an identity provider: who begins here ends here, and gets the role that the provider or the settings give.

What is needed to end a login stays in the browser that began it; only that browser can end it, once, within minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from bridge.config.sections import OidcSection
from bridge.plan.cells import fold
from bridge.report.cells import one_line
from bridge.store import accounts, identities
from bridge.store.accounts import User
from bridge.store.engine import Store
from bridge.usecases.accounts import ROLES, digest
from bridge.usecases.admission import WINDOW, Entered, Who, counted, opened_session, wait_of
from bridge.usecases.oidc_provider import Failed, Provider
from bridge.usecases.workspace import Workspace

log = logging.getLogger("bridge.login")

SECRET_BYTES = 32
CALLBACK, AFTERWARDS = "/login/oidc/callback", "/login"
MOST_TOKENS = 1_000
PROVIDER = "oidc"
"""Who stands in the audit where a login made or changed a person."""
LONGEST_NAME = 100


class Begun(Struct, frozen=True):
    """Where the browser goes, and what it keeps until it comes back."""

    url: str
    kept: str

    def __repr__(self) -> str:
        return "Begun(***)"


class Returned(Struct, frozen=True):
    """What a browser brings back: what it kept, and what the provider has put into the address."""

    kept: str
    given: Mapping[str, str]
    redirect_uri: str
    address: str

    def __repr__(self) -> str:
        return "Returned(***)"


class SingleSignOn(Struct, frozen=True):
    """Everything is asked of the settings at the moment of the request."""

    opened: Callable[[], Workspace]
    _providers: dict[str, Provider] = field(default_factory=dict)
    _tokens: OrderedDict[str, str] = field(default_factory=OrderedDict)
    """By the hash of a session's secret what the provider said when it was opened; in memory only."""

    def name(self) -> str | None:
        """What the provider is called; None where there is none."""
        settings = self.opened().settings.oidc
        return (settings.name or settings.issuer) if settings.issuer else None

    def redirect_uri(self, root: str) -> str:
        """Where the provider sends a browser back to; `root` is the address that it has asked for."""
        return _here(self.opened(), root, CALLBACK)

    def goodbye(self, who: Who, secret: str, root: str) -> str | None:
        """Where a browser that has left here ends its session at the provider; None for somebody else's guest, and where
        the provider has no such place or cannot be asked. `root` is the address that the browser has asked for."""
        space, token = self.opened(), self._tokens.pop(digest(secret), None)
        settings = space.settings.oidc
        if not settings.issuer or who.key is None:
            return None
        with space.store() as store:
            if not identities.is_known(store, settings.issuer.rstrip("/"), who.key):
                return None
        try:
            return self._provider(space).logout_url(token, _here(space, root, AFTERWARDS))
        except Failed as failed:
            log.warning("the session at the identity provider was not ended: %s", failed)
            return None

    def begin(self, redirect_uri: str) -> Begun:
        """Raises `Failed` where the provider cannot be asked."""
        state, nonce, verifier = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        url = self._provider(self.opened()).login_url(redirect_uri, state, nonce, challenge)
        return Begun(url, f"{state}.{nonce}.{verifier}")

    def finish(self, returned: Returned) -> Entered:
        """A new session, whatever session the browser had before; raises `Failed`, which is in the audit by then."""
        space = self.opened()
        try:
            token, claims = self._proven(space, returned)
            entered = _enter(space, claims, returned.address)
            self._tokens[digest(entered.secret)] = token
            while len(self._tokens) > MOST_TOKENS:
                self._tokens.popitem(last=False)
            return entered
        except Failed as failed:
            log.warning("nobody was let in by the identity provider: %s", failed)
            now = space.clock.now()
            with space.store(create=True) as store, store.transaction():
                if failed.code not in ("locked", "cancelled"):
                    for kind, value in counted(None, returned.address):
                        accounts.fail(store, kind, value, now, now - WINDOW)
                accounts.note(store, now, PROVIDER, f"login refused: {failed.code}", None, returned.address)
            raise

    def _proven(self, space: Workspace, returned: Returned) -> tuple[str, Mapping[str, Any]]:
        """The token and what it says of who comes back, if this browser began it and is not guessing."""
        given = returned.given
        state, _, rest = returned.kept.partition(".")
        nonce, _, verifier = rest.partition(".")
        if not (verifier and hmac.compare_digest(given.get("state", "").encode(), state.encode())):
            raise Failed("not_begun")
        with space.store(create=True) as store:
            if wait_of(store, None, returned.address, space.clock.now()):
                raise Failed("locked")
        provider = self._provider(space)
        if given.get("iss") and not provider.is_ours(given["iss"]):
            raise Failed("wrong_issuer", given["iss"][:200])
        if "error" in given:
            raise Failed("cancelled" if given["error"] == "access_denied" else "refused", one_line(given["error"])[:80])
        if not given.get("code"):
            raise Failed("not_begun", "no code")
        token = provider.redeem(given["code"], verifier, returned.redirect_uri)
        return token, provider.claims(token, nonce)

    def _provider(self, space: Workspace) -> Provider:
        settings = space.settings.oidc
        if not settings.issuer:
            raise Failed("off")
        key = settings.model_dump_json()
        if key not in self._providers:
            self._providers.clear()
            ca_file: str | bool = str(space.settings.path(settings.ca_file)) if settings.ca_file else True
            self._providers[key] = Provider(settings, ca_file)
        return self._providers[key]


def _here(space: Workspace, root: str, path: str) -> str:
    """A path of ours as a browser outside finds it; `root` is the address that it has asked for."""
    return f"{(space.settings.web.public_url or root).rstrip('/')}{path}"


def _enter(space: Workspace, claims: Mapping[str, Any], address: str) -> Entered:
    settings, now = space.settings.oidc, space.clock.now()
    _check_email(settings, claims)
    issuer, subject = settings.issuer.rstrip("/"), str(claims["sub"])
    role = role_of(settings, claims)
    # Looked up and made in one transaction: somebody else may come in for the first time at this moment.
    with space.store(create=True) as store, store.transaction():
        user = identities.user_of(store, issuer, subject)
        if user is not None and user.disabled_at is not None:
            raise Failed("disabled", user.name)
        if role is None and user is not None and settings.roles_claim:
            accounts.close_sessions(store, user.key)
        elif user is None and role is not None:
            user = _made(store, claims, role, issuer, subject, space)
        elif user is not None and role is not None and settings.roles_claim and user.role != role:
            accounts.set_role(store, user.key, role, now)
            accounts.note(store, now, PROVIDER, "role changed", f"{user.name} ({user.role} -> {role})")
            user = accounts.user(store, user.key)
        is_let_in = user is not None and (role is not None or not settings.roles_claim)
        if is_let_in and user is not None:
            accounts.note(store, now, user.name, "login", PROVIDER, address)
            return opened_session(store, user, now)
    raise Failed("no_role", _name(settings, claims))


def role_of(settings: OidcSection, claims: Mapping[str, Any]) -> str | None:
    """The strongest role that the claim gives, else the one for everybody; None for nobody."""
    found: Any = claims
    for part in settings.roles_claim.split(".") if settings.roles_claim else ():
        found = found.get(part) if isinstance(found, Mapping) else None
    # A claim may have dots in its own name, such as an address.
    found = claims.get(settings.roles_claim, found) if settings.roles_claim else None
    values = found if isinstance(found, list) else [found]
    given = {settings.roles[value] for value in values if isinstance(value, str) and value in settings.roles}
    return next((role for role in ROLES if role in given), settings.default_role or None)


def _check_email(settings: OidcSection, claims: Mapping[str, Any]) -> None:
    if not settings.email_domains:
        return
    name, at, domain = str(claims.get("email", "")).rpartition("@")
    if not (name and at) or claims.get("email_verified") is not True:
        raise Failed("no_email")
    if domain.casefold() not in {wanted.casefold().lstrip("@") for wanted in settings.email_domains}:
        raise Failed("other_domain", domain[:100])


def _made(
    store: Store, claims: Mapping[str, Any], role: str, issuer: str, subject: str, space: Workspace
) -> User | None:
    """A person who was never here; a name that somebody has already gets the address or a number behind it."""
    name, now = _name(space.settings.oidc, claims), space.clock.now()
    beside = one_line(str(claims.get("email") or subject))[:LONGEST_NAME]
    for written in (name, f"{name} ({beside})", f"{name} ({secrets.token_hex(4)})"):
        if accounts.user(store, fold(written)) is None:
            user = User(fold(written), written, role, None, now, None)
            identities.add(store, issuer, subject, user)
            accounts.note(store, now, PROVIDER, "user added", f"{written} ({role})")
            return user
    return None


def _name(settings: OidcSection, claims: Mapping[str, Any]) -> str:
    given = (claims.get(key) for key in (settings.name_claim, "preferred_username", "email", "sub"))
    return next(text[:LONGEST_NAME] for one in given if one and (text := one_line(str(one)).strip()))
