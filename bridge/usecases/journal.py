"""The log of the service: every line says which job, run and source it is about, and none can show a secret."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bridge.config import Settings
from bridge.notify.message import Target
from bridge.usecases.circumstances import facts_of_now
from bridge.usecases.discretion import hushed
from connectors.redaction import Redactor


class Discreet(logging.Formatter):
    """A line of text for people, without the secrets of the settings, tracebacks and all."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")
        self._redact = Redactor(secrets)

    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {name}={json.dumps(value, ensure_ascii=False)}" for name, value in facts_of_now().items())
        first, newline, rest = super().format(record).partition("\n")
        return self.without_secrets(f"{first}{facts}{newline}{rest}")

    def without_secrets(self, text: str) -> str:
        return self._redact(hushed(text))


class DiscreetJson(Discreet):
    """One JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        document: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.without_secrets(record.getMessage()),
        }
        document |= {
            name: self.without_secrets(value) if isinstance(value, str) else value
            for name, value in facts_of_now().items()
        }
        if record.exc_info:
            document["exception"] = self.without_secrets(self.formatException(record.exc_info))
        return json.dumps(document, ensure_ascii=False, default=str)


class Journal:
    """Where the service logs to. The only way to its handler goes through a formatter that takes secrets out."""

    def __init__(self, settings: Settings, *, quiet: bool = False) -> None:
        stream = sys.stdout if settings.log.to == "stdout" else sys.stderr
        self._handler = logging.StreamHandler(stream)
        self._quiet = quiet
        self._secrets: set[str] = set()
        self.obey(settings)

    def obey(self, settings: Settings) -> None:
        """Keep to these settings from now on: form, level, and what is secret."""
        # What was a secret once is not shown after its successor was read either.
        self._secrets.update(secrets_of(settings))
        kind = DiscreetJson if settings.log.format == "json" else Discreet
        self._handler.setFormatter(kind(self._secrets))
        level = logging.getLevelNamesMapping()[settings.log.level.upper()]
        logging.getLogger().setLevel(max(level, logging.WARNING) if self._quiet else level)

    @contextmanager
    def kept(self) -> Iterator[Journal]:
        root = logging.getLogger()
        before = root.level
        root.addHandler(self._handler)
        # It warns of every request that waits for a thread, which a burst of webhooks makes many.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        try:
            yield self
        finally:
            root.removeHandler(self._handler)
            root.setLevel(before)


def secrets_of(settings: Settings) -> list[str]:
    """Everything in the settings that no log may show."""
    found = [source.client_secret.get_secret_value() for source in settings.sources]
    found += [settings.web.hook_token, settings.oidc.client_secret, urlsplit(settings.database.url).password or ""]
    for entry in settings.notify:
        found += Target(entry.name, entry.kind, entry.url, entry.secret).secrets
    return [secret for secret in found if secret]
