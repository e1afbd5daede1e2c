"""Panels of facts, sentences and tables: what most pages are made of, so that they all look and read alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from msgspec import Struct

from bridge.language import Lang, Text
from bridge.report.cells import one_line, safe_url, spoken_day
from bridge.report.labels import join
from bridge.report.wording import status_name

UNKNOWN = "—"


class Cell(Struct, frozen=True):
    """What stands in a field of a table. `kind` is how it is set: n, day, text, over; `status` draws its sign."""

    text: str
    href: str | None = None
    kind: str = ""
    small: str | None = None
    status: str | None = None
    load: float | None = None
    """A share to be drawn as a bar below."""
    is_elsewhere: bool = False


class Grid(Struct, frozen=True):
    """A table; `kind` is empty, or `matrix`, whose first field of each row is a heading like that of a column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    kind: str = "cards"


class Panel(Struct, frozen=True):
    """A heading with facts (name and value), sentences and a table, as far as there are any."""

    title: str
    grid: Grid | None = None
    lines: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()
    """What is shown with its line breaks, as a message is."""


def cell(value: object, kind: str = "", href: str | None = None, small: str | None = None) -> Cell:
    """Of anything: unknown is a dash, never 0 and never an empty field; what people wrote is one clean line."""
    return Cell(UNKNOWN if value in (None, "") else one_line(str(value)), href, kind, small and one_line(small))


def status_cell(status: str | None, lang: Lang) -> Cell:
    return Cell(UNKNOWN) if status is None else Cell(status_name(status, lang), status=status)


def outside(text: str, url: str | None, kind: str = "") -> Cell:
    """A link into a tool, where its address is one that a browser may be sent to."""
    return Cell(one_line(text), safe_url(url), kind, is_elsewhere=True)


def said_day(today: date, lang: Lang) -> Callable[[date | str | None], Cell]:
    """Days in one way for a whole page."""

    def field(value: date | str | None) -> Cell:
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return cell(None if day is None else spoken_day(day, today, lang), "day")

    return field


def grid(
    lang: Lang, columns: Sequence[Text], rows: Iterable[Iterable[Cell]], empty: Text | None = None, kind: str = "cards"
) -> Grid:
    return Grid(
        tuple(text.say(lang) for text in columns),
        tuple(tuple(row) for row in rows),
        "" if empty is None else empty.say(lang),
        kind,
    )


def joined(names: Iterable[str], lang: Lang) -> str:
    return join([one_line(name) for name in names], lang)
