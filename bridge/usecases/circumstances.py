"""What a thread is busy with: job, run, source. Whoever logs meanwhile need not say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_about: ContextVar[Mapping[str, object]] = ContextVar("about", default={})  # noqa: B039 - never changed, only replaced


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Everything that is logged inside, in this thread, is about these."""
    token = _about.set({**_about.get(), **facts})
    try:
        yield
    finally:
        _about.reset(token)


def facts_of_now() -> Mapping[str, object]:
    return _about.get()
