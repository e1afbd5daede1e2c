"""config.toml -> `Settings`: every key known, every secret read from where it is kept, every problem told at once."""

from __future__ import annotations

import difflib
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, field_validator

import connectors
from bridge.errors import Problems, UsageProblem
from bridge.language import Lang, Phrase, Text
from bridge.thresholds import NAMES, Thresholds
from connectors.contract import SourceConfig

DEFAULT_FILE = "config.toml"
UNSET_SECRET = "(not set)"  # noqa: S105 - says that there is none
SECRET_KEYS = frozenset({"client_secret", "hook_token", "secret", "password"})

NO_FILE = Text(
    zh="找不到设置文件 {path}。请运行 pbridge init 生成一份，或用 --config 指出它在哪里。",
    en="there is no settings file {path}. Run pbridge init to write one, or point to it with --config.",
)
NOT_TOML = Text(
    zh="{path} 不是有效的 TOML：{detail}。请改正该处。", en="{path} is not valid TOML: {detail}. Correct that place."
)
HEADING = Text(zh="设置文件 {path} 有 {count} 处问题：", en="{count} problem(s) in the settings file {path}:")
UNKNOWN_KEY = Text(
    zh="{path} [{place}] 没有名为 {value} 的设置；最接近的是 {near}。请改名或删去。",
    en="{path} [{place}] knows no setting {value}; the nearest is {near}. Rename or remove it.",
)
UNKNOWN_KEY_FAR = Text(
    zh="{path} [{place}] 没有名为 {value} 的设置；可用的有：{known}。",
    en="{path} [{place}] knows no setting {value}; known: {known}.",
)
AS_TABLES = Text(zh="请写成 [[{name}]]", en="write it as [[{name}]]")
AS_TABLE = Text(zh="请写成 [{name}]", en="write it as [{name}]")
KNOWN_KINDS = Text(zh="可用的有 {known}", en="known: {known}")
WHY: dict[str, Text] = {
    "int_type": Text(zh="应为整数", en="must be a whole number"),
    "int_parsing": Text(zh="应为整数", en="must be a whole number"),
    "int_from_float": Text(zh="应为整数", en="must be a whole number"),
    "float_type": Text(zh="应为数字", en="must be a number"),
    "float_parsing": Text(zh="应为数字", en="must be a number"),
    "string_type": Text(zh="应为文字（加引号）", en="must be text (in quotes)"),
    "string_too_short": Text(zh="不能为空", en="must not be empty"),
    "string_pattern_mismatch": Text(zh="不能含空格、冒号或竖线", en="must not hold blanks, colons or bars"),
    "tuple_type": Text(zh="应为列表，例如 []", en="must be a list such as []"),
    "bool_type": Text(zh="应为 true 或 false", en="must be true or false"),
    "literal_error": Text(zh="应为 {expected} 之一", en="must be one of {expected}"),
    "greater_than": Text(zh="应大于 {gt}", en="must be greater than {gt}"),
    "greater_than_equal": Text(zh="不得小于 {ge}", en="must be at least {ge}"),
    "less_than_equal": Text(zh="不得大于 {le}", en="must be at most {le}"),
}
OTHER_WHY = Text(zh="{message}", en="{message}")
WRONG_VALUE = Text(
    zh="{path} [{place}] 的值 {value} 不可用：{why}", en="{path} [{place}]: the value {value} cannot be used: {why}"
)
MISSING_KEY = Text(zh="{path} [{place}] 缺少必填设置，请补上。", en="{path} [{place}] is required; add it.")
NO_VARIABLE = Text(
    zh="{path} [{place}] 取自环境变量 {value}，但该变量没有设置。请先设置它，例如 export {value}=…",
    en="{path} [{place}] is read from the environment variable {value}, which is not set. Set it, e.g. export {value}=…",
)
NO_SECRET_FILE = Text(
    zh="{path} [{place}] 取自文件 {value}，但读不到：{why}。请检查路径与权限。",
    en="{path} [{place}] is read from the file {value}, which cannot be read: {why}. Check its path and permissions.",
)
DUPLICATE_SOURCE = Text(
    zh="{path} 有两个来源同名 {value}；请给每个来源不同的 name。",
    en="{path} has two sources named {value}; give each its own name.",
)
OPEN_SECRET = Text(
    zh="{path} 里直接写着密钥 {place}，而该文件他人可读。请改用 env: 或 file:，或执行 chmod 600。",
    en="{path} holds the secret {place} literally and others can read the file. Use env: or file:, or chmod 600 it.",
)


