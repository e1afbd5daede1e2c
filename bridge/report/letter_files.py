"""A letter as a file to go on with: a document of a word processor, or a mail that opens as a draft. Nothing is sent."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from bridge.language import Lang
from bridge.report.letters import Letter

FONTS: dict[Lang, str] = {"zh": "宋体", "en": "Calibri"}
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)


def docx(letter: Letter, lang: Lang) -> bytes:
    """Subject as the title, paragraphs and lists; the same letter gives the same text and no trace of who made it."""
    from docx import Document  # heavy, and needed by nobody who asks for text
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document: Any = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONTS[lang], Pt(11)
    # Word takes the font of Chinese characters from an attribute of its own.
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONTS[lang])
    title = document.add_paragraph()
    run = title.add_run(letter.subject)
    run.bold, run.font.size = True, Pt(15)
    for line in letter.lines:
        if line.startswith("- "):
            document.add_paragraph(line.removeprefix("- "), style="List Bullet")
        elif line:
            document.add_paragraph(line)
    properties = document.core_properties
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.title = letter.subject
    properties.created = properties.modified = _CREATED
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def eml(letter: Letter) -> bytes:
    """A mail without sender and recipient; `X-Unsent` lets mail programs open it for writing."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = letter.subject
    mail["X-Unsent"] = "1"
    mail.set_content("\n".join(letter.lines) + "\n")
    return mail.as_bytes()
