"""What `check` and `sync` say of a source: every code with what to do, keys without values, until when a vendor is left alone."""

from __future__ import annotations

import json
import re

import pytest

import connectors.errors
from bridge.cli.check import _mark
from bridge.language import Lang
from bridge.usecases.checking import Line
from bridge.usecases.codes import CODES, in_words
from connectors.errors import ConnectorError
from connectors.testing import Reply

from .conftest import PAY, TODAY, Site, item


def test_a_verbose_check_shows_keys_and_types_and_not_a_single_value(site: Site):
    site.advance(TODAY)

    table = site.run("check", "--verbose", "--source", "pingcode", "--lang", "en")
    document = site.run("check", "--verbose", "--source", "pingcode", "--json").json
    short = site.run("check", "--source", "pingcode", "--json").json

    (source,) = document["sources"]
    assert source["samples"]["work_items"]["id"] == ["string"]
    assert all(isinstance(types, list) for keys in source["samples"].values() for types in keys.values())
    assert re.search(r"pingcode\s+work_items\s+id\s+string", table.out)
    for value in (item(PAY, 1).id, "任务 1", "林悦"):
        assert value not in json.dumps(source["samples"], ensure_ascii=False)
        assert value not in table.out
    assert short["sources"][0]["samples"] == {}


def test_what_is_only_worth_knowing_is_marked_apart_from_what_deserves_a_look():
    words = in_words("token_lifetime", "30 days")

    marks = [
        _mark(Line("source x", True, "ok", None)),
        _mark(Line("source x", True, "token_lifetime", words, "info")),
        _mark(Line("source x", True, "clock_offset", words, "warning")),
        _mark(Line("source x", False, "rejected", words, "error")),
    ]

    assert marks == ["✓", "·", "!", "✗"]


def test_every_error_of_a_source_has_words_of_its_own():
    kinds = [
        kind for kind in vars(connectors.errors).values() if isinstance(kind, type) and issubclass(kind, ConnectorError)
    ]

    assert {kind.code for kind in kinds} - {"failed"} <= set(CODES)


@pytest.mark.parametrize("code", sorted(set(CODES) - {"interrupted"}))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_words_name_what_was_seen_and_end_with_what_to_do(code: str, lang: Lang):
    said = in_words(code, "GET /x answered 403.").say(lang)

    assert "GET /x answered 403" in said
    assert not re.search(r"\.\.|\.。|。。", said)
    assert len(re.split(r"。|；|\. |; |，|, ", said)) > 1


def test_a_vendor_that_wants_to_be_left_alone_for_long_is_said_with_the_time(site: Site):
    site.advance(TODAY)
    assert site.run("sync").code == 0
    site.pingcode.faults = lambda request, number: Reply(
        {"code": "100000", "message": "slow down"}, 429, {"x-pc-retry-after": "7200"}
    )

    done = site.run("sync", "--source", "pingcode", "--lang", "en")

    assert done.code == 3
    assert "wants no request for a while" in done.err
    assert re.search(r"before \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", done.err)
