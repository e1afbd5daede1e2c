"""What every use case works with: the settings, the clock of the run, the language and the store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

from msgspec import Struct

from bridge import config
from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.mapping import document
from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Lookups, Surroundings
from bridge.store import runs
from bridge.store.engine import BUSY_TIMEOUT_S, Store
from bridge.store.opening import is_at, is_shared, named, opened
from bridge.store.postgres_words import NO_FILE
from bridge.usecases.clock import Clock
from connectors.contract import SourceConfig

UNKNOWN_SOURCE = Text(
    zh="没有名为 {value} 的来源；设置中有：{known}。",
    en="there is no source named {value}; the settings have: {known}.",
)
NO_SOURCES = Text(
    zh="设置文件 {path} 里没有 [[sources]]，没有可以读取的来源。请按 config.example.toml 添加。",
    en="the settings file {path} has no [[sources]], so there is nothing to read. Add one as in config.example.toml.",
)
NO_MAPPING = Text(
    zh="来源 {source} 的映射文件 {path} 读不到：{why}。请运行 pbridge init，或更正 mapping。",
    en="the mapping file {path} of source {source} cannot be read: {why}. Run pbridge init or correct mapping.",
)
BUILT_IN_MAPPING = Text(
    zh="来源 {source} 的映射文件 {path} 不存在，使用内置映射。运行 pbridge init 可得到可修改的副本。",
    en="the mapping file {path} of source {source} does not exist; the built-in one is used. pbridge init gives you a copy.",
)
NOT_UTF8 = Text(zh="不是 UTF-8 文字", en="it is not UTF-8 text")
NO_STORE = Text(
    zh="还没有任何记录（{path} 不存在）。请先运行 pbridge run。",
    en="nothing is recorded yet ({path} does not exist). Run pbridge run first.",
)
EMPTY_STORE = Text(
    zh="还没有任何记录（{path} 是空的）。请先运行 pbridge run。",
    en="nothing is recorded yet ({path} is empty). Run pbridge run first.",
)
NEEDS_UPGRADE = Text(
    zh="数据库 {path} 是旧版本。请运行 pbridge db upgrade，它会先自动备份。",
    en="the database {path} has an older schema. Run pbridge db upgrade, which makes a backup first.",
)
DAY_BEFORE = Text(
    zh="{today} 早于已记录的最新一天 {newest}，不能倒着记录。要看过去，请用 pbridge report --as-of {today}。",
    en="{today} is before the newest recorded day {newest}; history is not written backwards. "
    "To look at the past use pbridge report --as-of {today}.",
)
STORE_AHEAD = Text(
    zh="记录中最新的一天 {newest} 晚于今天 {today}：曾用 --today 写入了将来的日期，或本机时钟不对。请校准时钟，或恢复那之前的备份。",
    en="the newest recorded day {newest} is after today {today}: a run with --today wrote on a future day, or this clock "
    "is wrong. Correct the clock, or restore the backup from before.",
)


class Workspace(Struct, frozen=True):
    """Opened once for a command; opens stores on demand."""

    settings: config.Settings
    clock: Clock
    lang: Lang

    @classmethod
    def open(
        cls, file: Path, *, today: date | None = None, lang: Lang | None = None, secrets: bool = False
    ) -> Workspace:
        settings = config.load(file, secrets=secrets)
        return cls(settings, Clock.at(settings.timezone, today), lang or settings.bridge.language)

    def store(self, *, create: bool = False, patience_s: float = BUSY_TIMEOUT_S) -> Store:
        """The store; `create` makes a new file where there is none. One that others have locked is waited for so long."""
        place = self.settings.database_place
        if not create and not is_shared(place) and not self.has_store:
            raise self.no_store
        store = opened(place, read_only=not create, patience_s=patience_s)
        try:
            if store.is_empty and create:
                store.upgrade()
            elif not store.is_current:
                raise self.no_store if store.is_empty else UsageProblem(NEEDS_UPGRADE, path=named(place))
        except BaseException:
            store.close()
            raise
        return store

    @property
    def no_store(self) -> UsageProblem:
        """What to say where nothing was recorded yet."""
        place = self.settings.database_place
        return UsageProblem(EMPTY_STORE if is_shared(place) else NO_STORE, path=named(place))

    @property
    def has_store(self) -> bool:
        """Whether anything was recorded yet."""
        return is_at(self.settings.database_place)

    @property
    def store_file(self) -> Path:
        """The file of the store, for what is done with a file. Raises where the store is on a server."""
        if self.settings.database.is_server:
            raise UsageProblem(NO_FILE, place=named(self.settings.database_place))
        return self.settings.database_file

    def refuse_the_past(self, store: Store) -> None:
        """Writing on a day before the newest recorded one would falsify history."""
        newest = runs.newest_day(store)
        if newest is not None and self.clock.today < newest:
            text = DAY_BEFORE if self.clock.is_moved else STORE_AHEAD
            raise UsageProblem(text, today=self.clock.today.isoformat(), newest=newest.isoformat())

    def sources(self, names: Sequence[str] = ()) -> tuple[SourceConfig, ...]:
        """The configured sources, or those named; an unknown name is an error."""
        known = {source.name: source for source in self.settings.sources}
        if not known:
            raise UsageProblem(NO_SOURCES, path=str(self.settings.file))
        for name in names:
            if name not in known:
                raise UsageProblem(UNKNOWN_SOURCE, value=name, known=", ".join(known))
        return tuple(source for source in self.settings.sources if not names or source.name in names)

    def mapping(self, source: SourceConfig) -> tuple[MappingFile, UsageProblem | None]:
        """The mapping of a source, and a remark where the built-in one stands in for a missing copy."""
        if not source.mapping:
            return document.parse(built_in_mappings()[source.kind], name=f"{source.kind}.toml"), None
        path = self.settings.path(source.mapping)
        if not path.exists() and Path(source.mapping) == Path("mappings") / f"{source.kind}.toml":
            remark = UsageProblem(BUILT_IN_MAPPING, source=source.name, path=str(path))
            return document.parse(built_in_mappings()[source.kind], name=f"{source.kind}.toml"), remark
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as err:
            why = getattr(err, "strerror", None) or NOT_UTF8
            raise UsageProblem(NO_MAPPING, source=source.name, path=str(path), why=why) from err
        return document.parse(text, name=str(path)), None

    def mapping_surroundings(self, source: SourceConfig, lookups: Lookups) -> Surroundings:
        """Everything besides a payload that decides what the tasks of a source look like in this run."""
        return Surroundings(
            source=source.name,
            timezone=self.clock.timezone,
            now=self.clock.now(),
            lookups=lookups,
            settings={"web_base_url": source.web_base_url},
        )


@cache
def built_in_mappings() -> dict[str, str]:
    """Kind -> text of the mapping file that ships with the program."""
    packaged = resources.files("bridge").joinpath("_mappings")
    # In a checkout the files stand beside the package, where admins and editors look for them.
    folder = packaged if packaged.is_dir() else resources.files("bridge").joinpath("..", "mappings")
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def digest(files: dict[str, bytes]) -> str:
    """One hash over named contents."""
    hashed = hashlib.sha256()
    for name in sorted(files):
        hashed.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return hashed.hexdigest()
