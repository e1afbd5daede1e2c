"""What a person watching a long command sees on stderr: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from bridge.cli.printing import plain
from bridge.cli.session import Session
from bridge.language import Lang, Text

if TYPE_CHECKING:
    from rich.status import Status

READING = Text(zh="正在读取 {what}：{count}", en="reading {what}: {count}")
READ = Text(zh="已读取 {what}：{count}", en="read {what}: {count}")
STOPPING = Text(zh="收到停止信号，正在收尾……", en="asked to stop; finishing what is begun …")


class Progress:
    """Shows how far a pull has come; callable as the pull's progress.

    On a terminal one live line; elsewhere one plain line for each part at its end. Parts are read side by side.
    """

    def __init__(self, session: Session, lang: Lang, status: Status | None, *, tells_parts: bool = True) -> None:
        self._session = session
        self._tells_parts = tells_parts
        self._lang = lang
        self._status = status

    def __call__(self, source: str, stream: str, scope: str, count: int, *, ended: bool) -> None:
        what = plain(" ".join(part for part in (source, stream, scope) if part))
        if self._status is not None:
            self.say(READING.say(self._lang, what=what, count=count))
        elif ended and count and self._tells_parts:
            self._session.remark(READ.say(self._lang, what=what, count=count))

    def say(self, line: str) -> None:
        """The live line of who watches; elsewhere nothing."""
        if self._status is not None:
            # Square brackets in the name of a project are no markup.
            self._status.update(line.replace("[", "\\["))


@contextmanager
def watching(session: Session, lang: Lang, *, tells_parts: bool = True) -> Iterator[Progress]:
    """Progress while the block runs; nothing with --quiet, and without a terminal no parts where they are too many."""
    if session.quiet or not sys.stderr.isatty():
        yield Progress(session, lang, None, tells_parts=tells_parts)
        return
    from rich.console import Console  # only who watches has to wait for it

    with Console(stderr=True).status("…") as status:
        yield Progress(session, lang, status)


@contextmanager
def stop_on_signal(session: Session, lang: Lang) -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, so that work ends after the current page; a second signal ends it at once."""
    stop = threading.Event()

    def ask(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo(STOPPING.say(lang), err=True)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def told_by_hangup() -> Iterator[threading.Event]:
    """An event that SIGHUP sets, where the system has such a signal."""
    told = threading.Event()
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None:
        yield told
        return
    before = signal.signal(hangup, lambda _number, _frame: told.set())
    try:
        yield told
    finally:
        signal.signal(hangup, before)
