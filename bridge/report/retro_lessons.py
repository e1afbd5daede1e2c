"""What a close-out review teaches, as sentences: each is derived from figures of the review and carries them.

A lesson without its figures does not exist: nothing here is said that the review above it does not show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bridge.language import Lang, Text
from bridge.report.phrases import Noun, counted, money_text, share_text
from bridge.report.wording import reason_name

Review = Mapping[str, Any]

FEW = 5
"""Groups smaller than this are not summed up: a mean of two says more about chance than about the work."""

LONG_SILENCE = 2
SURE = 0.85
SLOWER = 1.1

MILESTONES: Noun = ("milestone", "milestones")


@dataclass(frozen=True, slots=True)
class Lesson:
    code: str
    text: Text
    facts: Mapping[str, object]
    """Plain figures, as in the review."""
    said: Mapping[str, object]
    """The same in words."""

    def say(self, lang: Lang) -> str:
        return self.text.say(lang, **{name: _say(fact, lang) for name, fact in self.said.items()})


@dataclass(frozen=True, slots=True)
class Count:
    """A number with what it counts, which only English needs to inflect."""

    number: int
    noun: Noun

    def say(self, lang: Lang) -> str:
        return str(self.number) if lang == "zh" else counted(self.number, self.noun)


def lessons(review: Review) -> list[Lesson]:
    return [lesson for derive in LESSONS for lesson in derive(review)]


def _promises(review: Review) -> Iterator[Lesson]:
    kept, n = review["promises"]["kept_first"], review["promises"]["finished"]
    moved = review["promises"]["rescheduled"]
    if n and kept == n:
        yield Lesson(
            "ALL_KEPT",
            Text(
                "{n} 个已完成的里程碑全部守住了最初的承诺，做法值得保留",
                "{n} finished, none after the date first promised: keep doing it",
            ),
            {"n": n},
            {"n": Count(n, MILESTONES)},
        )
    elif n:
        text = Text(
            "{n} 个已完成的里程碑里，{late} 个晚于最初的承诺",
            "Of {n} finished, {late} came after the date first promised",
        )
        yield Lesson(
            "FIRST_PROMISE_LATE", text, {"n": n, "late": n - kept}, {"n": Count(n, MILESTONES), "late": n - kept}
        )
    if moved:
        yield Lesson(
            "RESCHEDULED",
            Text(
                "{moved} 个里程碑改过承诺日期：先核实工作量再承诺，比事后改期更容易守住",
                "The promise of {moved} was moved: a date checked against the work is easier to keep than to move",
            ),
            {"rescheduled": moved},
            {"moved": Count(moved, MILESTONES)},
        )


def _causes(review: Review) -> Iterator[Lesson]:
    causes = [cause for cause in review["causes"] if cause["is_cause"]]
    if not causes:
        return
    first = causes[0]
    yield Lesson(
        "MAIN_CAUSE",
        Text(
            "延误的里程碑里最常出现的原因是「{cause}」：{milestones} 个里程碑，共 {days} 个记录日",
            "What late milestones have most in common is “{cause}”: {milestones}, on {days} in all",
        ),
        {"code": first["code"], "milestones": first["milestones"], "days": first["days"]},
        {
            "cause": _Name(first["code"]),
            "milestones": Count(first["milestones"], MILESTONES),
            "days": Count(first["days"], ("recorded day", "recorded days")),
        },
    )


def _durations(review: Review) -> Iterator[Lesson]:
    figures = review["promises"]["figures"]
    ratio = None if figures is None else figures["ratio_of_sums"]
    if ratio is not None and ratio >= SLOWER:
        text = Text(
            "实际工期是计划的 {ratio}，下次排期请照此放宽",
            "Work took {ratio} of the planned time: plan the next one so",
        )
        yield Lesson("TOOK_LONGER", text, {"ratio_of_sums": ratio}, {"ratio": share_text(ratio)})


def _forecasts(review: Review) -> Iterator[Lesson]:
    seen = review["forecast"]
    if seen["p85_hit_rate"] is not None and seen["p85_days"] >= FEW and seen["p85_hit_rate"] < SURE:
        yield Lesson(
            "FORECAST_TOO_EARLY",
            Text(
                "85% 把握的预测日期只有 {rate} 守住了，预测偏乐观",
                "Of the forecasts that were 85% sure only {rate} came true: they were too optimistic",
            ),
            {"p85_hit_rate": seen["p85_hit_rate"], "p85_days": seen["p85_days"]},
            {"rate": share_text(seen["p85_hit_rate"])},
        )


def _silence(review: Review) -> Iterator[Lesson]:
    told = review["discipline"]
    longest = told["days_to_inform_max"]
    if longest is not None and longest > LONG_SILENCE:
        yield Lesson(
            "TOLD_LATE",
            Text(
                "看到延误后，最久过了 {days} 天才告知客户",
                "A customer was told as late as {days} after the slip was seen",
            ),
            {"days_to_inform_max": longest},
            {"days": Count(longest, ("day", "days"))},
        )
    if told["never_informed"]:
        yield Lesson(
            "NEVER_TOLD",
            Text(
                "{n} 个里程碑看到延误后没有告知客户的记录",
                "Of {n} it is not on record that the customer was told of the slip",
            ),
            {"never_informed": told["never_informed"]},
            {"n": Count(told["never_informed"], MILESTONES)},
        )


def _claims(review: Review) -> Iterator[Lesson]:
    days = review["discipline"]["claimed_green_but_red_days"]
    if days:
        yield Lesson(
            "CLAIMED_GREEN",
            Text(
                "有 {days} 个记录日工具里显示正常，数据判断却是红色：里程碑的日期要随任务一起改",
                "On {days} the tool showed green and the data said red: move a milestone's date together with its tasks",
            ),
            {"days": days},
            {"days": Count(days, ("recorded day", "recorded days"))},
        )


def _money(review: Review) -> Iterator[Lesson]:
    penalty, currency = review["money"]["penalty"], review["money"]["currency"]
    if penalty is not None and Decimal(penalty) > 0:
        text = Text(
            "延误按合同估算的违约金是 {money}", "By the contract the delay is estimated to cost {money} in penalties"
        )
        said = {"money": money_text(Decimal(penalty), currency)}
        yield Lesson("PENALTY", text, {"penalty": penalty, "currency": currency}, said)


LESSONS: tuple[Callable[[Review], Iterator[Lesson]], ...] = (
    _promises,
    _causes,
    _durations,
    _forecasts,
    _silence,
    _claims,
    _money,
)


@dataclass(frozen=True, slots=True)
class _Name:
    code: str

    def say(self, lang: Lang) -> str:
        return reason_name(self.code, lang)


def _say(fact: object, lang: Lang) -> object:
    return fact.say(lang) if isinstance(fact, (Count, _Name)) else fact
