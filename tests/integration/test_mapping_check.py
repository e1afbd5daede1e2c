"""`pbridge mapping check` on a whole installation: positions, counts, exit codes, and the source as it is now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.usecases import mapping_check
from connectors.company import SimField
from tests.replacing import replace

from .conftest import PAY, TODAY, Site, item

SHIPPED = (Path(__file__).parents[2] / "mappings" / "pingcode.toml").read_text(encoding="utf-8")


def told(answer: Any) -> list[tuple[str, int, str]]:
    return [(one["code"], one["line"], one["text"]) for source in answer.json["sources"] for one in source["problems"]]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.fixture
def synced(site: Site) -> Site:
    site.advance(TODAY)
    assert site.run("sync").code == 0
    return site


def test_the_shipped_files_fit_what_is_stored(synced: Site):
    answer = synced.run("mapping", "check", "--json")

    assert (answer.code, answer.json["ok"], told(answer)) == (0, True, [])
    looked = {
        (s["source"], one["stream"]): (one["rows"], one["of"]) for s in answer.json["sources"] for one in s["looked_at"]
    }
    assert looked["pingcode", "work_items"] == (5, 5)
    assert looked["worktile", "tasks"] == (3, 3)


def test_every_mistake_of_a_file_is_its_result_with_line_column_and_code(site: Site):
    text = 'kind = "pingcode"\n[task.due]\nfrom = "x"\n[task.title]\nfrom = "title"\npattern = "(a+)+"\n'
    file = site.write("own.toml", text)

    answer = site.run("mapping", "check", str(file), "--json")

    assert answer.code == 1
    problems = answer.json["sources"][0]["problems"]
    assert [(p["code"], p["line"], p["column"]) for p in problems] == [
        ("unknown_target", 2, 1),
        ("missing_target", 2, 1),
        ("missing_target", 2, 1),
        ("missing_target", 2, 1),
        ("catastrophic_pattern", 6, 1),
    ]
    assert all(p["text"] and p["severity"] == "error" and p["file"] == str(file) for p in problems)


def test_a_mistake_is_printed_as_editors_read_places(site: Site):
    file = site.write("own.toml", 'kind = "pingcode"\nkind = "worktile"\n')

    answer = site.run("--lang", "en", "mapping", "check", str(file))

    assert answer.code == 1
    assert answer.out == f"✗ {file}:2:1  declared twice, first in line 1. Keep one of them.\n"


def test_what_is_stored_is_told_at_the_line_of_the_rule(synced: Site):
    text = SHIPPED.replace('from = "state.type"', 'from = "state.name"').replace('"priority.name"', '"prio.name"')
    file = synced.write("own.toml", text)

    answer = synced.run("mapping", "check", str(file), "--json")

    assert answer.code == 1
    found = told(answer)
    assert ("path_nowhere", line_of(text, 'from = "prio.name"')) in [(code, line) for code, line, _ in found]
    unmapped = [(line, said) for code, line, said in found if code == "unmapped_value" and said.startswith("status：")]
    assert unmapped == [
        (
            line_of(text, "[task.status.values]"),
            "status：state.name 的值“未开始”没有映射（5 条，共 5 条）；请把它加进 values。",
        )
    ]


def test_more_than_a_person_would_wait_for_is_sampled_and_said(site: Site, monkeypatch: pytest.MonkeyPatch):
    site.pay.items.update({made.id: made for made in (item(PAY, number) for number in range(6, 240))})
    assert site.run("sync").code == 0
    monkeypatch.setattr(mapping_check, "MOST_ROWS", 50)

    first, second = (site.run("mapping", "check", "--json").json["sources"][0]["looked_at"] for _ in range(2))

    assert first == second
    tasks = next(one for one in first if one["stream"] == "work_items")
    assert 45 <= tasks["rows"] <= 50
    assert tasks["of"] == 239
    assert f"work_items 看了 {tasks['rows']} 条，共 239 条" in site.run("mapping", "check").out


def test_nothing_needs_to_be_stored_for_a_check(site: Site):
    assert site.run("mapping", "check", "--json").json["ok"]
    assert not (site.folder / "data").exists()


@pytest.mark.parametrize(
    ("name", "text", "said"), [("none.toml", None, "none.toml"), ("a.toml", 'kind = "jira"\n', "jira")]
)
def test_without_a_file_or_a_source_of_its_kind_nothing_is_done(site: Site, name: str, text: str | None, said: str):
    if text is not None:
        rest = "".join(f'[task.{one}]\nfrom = "a"\n' for one in ("id", "title", "project.id"))
        site.write(name, text + rest + '[task.status]\nconstant = "done"\n')

    answer = site.run("mapping", "check", str(site.folder / name))

    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


def test_a_live_check_tells_what_the_source_lists_and_stores_nothing(synced: Site):
    text = SHIPPED.replace('completed = "done"\n', "") + '[fields.region]\nfrom = "properties.regoin"\n'
    file = synced.write("own.toml", text)
    before = sorted(
        (path.name, path.read_bytes()) for path in (synced.folder / "data").iterdir() if "budgets" not in path.name
    )

    answer = synced.run("mapping", "check", str(file), "--live", "--json")

    assert answer.code == 1
    found = [(code, line) for code, line, _ in told(answer) if code == "live_value_unmapped"]
    assert found
    assert set(found) == {("live_value_unmapped", line_of(text, "[task.status.values]"))}
    after = sorted(
        (path.name, path.read_bytes()) for path in (synced.folder / "data").iterdir() if "budgets" not in path.name
    )
    assert after == before


def test_the_shipped_files_fit_what_the_sources_list(synced: Site):
    answer = synced.run("mapping", "check", "--live", "--json")

    assert (answer.code, told(answer)) == (0, [])
    remarks = {one["code"] for source in answer.json["sources"] for one in source["remarks"]}
    # Worktile lists nothing that could be compared with, and none of its three tasks is done yet.
    assert remarks == {"nothing_listed", "condition_fits_none"}


def use(site: Site, text: str) -> None:
    """The mapping of PingCode from now on."""
    site.write("own.toml", text)
    settings = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write("config.toml", settings.replace('kind = "pingcode"\n', 'kind = "pingcode"\nmapping = "own.toml"\n'))


REGION = SimField("region", "销售区域", "select", (("o1", "华东", None), ("o2", "华南", None)))


def test_the_text_of_an_option_is_read_from_the_list_of_properties(site: Site):
    site.pay.also.append(REGION)
    for number in (1, 2):
        site.pay.items[item(PAY, number).id].properties = {"region": f"o{number}"}
    rule = '\n[fields.region]\nfrom = "properties.region"\nlookup = {{ stream = "work_item_properties", option_of = "{}" }}\n'
    listed = SHIPPED.index("[listed]")
    use(site, SHIPPED[:listed] + rule.format("region") + SHIPPED[listed:])

    assert site.run("sync").code == 0

    tasks = site.run("tasks", "--source", "pingcode", "--json").lines
    assert sorted(str(task["fields"]["region"]) for task in tasks) == ["None", "None", "None", "华东", "华南"]
    assert site.run("mapping", "check", "--live").code == 0
    assert site.run("mapping", "check", "--live", "--json").json["sources"][0]["remarks"] == []
    wrong = site.write("wrong.toml", SHIPPED[:listed] + rule.format("销售区域") + SHIPPED[listed:])
    assert [
        said for code, _, said in told(site.run("mapping", "check", str(wrong), "--json")) if code == "unknown_property"
    ] == ["work_item_properties 里没有键为“销售区域”的属性；最接近的是“region”（销售区域）。请更正。"]


def test_a_renamed_option_is_read_anew(site: Site):
    site.pay.also.append(REGION)
    site.pay.items[item(PAY, 1).id].properties = {"region": "o1"}
    rule = '[fields.region]\nfrom = "properties.region"\nlookup = { stream = "work_item_properties", option_of = "region" }\n'
    use(site, SHIPPED + rule)
    assert site.run("sync").code == 0

    site.pay.also[-1] = replace(REGION, options=(("o1", "东区", None),))
    assert site.run("sync", "--full").code == 0

    tasks = site.run("tasks", "--source", "pingcode", "--json").lines
    assert {task["fields"]["region"] for task in tasks} == {None, "东区"}


def test_a_source_that_does_not_answer_is_told_beside_what_is_stored(synced: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PC_SECRET", "wrong")

    answer = synced.run("mapping", "check", "--live", "--json")

    assert answer.code == 1
    assert [code for code, _, _ in told(answer) if code == "source_unreachable"] == ["source_unreachable"]
    assert "wrong" not in json.dumps(answer.json, ensure_ascii=False)
