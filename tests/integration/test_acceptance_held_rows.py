"""A row in quarantine is a task nobody sees, so a run does not end as if nothing were missing."""

from __future__ import annotations

from bridge.usecases.workspace import built_in_mappings

from .conftest import TODAY, Site


def test_a_run_that_leaves_rows_in_quarantine_ends_with_one_also_when_nothing_changed(site: Site):
    text = built_in_mappings()["pingcode"].replace('id.from = "project.id"', 'id.from = "project.nowhere"')
    site.write("own.toml", text)
    config = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write("config.toml", config.replace('kind = "pingcode"', 'kind = "pingcode"\nmapping = "own.toml"'))
    site.advance(TODAY)

    first = site.run("sync", "--source", "pingcode")
    second = site.run("sync", "--source", "pingcode")

    assert len(site.run("quarantine", "--json").lines) == 5
    assert (first.code, second.code) == (1, 1)