Model = TypeVar("Model", bound=BaseModel)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BridgeSection(_Section):
    data_dir: str = "data"
    timezone: str = "Asia/Shanghai"
    language: Lang = "zh"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is no time zone name such as Asia/Shanghai")
        return value


class DatabaseSection(_Section):
    url: str = "sqlite:///data/bridge.db"

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, value: str) -> str:
        if not value.startswith("sqlite:///"):
            raise ValueError("must start with sqlite:/// (PostgreSQL is not built in yet)")
        return value


class PlanSection(_Section):
    file: str = "plan.xlsx"


class CalendarSection(_Section):
    overrides: str = ""
    hours_per_day: float = Field(default=8, gt=0, le=24)


class ScheduleSection(_Section):
    sync: str = "*/15 * * * *"
    full_read: str = "30 2 * * *"
    digest: str = "0 9 * * mon-fri"


class NotifySection(_Section):
    name: str
    kind: Literal["wecom", "dingtalk", "feishu", "email", "webhook"]
    url: str = ""
    secret: str = ""


class WebSection(_Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535)
    public_url: str = ""
    hook_token: str = ""


RulesSection = create_model(
    "RulesSection",
    __base__=_Section,
    **{name: (float, Field(default=getattr(Thresholds(), name), ge=0)) for name in NAMES},  # type: ignore[call-overload]
)

