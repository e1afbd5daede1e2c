"""What a person watching a long command sees on stderr: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click
from rich.console import Console
from rich.status import Status

from bridge.cli.session import Session
from bridge.language import Lang, Text

READING = Text(zh="正在读取 {source} {stream} {scope}：{count}", en="reading {source} {stream} {scope}: {count}")
STOPPING = Text(zh="收到停止信号，写完当前页后结束……", en="asked to stop; finishing the current page …")


class Progress:
    """Shows how far a pull has come; callable as the pull's progress."""

    def __init__(self, session: Session, lang: Lang, status: Status | None) -> None:
        self._session = session
        self._lang = lang
        self._status = status
        self._at: tuple[str, str, str] | None = None

    def __call__(self, source: str, stream: str, scope: str, count: int) -> None:
        line = READING.say(self._lang, source=source, stream=stream, scope=scope, count=count)
        if self._status is not None:
            self._status.update(line)
        elif self._at != (source, stream, scope):
            self._session.remark(line)
        self._at = (source, stream, scope)


@contextmanager
def watching(session: Session, lang: Lang) -> Iterator[Progress]:
    """Progress while the block runs; nothing with --quiet."""
    console = Console(stderr=True)
    if session.quiet or not console.is_terminal:
        yield Progress(session, lang, None)
        return
    with console.status("…") as status:
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
