"""What is read one task at a time takes what the minute still allows, counting what runs before have used of it."""

from __future__ import annotations

from .conftest import PAY, TODAY, Site, item


def test_a_second_run_at_once_does_not_wait_for_the_next_minute(site: Site):
    config = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write("config.toml", config.replace("requests_per_minute = 1000000", "requests_per_minute = 150"))
    site.advance(TODAY, 6)
    for number in range(6, 61):
        site.pay.add(item(PAY, number))
    first = site.run("sync", "--source", "pingcode", "--json")
    again = site.run("sync", "--source", "pingcode", "--json")

    told = again.json["sources"][0]
    assert (first.code, again.code, told["outcome"]) == (0, 0, "complete")
    assert told["slept_seconds"] < 5
