"""Signatures as the vendors' own descriptions give them, computed once by another program (openssl) and written down."""

from __future__ import annotations

from bridge.notify import signing


def test_dingtalk_signs_time_and_secret_under_the_secret():
    assert signing.dingtalk("SECtest", 1577262236757) == "Za/ne6w2koB8B4ROVlgTNd/X+/FbyDpZrXLz57xNZSA="


def test_feishu_signs_nothing_under_time_and_secret():
    assert signing.feishu("test_secret", 1599360473) == "FW06sV98dJlmB07TC2kBBUSpkGrDmWP+mE2IRa7SQhA="


def test_a_webhook_signs_time_and_body():
    assert (
        signing.webhook("s3cret", 1700000000, b'{"a":1}')
        == "1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940"
    )


def test_every_part_of_what_is_signed_changes_the_signature():
    assert len({signing.feishu(s, t) for s in ("a", "b") for t in (1, 2)}) == 4
    assert len({signing.dingtalk(s, t) for s in ("a", "b") for t in (1, 2)}) == 4
    assert len({signing.webhook(s, t, b) for s in ("a", "b") for t in (1, 2) for b in (b"", b"x")}) == 8
