"""Links between work items, from the vendor's server to the sentence in the report, through the commands."""

from __future__ import annotations

from datetime import date

from tests.replacing import replace

from .conftest import PAY, TODAY, Site, item

MONDAY = date(2026, 8, 17)


def linked(site: Site, *pairs: tuple[int, str, int]) -> None:
    """Links as people draw them from the first item to the second."""
    drawn: dict[int, list[tuple[str, str]]] = {}
    for first, kind, last in pairs:
        drawn.setdefault(first, []).append((kind, item(PAY, last).id))
    for number, links in drawn.items():
        site.pay.edit(item(PAY, number).id, links=tuple(links))


def a_day_of_work_each(site: Site) -> None:
    for number in range(1, 6):
        site.pay.edit(item(PAY, number).id, remaining_hours=8.0)


def looked_at(site: Site, day: date) -> None:
    site.advance(day)
    assert site.run("sync", today=day).code == 0
    assert site.run("reconcile", today=day).code == 0


def report(site: Site, *arguments: str, today: date = TODAY) -> dict:
    return site.run("report", "--format", "json", *arguments, today=today).json


def chain_of(row: dict) -> list[str]:
    return [step["key"] for step in row["network"]["chain"]]


def test_blocking_links_order_the_work_and_the_chain_that_decides_the_end_is_told(site: Site):
    a_day_of_work_each(site)
    linked(site, (1, "block", 2), (3, "blocked_by", 2), (3, "block", 4))

    looked_at(site, TODAY)
    row = report(site)["milestones"][0]

    assert row["forecast"]["method"] == "network"
    assert (row["forecast"]["p85"], row["network"]["float"], row["network"]["cpli"]) == ("2026-08-27", 3, 1.75)
    assert row["network"]["text"] == (
        "决定工期的先后顺序：PAY-1（到 8 月 24 日）→ PAY-2（到 8 月 25 日）→ PAY-3（到 8 月 26 日）→ PAY-4（到 8 月 27 日）"
    )
    assert {reason["code"]: reason["severity"] for reason in row["reasons"]}["BLOCKED"] == "red"
    assert row["network"]["chain"][0]["start"] == "2026-08-24"


def test_the_chain_stands_in_every_form_of_the_report_in_both_languages(site: Site):
    a_day_of_work_each(site)
    linked(site, (1, "block", 2), (2, "block", 3))
    looked_at(site, TODAY)
    sentences = {
        "zh": "PAY-1（到 8 月 24 日）→ PAY-2（到 8 月 25 日）→ PAY-3（到 8 月 26 日）",
        "en": "PAY-1 (to 24 Aug) → PAY-2 (to 25 Aug) → PAY-3 (to 26 Aug)",
    }

    for lang, sentence in sentences.items():
        for form in ("table", "json", "html", "md", "csv"):
            told = site.run("report", "--format", form, "--lang", lang).out
            # A terminal is narrower than the chain is long.
            assert "".join(sentence.split()) in "".join(told.split()), (lang, form)


def test_a_past_day_is_judged_by_the_links_of_then(site: Site):
    a_day_of_work_each(site)
    linked(site, (1, "block", 2), (2, "block", 3), (3, "block", 4))
    looked_at(site, MONDAY)
    before = report(site, today=MONDAY)["milestones"]
    linked(site, (1, "relate", 2), (2, "block", 5), (3, "block", 4))
    looked_at(site, TODAY)

    then, now = report(site, "--as-of", str(MONDAY))["milestones"], report(site)["milestones"]

    assert then == before
    assert [chain_of(row) for row in (then[0], now[0])] == [["PAY-1", "PAY-2", "PAY-3", "PAY-4"], ["PAY-2", "PAY-5"]]


def test_links_that_cannot_be_used_are_counted_and_told(site: Site):
    linked(site, (1, "dependency", 2), (3, "5f1e4c2ab7", 4))
    site.pay.edit(item(PAY, 5).id, links=(("block", "ffffffffffffffffffffffff"),))
    looked_at(site, TODAY)

    document = report(site)
    told = site.run("reconcile", "--json").json["unread_values"]

    quality = document["data_quality"]
    # The server knows no item at the other end of the last one, so it shows none: that link has one end only.
    assert (quality["links_without_direction"], quality["links_unmapped"]) == (2, 2)
    assert {(entry["target"], entry["code"]) for entry in told} == {
        ("links.kind", "unmapped_value"),
        ("links.target", "missing_required"),
    }
    assert document["milestones"][0]["network"] is None


