"""Close-out reviews from lives written down by hand: what is counted, what is not said of few, what was learnt."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from bridge.language import LANGUAGES
from bridge.model import Colour
from bridge.plan.document import Baseline, Deal, Goal, Milestone, Plan
from bridge.reconcile.promise import slip_against
from bridge.reconcile.situation import GoalState
from bridge.report import pages, retro_page, retro_people, retro_view
from tests.replacing import replace

ZONE = ZoneInfo("Asia/Shanghai")
START = date(2026, 3, 2)


def recorded(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


class Book:
    """A deal of milestones, each with its days; `review` builds the document."""

    def __init__(self, make):
        self.make, self.rows, self.baselines, self.days = make, [], {}, {}
        self.calendar = make.document.__globals__["a_portfolio"]().calendar
        self.informed, self.plans, self.goals = {}, None, ()
        self.deal = Deal("D-1", "会员支付", customer="华东医药", goal="G-1")

    def milestone(self, key, promised, actual, moved=None, owner="林悦", penalty=None, **changes):
        first, last = promised, moved or promised
        self.baselines[key] = tuple(
            Baseline(key, number, day, recorded(START + timedelta(days=30 * number)))
            for number, day in enumerate(dict.fromkeys((first, last)))
        )
        done = actual is not None
        self.rows.append(
            self.make.row(
                key,
                milestone={"owner": owner, "class_": "上线"},
                colour=Colour.DONE if done else Colour.GREEN,
                first_promise=first,
                commitment=last,
                actual=actual,
                slip=slip_against(last, None, actual, None, self.make.today, self.calendar),
                slip_first=slip_against(first, None, actual, None, self.make.today, self.calendar),
                money={"penalty_today": penalty},
                earliest_start=START,
                **changes,
            )
        )

    def day(self, key, day, colour=Colour.GREEN, **changes):
        plain = {"reasons": {}, "earliest_start": START}
        kept = self.make.snapshot(key, day, colour=colour, own_colour=colour, **{**plain, **changes})
        self.days.setdefault(key, []).append(kept)

    def portfolio(self):
        milestones = tuple(row.milestone for row in self.rows)
        return SimpleNamespace(
            today=self.make.today,
            now=self.make.now,
            timezone=ZONE,
            calendar=self.calendar,
            plan=Plan(deals=(self.deal,), milestones=milestones),
            baselines=self.baselines,
            snapshots={key: tuple(days) for key, days in self.days.items()},
            tasks=(),
            people=self.make.document.__globals__["a_portfolio"]().people,
        )

    def result(self):
        return SimpleNamespace(
            assessments=tuple(self.rows), deal_colours={"D-1": Colour.DONE}, goals=self.goals, links={}
        )

    def review(self, lang="zh"):
        return retro_view.build(
            self.portfolio(),
            self.result(),
            self.deal,
            lang=lang,
            generated_at=self.make.now,
            informed=self.informed,
            recovery_plans=self.plans,
        )

    def of_person(self, owner, lang="zh"):
        return retro_people.build(self.portfolio(), self.result(), owner, lang=lang, generated_at=self.make.now)


@pytest.fixture
def book(make):
    return Book(make)


def five(book):
    for number, (promised, actual) in enumerate(
        ((date(2026, 5, 15), 14), (date(2026, 5, 29), 29), (date(2026, 6, 12), 26), (date(2026, 6, 30), 30))
    ):
        book.milestone(f"M-{number}", promised, promised.replace(day=actual))
    book.milestone("M-4", date(2026, 7, 10), date(2026, 7, 24), moved=date(2026, 7, 31))


def test_promises_are_counted_against_the_first_and_the_last_date(book):
    five(book)

    promises = book.review()["promises"]

    assert (promises["milestones"], promises["finished"]) == (5, 5)
    assert (promises["kept_first"], promises["kept_last"], promises["rescheduled"]) == (3, 4, 1)
    assert promises["figures"]["on_time_first"] == 0.6
    assert promises["figures"]["on_time_last"] == 0.8
    assert promises["figures"]["late_mean"] == 9  # 12 to 26 June, the holiday of 19 June between


def test_fewer_than_five_have_no_rates_and_a_sentence_says_so(book):
    book.milestone("M-1", date(2026, 5, 15), date(2026, 5, 14))

    review = book.review()

    assert review["promises"]["figures"] is None
    assert review["compared"] is None
    assert review["discipline"]["reschedule_rate"] is None
    assert any("不足 5 个（1 个）" in remark for remark in review["remarks"])
    assert review["milestones"][0]["slip_workdays"] == -1


def test_a_deal_with_open_work_is_reviewed_and_says_that_it_is_not_finished(book):
    five(book)
    book.milestone("M-9", date(2026, 9, 1), None)

    review = book.review("en")

    assert not review["is_finished"]
    assert (
        "Not finished yet: 1 of the milestones still open; this goes no further than 24 Aug 2026" in review["remarks"]
    )
    assert "(not finished)" in retro_page.review_page(review, "en").headline


def test_a_deal_without_milestones_says_so(book):
    review = book.review()

    assert not review["is_finished"]
    assert "没有里程碑" in retro_page.review_page(review, "zh").headline


def test_reasons_over_a_life_are_counted_in_days_and_symptoms_follow_causes(book):
    book.milestone("M-1", date(2026, 5, 15), date(2026, 5, 29))
    book.milestone("M-2", date(2026, 5, 15), date(2026, 5, 15))
    for day in (11, 12, 13):
        book.day("M-1", date(2026, 5, day), reasons={"FORECAST_LATE": "amber"})
    book.day("M-1", date(2026, 5, 14), reasons={"FORECAST_LATE": "red", "BLOCKED": "red"})
    book.day("M-2", date(2026, 5, 14), reasons={"UNASSIGNED": "amber"})

    causes = book.review()["causes"]

    assert [(cause["code"], cause["milestones"], cause["days"]) for cause in causes] == [
        ("BLOCKED", 1, 1),
        ("FORECAST_LATE", 1, 4),
    ]
    assert causes[0]["slip_workdays"] == 10
    assert "MAIN_CAUSE" in [lesson["code"] for lesson in book.review()["lessons"]]


def test_days_of_an_older_version_of_the_program_are_unknown_and_told(book):
    book.milestone("M-1", date(2026, 5, 15), date(2026, 5, 29))
    book.day("M-1", date(2026, 5, 14), Colour.RED, reasons=None)

    review = book.review()

    assert any("有 1 个记录日来自较早的版本" in remark for remark in review["remarks"])
    assert review["discipline"]["reds"] == 1


def test_a_slip_is_seen_when_red_or_late_and_the_days_to_the_customer_are_counted_from_there(book):
    book.milestone("M-1", date(2026, 5, 15), date(2026, 5, 29))
    book.day("M-1", date(2026, 5, 6))
    book.day("M-1", date(2026, 5, 7), Colour.AMBER, reasons={"DUE_AFTER_PROMISE": "amber"})
    book.informed = {"M-1": {date(2026, 5, 1), date(2026, 5, 18), date(2026, 5, 25)}}

    (row,) = book.review()["milestones"]

    assert (row["slip_seen"], row["days_to_inform"]) == ("2026-05-07", 11)
    assert book.review()["discipline"]["never_informed"] == 0


def test_who_was_only_told_before_the_slip_was_seen_was_not_told_of_it(book):
    book.milestone("M-1", date(2026, 5, 15), date(2026, 5, 29))
    book.day("M-1", date(2026, 5, 7), Colour.RED)
    book.informed = {"M-1": {date(2026, 5, 1)}}

    assert book.review()["milestones"][0]["days_to_inform"] is None
    assert book.review()["discipline"]["never_informed"] == 1


def test_forecasts_are_judged_by_the_promise_of_their_own_day(book):
    book.milestone("M-1", date(2026, 3, 31), date(2026, 4, 30), moved=date(2026, 5, 8))
    early, late = START + timedelta(days=3), START + timedelta(days=40)
    for number in range(5):
        book.day(
            "M-1",
            (early if number < 2 else late) + timedelta(days=number),
            on_time_probability=0.5 if number < 2 else 0.9,
            method="throughput",
            forecast_p85=date(2026, 4, 20) if number < 2 else date(2026, 5, 6),
        )

    forecast = book.review()["forecast"]

    assert forecast == {"p85_days": 5, "p85_hit_rate": 0.6, "stated_days": 5, "brier": 0.106}


def test_a_due_date_is_no_forecast_and_a_day_after_the_end_is_none_either(book):
    book.milestone("M-1", date(2026, 5, 15), date(2026, 5, 14))
    book.day("M-1", date(2026, 5, 1), method="due_dates", forecast_p85=date(2026, 5, 15))
    book.day("M-1", date(2026, 5, 14), method="throughput", forecast_p85=date(2026, 5, 15))

    assert book.review()["forecast"]["p85_days"] == 0


def test_what_the_tool_claimed_against_what_was_computed_is_counted_by_days(book):
    book.milestone("M-1", date(2026, 5, 15), date(2026, 5, 29))
    book.day("M-1", date(2026, 5, 11), Colour.RED, claimed=Colour.GREEN)
    book.day("M-1", date(2026, 5, 12), Colour.RED, claimed=Colour.RED)
    book.day("M-1", date(2026, 5, 13), Colour.RED, claimed=Colour.DONE)

    assert book.review()["discipline"]["claimed_green_but_red_days"] == 2


def test_recovery_plans_count_within_two_working_days_of_red(book):
    reds = [date(2026, 5, 11) + timedelta(days=7 * number) for number in range(5)]
    book.milestone("M-1", date(2026, 5, 15), date(2026, 6, 30))
    for red in reds:
        book.day("M-1", red, Colour.RED)
        book.day("M-1", red + timedelta(days=1), Colour.AMBER)

    assert book.review()["discipline"]["recovery_plan_share"] is None
    book.plans = {"M-1": [reds[0], reds[1] + timedelta(days=2), reds[2] + timedelta(days=3)]}

    assert book.review()["discipline"]["recovery_plan_share"] == 0.4


def test_a_goal_is_reached_not_reached_or_unknown(book):
    five(book)
    for current, said in ((Decimal(10), True), (Decimal(9), False), (None, None)):
        goal = Goal("G-1", "回款", target=Decimal(10), current=current)
        book.goals = (GoalState(goal, None, None, None),)

        assert book.review()["goal"]["is_reached"] is said


def test_penalties_are_added_and_unknown_ones_are_counted(book):
    book.milestone("M-1", date(2026, 5, 15), date(2026, 5, 29), penalty=Decimal("100.005"))
    book.milestone("M-2", date(2026, 5, 15), date(2026, 5, 29), penalty=Decimal("0.10"))
    book.milestone("M-3", date(2026, 5, 15), date(2026, 5, 29), penalty=None)

    money = book.review()["money"]

    assert (money["penalty"], money["unknown"]) == ("100.11", 1)


def test_every_lesson_carries_the_figures_it_is_derived_from(book):
    five(book)
    book.day("M-2", date(2026, 6, 1), Colour.RED, claimed=Colour.GREEN, reasons={"BLOCKED": "red"})
    book.rows[2] = replace(book.rows[2], money=replace(book.rows[2].money, penalty_today=Decimal(900)))
    book.informed = {"M-2": {date(2026, 6, 22)}}

    lessons = book.review()["lessons"]

    assert [lesson["code"] for lesson in lessons] == [
        "FIRST_PROMISE_LATE",
        "RESCHEDULED",
        "MAIN_CAUSE",
        "TOLD_LATE",
        "CLAIMED_GREEN",
        "PENALTY",
    ]
    assert all(lesson["figures"] for lesson in lessons)
    assert lessons[0]["figures"] == {"n": 5, "late": 2}


def test_without_a_slip_the_only_lesson_is_to_keep_doing_it(book):
    for number in range(5):
        book.milestone(f"M-{number}", date(2026, 5, 15), date(2026, 5, 15))

    assert [lesson["code"] for lesson in book.review()["lessons"]] == ["ALL_KEPT"]


def test_a_person_is_thanked_for_kept_promises_and_for_those_brought_back_from_red(book):
    five(book)
    book.day("M-0", date(2026, 5, 4), Colour.RED)
    book.milestone("M-8", date(2026, 5, 15), date(2026, 5, 15), owner="陈晨")

    told = book.of_person("林悦")

    assert [one["key"] for one in told["recognition"]["kept"]] == ["M-0", "M-1", "M-3", "M-4"]
    assert [one["key"] for one in told["recognition"]["recovered"]] == ["M-0"]
    assert told["recognition"]["recovered"][0]["red_since"] == "2026-05-04"
    assert "陈晨" not in str(told)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_people_can_write_what_they_like_and_no_form_breaks(book, lang):
    five(book)
    evil = '<script>alert("x")</script> | **b** \x1b[31m'
    book.rows[0] = replace(book.rows[0], milestone=replace(book.rows[0].milestone, name=evil))
    page = retro_page.review_page(book.review(lang), lang)

    assert "<script>" not in pages.page_html(page, lang)
    assert "<script>" not in pages.markdown(page, lang)
    assert "\x1b[31m" not in pages.text(page, lang, width=100, colour=False)
    assert retro_page.review_csv(book.review(lang), lang).count("\r\n") == 6


def test_a_name_that_looks_like_a_formula_is_no_formula_in_a_spreadsheet(book):
    book.milestone("M-1", date(2026, 5, 15), date(2026, 5, 29))
    book.rows[0] = replace(book.rows[0], milestone=Milestone("M-1", "D-1", "=cmd()"))

    assert ",'=cmd()," in retro_page.review_csv(book.review(), "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_review_is_the_same_bytes_and_fits_the_terminal(book, lang):
    five(book)
    page = retro_page.review_page(book.review(lang), lang)

    shown = pages.text(page, lang, width=80, colour=False)

    assert shown == pages.text(page, lang, width=80, colour=False)
    assert max(map(cell_len, shown.split("\n"))) <= 80
