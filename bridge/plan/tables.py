"""The one list of the plan's tables and columns, and which Chinese and English names mean each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bridge.language import Lang
from bridge.plan import document, kinds
from bridge.plan.cells import fold
from bridge.plan.kinds import Kind

HELP_SHEETS = ("说明", "Help")
"""Sheets of our own template that hold advice and no data."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `required`: the column must be there; `filled`: and so must each of its cells."""

    name: str
    zh: str
    kind: Kind
    required: bool = False
    filled: bool = False
    points_to: str | None = None

    @property
    def attribute(self) -> str:
        """Its name in the row type, where `class` is a reserved word."""
        return "class_" if self.name == "class" else self.name

    def title(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.name


@dataclass(frozen=True)
class Table:
    """One sheet, file or TOML array."""

    name: str
    zh: str
    row_type: type
    columns: tuple[Column, ...]

    def title(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.name

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    def find(self, heading: str) -> Column | None:
        """The column a heading means: by either name, also by the Chinese name it has in another table."""
        name = fold(heading)
        return self.by_name.get(name) or next(
            (self.by_name[meant] for meant in CHINESE.get(name, ()) if meant in self.by_name), None
        )


def _must(name: str, zh: str, kind: Kind, points_to: str | None = None) -> Column:
    return Column(name, zh, kind, required=True, filled=True, points_to=points_to)


_KEY = _must("key", "编号", kinds.KEY)
_NAME = _must("name", "名称", kinds.TEXT)
_DEAL = _must("deal", "项目", kinds.REFERENCE, "deals")
_OWNER = Column("owner", "负责人", kinds.TEXT)
_DUE = Column("due", "截止", kinds.DATE)
_STATUS = Column("status", "状态", kinds.TEXT)
_ACTION = Column("action", "措施", kinds.TEXT)
_MILESTONE = Column("milestone", "里程碑", kinds.REFERENCE, points_to="milestones")

GOALS = Table(
    "goals",
    "目标",
    document.Goal,
    (
        _KEY,
        _NAME,
        Column("metric", "指标", kinds.TEXT),
        Column("target", "目标值", kinds.NUMBER),
        Column("current", "当前值", kinds.NUMBER),
        Column("unit", "单位", kinds.TEXT),
        Column("start", "开始", kinds.DATE),
        _DUE,
        _OWNER,
        Column("win_rate", "赢单率", kinds.WIN_RATE),
    ),
)
DEALS = Table(
    "deals",
    "项目",
    document.Deal,
    (
        _KEY,
        _NAME,
        Column("customer", "客户", kinds.TEXT),
        Column("contract_no", "合同号", kinds.TEXT),
        Column("amount", "合同金额", kinds.MONEY),
        Column("currency", "币种", kinds.CURRENCY),
        Column("sales_owner", "销售负责人", kinds.TEXT),
        Column("delivery_owner", "交付负责人", kinds.TEXT),
        Column("goal", "目标", kinds.REFERENCE, points_to="goals"),
        Column("penalty_rate", "违约金日率", kinds.TIERS),
        Column("penalty_base", "违约金基数", kinds.BASE),
        Column("penalty_grace_days", "宽限天数", kinds.WHOLE),
        Column("penalty_cap", "违约金上限比例", kinds.RATE),
        Column("rules", "规则", kinds.RULES),
    ),
)
MILESTONES = Table(
    "milestones",
    "里程碑",
    document.Milestone,
    (
        _must("key", "编号", kinds.MILESTONE_KEY),
        _DEAL,
        _NAME,
        # Its cells may be blank: a milestone may be planned before a date is promised.
        Column("promised", "承诺日期", kinds.DATE, required=True),
        _OWNER,
        Column("amount", "付款金额", kinds.MONEY),
        Column("contractual", "合同节点", kinds.YES_NO),
        Column("class", "类别", kinds.TEXT),
        Column("internal_target", "内部目标日期", kinds.DATE),
        Column("weight", "权重", kinds.AMOUNT),
        Column("acceptance", "验收标准", kinds.TEXT),
        Column("depends_on", "前置", kinds.KEYS, points_to="milestones"),
        Column("scope", "范围", kinds.SCOPE),
        Column("actual", "实际完成", kinds.DATE),
        Column("customer_informed", "已告知客户", kinds.DATE),
        Column("note", "备注", kinds.TEXT),
    ),
)
RESOURCES = Table(
    "resources",
    "资源",
    document.Resource,
    (
        _must("owner", "人员", kinds.TEXT),
        Column("hours_per_day", "每日工时", kinds.HOURS),
        Column("leave", "休假", kinds.LEAVE),
        Column("kind", "类型", kinds.RESOURCE),
        Column("deal", "项目", kinds.REFERENCE, points_to="deals"),
        Column("budget", "预算", kinds.MONEY),
        Column("used", "已用", kinds.MONEY),
    ),
)
RISKS = Table(
    "risks",
    "风险",
    document.Risk,
    (
        _KEY,
        _DEAL,
        _must("cause", "描述", kinds.TEXT),
        Column("category", "类别", kinds.TEXT),
        Column("probability", "概率", kinds.RATE),
        Column("impact_days", "影响天数", kinds.AMOUNT),
        Column("impact_amount", "影响金额", kinds.MONEY),
        _MILESTONE,
        Column("response", "应对", kinds.TEXT),
        _ACTION,
        _OWNER,
        Column("trigger", "触发条件", kinds.TEXT),
        _DUE,
        _STATUS,
    ),
)
FEEDBACK = Table(
    "feedback",
    "反馈",
    document.Feedback,
    (
        _DEAL,
        _must("date", "日期", kinds.DATE),
        _must("text", "内容", kinds.TEXT),
        Column("score", "评分", kinds.SCORE),
        _MILESTONE,
        _ACTION,
        _OWNER,
        _DUE,
        _STATUS,
    ),
)
COMMUNICATIONS = Table(
    "communications",
    "沟通",
    document.Communication,
    (
        _DEAL,
        _must("audience", "对象", kinds.AUDIENCE),
        Column("every_days", "周期天数", kinds.EVERY),
        Column("last", "上次", kinds.DATE),
        _OWNER,
        Column("channel", "渠道", kinds.TEXT),
    ),
)

TABLES: tuple[Table, ...] = (GOALS, DEALS, MILESTONES, RESOURCES, RISKS, FEEDBACK, COMMUNICATIONS)
BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}


def _chinese_names() -> Iterator[tuple[str, str]]:
    for table in TABLES:
        for column in table.columns:
            yield fold(column.zh), column.name


def _gathered() -> Mapping[str, tuple[str, ...]]:
    meanings: dict[str, list[str]] = {}
    for chinese, name in _chinese_names():
        if name not in meanings.setdefault(chinese, []):
            meanings[chinese].append(name)
    return {chinese: tuple(names) for chinese, names in meanings.items()}


CHINESE: Mapping[str, tuple[str, ...]] = _gathered()
"""Folded Chinese heading -> the columns it names in some table; 类别 is `class` of one and `category` of another."""


def table_named(written: str) -> Table | None:
    """The table a sheet, file or TOML name means."""
    name = fold(written)
    return next((table for table in TABLES if name in (table.name, fold(table.zh))), None)
