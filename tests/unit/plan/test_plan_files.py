"""Files and sheets that cannot be read as a plan: told what they are and how to save them, never half taken."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter

from bridge.errors import Problems
from bridge.language import LANGUAGES
from bridge.plan import readers

DEALS = [["编号", "名称"], ["D-1", "支付"]]
HEADER = ["编号", "项目", "名称", "承诺日期"]


def the_problem(files):
    with pytest.raises(Problems) as caught:
        readers.read(files)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_missing_required_column_is_named_in_both_names(folder, lang):
    files = folder({"deals": DEALS, "里程碑": [["编号", "项目", "名称"], ["M-1", "D-1", "a"]]})

    said = the_problem(files).say(lang)

    for part in ("里程碑.csv", "承诺日期", "promised", "编号, 项目, 名称"):
        assert part in said


def test_a_column_given_twice_is_refused(folder):
    files = folder({"deals": [["key", "name", "编号"], ["D-1", "x", "D-2"]]})

    assert (the_problem(files).facts["column"], the_problem(files).facts["other"]) == ("编号", "key")


def test_a_table_given_twice_is_refused(workbook):
    book = workbook({"项目": DEALS, "deals": DEALS})

    assert "“项目”是同一张表" in the_problem({"p.xlsx": book}).say("zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_workbook_with_only_other_sheets_names_them_and_the_known_ones(workbook, lang):
    said = the_problem({"p.xlsx": workbook({"Sheet1": DEALS})}).say(lang)

    for part in ("p.xlsx", "Sheet1", "里程碑", "milestones", "pbridge plan template"):
        assert part in said


@pytest.mark.parametrize(
    ("name", "meant"), [("里程碑2026", "里程碑"), ("milestone", "milestones"), ("Mile stones", "milestones")]
)
def test_a_misspelt_sheet_is_refused_before_its_rows_count_as_withdrawn(workbook, name, meant):
    problem = the_problem({"p.xlsx": workbook({"项目": DEALS, name: [HEADER, ["M-1", "D-1", "a"]]})})

    assert problem.facts["sheet"] == name
    assert f"“{meant}”" in problem.say("zh") or f'"{meant}"' in problem.say("en")


@pytest.mark.parametrize("sheets", [{"里程碑": []}, {"里程碑": [HEADER]}, {"项目": [[None, "  "]]}])
def test_an_empty_workbook_is_refused(workbook, sheets):
    said = the_problem({"p.xlsx": workbook(sheets)}).say("en")

    assert "p.xlsx" in said
    assert "empty" in said


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "damaged"),
        (b"hello", "damaged"),
        (b"PK\x03\x04 broken", "damaged"),
        (OLE + b"\0" * 600, "old .xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_a_file_that_is_no_workbook_is_told_what_it_is(content, remedy):
    said = the_problem({"p.xlsx": content}).say("en")

    assert said.startswith("p.xlsx: ")
    assert remedy in said


def test_half_a_workbook_is_refused(workbook):
    book = workbook({"项目": DEALS})

    assert "damaged" in the_problem({"p.xlsx": book[: len(book) // 2]}).say("en")


def test_a_formula_that_was_never_computed_is_not_taken_for_a_blank(workbook):
    book = workbook({"项目": [["编号", "名称", "合同金额"], ["D-1", "x", "=1+1"]]})

    problem = the_problem({"p.xlsx": book})

    assert (problem.facts["row"], problem.facts["column"], problem.facts["value"]) == (2, "合同金额", "=1+1")
    assert "WPS" in problem.say("zh")


def test_an_error_value_is_not_taken_for_a_blank():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("deals")
        page.write_row(0, 0, ["key", "name", "amount"])
        page.write_row(1, 0, ["D-1", "x"])
        page.write_formula(1, 2, "=VLOOKUP(1,A:A,1)", value="#N/A")

    assert the_problem({"p.xlsx": target.getvalue()}).facts["value"] == "#N/A"


def test_a_stray_far_away_cell_is_refused_before_it_takes_the_memory(workbook):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("deals")
        page.write_row(0, 0, ["key", "name"])
        page.write_string(1_048_575, 16_383, "x")

    assert the_problem({"p.xlsx": target.getvalue()}).facts["value"] == "deals"


def test_a_date_with_a_time_of_day_is_refused(workbook):
    rows = [HEADER, ["M-1", "D-1", "a", datetime.fromisoformat("2026-09-01 09:30")]]

    assert "time of day" in the_problem({"p.xlsx": workbook({"项目": DEALS, "里程碑": rows})}).say("en")


def test_a_key_that_a_spreadsheet_turned_into_a_date_is_refused(workbook):
    book = workbook({"项目": [["编号", "名称"], [date(2026, 3, 1), "x"]]})

    assert "2026-03-01" in the_problem({"p.xlsx": book}).say("zh")


def test_a_long_number_that_lost_its_digits_is_refused(workbook):
    book = workbook({"项目": [["编号", "名称", "合同号"], ["D-1", "x", 2026030112345678901]]})

    assert the_problem({"p.xlsx": book}).facts["column"] == "合同号"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"key;name\nD-1;x\n", "commas"),
        (b"key\tname\nD-1\tx\n", "commas"),
        ("key,name\nD-1,x\n".encode("utf-16"), "UTF-8"),
        (b"key,name\nD-1,\xff\xff\n", "UTF-8"),
        (b'key,name\nD-1,"x"y\n', "double quotes"),
    ],
)
def test_a_csv_file_that_cannot_be_read_says_how_to_save_it(content, said):
    assert said in the_problem({"deals.csv": content}).say("en")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"[[deals]\n", "line 1"), (b"deals = 5", "[[deals]]"), (b"\xff", "UTF-8"), (b"", "no table")],
)
def test_broken_toml_is_told_with_its_place(content, said):
    assert said in the_problem({"p.toml": content}).say("en")


def test_files_that_do_not_go_together_are_refused(workbook, folder):
    book = workbook({"项目": DEALS})

    assert "together" in the_problem({"p.xlsx": book, **folder({"deals": DEALS})}).say("en")
    assert "old .xls" in the_problem({"p.xls": book}).say("en")
    assert ".csv" in the_problem({"p.ods": book}).say("en")
    assert ".csv" in the_problem({}).say("en")


def test_a_table_with_a_broken_header_makes_no_further_noise(folder):
    files = folder(
        {
            "deals": [["key"], ["D-1"]],
            "milestones": [["key", "deal", "name", "promised"], ["M-1", "D-1", "a", ""]],
        }
    )

    assert the_problem(files).facts["sheet"] == "deals"
