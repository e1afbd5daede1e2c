"""A small identity provider on loopback: discovery, keys, and a token endpoint that checks the code, its verifier and the client.

What it does wrong is set from outside, so that each thing a token must prove can be shown to be asked for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, jsonify, request
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from bridge.web.server import serve

CLIENT, SECRET = "progress-bridge", "pr0vider-s3cret+/=&"


class IdentityProvider:
    """`claims` are what it says of whoever comes; `changed` is laid over the token, None takes a claim away."""

    def __init__(self) -> None:
        self.key: Any = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
        self.listed: list[Any] = [self.key]
        self.claims: dict[str, Any] = {"sub": "u-1", "name": "苏晓岚", "groups": ["sales-leads"]}
        self.changed: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "k1"}
        self.metadata: dict[str, Any] = {}
        self.url = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.refusals: list[str] = []

    def approve(self, login_url: str) -> dict[str, str]:
        """What a person who says yes brings back: code and state."""
        asked = dict(parse_qsl(urlsplit(login_url).query))
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def redeem(self, form: Any, authorization: Any) -> str | None:
        """Why a code gives nothing; None where it does. A code is good for one time."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None:
            return "invalid_grant"
        if authorization is None or (authorization.username, authorization.password) != (CLIENT, SECRET_AS_SENT):
            return "invalid_client"
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if _packed(digest) != asked["code_challenge"]:
            return "invalid_grant"
        if form["redirect_uri"] != asked["redirect_uri"]:
            return "invalid_grant"
        self.asked = asked
        return None

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
            **self.claims,
            **self.changed,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        if self.header["alg"] in ("none", "HS256"):
            # By hand: the library would not sign like this.
            head = ".".join(_packed(json.dumps(one).encode()) for one in (self.header, kept))
            sign = hmac.digest(self.key, head.encode(), "sha256") if self.header["alg"] == "HS256" else b""
            return f"{head}.{_packed(sign)}"
        return jwt.encode(self.header, kept, self.key)

    def app(self) -> Flask:
        app = Flask("identity_provider")

        @app.get("/.well-known/openid-configuration")
        def discovery() -> Any:
            found = {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "end_session_endpoint": f"{self.url}/logout",
            }
            return jsonify({**found, **self.metadata})

        @app.get("/keys")
        def keys() -> Any:
            return jsonify({"keys": [key.as_dict(private=False) for key in self.listed]})

        @app.post("/token")
        def token() -> Any:
            refused = self.redeem(request.form, request.authorization)
            if refused:
                self.refusals.append(refused)
                return jsonify({"error": refused}), 400
            return jsonify({"access_token": "a", "token_type": "Bearer", "id_token": self.token()})

        return app


SECRET_AS_SENT = "pr0vider-s3cret%2B%2F%3D%26"
"""RFC 6749 wants it encoded inside of Basic."""


@contextmanager
def providing() -> Iterator[IdentityProvider]:
    made, stop = IdentityProvider(), threading.Event()
    running = serve(made.app(), "127.0.0.1", 0, stop)
    made.url = running.url.rstrip("/")
    yield made
    stop.set()
    running.join(5.0)


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def another_key(kind: str = "RSA", kid: str = "k1") -> Any:
    if kind == "EC":
        return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})
