"""Every key of `config.toml`, read from the models that check it."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

import connectors
from bridge.config.sections import SECTIONS, NotifySection
from bridge.language import Text
from bridge.reconcile.reasons import REASONS
from bridge.thresholds import NAMES, PER_DEAL, Thresholds
from connectors.contract import SourceConfig
from connectors.worktile.capabilities import NAMES as CAPABILITIES
from connectors.worktile.capabilities import Capability
from tools.reference import markdown, reasons
from tools.reference.markdown import code, table
from tools.reference.meanings import SECTION_MEANINGS, SETTINGS, THRESHOLDS

ABOUT = """\
`pbridge init` 写出带注释的 `config.toml`；[config.example.toml](../../config.example.toml) 是同一份。不认识的键是错误，会指出最接近的一个。
以 `env:` 开头的文字取自环境变量，以 `file:` 开头的取自文件：密钥不要写进设置文件。相对路径相对于设置文件。改完运行 `pbridge check`。

`pbridge init` writes a commented `config.toml`, the same as [config.example.toml](../../config.example.toml). An unknown key is
an error that names the nearest one. Text that starts with `env:` is read from the environment, with `file:` from a file: keep
secrets out of the settings. Relative paths are relative to the file. After a change run `pbridge check`."""

COMMON = ("name", "kind", *(key for key in SourceConfig.model_fields if key not in ("name", "kind")))


def page() -> str:
    return markdown.page(
        "设置 Settings", ABOUT, [_section(place, rows) for place, rows in places().items()] + [_rules()]
    )


def places() -> dict[str, list[tuple[str, FieldInfo]]]:
    """Heading -> its keys; thresholds have a table of their own."""
    found = {f"[{name}]": list(model.model_fields.items()) for name, model in SECTIONS.items() if name != "rules"}
    found["[[sources]]"] = [(key, SourceConfig.model_fields[key]) for key in COMMON]
    for kind in connectors.available():
        found[f'[[sources]] kind = "{kind}"'] = list(_own(connectors.load(kind).config_type))
    found["[sources.capabilities.<name>]"] = list(Capability.model_fields.items())
    found["[[notify]]"] = list(NotifySection.model_fields.items())
    return found


def _own(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """What a kind of source adds to every source, or has another default for; retired names are no settings."""
    for key, field in model.model_fields.items():
        base = SourceConfig.model_fields.get(key)
        if not field.exclude and (base is None or base.default != field.default):
            yield key, field


def _section(place: str, rows: list[tuple[str, FieldInfo]]) -> str:
    about = SECTION_MEANINGS[place]
    lines = [_row(place, key, field) for key, field in rows]
    names = f" {', '.join(code(one) for one in CAPABILITIES)}." if "capabilities" in place else ""
    return f"## `{place}`\n\n{about.zh} {about.en}{names}\n\n" + table(
        ("键 Key", "类型 Type", "默认 Default", "含义", "Meaning"), lines
    )


def _row(place: str, key: str, field: FieldInfo) -> tuple[str, ...]:
    meaning = SETTINGS[f"{place} {key}"]
    return code(key), type_of(field), default_of(field), meaning.zh, meaning.en


def type_of(field: FieldInfo) -> str:
    return _type(field.annotation) + _limits(field.metadata)


def _type(given: Any) -> str:
    origin, inner = get_origin(given), get_args(given)
    if origin is Literal:
        return ", ".join(code(str(one) or '""') for one in inner)
    if origin in (Union, types.UnionType):
        return " / ".join(_type(one) for one in inner)
    if origin is tuple:
        return f"列表 list: {_type(inner[0])}"
    if origin is dict or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return "表 table"
    return KINDS[given].zh + " " + KINDS[given].en


KINDS: Mapping[Any, Text] = {
    str: Text("文字", "text"),
    SecretStr: Text("密钥", "secret"),
    bool: Text("是否", "true or false"),
    int: Text("整数", "whole number"),
    float: Text("数", "number"),
}


def _limits(metadata: list[Any]) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤"}
    found = [f"{sign} {getattr(one, name):g}" for name, sign in signs.items() for one in metadata if hasattr(one, name)]
    return f" {', '.join(found)}" if found else ""


def default_of(field: FieldInfo) -> str:
    """As it would be written in the file."""
    if field.is_required():
        return "**必填 required**"
    value = field.get_default(call_default_factory=True)
    return code(_written(value))


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[]"
    if isinstance(value, Mapping):
        return "{}"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _rules() -> str:
    used = {name: reasons.facts(name).thresholds for name in REASONS}
    rows = []
    for name in NAMES:
        because = ", ".join(f"[`{one}`](reasons.md#{one.lower()})" for one, limits in used.items() if name in limits)
        per_deal = "可以 yes" if name in PER_DEAL else "不可以 no"
        about = THRESHOLDS[name]
        rows.append((code(name), f"`{getattr(Thresholds(), name):g}`", because, per_deal, about.zh, about.en))
    head = ("键 Key", "默认 Default", "原因 Reasons", "可逐项目改 Per deal", "含义", "Meaning")
    return f"## `[rules]`\n\n{SECTION_MEANINGS['[rules]'].zh} {SECTION_MEANINGS['[rules]'].en}\n\n" + table(head, rows)
