"""Signatures against what the vendors publish, against another program, and against a second implementation.

DingTalk publishes one example with its result, in "Signature of the login without a password" (open-doc.dingtalk.com,
microapp/faquestions/hxs5v9): the same HMAC and base64, of the time alone. For robots DingTalk (customize-robot-security-settings)
and Feishu (add-custom-bot) publish statements and code without any result:

DingTalk  base64(HMAC-SHA256(key = secret, text = timestamp in ms + "\\n" + secret)), then encoded for a URL
Feishu    base64(HMAC-SHA256(key = timestamp in s + "\\n" + secret, text = ""))

The results below for the secrets of those pages were computed with the command line in `by_openssl`.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.notify import signing

SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200)
TIMES = st.integers(0, 10**13)


def by_the_book(key: bytes, text: bytes) -> str:
    """RFC 2104, word for word, without the library that the program uses."""
    key = hashlib.sha256(key).digest() if len(key) > 64 else key
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + text).digest()
    return base64.b64encode(hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()).decode()


def by_openssl(key: str, text: str) -> str:
    """printf TEXT | openssl dgst -sha256 -mac HMAC -macopt hexkey:KEY -binary | base64"""
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key.encode().hex()}", "-binary"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return base64.b64encode(done.stdout).decode()


def test_the_example_that_dingtalk_publishes_comes_out_also_as_it_stands_in_an_address():
    signature = signing.mac("testappSecret", "1546084445901")

    assert signature == "HCbG3xNE3vzhO+u7qCUL1jS5hsu2n5r2cFhnTrtyDAE="
    assert quote(signature, safe="") == "HCbG3xNE3vzhO%2Bu7qCUL1jS5hsu2n5r2cFhnTrtyDAE%3D"


def test_dingtalk_signs_time_and_secret_under_the_secret():
    assert signing.dingtalk("this is secret", 1577262236757) == "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="


def test_feishu_signs_nothing_under_time_and_secret():
    assert signing.feishu("demo", 1599360473) == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


@given(secret=SECRETS, time=TIMES)
def test_both_are_what_the_statements_say_worked_out_by_the_book(secret: str, time: int):
    said = f"{time}\n{secret}".encode()

    assert signing.dingtalk(secret, time) == by_the_book(secret.encode(), said)
    assert signing.feishu(secret, time) == by_the_book(said, b"")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the book above says the same")
@pytest.mark.parametrize("secret", ["SEC0123456789abcdef", "密钥🔑", "long " * 40])
def test_another_program_comes_to_the_same(secret: str):
    assert signing.dingtalk(secret, 1700000000123) == by_openssl(secret, f"1700000000123\n{secret}")
    assert signing.feishu(secret, 1700000000) == by_openssl(f"1700000000\n{secret}", "")


def test_a_webhook_signs_time_and_body():
    assert (
        signing.webhook("s3cret", 1700000000, b'{"a":1}')
        == "1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940"
    )


def test_every_part_of_what_is_signed_changes_the_signature():
    assert len({signing.feishu(s, t) for s in ("a", "b") for t in (1, 2)}) == 4
    assert len({signing.dingtalk(s, t) for s in ("a", "b") for t in (1, 2)}) == 4
    assert len({signing.webhook(s, t, b) for s in ("a", "b") for t in (1, 2) for b in (b"", b"x")}) == 8
