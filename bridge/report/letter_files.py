"""A letter as a file to go on with: a document of a word processor, or a mail that opens as a draft. Nothing is sent."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from bridge.language import Lang
from bridge.report.letters import BLANK, Letter

FONTS: dict[Lang, str] = {"zh": "宋体", "en": "Calibri"}
CENTRE, RIGHT = 1, 2
"""How a paragraph is set, as the file format numbers it."""
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)


def docx(letter: Letter, lang: Lang) -> bytes:
    """Subject as the title, paragraphs and lists on A4; blanks are marked in yellow; no trace of who made it."""
    from docx import Document  # heavy, and needed by nobody who asks for text

    document: Any = Document()
    _lay_out(document, lang)
    title = document.add_paragraph()
    title.alignment = CENTRE
    _write(title, letter.subject, lang, is_title=True)
    closing = _closing(letter.lines)
    for number, line in enumerate(letter.lines):
        if not line:
            continue
        is_listed = line.startswith("- ")
        paragraph = document.add_paragraph(style="List Bullet" if is_listed else None)
        _write(paragraph, line.removeprefix("- "), lang)
        if number >= closing:
            paragraph.alignment = RIGHT if lang == "zh" else None
        elif lang == "zh" and number:
            # As a Chinese letter is set: two characters in, but for whom it is addressed to.
            inside = 2 * document.styles["Normal"].font.size
            place = paragraph.paragraph_format
            place.first_line_indent = -inside if is_listed else inside
            place.left_indent = 2 * inside if is_listed else None
        paragraph.paragraph_format.keep_with_next = line.endswith(("：", ":"))
    properties = document.core_properties
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.title = letter.subject
    properties.created = properties.modified = _CREATED
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _lay_out(document: Any, lang: Lang) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(26)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONTS[lang], Pt(11)
    style.paragraph_format.line_spacing, style.paragraph_format.space_after = 1.35, Pt(7)
    # Word takes the font of Chinese characters from an attribute of its own.
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONTS[lang])


def _closing(lines: Sequence[str]) -> int:
    """Where name and day begin: the last lines without a blank one between; nothing of a letter that is all one."""
    last = max((number for number, line in enumerate(lines) if not line), default=len(lines) - 1)
    return last + 1


def _write(paragraph: Any, text: str, lang: Lang, *, is_title: bool = False) -> None:
    from docx.enum.text import WD_COLOR_INDEX
    from docx.shared import Pt

    opening, _, closing = (re.escape(part) for part in BLANK.say(lang, what="\0").partition("\0"))
    for number, piece in enumerate(re.split(f"({opening}.*?{closing})", text)):
        if not piece:
            continue
        run = paragraph.add_run(piece)
        if number % 2:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        if is_title:
            run.bold, run.font.size = True, Pt(15)


def eml(letter: Letter) -> bytes:
    """A mail without sender and recipient; `X-Unsent` lets mail programs open it for writing."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = letter.subject
    mail["X-Unsent"] = "1"
    mail.set_content("\n".join(letter.lines) + "\n")
    return mail.as_bytes()