SECTIONS: dict[str, type[BaseModel]] = {
    "bridge": BridgeSection,
    "database": DatabaseSection,
    "plan": PlanSection,
    "calendar": CalendarSection,
    "rules": RulesSection,
    "schedule": ScheduleSection,
    "web": WebSection,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked; relative paths are already relative to the file they stand in."""

    file: Path
    bridge: BridgeSection
    database: DatabaseSection
    plan: PlanSection
    calendar: CalendarSection
    thresholds: Thresholds
    schedule: ScheduleSection
    web: WebSection
    sources: tuple[SourceConfig, ...] = ()
    notify: tuple[NotifySection, ...] = ()
    warnings: tuple[UsageProblem, ...] = field(default=())

    def path(self, value: str) -> Path:
        """A path from the settings, relative to the settings file."""
        return (self.file.parent / Path(value).expanduser()).absolute()

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.bridge.timezone)

    @property
    def database_file(self) -> Path:
        return self.path(self.database.url.removeprefix("sqlite:///"))

    @property
    def plan_file(self) -> Path:
        return self.path(self.plan.file)


def load(file: Path, *, secrets: bool = True, environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check settings; all problems at once as `Problems`.

    With `secrets=False` a secret that cannot be read now is no problem: for commands that contact no source.
    """
    reader = _Reader(file, os.environ if environ is None else environ, secrets)
    document = reader.document()
    sections = {name: reader.section(name, document.pop(name, {})) for name in SECTIONS}
    sources = tuple(
        source
        for number, table in enumerate(reader.tables(document, "sources"), 1)
        if (source := reader.source(number, table)) is not None
    )
    notify = tuple(
        entry
        for number, table in enumerate(reader.tables(document, "notify"), 1)
        if (entry := reader.validate(NotifySection, f"notify {number}", table)) is not None
    )
    reader.refuse_unknown(document, (*SECTIONS, "sources", "notify"), "")
    reader.refuse_duplicates(sources)
    reader.finish()
    rules = sections.pop("rules")
    return Settings(
        file=file.absolute(),
        thresholds=Thresholds(**rules.model_dump()),
        sources=sources,
        notify=notify,  # type: ignore[arg-type]
        warnings=tuple(reader.warnings),
        **sections,  # type: ignore[arg-type]
    )


class _Reader:
    """Collects every problem of one settings file before giving up."""

    def __init__(self, file: Path, environ: Mapping[str, str], secrets: bool) -> None:
        self.file = file
        self.environ = environ
        self.secrets = secrets
        self.problems: list[UsageProblem] = []
        self.warnings: list[UsageProblem] = []

    def document(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.file.read_text(encoding="utf-8"))
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise UsageProblem(NO_FILE, path=str(self.file)) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
            raise UsageProblem(NOT_TOML, path=str(self.file), detail=str(err)) from None

    def problem(self, text: Text, **facts: object) -> None:
        self.problems.append(UsageProblem(text, path=self.file.name, **facts))

    def tables(self, document: dict[str, Any], name: str) -> list[dict[str, Any]]:
        value = document.pop(name, [])
        if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            return value
        self.problem(WRONG_VALUE, place=name, value=repr(value)[:60], why=Phrase(AS_TABLES, {"name": name}))
        return []

    def section(self, name: str, table: Any) -> BaseModel:
        if not isinstance(table, dict):
            self.problem(WRONG_VALUE, place=name, value=repr(table)[:60], why=Phrase(AS_TABLE, {"name": name}))
            return SECTIONS[name]()
        return self.validate(SECTIONS[name], name, table) or SECTIONS[name]()

    def source(self, number: int, table: dict[str, Any]) -> SourceConfig | None:
        place = f"sources {table.get('name', number)}"
        kind = table.get("kind")
        if kind is None:
            self.problem(MISSING_KEY, place=f"{place}.kind")
            return None
        if kind not in connectors.available():
            why = Phrase(KNOWN_KINDS, {"known": ", ".join(connectors.available())})
            self.problem(WRONG_VALUE, place=f"{place}.kind", value=repr(kind), why=why)
            return None
        return self.validate(connectors.load(kind).config_type, place, table)

    def validate(self, model: type[Model], place: str, table: dict[str, Any]) -> Model | None:
        known = len(self.problems)
        self.refuse_unknown(table, tuple(model.model_fields), place)
        values = {
            key: self.resolve(f"{place}.{key}", key, value) for key, value in table.items() if key in model.model_fields
        }
        if len(self.problems) > known:
            return None
        try:
            return model.model_validate(values)
        except ValidationError as err:
            for entry in err.errors():
                self._wrong(place, entry, table)
            return None

    def _wrong(self, place: str, entry: Any, table: dict[str, Any]) -> None:
        key = ".".join(str(part) for part in entry["loc"]) or "?"
        if entry["type"] == "missing":
            self.problem(MISSING_KEY, place=f"{place}.{key}")
            return
        # A secret is shown as it stands in the file (env:NAME), never as what it resolved to.
        shown = table.get(key.split(".")[0], "")
        value = "***" if key in SECRET_KEYS else repr(shown)[:60]
        message = entry["msg"].removeprefix("Value error, ")
        why = Phrase(WHY.get(entry["type"], OTHER_WHY), {**entry.get("ctx", {}), "message": message})
        self.problem(WRONG_VALUE, place=f"{place}.{key}", value=value, why=why)

    def resolve(self, place: str, key: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.startswith("env:"):
            name = value.removeprefix("env:")
            found = self.environ.get(name)
            return found if found else self._unread(place, NO_VARIABLE, value=name)
        if value.startswith("file:"):
            name = value.removeprefix("file:")
            try:
                return (self.file.parent / name).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as err:
                return self._unread(place, NO_SECRET_FILE, value=name, why=type(err).__name__)
        if key in SECRET_KEYS and value and self.file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            self.warnings.append(UsageProblem(OPEN_SECRET, path=self.file.name, place=place))
        return value

    def _unread(self, place: str, text: Text, **facts: object) -> str:
        # Only what signs in to a source is indispensable; a missing robot URL is told by the command that needs it.
        if self.secrets and place.startswith("sources"):
            self.problem(text, place=place, **facts)
        return UNSET_SECRET if place.startswith("sources") else ""

    def refuse_unknown(self, table: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, n=1)
                text = UNKNOWN_KEY if near else UNKNOWN_KEY_FAR
                self.problem(text, place=place or "…", value=key, near="".join(near), known=", ".join(known))

    def refuse_duplicates(self, sources: tuple[SourceConfig, ...]) -> None:
        names = [source.name for source in sources]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.problem(DUPLICATE_SOURCE, value=name)

    def finish(self) -> None:
        if self.problems:
            raise Problems(HEADING, self.problems, path=str(self.file), count=len(self.problems))
