"""Which commands there are and where each lives; a command is loaded when it is used, so that every one starts at once."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, MutableMapping

import click

PLACES = {
    "init": "start:init",
    "check": "check:check",
    "sync": "sources:sync",
    "reconcile": "reports:reconcile",
    "report": "reports:report",
    "run": "reports:run",
    "notify": "notify:notify",
    "letter": "letter:letter",
    "retro": "retro:retro",
    "serve": "service:serve",
    "worker": "service:worker",
    "status": "status:status",
    "runs": "runs:runs",
    "tasks": "listing:tasks",
    "changes": "listing:changes",
    "plan": "plan:plan",
    "calendar": "calendar:calendar",
    "mapping": "mapping:mapping",
    "people": "people:people",
    "risks": "risks:risks",
    "feedback": "feedback:feedback",
    "contacts": "contacts:contacts",
    "resources": "resources:resources",
    "quarantine": "quarantine:quarantine",
    "findings": "findings:findings",
    "acknowledge": "findings:acknowledge",
    "override": "statements:override",
    "note": "statements:note",
    "user": "accounts:user",
    "token": "accounts:token",
    "db": "store:db",
    "demo": "demo:demo",
}
"""Name -> module of this folder and the command in it, in the order in which a person needs them."""


class Commands(MutableMapping[str, click.Command]):
    """Commands by name, each imported on its first use."""

    def __init__(self) -> None:
        self._places = dict(PLACES)
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            module, _, attribute = self._places[name].partition(":")
            self._loaded[name] = getattr(importlib.import_module(f"bridge.cli.{module}"), attribute)
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._places[name] = ""
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._loaded.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
