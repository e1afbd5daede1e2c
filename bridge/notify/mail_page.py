"""The HTML part of a mail: the same lines as everywhere, and below them the rows that worry as a table with inline styles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from bridge.language import Lang
from bridge.notify.message import Message
from bridge.report.cells import one_line, safe_url
from bridge.report.labels import label
from bridge.report.rows import Row

# Mail programs drop style sheets, so every style stands inline.
_CELL = "padding:5px 8px;border:1px solid #d5dae0;text-align:left;vertical-align:top"
_HEAD = f"{_CELL};background:#1f3a5f;color:#fff"
_COLOURS = {"red": "#fbe3e0", "amber": "#fff1cc", "grey": "#e9ecef"}
COLUMNS = ("status", "customer", "milestone", "owner", "promise", "forecast", "slip")
MOST_ROWS = 40


def page(message: Message, found: Sequence[Row] = ()) -> str:
    """A whole page; everything people wrote is escaped, and only web addresses become links."""
    worrying = [row for row in found if row.status in ("red", "amber")][:MOST_ROWS]
    parts = [f'<h2 style="font-size:18px">{_text(message.title)}</h2>', *_blocks(message)]
    if worrying:
        parts.append(_table(worrying, message.lang))
    link = message.link and safe_url(message.link.url)
    if message.link is not None and link:
        parts.append(f'<p><a href="{escape(link)}">{_text(message.link.link or message.link.text)}</a></p>')
    style = "font-family:'Microsoft YaHei',sans-serif;font-size:14px;color:#222"
    return f'<html><head><meta charset="utf-8"></head><body style="{style}">{"".join(parts)}</body></html>'


def _blocks(message: Message) -> Iterable[str]:
    for block in message.blocks:
        if block.heading:
            yield f'<h3 style="font-size:15px;margin:14px 0 4px">{_text(block.heading)}</h3>'
        for line in block.lines:
            url = safe_url(line.url)
            link = f' <a href="{escape(url)}">{_text(line.link or url)}</a>' if url else ""
            yield f'<p style="margin:3px 0">{_text(line.text)}{link}</p>'


def _table(found: Sequence[Row], lang: Lang) -> str:
    head = "".join(f'<th style="{_HEAD}">{_text(label(name, lang))}</th>' for name in COLUMNS)
    body = "".join(f"<tr>{''.join(_cells(row, lang))}</tr>" for row in found)
    return f'<table cellspacing="0" style="border-collapse:collapse;margin-top:14px">{f"<tr>{head}</tr>"}{body}</table>'


def _cells(row: Row, lang: Lang) -> Iterable[str]:
    yield f'<td style="{_CELL};background:{_COLOURS[row.status]}">{_text(row.status_name)}</td>'
    slip = None if row.slip is None else label("workdays", lang, slip=row.slip.signed)
    for value in (row.customer, row.name, row.owner, row.promise, row.p85, slip):
        yield f'<td style="{_CELL}">{"—" if value is None else _text(str(value))}</td>'


def _text(text: str) -> str:
    return escape(one_line(text))
