"""Pages as Markdown: a table, and the opening that says that a page is made and not written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MADE = "由代码生成，请勿手改；改代码后运行 `make reference`。Made from the code by `make reference`; do not edit."


def page(title: str, about: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", MADE, about, *parts]) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell(text) for text in line)} |" for line in lines)


def cell(text: str) -> str:
    """One line in which nothing ends the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""
