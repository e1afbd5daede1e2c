"""Bad plans: every problem names file, sheet, row, column, value and remedy, in both languages."""

from datetime import date

import pytest

from bridge.errors import Problems
from bridge.language import LANGUAGES
from bridge.plan import readers

DEALS = [["编号", "名称"], ["D-1", "支付"]]
HEADER = ["编号", "项目", "名称", "承诺日期", "付款金额", "范围", "合同节点", "前置"]


def the_problems(files):
    with pytest.raises(Problems) as caught:
        readers.read(files)
    return caught.value.problems


def the_problem(files):
    (problem,) = the_problems(files)
    return problem


BAD_CELLS = [
    ("承诺日期", "2026-13-40", "2026-09-01"),
    ("承诺日期", "3月5号", "2026年9月1日"),
    ("承诺日期", 46000, "2026/9/1"),
    ("承诺日期", "46000", "2026/9/1"),
    ("承诺日期", "20260901", "2026/9/1"),
    ("承诺日期", "2026-9/1", "2026/9/1"),
    ("付款金额", "¥300,000", "300000"),
    ("付款金额", "-5", "300000"),
    ("付款金额", "30万", "300000"),
    ("范围", "source:pingcode colour:red", "field.<name>"),
    ("范围", "Payments", "field.<name>"),
    ("合同节点", "maybe", "yes/no"),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("column", "value", "remedy"), BAD_CELLS)
def test_a_bad_cell_is_told_with_its_place_value_and_remedy(workbook, lang, column, value, remedy):
    row = ["M-1", "D-1", "上线", date(2026, 9, 1), 1, "", "是", None]
    row[HEADER.index(column)] = value
    book = workbook({"项目": DEALS, "里程碑": [HEADER, [None] * 8, row]})

    problem = the_problem({"计划.xlsx": book})

    said = problem.say(lang)
    row_said = "第 3 行" if lang == "zh" else "row 3"
    for part in (
        "计划.xlsx",
        "里程碑",
        row_said,
        column,
        str(value),
        remedy.replace("yes/no", "是/否" if lang == "zh" else "yes/no"),
    ):
        assert part in said
    assert problem.exit_code == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_bad_toml_value_is_told_by_entry_and_key(lang):
    text = """
        [[deals]]
        key = "D-1"
        name = "Pay"
        [["里程碑"]]
        key = "M-1"
        deal = "D-1"
        name = "live"
        [["里程碑"]]
        key = "M-2"
        deal = "D-1"
        name = "live"
        promised = 46000
    """

    said = the_problem({"plan.toml": text.encode()}).say(lang)

    entry = "表“里程碑”第 2 条“promised”键" if lang == "zh" else 'table "里程碑", entry 2, key "promised"'
    assert said.startswith("plan.toml")
    assert entry in said
    assert "46000" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_duplicate_key_names_both_rows(workbook, lang):
    rows = [HEADER[:4], ["M-1", "D-1", "a", None], ["M-1", "D-1", "b", None]]

    said = the_problem({"p.xlsx": workbook({"项目": DEALS, "里程碑": rows})}).say(lang)

    assert "“M-1”已在第 2 行" in said if lang == "zh" else '"M-1" is already used in row 2' in said
    assert "第 3 行" in said or "row 3" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_milestone_of_an_unknown_deal_offers_the_nearest_key(workbook, lang):
    rows = [HEADER[:4], ["M-1", "Ｄ-1", "a", None]]

    said = the_problem({"p.xlsx": workbook({"项目": DEALS, "里程碑": rows})}).say(lang)

    for part in ("p.xlsx", "里程碑", "2", "项目", "Ｄ-1", "D-1"):
        assert part in said


def test_all_problems_are_told_at_once_in_the_order_of_the_file(folder):
    files = folder(
        {
            "deals": [["key", "name", "amount", "rules"], ["D-1", "", "1,000", "stale_workday=8"]],
            "milestones": [["key", "deal", "name", "promised"], ["M-1", "D-9", "a", "x"], ["M-1", "D-1", "b", ""]],
        }
    )

    places = [(p.facts["sheet"], p.facts["row"], p.facts["column"]) for p in the_problems(files)]

    assert places == [
        ("deals", 2, "name"),
        ("deals", 2, "amount"),
        ("deals", 2, "rules"),
        ("milestones", 2, "promised"),
        ("milestones", 2, "deal"),
        ("milestones", 3, "key"),
    ]


