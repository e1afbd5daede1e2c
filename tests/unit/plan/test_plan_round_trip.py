"""What is written is read back as the same plan: in every format, in both languages, and as JSON."""

import io
import json
import string
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bridge import thresholds
from bridge.errors import UsageProblem
from bridge.language import LANGUAGES
from bridge.plan import export, readers, template, wire
from bridge.plan.cells import clean
from bridge.plan.document import (
    Communication,
    Deal,
    Feedback,
    Goal,
    Leave,
    Milestone,
    Plan,
    Resource,
    Risk,
    Tier,
)  # fmt: skip
from bridge.plan.tables import BY_NAME, TABLES
from bridge.plan.workbooks import MAX_TEXT

ODD = st.sampled_from(
    [
        "=1+1",
        "-tag",
        "+8613",
        "@x",
        "'=a",
        "''-b",
        "a\nb",
        '"q"',
        "a,b",
        "a;b",
        "_x0041_",
        "00123",
        "1e5",
        "否",
        "\\",
        "x\x7fy",
    ]
)
TEXT = (st.text(max_size=12) | ODD).map(clean)
FILLED = TEXT.filter(bool)
MAYBE = st.none() | FILLED
DAY = st.dates(date(2000, 1, 1), date(2099, 12, 31))
MONEY = st.decimals(0, 10**14, places=2).map(lambda number: Decimal(format(number, "f")))
SHARE = st.integers(0, 10_000).map(lambda number: Decimal(number) / 10_000)
NOTES = st.dictionaries(
    st.text("甲乙丙=-'xyz ", min_size=1, max_size=6).map(lambda name: clean(f"注{name}")), FILLED, max_size=2
)
KEY = st.text(string.ascii_letters + string.digits + "-_ 键=", min_size=1, max_size=6).map(clean).filter(bool)
TIERS = st.dictionaries(st.integers(1, 99), SHARE, max_size=3).map(
    lambda rates: tuple(Tier(day, rates[day]) for day in sorted(rates))
)
LEAVES = st.lists(st.tuples(DAY, DAY).map(lambda days: Leave(min(days), max(days))), max_size=2).map(tuple)
RULES = st.dictionaries(st.sampled_from(thresholds.PER_DEAL), st.sampled_from([0.0, 0.25, 1.0]), max_size=3)
SCOPES = st.sampled_from(["", "source:pingcode -tag:internal", 'sprint:"Sprint 9" | key:PAY-42', "-tag:x"])


def of(row_type, **columns):
    return st.builds(row_type, **columns, notes=NOTES)


@st.composite
def plans(draw):
    goals, deals, milestones, risks = (draw(st.lists(KEY, max_size=2, unique=True)) for _ in range(4))
    goal = st.sampled_from([None, *goals])
    any_milestone = st.sampled_from([None, *milestones]) if deals else st.none()

    def rows(keys, row_type, **columns):
        return tuple(draw(of(row_type, key=st.just(key), **columns)) for key in keys)

    def few(row_type, **columns):
        return tuple(draw(st.lists(of(row_type, **columns), max_size=2)))

    deal = st.sampled_from(deals or [""])
    return Plan(
        goals=rows(
            goals, Goal, name=FILLED, metric=MAYBE, target=st.none() | MONEY, current=st.none() | MONEY.map(lambda n: -n),
            start=st.none() | DAY, owner=MAYBE, win_rate=st.none() | SHARE.filter(bool),
        ),
        deals=rows(
            deals, Deal, name=FILLED, customer=MAYBE, amount=st.none() | MONEY, currency=st.sampled_from(["CNY", "USD"]),
            goal=goal, penalty_rate=TIERS, penalty_base=st.sampled_from(["deal", "milestone"]),
            penalty_grace_days=st.integers(0, 99), penalty_cap=st.none() | SHARE, rules=RULES,
        ),
        milestones=rows(
            milestones if deals else [], Milestone, deal=deal, name=FILLED, promised=st.none() | DAY,
            amount=st.none() | MONEY, contractual=st.booleans(), class_=MAYBE, weight=st.none() | MONEY.filter(lambda n: n < 10**12),
            scope=SCOPES, note=MAYBE,
        ),
        resources=few(
            Resource, owner=FILLED, hours_per_day=st.none() | st.just(Decimal("7.5")), leave=LEAVES,
            kind=st.sampled_from([None, "人力", "物资", "资金"]), budget=st.none() | MONEY,
        ),
        risks=rows(
            risks if deals else [], Risk, deal=deal, cause=FILLED, probability=st.none() | SHARE,
            milestone=any_milestone, impact_days=st.none() | st.just(Decimal("2.5")), due=st.none() | DAY, status=MAYBE,
        ),
        feedback=few(
            Feedback, deal=deal, date=DAY, text=FILLED, score=st.none() | st.integers(1, 5), milestone=any_milestone
        ) if deals else (),
        communications=few(
            Communication, deal=deal, audience=st.sampled_from(["team", "customer"]),
            every_days=st.none() | st.integers(1, 99), last=st.none() | DAY, channel=MAYBE,
        ) if deals else (),
    )  # fmt: skip


quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@quick
@given(plans().filter(lambda plan: plan != Plan()), st.sampled_from(LANGUAGES))
def test_every_export_reads_back_as_the_same_plan(plan, lang):
    assert readers.read({"p.xlsx": export.workbook(plan, lang)}).plan == plan
    assert readers.read(export.csv_files(plan, lang)).plan == plan
    assert readers.read({"p.toml": export.toml(plan).encode()}).plan == plan


@quick
@given(plans())
def test_json_and_back_is_the_same_plan(plan):
    assert wire.from_json(json.loads(json.dumps(wire.as_json(plan)))) == plan


def test_json_speaks_in_canonical_columns_text_decimals_and_iso_dates():
    plan = Plan(
        deals=(Deal("D-1", "x", penalty_rate=(Tier(1, Decimal("0.0005")),)),),
        milestones=(Milestone("M-1", "D-1", "a", promised=date(2026, 9, 1), amount=Decimal("300000"), class_="集成"),),
    )

    shown = wire.as_json(plan)

    assert list(shown) == [table.name for table in TABLES]
    assert shown["deals"][0]["penalty_rate"] == [{"from_day": 1, "rate": "0.0005"}]
    milestone = shown["milestones"][0]
    assert (milestone["promised"], milestone["amount"], milestone["class"]) == ("2026-09-01", "300000", "集成")
    assert (milestone["actual"], milestone["contractual"], milestone["depends_on"]) == (None, False, [])
    assert list(milestone) == [*BY_NAME["milestones"].by_name, "notes"]


def test_json_of_an_older_version_takes_defaults_for_what_it_lacks():
    assert wire.from_json({"deals": [{"key": "D-1", "name": "x"}]}) == Plan(deals=(Deal("D-1", "x"),))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_template_has_every_column_and_is_read_without_a_notice_once_filled(lang):
    book = CalamineWorkbook.from_filelike(io.BytesIO(template.workbook(lang)))

    assert book.sheet_names[:-1] == [table.title(lang) for table in TABLES]
    for table in TABLES:
        rows = book.get_sheet_by_name(table.title(lang)).to_python()
        assert rows == [[column.title(lang) for column in table.columns]]
    assert readers.read({"p.xlsx": export.workbook(Plan(deals=(Deal("D-1", "x"),)), lang)}).notices == ()


def test_the_same_plan_gives_the_same_bytes_on_any_day():
    plan = Plan(deals=(Deal("D-1", "x"),))

    with time_machine.travel("2026-08-24"):
        earlier = export.workbook(plan, "zh")
    with time_machine.travel("2027-01-02"):
        later = export.workbook(plan, "zh")

    assert later == earlier


def test_text_that_looks_like_a_formula_is_written_as_text():
    plan = Plan(deals=(Deal("D-1", '=HYPERLINK("http://x")', customer="@SUM(1)"),))

    assert b"<f>" not in b"".join(_parts(export.workbook(plan, "en")))
    assert "\"'=HYPERLINK" in export.csv_files(plan)["deals.csv"].decode()


def _parts(book):
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        return [package.read(name) for name in package.namelist()]


def test_a_text_too_long_for_a_workbook_is_refused_rather_than_lost():
    plan = Plan(deals=(Deal("D-1", "x" * (MAX_TEXT + 1)),))

    with pytest.raises(UsageProblem, match='column "name"'):
        export.workbook(plan, "en")
    assert readers.read({"p.toml": export.toml(plan).encode()}).plan == plan
