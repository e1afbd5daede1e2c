"""An empty plan workbook to fill in."""

from __future__ import annotations

from bridge.language import Lang
from bridge.plan import workbooks
from bridge.plan.document import Plan


def workbook(lang: Lang) -> bytes:
    """All sheets with headers, comments, drop-down lists and a help sheet, and no row of data."""
    return workbooks.write(Plan(), lang)
