"""What a complete read could not prove stays told until another complete read proves it, whatever runs in between."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import PAY, TODAY, Site, item


def pingcode(site: Site, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and what one sync says of PingCode."""
    answered = site.run("sync", "--source", "pingcode", "--json", *arguments)
    return answered.code, answered.json["sources"][0]


@pytest.fixture
def doubted(site: Site) -> Site:
    """Three of five items were purged, and a complete read did not believe it."""
    site.advance(TODAY, 6)
    site.run("sync")
    for number in (1, 2, 3):
        del site.pay.items[item(PAY, number).id]
    site.pay.revision += 1
    site.advance(TODAY, 7)
    code, told = pingcode(site, "--full")
    assert (code, told["outcome"], told["gone"]) == (1, "partial", 0)
    return site


def test_a_doubted_disappearance_is_not_forgotten_by_the_next_plain_run(doubted: Site):
    code, told = pingcode(doubted)

    assert (code, told["outcome"]) == (1, "partial")


def test_only_failed_does_not_turn_a_doubted_disappearance_into_a_complete_read(doubted: Site):
    code, told = pingcode(doubted, "--only-failed")

    assert (code, told["outcome"]) == (1, "partial")


@pytest.mark.parametrize("arguments", [("--confirm-gone",), ("--only-failed", "--confirm-gone")])
def test_confirming_is_enough_to_settle_a_doubted_disappearance(doubted: Site, arguments: tuple[str, ...]):
    code, told = pingcode(doubted, *arguments)

    assert (code, told["outcome"], told["gone"]) == (0, "complete", 3)
