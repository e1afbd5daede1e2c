"""Collects every problem of one settings file before giving up, and reads secrets from where they are kept."""

from __future__ import annotations

import difflib
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

import connectors
from bridge.config import texts
from bridge.config.sections import SECTIONS
from bridge.errors import Problems, UsageProblem
from bridge.language import Phrase, Text
from connectors.contract import SourceConfig

UNSET_SECRET = "(not set)"  # noqa: S105 - says that there is none
SECRET_KEYS = frozenset({"client_secret", "hook_token", "secret", "password"})
PASSWORD_IN_URL = re.compile(r"(://[^/@\s:]*:)[^@\s]*@")
Model = TypeVar("Model", bound=BaseModel)


class Reader:
    """Collects every problem of one settings file before giving up."""

    def __init__(self, file: Path, environ: Mapping[str, str], secrets: bool) -> None:
        self.file = file
        self.environ = environ
        self.secrets = secrets
        self.problems: list[UsageProblem] = []
        self.warnings: list[UsageProblem] = []

    def document(self) -> dict[str, Any]:
        try:
            # Editors on Windows begin a file with a byte order mark, which TOML does not know.
            return tomllib.loads(self.file.read_text(encoding="utf-8-sig"))
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise UsageProblem(texts.NO_FILE, path=str(self.file)) from None
        except OSError as err:
            raise UsageProblem(texts.NO_ACCESS, path=str(self.file), why=err.strerror or str(err)) from None
        except UnicodeDecodeError:
            raise UsageProblem(texts.NOT_UTF8, path=str(self.file)) from None
        except tomllib.TOMLDecodeError as err:
            raise UsageProblem(texts.NOT_TOML, path=str(self.file), detail=str(err)) from None

    def problem(self, text: Text, **facts: object) -> None:
        self.problems.append(UsageProblem(text, path=self.file.name, **facts))

    def tables(self, document: dict[str, Any], name: str) -> list[dict[str, Any]]:
        value = document.pop(name, [])
        if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            return value
        self.problem(texts.WRONG_VALUE, place=name, value=repr(value)[:60], why=Phrase(texts.AS_TABLES, {"name": name}))
        return []

    def section(self, name: str, table: Any) -> BaseModel:
        if not isinstance(table, dict):
            self.problem(
                texts.WRONG_VALUE, place=name, value=repr(table)[:60], why=Phrase(texts.AS_TABLE, {"name": name})
            )
            return SECTIONS[name]()
        return self.validate(SECTIONS[name], name, table) or SECTIONS[name]()

    def source(self, number: int, table: dict[str, Any]) -> SourceConfig | None:
        name = table.get("name")
        place = f"sources {name if isinstance(name, str) else number}"
        kind = table.get("kind")
        if kind is None:
            self.problem(texts.MISSING_KEY, place=f"{place}.kind")
            return None
        if kind not in connectors.available():
            why = Phrase(texts.KNOWN_KINDS, {"known": ", ".join(connectors.available())})
            self.problem(texts.WRONG_VALUE, place=f"{place}.kind", value=repr(kind), why=why)
            return None
        return self.validate(connectors.load(kind).config_type, place, table)

    def validate(self, model: type[Model], place: str, table: dict[str, Any]) -> Model | None:
        known = len(self.problems)
        self.refuse_unknown(table, tuple(model.model_fields), place)
        values, told = {}, set[str]()
        for key, value in table.items():
            if key in model.model_fields:
                before = len(self.problems)
                values[key] = self.resolve(f"{place}.{key}", key, value)
                if len(self.problems) > before:
                    told.add(key)
        try:
            read = model.model_validate(values)
        except ValidationError as err:
            for entry in err.errors():
                if not told.intersection(entry["loc"][:1]):
                    self._wrong(place, entry, table)
            return None
        return read if len(self.problems) == known else None

    def _wrong(self, place: str, entry: Any, table: dict[str, Any]) -> None:
        key = ".".join(str(part) for part in entry["loc"]) or "?"
        if entry["type"] == "missing":
            self.problem(texts.MISSING_KEY, place=f"{place}.{key}")
            return
        # A secret is shown as it stands in the file (env:NAME), never as what it resolved to.
        shown = table.get(key.split(".")[0], "")
        is_secret = key in SECRET_KEYS or (key == "url" and place.startswith("notify"))
        value = "***" if is_secret else PASSWORD_IN_URL.sub(r"\1***@", repr(shown))[:60]
        message = entry["msg"].removeprefix("Value error, ")
        facts = {name: _as_written(fact) for name, fact in entry.get("ctx", {}).items()}
        text = texts.WHY.get(entry["type"]) or texts.WHY_BY_MESSAGE.get(message, texts.OTHER_WHY)
        why = Phrase(text, {**facts, "message": message})
        self.problem(texts.WRONG_VALUE, place=f"{place}.{key}", value=value, why=why)

    def resolve(self, place: str, key: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.startswith("env:"):
            name = value.removeprefix("env:")
            found = self.environ.get(name)
            return found if found else self._unread(place, texts.NO_VARIABLE, value=name)
        if value.startswith("file:"):
            name = value.removeprefix("file:")
            try:
                found = (self.file.parent / name).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as err:
                why = getattr(err, "strerror", None) or type(err).__name__
                return self._unread(place, texts.NO_SECRET_FILE, value=name, why=why)
            return found or self._unread(place, texts.NO_SECRET_FILE, value=name, why=texts.EMPTY)
        # The address of a chat robot holds its token.
        is_secret = key in SECRET_KEYS or (key == "url" and place.startswith("notify"))
        if is_secret and value and self.file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            self.warnings.append(UsageProblem(texts.OPEN_SECRET, path=self.file.name, place=place))
        return value

    def _unread(self, place: str, text: Text, **facts: object) -> str:
        # What signs in to a source is needed where one is contacted; a missing robot URL or hook token is told by the
        # command that needs it; every other setting must be there.
        is_source = place.startswith("sources")
        if self.secrets if is_source else not place.startswith(("notify", "web")):
            self.problem(text, place=place, **facts)
        return UNSET_SECRET if is_source or place.startswith("web.oidc") else ""

    def refuse_unknown(self, table: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, n=1)
                text = texts.UNKNOWN_KEY if near else texts.UNKNOWN_KEY_FAR
                self.problem(text, place=place or "…", value=key, near="".join(near), known=", ".join(known))

    def refuse_duplicates(self, sources: tuple[SourceConfig, ...]) -> None:
        names = [source.name for source in sources]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.problem(texts.DUPLICATE_SOURCE, value=name)

    def refuse_duplicate_channels(self, names: list[str]) -> None:
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.problem(texts.DUPLICATE_CHANNEL, value=name)

    def finish(self) -> None:
        if self.problems:
            raise Problems(texts.HEADING, self.problems, path=str(self.file), count=len(self.problems))


def _as_written(fact: object) -> str:
    """A limit or a list of words as one writes it in the file: 0 instead of 0.0, commas instead of "or"."""
    return f"{fact:g}" if isinstance(fact, float) else str(fact).replace(" or ", ", ")
