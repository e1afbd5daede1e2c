"""Every threshold is honoured at its very edge, set for all deals or overridden for one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bridge import config
from bridge.errors import UsageProblem
from bridge.plan import clauses
from bridge.plan.document import Resource
from bridge.thresholds import NAMES, PER_DEAL
from tests.replacing import replace

JUDGED = {"throughput_weeks": "the forecast", "gone_guard_ratio": "complete reads, in tests/unit/sync"}


@dataclass(frozen=True)
class Case:
    """What is arranged, the reason looked at, and its severity with the threshold at the edge and just beyond it."""

    name: str
    arrange: Callable[[Any], None]
    code: str
    edge: float | Callable[[Any], float]
    beyond: float | Callable[[float], float]
    at_edge: str | None
    then: str | None
    others: str = ""
    """Rules that stand beside it for the deal and in the settings."""


def slipped(world: Any) -> None:
    """11 working days after the promise; begun 44 working days before it."""
    world.milestone()
    world.task("a", due="2026-09-16", start="2026-07-01", status="doing")


def short(world: Any) -> None:
    world.milestone()
    world.task("a", due="2026-09-16")


def uncertain(world: Any) -> None:
    """Finishes of the last weeks that leave the promise open."""
    world.milestone(promised="2026-09-15")
    for week in range(8):
        monday = date(2026, 6, 29) + timedelta(weeks=week)
        world.finished(1 + week % 3, on=str(monday + timedelta(days=2)), prefix=f"week{week}-")
    for number in range(6):
        world.task(f"open{number}", due="2026-09-11", created="2026-06-29")


def chance(world: Any) -> float:
    found = world.row().forecast.on_time_probability
    assert 0 < found < 1
    return float(found)


def blocked(world: Any) -> None:
    world.milestone()
    world.task("a", due="2026-08-28", blocked=True, history=(("2026-08-17", "blocked", False, True),))


def pushed(world: Any) -> None:
    world.milestone(promised="2026-12-31")
    moves = ("2026-08-24", "2026-08-25", "2026-08-26", "2026-08-27")
    world.own_item(
        due=moves[-1],
        history=tuple(
            (f"2026-07-{6 + number:02}", "due_on", old, new) for number, (old, new) in enumerate(pairwise(moves))
        ),
    )
    world.task("a", due="2026-08-24")


def behind(world: Any) -> None:
    world.milestone(promised="2026-12-31")
    for number in range(10):
        day = date(2026, 8, 7) + timedelta(weeks=number)
        done = {"status": "done", "completed": "2026-08-07"} if number == 0 else {}
        world.task(str(number), due=str(day), start="2026-08-03", **done)


def fact(code: str, name: str) -> Callable[[Any], float]:
    def read(world: Any) -> float:
        return float(world.reasons()[code].facts[name])

    return read


def quiet(world: Any) -> None:
    world.milestone()
    world.task("a", due="2026-08-28", status="doing", updated="2026-08-13")


def ownerless(world: Any) -> None:
    world.milestone()
    for name in "abcd":
        world.task(name, due="2026-08-28", owners=() if name == "a" else ("林悦",))


def loaded(world: Any) -> None:
    world.milestone()
    world.rows["resources"] = (Resource(owner="林悦"),)
    world.task("a", due="2026-08-28", start="2026-08-24", estimate_hours=36.0)


def grown(world: Any) -> None:
    world.milestone()
    world.snapshot("2026-07-01", weight_kind="count", leaves={f"pingcode/{name}": 1.0 for name in "abcd"})
    for name in "abcde":
        world.task(name, due="2026-08-28")


def old_source(world: Any) -> None:
    world.milestone()
    world.task("a", due="2026-08-28")
    world.sources[0] = replace(world.sources[0], as_of=world.sources[0].as_of - timedelta(hours=30))


def unknown_statuses(world: Any) -> None:
    world.milestone()
    for name in "abcd":
        world.task(name, due="2026-08-28", status="unmapped" if name == "a" else "todo")


def hardly_room(world: Any) -> None:
    world.milestone(promised="2026-09-03")
    world.chain("a", "b", "c", "d")


def up(value: float) -> float:
    return math.nextafter(value, math.inf)


def down(value: float) -> float:
    return math.nextafter(value, -math.inf)


CASES = (
    Case("slip_red_workdays", short, "DUE_AFTER_PROMISE", 11, down, "amber", "red"),
    Case("slip_red_ratio", slipped, "DUE_AFTER_PROMISE", 0.25, down, "amber", "red", "slip_red_workdays=1"),
    Case("p_red", uncertain, "UNLIKELY", chance, up, None, "red"),
    Case("p_amber", uncertain, "DOUBTFUL", chance, up, None, "amber", "p_red=0"),
    Case("near_critical_workdays", hardly_room, "NEAR_CRITICAL", fact("NEAR_CRITICAL", "slack"), down, "amber", None),
    Case("blocked_workdays", blocked, "BLOCKED", 5, down, "amber", "red"),
    Case("pushes_red", pushed, "PUSHED", 3, up, "red", "amber"),
    Case("tspi_red", behind, "TSPI_HIGH", fact("TSPI_HIGH", "tspi"), down, None, "red"),
    Case("stale_workdays", quiet, "STALE", fact("STALE", "least"), down, None, "amber"),
    Case("unassigned_ratio", ownerless, "UNASSIGNED", 0.25, down, None, "amber"),
    Case("load_amber", loaded, "OVERLOADED", 0.9, down, None, "amber"),
    Case("scope_ratio", grown, "SCOPE_GROWTH", 0.25, down, None, "amber"),
    Case("source_stale_hours", old_source, "SOURCE_STALE", 30, 29.999, None, "grey"),
    Case("unmapped_ratio", unknown_statuses, "UNMAPPED_STATUS", 0.25, down, None, "grey"),
)


def for_all(world: Any, written: str, tmp_path: Any) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[rules]\n" + "\n".join(written.split("; ")) + "\n", encoding="utf-8")
    world.thresholds = config.load(file, secrets=False, environ={}).thresholds


def for_one_deal(world: Any, written: str, tmp_path: Any) -> None:
    world.deal(rules=clauses.rules(written))


@pytest.mark.parametrize("through", [for_all, for_one_deal])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_threshold_decides_exactly_at_its_edge(world, case, through, tmp_path):
    case.arrange(world)
    edge = case.edge(world) if callable(case.edge) else float(case.edge)
    beyond = case.beyond(edge) if callable(case.beyond) else float(case.beyond)

    verdicts = []
    for value in (edge, beyond):
        written = f"{case.name}={value!r}" + (f"; {case.others}" if case.others else "")
        through(world, written, tmp_path)
        verdicts.append(world.severity(case.code))

    assert verdicts == [case.at_edge, case.then]


@pytest.mark.parametrize("through", [for_all, for_one_deal])
def test_the_forecast_learns_from_as_many_weeks_as_asked_and_from_no_fewer_than_six(world, through, tmp_path):
    uncertain(world)
    seen = []
    for weeks in (6, 5):
        through(world, f"throughput_weeks={weeks}", tmp_path)
        seen.append((world.row().forecast.method, world.row().forecast.samples))

    assert seen[0] == ("throughput", 6)
    assert seen[1][0] != "throughput"


def test_an_override_of_one_deal_leaves_the_others_alone(world):
    world.deal("D-1", rules={"unassigned_ratio": 1.0})
    world.deal("D-2")
    for number in (1, 2):
        world.milestone(f"M-{number}", deal=f"D-{number}")
        world.task(f"t{number}", due="2026-08-28", milestone=f"M-{number}", owners=())

    assert (world.severity("UNASSIGNED", "M-1"), world.severity("UNASSIGNED", "M-2")) == (None, "amber")


def test_no_push_is_no_reason_even_where_none_are_allowed(world):
    world.deal(rules={"pushes_red": 0.0})
    world.milestone()
    world.own_item(due="2026-08-28")

    assert world.severity("PUSHED") is None


def test_every_threshold_has_its_case_here_or_elsewhere():
    shown = {case.name for case in CASES} | set(JUDGED)

    assert set(NAMES) == shown
    assert set(PER_DEAL) == set(NAMES) - {"gone_guard_ratio"}


@pytest.mark.parametrize("name", NAMES)
def test_a_misspelt_threshold_is_refused_with_the_nearest_known_one(name, tmp_path):
    wrong = f"{name[:-1]}"
    file = tmp_path / "config.toml"
    file.write_text(f"[rules]\n{wrong} = 1\n", encoding="utf-8")

    with pytest.raises(UsageProblem) as in_settings:
        config.load(file, secrets=False, environ={})
    with pytest.raises(UsageProblem) as in_plan:
        clauses.rules(f"{wrong}=1")

    assert name in in_settings.value.say("zh") and wrong in in_settings.value.say("en")
    assert name in in_plan.value.say("zh") and wrong in in_plan.value.say("en")


def test_what_holds_for_whole_sources_cannot_be_set_for_a_deal():
    with pytest.raises(UsageProblem, match="gone_guard_ratio"):
        clauses.rules("gone_guard_ratio=0.5")


@pytest.mark.parametrize("name", ["p_red", "p_amber"])
def test_a_probability_above_one_is_refused_in_the_settings_as_in_the_plan(name, tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(f"[rules]\n{name} = 40\n", encoding="utf-8")

    with pytest.raises(UsageProblem) as refused:
        config.load(file, secrets=False, environ={})

    assert f"rules.{name}" in refused.value.say("en") and "40" in refused.value.say("zh")
