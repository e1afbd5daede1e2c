"""An identity provider as it is asked: its addresses, its keys, a code for a token, and what a token proves.

Nothing is believed that is not signed by a key of the provider, made for this program, young, and for this very login.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

from msgspec import Struct, field

from bridge.config.reader import UNSET_SECRET
from bridge.config.sections import OidcSection
from connectors.redaction import Redactor, silence_libraries

# Signed with a secret of ours a token would prove nothing that this program could not have made up itself.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
LEEWAY_S = 60
TIMEOUT_S = (5.0, 10.0)
MOST_BYTES = 256 * 1024
LASTS_S, KEYS_PAUSE_S, SILENT_S = 3600.0, 30.0, 5.0
"""How long addresses and keys are believed, how soon keys are asked for again where one is unknown, and how soon a
provider that did not answer."""
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Failed(Exception):
    """Why nobody could be let in: `code` says it for programs, `detail` for whoever reads the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}".rstrip(": "))


class Provider(Struct):
    """One provider; addresses and keys are remembered for an hour. Used from any thread."""

    settings: OidcSection
    ca_file: str | bool = True
    _known: dict[str, tuple[float, Mapping[str, Any]]] = field(default_factory=dict)
    _lock: Any = field(default_factory=Lock)

    def login_url(self, redirect_uri: str, state: str, nonce: str, challenge: str) -> str:
        """Where a browser is sent to say who its person is."""
        address = str(self._metadata()["authorization_endpoint"])
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return _asking(address, asked)

    def logout_url(self, token: str | None, back: str) -> str | None:
        """Where a browser is sent to end the session that it has there too; None where the provider has no such place.
        `token` tells whose session, `back` is where the browser comes to afterwards."""
        address = str(self._metadata().get("end_session_endpoint") or "")
        if not _is_safe(address, self.settings.issuer):
            return None
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        asked |= {"id_token_hint": token} if token else {}
        return _asking(address, asked)

    def redeem(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The identity token that a code is good for."""
        settings, metadata = self.settings, self._metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        auth = None
        if settings.client_secret == UNSET_SECRET:
            raise Failed("no_secret")
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if settings.client_secret and "client_secret_basic" in methods:
            auth = (_encoded(settings.client_id), _encoded(settings.client_secret))
        else:
            form["client_id"] = settings.client_id
            form |= {"client_secret": settings.client_secret} if settings.client_secret else {}
        found = self._ask("token_refused", str(metadata["token_endpoint"]), form, auth)
        token = found.get("id_token")
        if not isinstance(token, str):
            raise Failed("no_token")
        return token

    def claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """What a token proves of a person; raises `Failed` for one that proves nothing here and now."""
        try:
            from joserfc import errors, jwt
        except ImportError as error:
            raise Failed("not_installed") from error
        try:
            found = self._verified(token)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self._metadata()["issuer"]},
                aud={"essential": True, "value": self.settings.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(found)
        except errors.ExpiredTokenError as error:
            raise Failed("expired") from error
        except errors.ClaimError as error:
            raise Failed(WRONG_CLAIM.get(error.claim, "bad_token"), error.claim) from error
        except (errors.JoseError, ValueError) as error:
            raise Failed("bad_token", type(error).__name__) from error
        if found.get("nonce") != nonce:
            raise Failed("wrong_nonce")
        several = isinstance(found["aud"], list) and len(found["aud"]) > 1
        if (several or "azp" in found) and found.get("azp") != self.settings.client_id:
            raise Failed("wrong_audience", "azp")
        if not found["sub"]:
            raise Failed("bad_token", "sub")
        return found

    def is_ours(self, issuer: str) -> bool:
        """Whether an answer names this provider, where it names one."""
        return bool(issuer == self._metadata()["issuer"])

    def _verified(self, token: str) -> dict[str, Any]:
        """What is signed by a key of the provider; for a key that is unknown the keys are asked for once more."""
        from joserfc import errors, jwt
        from joserfc.jwk import KeySet

        for is_last in (False, True):
            keys = KeySet.import_key_set(_signing(self._keys(anew=is_last)))
            try:
                return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            except (errors.InvalidKeyIdError, errors.MissingKeyError, errors.BadSignatureError, ValueError) as error:
                if is_last:
                    raise Failed("unknown_key", type(error).__name__) from error
        raise Failed("unknown_key")

    def _metadata(self) -> Mapping[str, Any]:
        issuer = self.settings.issuer
        found = self._remembered(f"{issuer.rstrip('/')}/.well-known/openid-configuration", LASTS_S)
        if str(found.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
            raise Failed("wrong_issuer", str(found.get("issuer", ""))[:200])
        for name in NEEDED:
            if not _is_safe(str(found.get(name, "")), issuer):
                raise Failed("bad_metadata", name)
        return found

    def _keys(self, *, anew: bool) -> Mapping[str, Any]:
        return self._remembered(str(self._metadata()["jwks_uri"]), KEYS_PAUSE_S if anew else LASTS_S)

    def _remembered(self, url: str, lasts_s: float) -> Mapping[str, Any]:
        with self._lock:
            at, found = self._known.get(url, (-LASTS_S, {}))
            if found and time.monotonic() - at <= lasts_s:
                return found
            if not found and time.monotonic() - at < SILENT_S:
                raise Failed("unreachable", "asked a moment ago")
            # Remembered as not answering until it answers: a provider that hangs must not hold every page.
            self._known[url] = (time.monotonic(), {})
            found = self._ask("unreachable", url)
            self._known[url] = (time.monotonic(), found)
            return found

    def _ask(
        self, otherwise: str, url: str, form: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
    ) -> Mapping[str, Any]:
        """The JSON object of an answer; no redirect is followed and nothing of the environment."""
        import requests

        silence_libraries()
        secrets = [value for value in (self.settings.client_secret, *(form or {}).values()) if len(value) > 7]
        redact = Redactor(secrets)
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.request(
                    "GET" if form is None else "POST",
                    url,
                    data=form,
                    auth=auth,
                    headers={"Accept": "application/json"},
                    timeout=TIMEOUT_S,
                    verify=self.ca_file,
                    allow_redirects=False,
                    stream=True,
                )
                content = answer.raw.read(MOST_BYTES, decode_content=True)
                found = json.loads(content)
            except requests.RequestException as error:
                raise Failed("unreachable", type(error).__name__) from None
            except (OSError, ValueError) as error:
                raise Failed(otherwise, type(error).__name__) from None
        if answer.status_code != 200 or not isinstance(found, dict):
            said = str(found.get("error", "")) if isinstance(found, dict) else ""
            raise Failed(otherwise, redact(f"HTTP {answer.status_code} {said}".strip())[:200])
        return found


WRONG_CLAIM = {"iss": "wrong_issuer", "aud": "wrong_audience", "iat": "wrong_clock", "nbf": "wrong_clock"}


def _signing(keys: Mapping[str, Any]) -> Any:
    """The keys that may sign; what is for encryption, or of a kind that signs nothing here, is left out."""
    listed = keys.get("keys")
    found = [
        key
        for key in (listed if isinstance(listed, list) else [])
        if isinstance(key, dict) and key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC", "OKP")
    ]
    if not found:
        raise Failed("unknown_key", "no keys")
    return {"keys": found}


def _asking(address: str, asked: Mapping[str, str]) -> str:
    """The address with these questions, beside those that it has already."""
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"


def _is_safe(url: str, issuer: str) -> bool:
    """As well guarded on its way as the provider itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and parts.scheme in ("https", urlsplit(issuer).scheme) and parts.username is None


def _encoded(value: str) -> str:
    """As RFC 6749 wants it inside of Basic."""
    return urlencode({"": value})[1:]
