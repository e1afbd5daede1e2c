"""What a milestone's work waits for, as JSON and as a sentence: the chain that decides the end, the milestones before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bridge.language import Lang, Text
from bridge.model import Task, TaskKey
from bridge.reconcile.situation import Buffer, NetworkState, Waiting
from bridge.report import numbers
from bridge.report.labels import join
from bridge.report.phrases import day_text, share_text

Entry = dict[str, object]

STEPS_SHOWN = 6
LAST_SHOWN = 2
"""Of a long chain the first steps are said, and the last ones, at which it ends."""

DECIDES = Text("决定工期的先后顺序：{chain}", "The order that decides the end: {chain}")
DECIDES_ALONE = Text("决定工期的是 {chain}", "What decides the end is {chain}")
STEP = Text("{name}（到 {day}）", "{name} (to {day})")
LEFT_OUT = Text("……另 {count} 项……", "{count} more")
THEN = Text("→ ", " → ")
WAITS = Text("要等 {milestones}", "Waits for {milestones}")
EXPECTED = Text("{name}（预计 {day}）", "{name} (expected on {day})")
ALL_ON_TIME = Text("；都按时的把握是 {chance}", "; the chance that all of it is on time is {chance}")


def network_entry(network: NetworkState | None, tasks: Mapping[TaskKey, Task], today: date, lang: Lang) -> Entry | None:
    """Null where the open work is no network; of a circle only its members are known."""
    if network is None:
        return None
    return {
        "float": network.total_float,
        "cpli": numbers.ratio(network.cpli),
        "chain": [
            {
                **_named(tasks[link.task]),
                "title": tasks[link.task].title,
                "url": tasks[link.task].url,
                "start": link.start.isoformat(),
                "finish": link.finish.isoformat(),
                "total_float": link.total_float,
                "free_float": link.free_float,
            }
            for link in network.chain
        ],
        "critical": [[_named(tasks[ref]) for ref in path] for path in network.critical],
        "cycle": [_named(tasks[ref]) for ref in network.cycle],
        "text": chain_text(network, tasks, today, lang),
    }


def _named(task: Task) -> Entry:
    return {"source": task.source, "id": task.id, "key": task.key}


def chain_text(network: NetworkState, tasks: Mapping[TaskKey, Task], today: date, lang: Lang) -> str | None:
    """The chain in order, each task with the day by which it should be done; None without a chain."""
    if not network.chain:
        return None
    named = ((tasks[link.task], day_text(link.finish, today, lang)) for link in network.chain)
    steps = [STEP.say(lang, name=task.key or task.title, day=day) for task, day in named]
    pattern = DECIDES if len(steps) > 1 else DECIDES_ALONE
    return pattern.say(lang, chain=THEN.say(lang).join(_shortened(steps, lang)))


def _shortened(steps: Sequence[str], lang: Lang) -> list[str]:
    if len(steps) <= STEPS_SHOWN:
        return list(steps)
    first = STEPS_SHOWN - LAST_SHOWN - 1
    return [*steps[:first], LEFT_OUT.say(lang, count=len(steps) - first - LAST_SHOWN), *steps[-LAST_SHOWN:]]


def waiting_entry(waiting: Waiting | None, today: date, lang: Lang) -> Entry | None:
    """Null where it waits for no open milestone."""
    if waiting is None:
        return None
    return {
        "milestones": [
            {
                "key": one.milestone,
                "forecast": None if one.forecast is None else one.forecast.isoformat(),
                "on_time_probability": numbers.ratio(one.on_time_probability),
            }
            for one in waiting.awaited
        ],
        "on_time_probability": numbers.ratio(waiting.on_time_probability),
        "text": waiting_text(waiting, today, lang),
    }


def waiting_text(waiting: Waiting, today: date, lang: Lang) -> str:
    """The milestones before this one with their forecasts; the chance of all of them, where it is of several."""
    said = [
        one.milestone
        if one.forecast is None
        else EXPECTED.say(lang, name=one.milestone, day=day_text(one.forecast, today, lang))
        for one in waiting.awaited
    ]
    text = WAITS.say(lang, milestones=join(said, lang))
    if waiting.on_time_probability is None or len(said) == 1:
        return text
    return text + ALL_ON_TIME.say(lang, chance=share_text(waiting.on_time_probability))


def buffer_entry(buffer: Buffer | None) -> Entry | None:
    """Null without an internal target before the promise, or without a forecast."""
    if buffer is None:
        return None
    return {
        "workdays": buffer.workdays,
        "used": numbers.ratio(buffer.used),
        "burn": numbers.ratio(buffer.burn),
        "third": buffer.third,
    }