def test_the_whole_message_counts_and_numbers_the_problems(folder):
    files = folder({"deals": [["key", "name"], ["D-1", ""], ["", "x"]]})

    with pytest.raises(Problems) as caught:
        readers.read(files)

    assert caught.value.exit_code == 2
    assert "2 个问题，未导入任何内容" in caught.value.say("zh")
    assert "  2. deals.csv" in caught.value.say("en")


def test_an_unknown_rule_offers_the_nearest_name(folder):
    files = folder({"deals": [["key", "name", "rules"], ["D-1", "x", "stale_workday=8"]]})

    assert "stale_workdays?" in the_problem(files).say("en")


def test_milestones_that_wait_for_each_other_are_named(folder):
    rows = [["key", "deal", "name", "promised", "depends_on"]]
    rows += [["M-1", "D-1", "a", "", "M-3"], ["M-2", "D-1", "b", "", "M-1"], ["M-3", "D-1", "c", "", "M-2"]]

    problem = the_problem(folder({"deals": DEALS, "milestones": rows}))

    assert set(problem.facts["value"].split(" → ")) == {"M-1", "M-2", "M-3"}
    assert problem.facts["column"] == "depends_on"


def test_two_separate_circles_are_both_named(folder):
    rows = [["key", "deal", "name", "promised", "depends_on"]]
    rows += [["M-1", "D-1", "a", "", "M-1"], ["M-2", "D-1", "b", "", "M-3"], ["M-3", "D-1", "c", "", "M-2"]]

    assert len(the_problems(folder({"deals": DEALS, "milestones": rows}))) == 2


@pytest.mark.parametrize(
    ("table", "header", "row", "column"),
    [
        ("deals", ["key", "name", "goal"], ["D-2", "x", "G-9"], "goal"),
        ("resources", ["owner", "deal"], ["林悦", "D-9"], "deal"),
        ("risks", ["key", "deal", "cause", "milestone"], ["R-1", "D-1", "x", "M-9"], "milestone"),
        ("feedback", ["deal", "date", "text"], ["D-9", "2026-09-01", "x"], "deal"),
        ("communications", ["deal", "audience"], ["D-9", "team"], "deal"),
    ],
)
def test_every_key_of_another_table_must_exist(folder, table, header, row, column):
    files = folder({"项目": DEALS, table: [header, row]}) if table != "deals" else folder({table: [header, row]})

    assert the_problem(files).facts["column"] == column


@pytest.mark.parametrize(
    ("table", "header", "row"),
    [
        ("goals", ["key", "name", "win_rate"], ["G-1", "x", "0"]),
        ("goals", ["key", "name", "win_rate"], ["G-1", "x", "120%"]),
        ("deals", ["key", "name", "currency"], ["D-1", "x", "RMB"]),
        ("deals", ["key", "name", "currency"], ["D-1", "x", "人民币"]),
        ("deals", ["key", "name", "penalty_base"], ["D-1", "x", "contract"]),
        ("deals", ["key", "name", "penalty_grace_days"], ["D-1", "x", "1.5"]),
        ("deals", ["key", "name", "penalty_cap"], ["D-1", "x", "30"]),
        ("deals", ["key", "name", "penalty_rate"], ["D-1", "x", "11:0.005; 1:0.001"]),
        ("deals", ["key", "name", "penalty_rate"], ["D-1", "x", "1-10:0.001"]),
        ("deals", ["key", "name", "rules"], ["D-1", "x", "p_red=40"]),
        ("deals", ["key", "name", "rules"], ["D-1", "x", "stale_workdays"]),
        ("resources", ["owner", "leave"], ["林悦", "2026-10-12..2026-10-08"]),
        ("resources", ["owner", "leave"], ["林悦", "国庆"]),
        ("resources", ["owner", "kind"], ["林悦", "外星人"]),
        ("resources", ["owner", "hours_per_day"], ["林悦", "25"]),
    ],
)
def test_a_value_outside_its_column_is_refused(folder, table, header, row):
    problem = the_problem(folder({table: [header, row]}))

    assert problem.facts["column"] == header[-1]
    assert problem.facts["value"] == row[-1]


@pytest.mark.parametrize("score", ["0", "6", "4.5", "好"])
def test_a_score_is_a_whole_number_from_1_to_5(folder, score):
    rows = [["deal", "date", "text", "score"], ["D-1", "2026-09-01", "x", score]]

    assert the_problem(folder({"deals": DEALS, "feedback": rows})).facts["column"] == "score"


def test_a_risk_that_is_more_than_certain_is_refused(folder):
    rows = [["key", "deal", "cause", "probability"], ["R-1", "D-1", "x", "1.5"]]

    assert the_problem(folder({"deals": DEALS, "risks": rows})).facts["value"] == "1.5"
