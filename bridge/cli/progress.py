"""What a person watching a long command sees on stderr: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from bridge.cli.printing import plain
from bridge.cli.session import Session
from bridge.language import Lang, Text

READING = Text(zh="正在读取 {what}：{count}", en="reading {what}: {count}")
READ = Text(zh="已读取 {what}：{count}", en="read {what}: {count}")
STOPPING = Text(zh="收到停止信号，正在收尾……", en="asked to stop; finishing what is begun …")


class Progress:
    """Shows how far a pull has come; callable as the pull's progress.

    On a terminal one live line; elsewhere one plain line for each part once the next begins, with its final count.
    """

    def __init__(self, session: Session, lang: Lang, status: Status | None) -> None:
        self._session = session
        self._lang = lang
        self._status = status
        self._at: tuple[str, int] | None = None

    def __call__(self, source: str, stream: str, scope: str, count: int) -> None:
        what = plain(" ".join(part for part in (source, stream, scope) if part))
        if self._status is not None:
            self._status.update(escape(READING.say(self._lang, what=what, count=count)))
            return
        if self._at is not None and self._at[0] != what:
            self.flush()
        self._at = (what, count)

    def flush(self) -> None:
        """Tell of the part that was read last."""
        if self._at is not None:
            what, count = self._at
            self._session.remark(READ.say(self._lang, what=what, count=count))
            self._at = None


@contextmanager
def watching(session: Session, lang: Lang) -> Iterator[Progress]:
    """Progress while the block runs; nothing with --quiet."""
    console = Console(stderr=True)
    if session.quiet or not console.is_terminal:
        progress = Progress(session, lang, None)
        try:
            yield progress
        finally:
            progress.flush()
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
