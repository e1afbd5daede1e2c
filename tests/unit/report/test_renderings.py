"""Each rendered form against its golden file, and what must hold of it whatever people write into their titles.

After a wanted change run `UPDATE_GOLDEN=1 pytest tests/unit/report/test_renderings.py` and read the difference.
"""

from __future__ import annotations

import csv as csv_format
import io
import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.text import Text as Line

from bridge.report import csv, html, markdown, text
from bridge.report.text_wrap import wrapped

GOLDEN = Path(__file__).parents[2] / "golden" / "report"
FORMS: dict[str, Callable[[Any, Any], str]] = {
    "120.txt": lambda view, lang: text.render(view, lang, width=120, colour=False),
    "80.txt": lambda view, lang: text.render(view, lang, width=80, colour=False),
    "colour.txt": lambda view, lang: text.render(view, lang, width=100, colour=True),
    "md": markdown.render,
    "csv": csv.render,
    "html": html.render,
}
HOSTILE = '<script>alert("1")</script> | `x` [y](z) **b** \x1b[31m\u202e🚀 =1+1'


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_a_rendering_equals_its_golden_file(form, lang, sample):
    rendered = FORMS[form](sample(lang), lang).encode("utf-8")

    golden = GOLDEN / f"report.{lang}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(rendered)
    assert rendered == golden.read_bytes()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_an_empty_report_says_so_and_what_to_do(form, lang, sample):
    rendered = FORMS[form](emptied(sample(lang)), lang)

    assert "pbridge plan import" in rendered or form == "csv"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["120.txt", "md", "html"])
def test_a_report_without_a_worry_says_that_nothing_needs_doing(form, lang, sample):
    view = sample(lang)
    view["milestones"] = [item for item in view["milestones"] if item["status"] in ("green", "done")]

    assert {"zh": "今天不需要做什么", "en": "nothing needs doing today"}[lang] in FORMS[form](view, lang)


@pytest.mark.parametrize("form", FORMS)
def test_titles_with_markup_control_characters_and_emoji_are_shown_as_they_are(form, sample):
    rendered = FORMS[form](hostile(sample("zh")), "zh")

    assert "🚀" in rendered
    assert "\u202e" not in rendered
    assert "<script" not in rendered or form.endswith(("txt", "csv"))
    assert "\x1b[31m" not in rendered or form == "colour.txt"


@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_of_the_table_is_wider_than_the_terminal(width, lang, sample):
    lines = text.render(sample(lang), lang, width=width, colour=False).split("\n")

    assert [line for line in lines if cell_len(line) > width and "://" not in line] == []


@pytest.mark.parametrize("width", [80, 100])
def test_no_date_and_no_amount_is_cut_in_two(width, sample):
    view = sample("zh")
    view["goals"][0] |= {"target": "8000000", "expected": "5442225.87", "gap": "2557774.13"}
    view["milestones"][0]["forecast"]["p85"] = "2027-02-28"

    lines = text.render(view, "zh", width=width, colour=False).split("\n")

    row = next(line for line in lines if view["milestones"][0]["name"][:3] in line)
    assert "2027-02-28" in row
    (goal,) = [line for line in lines if "8,000,000" in line]
    assert goal.startswith(" 会失守 ") and "2,557,774" in goal and "5,442,225.87" not in goal


def test_customers_that_slip_stand_below_the_rows_with_their_money(sample):
    view = sample("zh")
    view["customers"][0]["at_risk_gross"] = {"CNY": "480000.00", "USD": "1200.00"}
    view["customers"] += [{**view["customers"][0], "name": f"客户{number}"} for number in range(9)]
    view["customers"].insert(1, {**view["customers"][0], "name": "太平洋", "status": "green"})

    shown = text.render(view, "zh", width=100, colour=False)

    assert re.search(r"会失守 +华东医药连锁 +3 +¥480,000 \+ US\$1,200 +¥480,000", shown)
    assert "太平洋" not in shown and "另有 3 家客户" in shown


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("已有 20 个工作日", ["已有", "20 个工作", "日"]),
        ("晚「很多」。（新）", ["晚「很", "多」。", "（新）"]),
        ("late by 260,000 days", ["late by", "260,000", "days"]),
        ("averyverylongword", ["averyverylongword"]),
        ("", [""]),
    ],
)
def test_lines_are_broken_between_characters_but_in_no_word_number_or_before_punctuation(said, lines):
    assert wrapped(Line(said), 9).plain.split("\n") == lines


def test_an_address_is_never_cut_in_two(sample):
    rendered = text.render(sample("zh"), "zh", width=60, colour=False)

    assert "https://acme.worktile.com/tasks/5f3c000000000044dddc1d77" in rendered


