"""`pbridge mapping fields`: what a source has, from its own definitions and from what it has sent."""

from __future__ import annotations

import pytest

from connectors.company import SimField

from .conftest import LIN, MARKET, PAY, TODAY, Site, item


@pytest.fixture
def known(site: Site) -> Site:
    """A tenant with a property of its own, which two of five items fill."""
    contract = SimField("contract", "合同里程碑", "select", (("o1", "一期", None), ("o2", "二期", None)))
    site.pay.also.append(contract)
    for number, value in ((1, "o1"), (2, "o2")):
        site.pay.edit(item(PAY, number).id, properties={"contract": value})
    site.market.edit(item(MARKET, 1).id, properties={"qy": "请找林悦"})
    site.advance(TODAY)
    assert site.run("sync").code == 0
    return site


def test_a_property_is_told_by_its_path_with_name_options_and_how_often_it_is_filled(known: Site):
    found = known.run("mapping", "fields", "pingcode", "--json").json

    (contract,) = [one for one in found["fields"] if one["path"] == "properties.contract"]
    assert (found["source"], found["stream"], found["looked_at"], found["stored"]) == ("pingcode", "work_items", 5, 5)
    assert contract == {
        "path": "properties.contract",
        "name": "合同里程碑",
        "type": "select",
        "options": [{"id": "o1", "label": "一期"}, {"id": "o2", "label": "二期"}],
        "more_options": False,
        "filled": 2,
        "of": 5,
        "share": 0.4,
        "examples": ["o1", "o2"],
    }
    (state,) = [one for one in found["fields"] if one["path"] == "state.id"]
    assert "未开始" in [option["label"] for option in state["options"]]


def test_the_fields_of_worktile_are_those_that_the_mapping_reads_and_show_no_person(known: Site):
    answered = known.run("mapping", "fields", "worktile", "--json")
    fields = {one["path"]: one for one in answered.json["fields"]}

    assert fields["properties.qy"]["examples"] == ["请找***"]
    assert fields["properties.assignee"]["examples"] == ["***"]
    assert fields["properties.due.date"]["type"] == "unix_seconds"
    assert "林悦" not in answered.out and LIN.id not in answered.out


def test_a_sample_says_of_how_many_it_is(known: Site):
    found = known.run("mapping", "fields", "pingcode", "--rows", "2", "--json").json
    said = known.run("mapping", "fields", "pingcode", "--rows", "2", "--lang", "en")

    assert (found["looked_at"], found["stored"], found["fields"][0]["of"]) == (2, 5, 2)
    assert "looked at 2 of 5" in said.err
    assert "properties.contract" in said.out and "合同里程碑" in said.out


def test_the_fields_are_told_also_while_the_mapping_file_is_wrong(known: Site):
    (known.folder / "mappings").mkdir()
    known.write("mappings/worktile.toml", "[task.due]\n")
    settings = (known.folder / "config.toml").read_text(encoding="utf-8")
    own = 'kind = "worktile"\nmapping = "mappings/worktile.toml"'
    known.write("config.toml", settings.replace('kind = "worktile"', own))

    found = known.run("mapping", "fields", "worktile", "--json")

    assert known.run("mapping", "check").code > 0
    assert (found.code, found.json["looked_at"]) == (0, 3)


def test_a_source_that_was_never_read_is_told_with_the_next_step(site: Site, known: Site):
    assert site.run("mapping", "fields", "pingcod").code == 2
    assert site.run("mapping", "fields", "pingcod").err.count("worktile") == 1


def test_before_the_first_sync_the_next_step_is_named(site: Site):
    refused = site.run("mapping", "fields", "pingcode")

    assert refused.code == 2 and "pbridge run" in refused.err
