"""The sections of config.toml as values: every key known, every value in range."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, create_model, field_validator

from bridge.errors import UsageProblem
from bridge.language import Lang
from bridge.thresholds import NAMES, Thresholds
from connectors.contract import SourceConfig

SQLITE = "sqlite:///"
_SERVER = re.compile(r"postgresql://[^/?\s]*/[^/?\s]+(\?\S*)?")
QUIET_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BridgeSection(_Section):
    data_dir: str = "data"
    timezone: str = "Asia/Shanghai"
    language: Lang = "zh"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            raise ValueError("is no time zone name such as Asia/Shanghai") from None
        return value


class DatabaseSection(_Section):
    url: str = "sqlite:///data/bridge.db"

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, value: str) -> str:
        is_file = value.startswith(SQLITE) and not value.endswith("/")
        if not is_file and not _SERVER.fullmatch(value):
            raise ValueError("must be sqlite:///FILE or postgresql://USER@HOST/NAME")
        return value

    @property
    def is_server(self) -> bool:
        """Whether the store is in PostgreSQL, which other machines may use too."""
        return not self.url.startswith(SQLITE)


class PlanSection(_Section):
    file: str = "plan.xlsx"


class CalendarSection(_Section):
    overrides: str = ""
    hours_per_day: float = Field(default=8, gt=0, le=24)


class ForecastSection(_Section):
    calibrate: bool = False


class ScheduleSection(_Section):
    sync: str = "*/15 * * * *"
    full_read: str = "30 2 * * *"
    digest: str = "0 9 * * mon-fri"
    weekly: str = "0 9 * * mon"
    backup: str = "20 4 * * *"
    prune: str = "40 4 * * *"


class RetentionSection(_Section):
    """Days for which is kept what no report of any day needs; sessions that are over are not kept at all."""

    raw_days: int = Field(default=180, ge=7)
    snapshot_days: int = Field(default=90, ge=7)
    run_days: int = Field(default=90, ge=7)
    outbox_days: int = Field(default=90, ge=7)
    audit_days: int = Field(default=1095, ge=7)
    backups: int = Field(default=7, ge=1)


class LogSection(_Section):
    """What `pbridge serve` writes about itself."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"
    to: Literal["stderr", "stdout"] = "stderr"


class NotifySection(_Section):
    """One channel; what a kind does not use is left empty."""

    name: str = Field(min_length=1)
    kind: Literal["wecom", "dingtalk", "feishu", "email", "webhook"]
    url: str = ""
    secret: str = ""
    form: Literal["", "markdown", "markdown_v2", "text", "action_card"] = ""
    keyword: str = ""
    owner: str = ""
    language: Literal["", "zh", "en"] = ""
    mentions: dict[str, str] = Field(default_factory=dict)
    digest: bool = True
    weekly: bool = False
    urgent: bool = True
    quiet_hours: str = ""
    intranet_hosts: tuple[str, ...] = ()
    proxy: str = ""
    host: str = ""
    port: int = Field(default=0, ge=0, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: str = ""
    username: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    attach: bool = True

    @field_validator("quiet_hours")
    @classmethod
    def _two_times(cls, value: str) -> str:
        if value and not QUIET_HOURS.fullmatch(value):
            raise ValueError("must look like 21:00-08:00")
        return value


class WebSection(_Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535)
    public_url: str = ""
    hook_token: str = ""


class OidcSection(_Section):
    """Login by an identity provider (OpenID Connect); off while `issuer` is empty."""

    issuer: str = ""
    client_id: str = Field(default="", validate_default=True)
    client_secret: str = ""
    name: str = ""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    name_claim: str = "name"
    email_domains: tuple[str, ...] = ()
    roles_claim: str = ""
    roles: dict[str, Literal["admin", "lead", "viewer"]] = Field(default_factory=dict)
    default_role: Literal["", "lead", "viewer"] = ""
    ca_file: str = ""

    @field_validator("issuer")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        parts = urlsplit(value)
        is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
        if value and not (
            parts.hostname and not parts.query and not parts.fragment and (parts.scheme == "https" or is_here)
        ):
            raise ValueError("must be an https address without ? and #")
        return value

    @field_validator("client_id")
    @classmethod
    def _beside_issuer(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("issuer") and not value:
            raise ValueError("is needed beside issuer")
        return value

    @field_validator("scopes")
    @classmethod
    def _asks_who(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value:
            raise ValueError("must name openid")
        return value


def _threshold(name: str) -> tuple[type[float], Any]:
    """A probability is at most 1; everything else is only not negative."""
    most = 1 if name.startswith("p_") else None
    return float, Field(default=getattr(Thresholds(), name), ge=0, le=most, allow_inf_nan=False)


RulesSection = create_model(
    "RulesSection",
    __base__=_Section,
    **{name: _threshold(name) for name in NAMES},  # type: ignore[call-overload]
)

SECTIONS: dict[str, type[BaseModel]] = {
    "bridge": BridgeSection,
    "database": DatabaseSection,
    "plan": PlanSection,
    "calendar": CalendarSection,
    "rules": RulesSection,
    "forecast": ForecastSection,
    "schedule": ScheduleSection,
    "retention": RetentionSection,
    "web": WebSection,
    "web.oidc": OidcSection,
    "log": LogSection,
}


class Settings(Struct, frozen=True):
    """All settings, checked; relative paths are already relative to the file they stand in."""

    file: Path
    bridge: BridgeSection
    database: DatabaseSection
    plan: PlanSection
    calendar: CalendarSection
    thresholds: Thresholds
    forecast: ForecastSection
    schedule: ScheduleSection
    retention: RetentionSection
    web: WebSection
    oidc: OidcSection
    log: LogSection
    sources: tuple[SourceConfig, ...] = ()
    notify: tuple[NotifySection, ...] = ()
    warnings: tuple[UsageProblem, ...] = ()

    def path(self, value: str) -> Path:
        """A path from the settings, relative to the settings file."""
        return (self.file.parent / Path(value).expanduser()).absolute()

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.bridge.timezone)

    @property
    def database_file(self) -> Path:
        """The file of SQLite; only where the store is one."""
        return self.path(self.database.url.removeprefix(SQLITE))

    @property
    def database_place(self) -> Path | str:
        """Where the store is: a file, or the address of a database in PostgreSQL."""
        return self.database.url if self.database.is_server else self.database_file

    @property
    def data_folder(self) -> Path:
        """Where files are kept that belong to the store: beside it, or where it is on a server in `data_dir`."""
        return self.path(self.bridge.data_dir) if self.database.is_server else self.database_file.parent

    @property
    def plan_file(self) -> Path:
        return self.path(self.plan.file)
