"""Links between documents lead somewhere: to a file that exists, and to a heading in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_docs import BLOCK, DOCUMENTS, ROOT


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document: Path):
    targets = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))

    missing = [t for t in targets if not t.startswith("http") and not (document.parent / t).exists()]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_part_of_a_document_finds_its_heading(document: Path):
    targets = re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", document.read_text(encoding="utf-8"))

    missing = [
        f"{name}#{part}"
        for name, part in targets
        if not name.startswith("http") and part not in anchors(document.parent / name if name else document)
    ]

    assert missing == []


def anchors(path: Path) -> set[str]:
    """As code hosts make them of headings: lower case, blanks to hyphens, no other punctuation."""
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