def test_text_without_colour_holds_no_escape_and_with_colour_says_the_status_in_words_too(sample):
    plain = text.render(sample("zh"), "zh", width=100, colour=False)
    coloured = text.render(sample("zh"), "zh", width=100, colour=True)

    assert "\x1b" not in plain
    bare = re.sub(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", coloured)
    assert [line.rstrip() for line in bare.split("\n")] == plain.split("\n")


def test_the_table_does_not_depend_on_the_environment(sample, monkeypatch):
    before = text.render(sample("zh"), "zh", width=100, colour=True)

    for name, value in (("COLUMNS", "40"), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)

    assert text.render(sample("zh"), "zh", width=100, colour=True) == before


def test_without_a_probability_the_reason_is_given(sample):
    view = sample("zh")

    for form in ("120.txt", "md", "html"):
        assert "历史还不到六周" in FORMS[form](view, "zh")


def test_a_cell_of_people_never_begins_a_formula(sample):
    view = sample("zh")
    starts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =cmd|' /C calc'!A0"]
    for item, start in zip(view["milestones"], starts, strict=False):
        item["name"] = item["customer"] = item["owner"] = item["deal"]["name"] = item["key"] = start

    table = records(csv.render(view, "zh"))

    cells = [row[name] for row in table[: len(starts)] for name in ("里程碑", "客户", "负责人", "项目", "编号")]
    assert {cell[0] for cell in cells} == {"'"}


def test_our_own_negative_numbers_stay_numbers(sample):
    table = records(csv.render(sample("en"), "en"))

    assert table[5]["Slip: plan (working days)"] == "-4"


def test_a_csv_row_stands_for_each_milestone_and_unknown_is_empty(sample):
    view = sample("zh")

    raw = csv.render(view, "zh")

    table = records(raw)
    assert raw.startswith("\ufeff状态,")
    assert [row["编号"] for row in table] == [item["key"] for item in view["milestones"]]
    assert table[3]["付款金额"] == ""
    assert table[0]["P85"] == "2026-09-14"


def test_a_markdown_table_keeps_its_columns_whatever_a_title_holds(sample):
    rendered = markdown.render(hostile(sample("zh")), "zh")

    rows = [line for line in rendered.split("\n") if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows[: len(sample("zh")["milestones"]) + 2]} == {10}


def test_the_page_asks_nothing_of_anyone(sample):
    page = Page(html.render(sample("zh"), "zh"))

    assert page.tags.isdisjoint({"script", "img", "iframe", "object", "embed", "form", "base"})
    assert [name for name in page.names if name.startswith("on") or name in ("src", "style", "srcset", "action")] == []
    assert "@import" not in page.text
    assert "url(" not in page.text
    assert {link.get("href") for link in page.elements("link")} == {"data:,"}
    assert all(use["href"].startswith("#") for use in page.elements("use"))


def test_links_of_the_page_lead_to_tasks_and_tell_them_nothing(sample):
    links = [a for a in Page(html.render(sample("zh"), "zh")).elements("a") if not a["href"].startswith("#")]

    assert len(links) > 20
    assert {a["rel"] for a in links} == {"noopener noreferrer"}
    assert all(a["href"].startswith("https://acme.") for a in links)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", " https://x", "//evil", "ftp://x", "https://", "https://[x", None],
)
def test_only_web_addresses_become_links(url, sample):
    view = sample("zh")
    for item in view["milestones"]:
        for reason in item["reasons"]:
            reason["evidence"] = [{"source": "pingcode", "id": "1", "key": "PAY-142", "url": url}]

    page = Page(html.render(view, "zh"))

    assert [a for a in page.elements("a") if not a["href"].startswith("#")] == []
    assert "PAY-142" in page.text
    assert "](" not in markdown.render(view, "zh")


def test_every_place_the_page_points_to_is_on_it(sample):
    view = sample("en")
    view["milestones"][0]["key"] = 'M 1/"ü"#<b>'

    page = Page(html.render(view, "en"))

    ids = {element["id"] for element in page.all if "id" in element}
    assert {a["href"][1:] for a in page.elements("a") if a["href"].startswith("#")} <= ids
    assert {use["href"][1:] for use in page.elements("use")} <= ids


def test_the_status_of_a_row_and_of_a_goal_is_said_in_words_beside_its_drawing(sample):
    view = sample("zh")
    rendered = html.render(view, "zh")

    pills = re.findall(r'<span class="pill (\w+)"><svg [^>]*><use href="#i-(\w+)"/></svg>([^<]+)</span>', rendered)
    assert len(pills) == len(view["milestones"]) + sum(goal["status"] is not None for goal in view["goals"]) > 12
    assert all(status == drawn and name.strip() for status, drawn, name in pills)


@pytest.mark.parametrize(
    ("changed", "is_said"),
    [({}, True), ({"audience": "team"}, False), ({"overdue_days": 3}, False), ({"due": None}, False)],
)
def test_the_next_contact_with_the_customer_stands_with_the_milestone_until_it_is_overdue(
    sample, changed: dict[str, Any], is_said: bool
):
    view = sample("zh")
    contact = {"audience": "customer", "due": "2026-08-28", "owner": "<王敏>", "overdue_days": 0}
    view["milestones"][0]["next_contact"] = {**contact, **changed}

    rendered = html.render(view, "zh")

    assert ("下次与客户沟通：8月28日，&lt;王敏&gt;" in rendered) is is_said


def emptied(view: Any) -> Any:
    view["milestones"], view["goals"] = [], []
    view["summary"] = {name: {} if isinstance(figure, dict) else 0 for name, figure in view["summary"].items()}
    return view


def hostile(view: Any) -> Any:
    for item in view["milestones"]:
        item["name"] = item["customer"] = item["deal"]["name"] = item["owner"] = HOSTILE
        for reason in item["reasons"]:
            reason["text"] = HOSTILE
            for entry in reason["evidence"]:
                entry["key"] = HOSTILE
    for goal in view["goals"]:
        goal["name"] = HOSTILE
    view["sources"][1]["name"] = HOSTILE
    view["sources"][1]["partial_scopes"] = [HOSTILE]
    view["unlinked"]["milestones_without_tasks"] = [HOSTILE]
    return view


def records(rendered: str) -> list[dict[str, str]]:
    return list(csv_format.DictReader(io.StringIO(rendered.removeprefix("\ufeff"), newline="")))


class Page(HTMLParser):
    """Every element of a page with its attributes, and all its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.found}

    @property
    def all(self) -> list[dict[str, str]]:
        return [attributes for _, attributes in self.found]

    @property
    def names(self) -> list[str]:
        return [name for attributes in self.all for name in attributes]

    def elements(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]
