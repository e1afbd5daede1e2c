"""The words of a mapping file: the fields it may fill, the conversions, and what may stand in its tables."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.language import Text
from bridge.mapping.conversions import CONVERSIONS
from bridge.mapping.entities import FEEDBACK_TARGETS, PERSON_TARGETS
from bridge.mapping.links import LINK_KINDS, LINK_TARGETS
from bridge.mapping.targets import TASK_TARGETS, Target
from tools.reference import markdown
from tools.reference.mapping_words import CONVERSION_MEANINGS, FIELDS, GIVES, TABLE_KEYS
from tools.reference.markdown import code, table

ABOUT = """\
写法和例子见 [mappings/README.md](../../mappings/README.md)，常见习惯的写法见[管理员指南](../guide-admin.md)。**必填**：每个映射文件都要声明。

How it is written, with examples: [mappings/README.md](../../mappings/README.md); recipes for common habits:
[guide for admins](../guide-admin.md). **Required**: every mapping file must declare it."""


def page() -> str:
    return markdown.page(
        "映射的词汇 The mapping vocabulary",
        ABOUT,
        (
            "## 任务的字段 Fields of a task: `[task.<field>]`\n\n" + _targets(TASK_TARGETS, "task"),
            "另有 `[fields.<名称>]`：自己命名的字段，任何转换都可以，范围里写作 `field.<名称>:值`。\n\n"
            "Besides, `[fields.<name>]`: a field under a name of your own; any conversion, and scopes find it as "
            "`field.<name>:value`.",
            "## 人员 People: `[person]`\n\n" + _targets(PERSON_TARGETS, "person"),
            "## 客户反馈 Feedback: `[feedback]`\n\n" + _targets(FEEDBACK_TARGETS, "feedback"),
            "## 关联 Links: `[links]`\n\n"
            + _targets(LINK_TARGETS, "links")
            + "\n\n`kind`: "
            + ", ".join(code(kind) for kind in LINK_KINDS),
            "## 转换 Conversions: `convert`\n\n" + _conversions(),
            "## 一个字段的表里能写什么 What a table of a field may hold\n\n" + _keys(),
        ),
    )


def _targets(targets: Iterable[Target], section: str) -> str:
    rows = [_target(one, FIELDS[f"{section}.{one.name}"]) for one in targets]
    return table(("字段 Field", "必填", "类型 Type", "不写转换时 By itself", "含义", "Meaning"), rows)


def _target(one: Target, meaning: Text) -> tuple[str, ...]:
    words = f": {', '.join(code(word) for word in one.canonical)}" if one.canonical else ""
    return (
        code(one.name),
        "**必填 required**" if one.needed else "",
        GIVES[one.gives].zh + " " + GIVES[one.gives].en + words + _limits(one),
        code(one.conversion or "") or "要写明 must be named" if one.canonical is None else "",
        meaning.zh,
        meaning.en,
    )


def _limits(one: Target) -> str:
    if one.lowest is None:
        return ""
    return f" ≥ {one.lowest:g}" if one.highest is None else f" {one.lowest:g}–{one.highest:g}"


def _conversions() -> str:
    rows = [
        (
            code(name),
            f"{GIVES[one.gives].zh} {GIVES[one.gives].en}",
            CONVERSION_MEANINGS[name].zh,
            CONVERSION_MEANINGS[name].en,
        )
        for name, one in CONVERSIONS.items()
    ]
    return table(("转换 Conversion", "得到 Gives", "含义", "Meaning"), rows)


def _keys() -> str:
    rows = [(code(name), text.zh, text.en) for name, text in TABLE_KEYS.items()]
    return table(("键 Key", "含义", "Meaning"), rows)
