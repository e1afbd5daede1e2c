"""What a mapping does to the payloads that are stored: values it leaves unmapped or unread, and paths that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bridge.language import Text
from bridge.mapping.apply import to_row
from bridge.mapping.declaration import Attempt, Rule
from bridge.mapping.document import MappingFile
from bridge.mapping.masking import leads_to_people
from bridge.mapping.outcome import Payload, Surroundings
from bridge.mapping.positions import Keys
from bridge.mapping.remarks import Group, Remark, Tally, masked_value
from bridge.mapping.standing import Standing
from bridge.mapping.watching import Watch, watches

MOST_VALUES = 20
EXAMPLES = 3

UNMAPPED = Text(
    zh="{target}：{path} 的值“{value}”没有映射（{count} 条，共 {total} 条）；请把它加进 values。",
    en='{target}: the value "{value}" at {path} is not mapped ({count} of {total}); add it to values.',
)
UNKNOWN_REFERENCE = Text(
    zh="{target}：{path} 里没有“{value}”（{count} 条，共 {total} 条）；请更正查找，或写 optional = true。",
    en='{target}: "{value}" is unknown at {path} ({count} of {total}); correct the lookup, or write optional = true.',
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


def check(mapping: MappingFile, payloads: Iterable[Payload], about: Surroundings) -> tuple[Remark, ...]:
    """Everything to know about this mapping over these payloads; the payloads are read once, one at a time."""
    seen, standing = Tally(), Standing()
    watched = watches(mapping)
    waiting = watched
    total = 0
    for payload in payloads:
        total += 1
        standing.see(payload)
        seen.add(to_row(mapping, payload, about).problems)
        for watch in waiting:
            watch.see(payload)
        # What has been found is not looked for again.
        waiting = [watch for watch in waiting if not watch.is_settled]
    if not total:
        return ()
    return tuple(_told(mapping, seen, watched, standing, total))


def _told(mapping: MappingFile, seen: Tally, watched: list[Watch], standing: Standing, total: int) -> Iterator[Remark]:
    projects: set[Keys] = set()
    for target, rule in mapping.targets.items():
        remarks = [remark for watch in watched if watch.target == target for remark in watch.told(total, standing)]
        for remark in remarks:
            # Every rule of a section of projects has the same condition.
            if remark.code != "condition_fits_none" or remark.keys not in projects:
                yield remark
            projects.add(remark.keys)
        if not any(remark.code == "path_nowhere" for remark in remarks):
            yield from unmapped(rule, list(seen.of(target, "unmapped_value")), total)
        for group in seen.of(target, "unreadable_value"):
            yield unreadable(rule, group, total)
        for group in seen.of(target, "missing_required"):
            facts = {"target": target, "path": group.path, "count": group.count, "total": total}
            yield Remark.of("missing_required", attempt_of(rule, group.path).origin, MISSING, **facts)


def unmapped(rule: Rule, groups: list[Group], total: int) -> Iterator[Remark]:
    """The values that no map lists, the most frequent first, and how many more there are."""
    values = [(group, value, count) for group in groups for value, count in group.values.items()]
    values.sort(key=lambda entry: (-entry[2], entry[0].path, entry[1]))
    for group, value, count in values[:MOST_VALUES]:
        facts = {"path": group.path, "value": masked_value(value, is_person(rule, group.path)), "count": count}
        attempt = attempt_of(rule, group.path)
        text = UNKNOWN_REFERENCE if attempt.lookup is not None and attempt.values is None else UNMAPPED
        yield Remark.of("unmapped_value", _map_of(attempt), text, target=group.target, total=total, **facts)
    beyond = sum(group.beyond for group in groups)
    rest = values[MOST_VALUES:]
    if rest:
        count = sum(count for _, _, count in rest) + beyond
        further = f"{len(rest)}+" if beyond else len(rest)
        facts = {"target": groups[0].target, "values": further, "count": count, "total": total}
        yield Remark.of("unmapped_value", _map_of(attempt_of(rule, rest[0][0].path)), MORE_UNMAPPED, **facts)


def unreadable(rule: Rule, group: Group, total: int) -> Remark:
    examples = group.examples(EXAMPLES, person=is_person(rule, group.path))
    facts = {"target": group.target, "path": group.path, "count": group.count, "total": total, "examples": examples}
    return Remark.of("unreadable_value", attempt_of(rule, group.path).origin, UNREADABLE, **facts)


def attempt_of(rule: Rule, path: str) -> Attempt:
    """The alternative in which a value was met at this path; the first one where that cannot be told."""
    for attempt in rule.attempts:
        if path == attempt.label or any(path.split(" → ")[0] == one.text for one in attempt.paths):
            return attempt
    return rule.attempts[0]


def _map_of(attempt: Attempt) -> Keys:
    """The value map that should have listed a value; without one the alternative itself."""
    return attempt.keys if attempt.values is None else (*attempt.keys, "values")


def is_person(rule: Rule, path: str) -> bool:
    """Whether what is met at this path tells who somebody is."""
    conversion = attempt_of(rule, path).conversion
    is_people = rule.target.gives == "people" or (conversion is not None and conversion.gives == "people")
    return is_people or rule.target.personal or leads_to_people(path)