def test_a_link_into_a_project_that_is_not_read_is_counted(site: Site):
    elsewhere = item(replace(PAY, id="f" * 24, key="SEC"), 9)
    site.pay.projects["f" * 24] = replace(PAY, id="f" * 24, key="SEC")
    site.pay.items[elsewhere.id] = elsewhere
    site.pay.edit(item(PAY, 5).id, links=(("blocked_by", elsewhere.id),))
    config = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write("config.toml", config.replace('kind = "pingcode"', 'kind = "pingcode"\nprojects = ["PAY"]'))
    looked_at(site, TODAY)

    assert report(site)["data_quality"]["links_to_unknown_tasks"] == 1
    assert "指向没有读到的任务" in site.run("report").out


def mapped(site: Site, old: str, new: str) -> None:
    """The mapping of PingCode with one line changed, put into force while the vendor cannot be reached."""
    config = (site.folder / "config.toml").read_text(encoding="utf-8")
    named = config.replace('kind = "pingcode"', 'kind = "pingcode"\nmapping = "mappings/pingcode.toml"')
    site.write("config.toml", named)
    site.run("init", str(site.folder / "fresh"))
    text = (site.folder / "fresh" / "mappings" / "pingcode.toml").read_text(encoding="utf-8")
    assert old in text
    (site.folder / "mappings").mkdir()
    draft = site.write("draft.toml", text.replace(old, new))
    assert site.run("mapping", "publish", str(draft)).code == 0
    site.run("reconcile")


def test_a_team_that_links_its_plan_by_blocks_says_so_in_one_word_and_nothing_is_blocked(site: Site):
    a_day_of_work_each(site)
    linked(site, (1, "block", 2), (2, "block", 3))
    looked_at(site, TODAY)
    before = report(site)["milestones"][0]

    mapped(site, 'blocks = ["block"]\nblocked_by =', 'finish_to_start = ["block"]\nstarts_after =')
    after = report(site)["milestones"][0]

    codes = [[reason["code"] for reason in row["reasons"]] for row in (before, after)]
    assert ["BLOCKED" in found for found in codes] == [True, False]
    assert after["network"] == before["network"]


def test_a_direction_that_the_tool_does_not_tell_is_named_as_a_circle(site: Site):
    a_day_of_work_each(site)
    linked(site, (1, "dependency", 2), (2, "dependency", 3))
    looked_at(site, TODAY)
    assert report(site)["milestones"][0]["network"] is None

    mapped(site, 'depends = ["dependency"]', 'finish_to_start = ["dependency"]')

    # Either end shows the other as its target, so both orders are told.
    assert len(report(site)["milestones"][0]["network"]["cycle"]) == 2


def test_tasks_in_a_circle_are_told_by_name(site: Site):
    a_day_of_work_each(site)
    linked(site, (1, "block", 2), (2, "block", 3), (3, "block", 1))
    looked_at(site, TODAY)

    row = report(site)["milestones"][0]

    reason = next(reason for reason in row["reasons"] if reason["code"] == "LINK_CYCLE")
    assert reason["text"].startswith("任务互为前置（PAY-")
    assert {entry["key"] for entry in reason["evidence"]} == {"PAY-1", "PAY-2", "PAY-3"}


def test_milestones_in_a_circle_are_refused_with_their_keys(site: Site):
    plan = (site.folder / "plan.toml").read_text(encoding="utf-8")
    plan = plan.replace('name = "联调完成"', 'name = "联调完成"\ndepends_on = "M-2"')
    site.write("plan.toml", plan.replace('name = "市场发布"', 'name = "市场发布"\ndepends_on = "M-1"'))

    answer = site.run("plan", "import", str(site.folder / "plan.toml"))

    assert answer.code == 2
    assert "M-1 → M-2 → M-1" in answer.err or "M-2 → M-1 → M-2" in answer.err


def test_a_milestone_waits_for_the_one_before_it(site: Site):
    plan = (site.folder / "plan.toml").read_text(encoding="utf-8")
    site.write("plan.toml", plan.replace('name = "市场发布"', 'name = "市场发布"\ndepends_on = "M-1"'))
    a_day_of_work_each(site)
    linked(site, (1, "block", 2), (2, "block", 3))
    looked_at(site, TODAY)

    rows = {row["key"]: row for row in report(site)["milestones"]}

    assert rows["M-1"]["waits_for"] is None
    assert rows["M-2"]["waits_for"] == {
        "milestones": [{"key": "M-1", "forecast": "2026-08-26", "on_time_probability": None}],
        "on_time_probability": None,
        "text": "要等 M-1（预计 8 月 26 日）",
    }
