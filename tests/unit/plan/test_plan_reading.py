"""Good plans: the same values out of every format, whatever the order and language of the headings."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from bridge.plan import readers
from bridge.plan.document import Deal, Leave, Milestone, Plan, Tier

DEALS = [["编号", "名称"], ["D-1", "支付"]]
CONTENT = {
    "目标": [["key", "name", "target", "win_rate"], ["G-1", "收入", "5000000", "30%"]],
    "deals": [
        ["key", "名称", "customer", "合同金额", "goal", "违约金日率", "penalty_base", "rules"],
        ["D-1", "支付", "云杉", "1200000.50", "G-1", "1:0.001; 11:0.005", "里程碑", "stale_workdays=8; p_red=0.4"],
    ],
    "里程碑": [
        ["编号", "deal", "名称", "承诺日期", "付款金额", "合同节点", "前置", "范围"],
        ["M-1", "D-1", "联调", "2026-09-01", "300000", "是", "", "source:pingcode project:PAY"],
        ["M-2", "D-1", "上线", "2026/10/9", "", "no", "M-1", ""],
    ],
    "resources": [["人员", "leave", "kind"], ["林悦", "2026-10-08..2026-10-12; 2026-11-02", "人力"]],
    "风险": [["编号", "项目", "描述", "概率"], ["R-1", "D-1", "接口延期", "0.3"]],
    "feedback": [["deal", "date", "text", "评分"], ["D-1", "2026年8月3日", "慢", "2"]],
    "沟通": [["项目", "对象", "周期天数"], ["D-1", "客户", "14"]],
}
AS_TOML = """
[[goals]]
key = "G-1"
name = "收入"
target = 5000000
win_rate = 0.3
[["项目"]]
key = "D-1"
name = "支付"
"客户" = "云杉"
amount = 1200000.50
goal = "G-1"
penalty_rate = "1:0.001; 11:0.005"
penalty_base = "milestone"
rules = {stale_workdays = 8, p_red = 0.4}
[[milestones]]
key = "M-1"
deal = "D-1"
name = "联调"
promised = 2026-09-01
amount = 300000
contractual = true
scope = "source:pingcode project:PAY"
[[milestones]]
key = "M-2"
deal = "D-1"
name = "上线"
promised = "2026-10-09"
depends_on = ["M-1"]
[[resources]]
owner = "林悦"
leave = "2026-10-08..2026-10-12; 2026-11-02"
kind = "people"
[[risks]]
key = "R-1"
deal = "D-1"
cause = "接口延期"
probability = 0.3
[[feedback]]
deal = "D-1"
date = 2026-08-03
text = "慢"
score = 2
[[communications]]
deal = "D-1"
audience = "customer"
every_days = 14
"""


def test_the_three_formats_give_the_same_plan(workbook, folder):
    from_csv = readers.read(folder(CONTENT))
    from_xlsx = readers.read({"plan.xlsx": workbook(CONTENT)})
    from_toml = readers.read({"plan.toml": AS_TOML.encode()})

    assert from_csv.plan == from_xlsx.plan == from_toml.plan
    assert from_csv.notices == from_xlsx.notices == from_toml.notices == ()


def test_every_cell_arrives_as_its_type(folder):
    plan = readers.read(folder(CONTENT)).plan

    assert plan.deals == (
        Deal(
            "D-1",
            "支付",
            customer="云杉",
            amount=Decimal("1200000.5"),
            goal="G-1",
            penalty_rate=(Tier(1, Decimal("0.001")), Tier(11, Decimal("0.005"))),
            penalty_base="milestone",
            rules={"stale_workdays": 8.0, "p_red": 0.4},
        ),
    )
    assert plan.milestones[1] == Milestone("M-2", "D-1", "上线", promised=date(2026, 10, 9), depends_on=("M-1",))
    assert plan.resources[0].leave == (
        Leave(date(2026, 10, 8), date(2026, 10, 12)),
        Leave(date(2026, 11, 2), date(2026, 11, 2)),
    )
    assert plan.communications[0].audience == "customer"


def test_number_and_date_cells_of_a_workbook_are_exact(workbook):
    rows = [["key", "deal", "name", "promised", "amount", "contractual", "weight"]]
    rows += [[1001, "D-1", 2026, date(2026, 9, 1), 300000.0, True, 4.1000000000000005]]
    book = workbook({"deals": DEALS, "milestones": rows})

    (milestone,) = readers.read({"p.xlsx": book}).plan.milestones

    assert (milestone.key, milestone.name, milestone.promised) == ("1001", "2026", date(2026, 9, 1))
    assert (str(milestone.amount), milestone.contractual, milestone.weight) == ("300000", True, Decimal("4.1"))


def test_a_date_and_time_cell_at_midnight_is_that_day(workbook):
    rows = [["key", "deal", "name", "promised"], ["M-1", "D-1", "a", datetime.fromisoformat("2026-09-01")]]

    (milestone,) = readers.read({"p.xlsx": workbook({"deals": DEALS, "milestones": rows})}).plan.milestones

    assert milestone.promised == date(2026, 9, 1)


def test_headings_may_have_blanks_full_width_letters_and_capitals(folder):
    rows = [[" ＫＥＹ ", "\u3000名称", "Customer\n"], ["D-1", "支付", "云杉"]]

    assert readers.read(folder({" 项目 ": rows})).plan.deals == (Deal("D-1", "支付", customer="云杉"),)


def test_a_chinese_heading_given_once_holds_in_every_table(folder):
    rows = [["编号", "项目", "名称", "承诺日期", "人员", "合同金额"], ["M-1", "D-1", "a", "", "林悦", "5"]]

    (milestone,) = readers.read(folder({"项目": DEALS, "里程碑": rows})).plan.milestones

    assert (milestone.owner, milestone.amount) == ("林悦", Decimal(5))


def test_one_chinese_heading_means_each_tables_own_column(folder):
    milestones = [["编号", "项目", "名称", "承诺日期", "类别"], ["M-1", "D-1", "a", "", "集成"]]
    risks = [["编号", "项目", "描述", "类别"], ["R-1", "D-1", "x", "技术"]]

    plan = readers.read(folder({"项目": DEALS, "里程碑": milestones, "风险": risks})).plan

    assert (plan.milestones[0].class_, plan.risks[0].category) == ("集成", "技术")


def test_a_blank_promise_is_none(folder):
    rows = [["key", "deal", "name", "promised"], ["M-1", "D-1", "a", "  "]]

    assert readers.read(folder({"deals": DEALS, "milestones": rows})).plan.milestones[0].promised is None


def test_unknown_columns_are_kept_as_notes_and_reported_once(workbook):
    rows = [["编号", "名称", "区域", "Ampel"], ["D-1", "a", "华东", None], ["D-2", "b", "华北", 3]]

    reading = readers.read({"p.xlsx": workbook({"项目": rows})})

    assert [dict(deal.notes) for deal in reading.plan.deals] == [{"区域": "华东"}, {"区域": "华北", "Ampel": "3"}]
    assert [notice.facts["column"] for notice in reading.notices] == ["区域", "Ampel"]
    assert "按备注" in reading.notices[0].say("zh")
    assert "kept as notes" in reading.notices[0].say("en")


def test_values_under_no_heading_are_kept_under_the_columns_letter(folder):
    rows = [["编号", "名称"], ["D-1", "a", "", "迟"]]

    reading = readers.read(folder({"项目": rows}))

    assert dict(reading.plan.deals[0].notes) == {"D": "迟"}


def test_an_unknown_sheet_is_reported_and_left_aside(workbook):
    reading = readers.read({"p.xlsx": workbook({"项目": DEALS, "草稿": [["x"]], "说明": [["y"]]})})

    assert [notice.facts["sheet"] for notice in reading.notices] == ["草稿"]


def test_blank_rows_are_skipped_and_an_empty_sheet_is_no_table(workbook):
    book = workbook({"项目": [[], ["编号", "名称"], [], ["D-1", "支付"], [None, " "]], "风险": []})

    assert readers.read({"p.xlsx": book}).plan == Plan(deals=(Deal("D-1", "支付"),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_may_come_in_the_encodings_of_chinese_spreadsheets(folder, encoding):
    assert readers.read(folder({"项目": DEALS}, encoding)).plan.deals == (Deal("D-1", "支付"),)


def test_csv_keeps_the_zeros_of_a_key_and_the_line_breaks_of_a_text(folder):
    rows = [["key", "name"], ["00123", "一\r\n二"]]

    assert readers.read(folder({"deals": rows})).plan.deals == (Deal("00123", "一\n二"),)


def test_invisible_marks_around_a_pasted_key_are_dropped(folder):
    rows = [["key", "deal", "name", "promised"], ["M-1", "\ufeffD-1\u200b", "a", ""]]

    assert readers.read(folder({"deals": DEALS, "milestones": rows})).plan.milestones[0].deal == "D-1"


def test_currency_and_penalty_base_have_their_defaults(folder):
    (deal,) = readers.read(folder({"deals": [["key", "name", "币种"], ["D-1", "x", "usd"]]})).plan.deals

    assert (deal.currency, deal.penalty_base, deal.penalty_grace_days) == ("USD", "deal", 0)
    assert readers.read(folder({"项目": DEALS})).plan.deals[0].currency == "CNY"
