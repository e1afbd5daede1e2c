"""The signatures that chat robots and webhooks ask for, each as its vendor describes it."""

from __future__ import annotations

import base64
import hashlib
import hmac


def dingtalk(secret: str, timestamp_ms: int) -> str:
    """HMAC-SHA256 of "timestamp, line end, secret" under the secret, as base64; not yet encoded for a URL."""
    return mac(secret, f"{timestamp_ms}\n{secret}")


def feishu(secret: str, timestamp_s: int) -> str:
    """HMAC-SHA256 of nothing under "timestamp, line end, secret", as base64: here the text is the key."""
    return mac(f"{timestamp_s}\n{secret}", "")


def mac(key: str, text: str) -> str:
    """HMAC-SHA256 of a text under a key, both as UTF-8, as base64: the step that both vendors share."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def webhook(secret: str, timestamp_s: int, body: bytes) -> str:
    """HMAC-SHA256 of "timestamp, point, body" under the secret, in hex: neither can be changed or sent again later."""
    return hmac.new(secret.encode(), f"{timestamp_s}.".encode() + body, hashlib.sha256).hexdigest()
