"""The HTML part of a mail: the same lines as everywhere, and below them the rows that worry as a table with inline styles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from bridge.language import Lang, Text
from bridge.notify.message import Line, Message
from bridge.report.cells import one_line, safe_url
from bridge.report.labels import label
from bridge.report.rows import Row

# Mail programs drop style sheets and know neither flex nor grid: every style stands inline, and a table makes the frame.
_FONT = "font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
_BODY = f"margin:0;padding:0;background:#eef1f4;{_FONT};font-size:14px;line-height:1.55;color:#1f2933"
_SHEET = "max-width:640px;margin:0 auto;background:#fff"
_TITLE = "margin:0;font-size:18px;line-height:1.4;color:#fff"
_HEADING = "margin:20px 0 6px;padding-bottom:4px;border-bottom:1px solid #d5dae0;font-size:15px;color:#1f3a5f"
_LINE = "margin:0 0 7px"
_CELL = f"padding:7px 8px;border-bottom:1px solid #d5dae0;text-align:left;vertical-align:top;{_FONT};font-size:13px"
_HEAD = f"{_CELL};background:#eef1f4;color:#4a5560;font-weight:600"
_NARROW = "white-space:nowrap"
_QUIET = "color:#5f6770"
_LINK = "color:#0b5cad"
_BUTTON = "display:inline-block;padding:9px 18px;background:#1f3a5f;color:#fff;text-decoration:none;border-radius:4px"
_COLOURS = {"red": ("#a3281b", "#fbe3e0"), "amber": ("#7a4f00", "#fff1cc")}
MOST_ROWS = 40
MORE = Text("另有 {count} 个，见报告", "{count} more; see the report")


def page(message: Message, found: Sequence[Row] = ()) -> str:
    """A whole page; everything people wrote is escaped, and only web addresses become links."""
    worrying = [row for row in found if row.status in _COLOURS]
    parts = list(_blocks(message))
    if worrying:
        parts.append(_table(worrying, message.lang))
    link = message.link and safe_url(message.link.url)
    if message.link is not None and link:
        name = _text(message.link.link or message.link.text)
        parts.append(f'<p style="margin:22px 0 0"><a href="{escape(link)}" style="{_BUTTON}">{name}</a></p>')
    head = f'<td style="padding:16px 18px;background:#1f3a5f"><h1 style="{_TITLE}">{_text(message.title)}</h1></td>'
    sheet = f'<tr>{head}</tr><tr><td style="padding:14px 18px 22px">{"".join(parts)}</td></tr>'
    return (
        # Without a doctype some programs set tables in a size of their own.
        f'<!DOCTYPE html><html lang="{"zh-CN" if message.lang == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>{_text(message.title)}</title></head><body style="{_BODY}">'
        f'<table role="presentation" width="100%" cellspacing="0" cellpadding="0" style="{_SHEET}">{sheet}</table>'
        "</body></html>"
    )


def _blocks(message: Message) -> Iterable[str]:
    for block in message.blocks:
        if block.heading:
            yield f'<h2 style="{_HEADING}">{_text(block.heading)}</h2>'
        # What stands above all headings is what has to be read.
        style = _LINE if block.heading else f"{_LINE};font-weight:600"
        yield from (f'<p style="{style}">{_line(line)}</p>' for line in block.lines)


def _line(line: Line) -> str:
    url = safe_url(line.url)
    link = f' <a href="{escape(url)}" style="{_LINK};{_NARROW}">{_text(line.link or url)}</a>' if url else ""
    return _text(line.text) + link


def _table(found: Sequence[Row], lang: Lang) -> str:
    """Three columns, so that it can also be read on a telephone: what and whose, promised and expected, how late."""
    dates = f"{label('promise', lang)} / {label('forecast', lang)}"
    head = "".join(f'<th style="{_HEAD}">{_text(name)}</th>' for name in (label("milestone", lang), dates))
    head += f'<th style="{_HEAD};text-align:right">{_text(label("slip", lang))}</th>'
    body = "".join(f"<tr>{''.join(_cells(row, lang))}</tr>" for row in found[:MOST_ROWS])
    more = len(found) - MOST_ROWS
    rest = f'<p style="{_LINE};{_QUIET}">{_text(MORE.say(lang, count=more))}</p>' if more > 0 else ""
    style = "border-collapse:collapse;margin-top:20px"
    return f'<table width="100%" cellspacing="0" style="{style}"><tr>{head}</tr>{body}</table>{rest}'


def _cells(row: Row, lang: Lang) -> Iterable[str]:
    text, ground = _COLOURS[row.status]
    mark = f"padding:1px 6px;border-radius:3px;background:{ground};color:{text};font-size:12px;{_NARROW}"
    whose = " · ".join(part for part in (row.customer, row.owner) if part)
    below = f'<br><span style="{_QUIET};font-size:12px">{_text(whose)}</span>' if whose else ""
    name = f'<span style="{mark}">{_text(row.status_name)}</span> <b>{_text(row.name)}</b>'
    yield f'<td style="{_CELL};border-left:4px solid {text}">{name}{below}</td>'
    promise, expected = ("—" if day is None else day.isoformat() for day in (row.promise, row.p85))
    yield f'<td style="{_CELL};{_NARROW}">{promise}<br><span style="{_QUIET}">{expected}</span></td>'
    slip = "—" if row.slip is None else label("workdays", lang, slip=row.slip.signed)
    yield f'<td style="{_CELL};{_NARROW};text-align:right">{_text(slip)}</td>'


def _text(text: str) -> str:
    return escape(one_line(text))
