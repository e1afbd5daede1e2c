"""Every reason that a milestone can have: how bad, the sentence, the numbers compared with, what to do."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bridge.reconcile.reasons import REASONS
from bridge.reconcile.rules import RULES
from bridge.report.reason_names import NAMES
from bridge.thresholds import Thresholds
from tools.reference import markdown
from tools.reference.advice import ADVICE, PREPARED
from tools.reference.markdown import table

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "wording" / "reasons.txt"
COLOURS = {"RED": "红 red", "AMBER": "黄 amber", "GREY": "灰 grey"}
ABOUT = """\
一个里程碑可以同时有几条原因，颜色取最重的一条；没有原因的是绿色。代码是对外的承诺：只增加，不改名。例句里的数字是示例，
阈值写在 `config.toml` 的 `[rules]`，也可以在计划里逐个项目改。怎样读报告见[给销售负责人的指南](../guide-lead.md)。

A milestone may have several reasons; its colour is that of the worst, and without any it is green. Codes are part of what
is promised: they are added to, never renamed. Figures in the sentences are examples; thresholds stand in `[rules]` and may
be overridden by a deal of the plan. How the report is read: [guide for sales leads](../guide-lead.md)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the code of a rule says: the severities it may give, and the thresholds it compares with."""

    severities: tuple[str, ...]
    thresholds: tuple[str, ...]


def page() -> str:
    index = table(
        ("代码 Code", "中文", "English", "颜色 Colour"),
        [(f"[`{name}`](#{name.lower()})", NAMES[name].zh, NAMES[name].en, _colours(name)) for name in REASONS],
    )
    return markdown.page("原因 Reasons", ABOUT, [index, *(_section(name) for name in REASONS)])


def _section(name: str) -> str:
    said, default = examples()[name], Thresholds()
    limits = [f"`{one}` = {getattr(default, one):g}" for one in facts(name).thresholds]
    return "\n\n".join(
        [
            f"## {name}",
            f"**{NAMES[name].zh}** · **{NAMES[name].en}** · {_colours(name)}",
            "\n".join(f"> {line}<br>" for line in said).removesuffix("<br>"),
            f"何时 When: {ADVICE[name].when.zh} {ADVICE[name].when.en}",
            *([f"阈值 Thresholds: {', '.join(limits)}"] if limits else []),
            f"怎么办 What to do: {ADVICE[name].do.zh} {ADVICE[name].do.en}",
        ]
    )


def _colours(name: str) -> str:
    return ", ".join(COLOURS[one] for one in facts(name).severities)


def examples() -> dict[str, tuple[str, ...]]:
    """Code -> its usual sentence in both languages, of each circumstance that words it differently."""
    found: dict[str, tuple[str, ...]] = {}
    for block in GOLDEN.read_text(encoding="utf-8").strip().split("\n\n"):
        name = re.split(r"[/ ]", block, maxsplit=1)[0]
        _, usual, zh, en, *_ = (line.strip() for line in block.split("\n"))
        if usual == "as usual":
            found[name] = (*found.get(name, ()), zh, en)
    return found


def facts(name: str) -> Facts:
    """Read out of the rules that name this reason, and of what those call in their own module."""
    trees = [tree for rule in RULES for tree in [_reached(rule)] if f"Reason.{name}" in _dotted(tree)]
    said = {word for tree in trees for word in _dotted(tree)}
    named = {word.removeprefix("at.thresholds.") for word in said if word.startswith("at.thresholds.")}
    limits = named | set(PREPARED.get(name, ()))
    return Facts(
        tuple(one for one in COLOURS if f"Severity.{one}" in said),
        tuple(one for one in Thresholds.__struct_fields__ if one in limits),
    )


def _reached(rule: Callable[..., object]) -> list[ast.AST]:
    """The function and the private ones of its module that it calls, all the way down."""
    module = ast.parse(inspect.getsource(inspect.getmodule(rule) or rule))
    known = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    found: dict[str, ast.AST] = {}
    waiting = [rule.__name__]
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found[name] = known[name]
            waiting += [node.id for node in ast.walk(known[name]) if isinstance(node, ast.Name)]
    return list(found.values())


def _dotted(trees: Iterable[ast.AST]) -> set[str]:
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
