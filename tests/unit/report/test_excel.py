"""The workbook as an independent reader opens it: sheets, dates, amounts, links, filters, and no formula whatever people write."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bridge.report import excel, excel_rows, excel_sheets

# It reads the rest of such a sheet, which is all that is asked of it here.
pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension", "ignore:Conditional Formatting extension")
SHEETS = {
    "zh": ["概览", "延期明细", "任务依据", "变更", "风险与反馈", "说明"],
    "en": ["Overview", "Delays", "Evidence", "Changes", "Risks and feedback", "Notes"],
}
HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "<b>&\"'",
    "<r><t>&</r>",
    "_x0041_ < _x",
    "\x07\u202e倒",
    "🚀" * 20_000,
)


def opened(view: Any, lang: Any = "zh") -> Any:
    return openpyxl.load_workbook(io.BytesIO(excel.render(view, lang)), rich_text=False)


def column(page: Worksheet, heading: str) -> list[Any]:
    (index,) = [cell.column for cell in page[1] if cell.value == heading]
    return [row[index - 1] for row in page.iter_rows(min_row=2, max_col=page.max_column)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_workbook_has_its_six_sheets_in_the_language_asked_for(lang, sample):
    assert opened(sample(lang), lang).sheetnames == SHEETS[lang]


def test_the_same_report_gives_the_same_bytes(sample):
    assert excel.render(sample("zh"), "zh") == excel.render(sample("zh"), "zh")


def test_every_milestone_has_a_row_with_real_dates_and_amounts(sample):
    view = sample("zh")

    page = opened(view)["延期明细"]

    assert [cell.value for cell in column(page, "编号")] == [item["key"] for item in view["milestones"]]
    for cell, item in zip(column(page, "现行承诺"), view["milestones"], strict=True):
        expected = item["baseline"] and datetime.fromisoformat(item["baseline"])
        assert cell.value == expected
    for cell, item in zip(column(page, "付款金额"), view["milestones"], strict=True):
        known = item["amount"]["amount"]
        assert cell.value == (None if known is None else float(known))
    marks = {cell.number_format for cell in column(page, "付款金额") if cell.value is not None}
    assert marks == {'"¥"#,##0.00', '"US$"#,##0.00'}


def test_what_is_unknown_is_an_empty_cell(sample):
    view = sample("zh")
    unknown = [item["key"] for item in view["milestones"] if item["forecast"]["p85"] is None]

    page = opened(view)["延期明细"]

    empty = [
        key.value
        for key, cell in zip(column(page, "编号"), column(page, "预测 P85"), strict=True)
        if cell.value is None
    ]
    assert empty == unknown != []


@pytest.mark.parametrize("title", SHEETS["zh"][1:5])
def test_a_table_can_be_filtered_scrolled_and_printed(title, sample):
    page = opened(sample("zh"))[title]

    assert page.auto_filter.ref.startswith("A1:")
    assert page.freeze_panes == "D2"
    assert page.print_title_rows == "$1:$1" and page.print_title_cols == "$A:$C"
    assert page.print_options.gridLines
    assert page.print_area
    assert page.page_setup.orientation == "landscape" and page.page_setup.fitToHeight == 0
    assert page.page_setup.fitToWidth == (2 if title == "延期明细" else None), "one page, but for 27 columns"
    assert all(one.width or one.hidden for one in page.column_dimensions.values())


def test_a_status_is_a_word_and_a_colour_that_follows_it(sample):
    view = sample("zh")

    page = opened(view)["延期明细"]

    rules = {rule.formula[0].strip('"') for found in page.conditional_formatting for rule in found.rules}
    assert {cell.value for cell in column(page, "状态")} <= rules == {"会失守", "要留意", "无法判断", "正常", "已完成"}


def test_a_task_is_named_once_a_milestone_and_leads_into_its_tool(sample):
    view = sample("zh")
    tasks = {
        (item["key"], entry["id"], entry["url"])
        for item in view["milestones"]
        for reason in item["reasons"]
        for entry in reason["evidence"]
    }

    cells = column(opened(view)["任务依据"], "任务")

    assert len(cells) == len(tasks)
    assert {cell.hyperlink.target for cell in cells if cell.hyperlink} == {url for _, _, url in tasks if url}


def test_moves_of_a_promise_are_drawn_beside_it(sample):
    content = excel.render(sample("zh"), "zh")

    with zipfile.ZipFile(io.BytesIO(content)) as file:
        changes = file.read("xl/worksheets/sheet4.xml").decode()
    rows = opened(sample("zh"))["变更"].max_row - 1
    assert 0 < changes.count("<x14:sparkline>") <= rows
    assert 'displayHidden="1"' in changes, "the points stand in hidden columns"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_people_is_ever_a_formula_or_breaks_the_file(text, sample):
    view = sample("zh")
    for item in view["milestones"]:
        item["name"] = item["customer"] = item["owner"] = item["deal"]["name"] = text
        for reason in item["reasons"]:
            reason["text"] = text
            for entry in reason["evidence"]:
                entry["key"] = entry["source"] = text
    for goal in view["goals"]:
        goal["name"] = text

    book = opened(view)

    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    starts = ("=", "+", "-", "@", "＝")
    shown = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(starts)]
    assert all(cell.quotePrefix for cell in shown)
    if len(text) < 1_000 and text.isprintable():
        assert {cell.value for cell in column(book["延期明细"], "里程碑")} == {text}
    assert max(len(cell.value.encode("utf-16-le")) // 2 for cell in cells if isinstance(cell.value, str)) <= 32_767


def test_only_safe_addresses_become_links(sample):
    view = sample("zh")
    for item in view["milestones"]:
        for reason in item["reasons"]:
            for entry in reason["evidence"]:
                entry["url"] = "javascript:alert(1)"

    book = opened(view)

    assert [cell for page in book for row in page.iter_rows() for cell in row if cell.hyperlink] == []


def test_a_link_leads_to_its_address_letter_for_letter_also_with_a_place_in_the_page(sample):
    view = sample("zh")
    entry = next(entry for item in view["milestones"] for reason in item["reasons"] for entry in reason["evidence"])
    entry["url"] = "https://a.example/t?q=1&x=<[2]>#part-3"

    cells = column(opened(view)["任务依据"], "任务")

    links = {(cell.hyperlink.target, cell.hyperlink.location) for cell in cells if cell.hyperlink}
    assert ("https://a.example/t?q=1&x=%3c%5b2%5d%3e", "part-3") in links


def test_more_links_than_a_sheet_may_hold_are_written_as_text(sample, monkeypatch):
    monkeypatch.setattr(excel_rows, "MAX_LINKS", 2)

    cells = column(opened(sample("zh"))["任务依据"], "任务")

    assert [cell.hyperlink is not None for cell in cells[:2]] == [True, True]
    assert all(cell.value and not cell.hyperlink and not cell.font.underline for cell in cells[2:])


def test_more_rows_than_a_sheet_can_hold_are_counted_in_its_last(sample, monkeypatch):
    view = sample("zh")
    count = len(view["milestones"])
    monkeypatch.setattr(excel_sheets, "MOST_ROWS", 3)

    page = opened(view)["延期明细"]

    assert page.max_row == 4
    assert page.cell(4, 2).value == f"另有 {count - 2} 行，工作表放不下"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_report_is_a_workbook_that_says_so(lang, sample):
    view = sample(lang)
    view["milestones"] = []

    book = opened(view, lang)

    said = [str(cell.value) for row in book[SHEETS[lang][0]].iter_rows() for cell in row]
    assert any("pbridge plan import" in text for text in said)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_concern_of_any_length_has_the_room_it_needs(lang, sample):
    view = sample(lang)
    view["milestones"][0]["name"] = "很长的里程碑名称" * 40

    page = opened(view, lang)[SHEETS[lang][0]]

    (cell,) = [
        cell
        for row in page.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and "很长的里程碑名称" in cell.value
    ]
    assert cell.alignment.wrap_text
    assert page.row_dimensions[cell.row].height >= 15 * 6
    assert any(cell.coordinate in merged for merged in page.merged_cells.ranges)


def test_risks_and_the_next_contact_stand_in_their_sheet_with_owner_and_day(sample):
    view = sample("zh")
    item = view["milestones"][0]
    item["risks"] = [{"cause": "=供应商延期", "action": "换一家", "owner": "林悦", "due": "2026-09-01"}]
    item["next_contact"] = {"audience": "customer", "due": "2026-08-28", "owner": "王敏", "overdue_days": None}

    page = opened(view)["风险与反馈"]

    rows = [tuple(cell.value for cell in row[3:]) for row in page.iter_rows(min_row=2)]
    assert (item["key"], "风险", "=供应商延期", "换一家", "林悦", datetime.fromisoformat("2026-09-01")) in rows
    assert (item["key"], "下次沟通", "客户", None, "王敏", datetime.fromisoformat("2026-08-28")) in rows
