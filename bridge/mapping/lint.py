"""What a mapping does to the payloads that are stored: values it leaves unmapped or unread, and paths that lead nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from bridge.language import Phrase, Text
from bridge.mapping.apply import to_task
from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.mapping.paths import Path, may_stand

MOST_VALUES = 20
EXAMPLES = 3

UNMAPPED = Text(
    zh="{target}：{path} 的值“{value}”没有映射（{count} 条，共 {total} 条）；请把它加进 values。",
    en='{target}: the value "{value}" at {path} is not mapped ({count} of {total}); add it to values.',
)
MORE_UNMAPPED = Text(
    zh="{target}：还有 {values} 个值没有映射（{count} 条，共 {total} 条）。",
    en="{target}: {values} further values are not mapped ({count} of {total}).",
)
UNREADABLE = Text(
    zh="{target}：{path} 有 {count} 条读不懂（共 {total} 条），例如 {examples}；请检查 from 和 convert。",
    en="{target}: {count} of {total} values at {path} cannot be read, such as {examples}; check from and convert.",
)
MISSING = Text(
    zh="{target}：{count} 条（共 {total} 条）在 {path} 没有值；缺少编号或项目的条目进入隔离区。请检查 from。",
    en="{target}: {count} of {total} have no value at {path}; without an id or a project they go to quarantine. "
    "Check from.",
)
NOWHERE = Text(
    zh="{target}：{total} 条数据里都没有 {path}；请更正路径，或写 optional = true。",
    en="{target}: none of {total} payloads has {path}; correct the path, or write optional = true.",
)


def check(mapping: MappingFile, payloads: Iterable[Payload], about: Surroundings) -> tuple[Phrase, ...]:
    """Everything to know about this mapping over these payloads; the payloads are read once, one at a time."""
    seen: Counter[Problem] = Counter()
    unseen = {target: list(rule.paths) for target, rule in mapping.targets.items() if not rule.optional and rule.paths}
    total = 0
    for payload in payloads:
        total += 1
        seen.update(to_task(mapping, payload, about).problems)
        for target in [target for target, paths in unseen.items() if _leads_somewhere(paths, payload)]:
            del unseen[target]
    if not total:
        return ()
    return tuple(_told(mapping, seen, unseen, total))


def _leads_somewhere(paths: list[Path], payload: Payload) -> bool:
    return any(may_stand(path.steps, payload) for path in paths)


def _told(mapping: MappingFile, seen: Counter[Problem], unseen: dict[str, list[Path]], total: int) -> Iterator[Phrase]:
    for target, rule in mapping.targets.items():
        of_target = {problem: count for problem, count in seen.items() if problem.target == target}
        if target in unseen:
            yield Phrase(NOWHERE, {"target": target, "path": rule.label, "total": total})
            of_target = {p: count for p, count in of_target.items() if p.code != "unmapped_value"}
        yield from _unmapped(target, _of(of_target, "unmapped_value"), total)
        yield from _counted(target, UNREADABLE, _of(of_target, "unreadable_value"), total)
        yield from _counted(target, MISSING, _of(of_target, "missing_required"), total)


def _of(problems: dict[Problem, int], code: str) -> list[tuple[Problem, int]]:
    """Those of one kind, the most frequent first."""
    chosen = [(problem, count) for problem, count in problems.items() if problem.code == code]
    return sorted(chosen, key=lambda entry: (-entry[1], entry[0].path, entry[0].value))


def _unmapped(target: str, problems: list[tuple[Problem, int]], total: int) -> Iterator[Phrase]:
    for problem, count in problems[:MOST_VALUES]:
        facts = {"target": target, "path": problem.path, "value": problem.value, "count": count, "total": total}
        yield Phrase(UNMAPPED, facts)
    rest = problems[MOST_VALUES:]
    if rest:
        facts = {"target": target, "values": len(rest), "count": sum(count for _, count in rest), "total": total}
        yield Phrase(MORE_UNMAPPED, facts)


def _counted(target: str, text: Text, problems: list[tuple[Problem, int]], total: int) -> Iterator[Phrase]:
    """One line a path, with examples."""
    for path in dict.fromkeys(problem.path for problem, _ in problems):
        here = [(problem, count) for problem, count in problems if problem.path == path]
        examples = ", ".join(f'"{problem.value}"' for problem, _ in here[:EXAMPLES])
        count = sum(count for _, count in here)
        facts = {"target": target, "path": path, "count": count, "total": total, "examples": examples}
        yield Phrase(text, facts)
