"""A mapping file changed by the program: checked as a whole before it is written, and written as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping import document, editing
from bridge.usecases.mapping_places import draft, replaced

NO_PAIR = Text(
    zh="{value} 不是“词=值”；请写成 已上线=done 的形式。",
    en="{value} is no WORD=VALUE; write it like 已上线=done.",
)


def pair(text: str) -> tuple[str, str]:
    """WORD=VALUE; the word may hold an equals sign itself."""
    word, sign, value = text.rpartition("=")
    if not sign or not word.strip() or not value.strip():
        raise UsageProblem(NO_PAIR, value=text)
    return word.strip(), value.strip()


def assign(file: Path, target: str, pairs: Sequence[tuple[str, str]]) -> str | None:
    """Map words to values in a file; returns the new version, None where the file says so already.

    A file that would be wrong then is refused and stays as it is.
    """
    before = draft(file)
    text = before.content.decode("utf-8")
    for word, value in pairs:
        text = editing.assign(text, target, word, value)
    content = text.encode("utf-8")
    if content == before.content:
        return None
    version = document.parse(text, name=str(file)).version
    with replaced(file, content):
        return version
