"""HTML as the text that a reader sees, in one pass over it; what is no HTML stays as it is."""

from __future__ import annotations

import html
import re

_SILENT = ("script", "style", "head", "title")
_BREAKS = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>|<![^<>]*>")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")


def text_of(markup: str) -> str:
    """Lines for blocks, single blanks, entities as the characters they mean; comments, scripts and styles are left out."""
    pieces, at = [], 0
    unended: set[str] = set()
    markup = _without_comments(markup)
    while (match := _TAG.search(markup, at)) is not None:
        pieces.append(html.unescape(markup[at : match.start()].replace("\n", " ")))
        name = (match[1] or "").lower()
        pieces.append("\n" if name in _BREAKS else " " if name in _CELLS else "")
        at = match.end()
        if name in _SILENT and name not in unended and not match.group().startswith("</"):
            end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(markup, at)
            if end is None:
                # What does not end hides nothing, and is not looked for again.
                unended.add(name)
            else:
                at = end.end()
    pieces.append(html.unescape(markup[at:] if not pieces else markup[at:].replace("\n", " ")))
    return _LINES.sub("\n", _BLANKS.sub(" ", "".join(pieces))).strip()


def _without_comments(markup: str) -> str:
    """A comment that does not end takes nothing with it."""
    if "<!--" not in markup:
        return markup
    first, *rest = markup.split("<!--")
    kept = [first]
    for piece in rest:
        _, end, after = piece.partition("-->")
        kept.append(after if end else piece)
    return "".join(kept)
