"""A worksheet of the library that is handed finished rows: half a million cells one by one cost it three times as long.

Everything around the rows (widths, filters, rules, looks, printing, the package) is still the library's work. The steps
replaced here are its private ones, so its version is pinned, and the tests read each file with another library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import quoteattr

from xlsxwriter.worksheet import Worksheet

_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_UNSAFE = str.maketrans({sign: f"%{ord(sign):02x}" for sign in '"<>[]^`{}'})


class QuickSheet(Worksheet):  # type: ignore[misc] # the library has no types
    def __init__(self) -> None:
        super().__init__()
        self._rows: list[str] = []
        self.links: list[str] = []
        """What leads out of the sheet, as it stands in the file."""

    def shared(self, text: str) -> int:
        """The number of a text in the table that all sheets share; the cells are counted when they are all there."""
        index = int(self.str_table._get_shared_string_index(text))
        self.str_table.count -= 1
        return index

    def look(self, form: Any) -> int:
        """The number of a format."""
        return int(form._get_xf_index())

    def add_rows(self, rows: Iterable[str], height: int, width: int) -> None:
        """All rows of the sheet as they stand in the file, the first one first, and how far they reach."""
        self._rows.extend(rows)
        self.str_table.count += sum(row.count(' t="s"') for row in self._rows)
        self._check_dimensions(0, 0)
        self._check_dimensions(height - 1, width - 1)

    def add_link(self, place: str, url: str) -> None:
        """Have a cell, by its name such as `B7`, lead to a web address."""
        address, _, anchor = url.partition("#")
        location = f" location={quoteattr(anchor)}" if anchor else ""
        self.rel_count += 1
        self.external_hyper_links.append(["/hyperlink", _target(address), "External"])
        self.links.append(f'<hyperlink ref="{place}" r:id="rId{self.rel_count}"{location}/>')

    def _write_rows(self) -> None:
        self.fh.writelines(self._rows)

    def _write_hyperlinks(self) -> None:
        if self.links:
            self.fh.write(f"<hyperlinks>{''.join(self.links)}</hyperlinks>")


def _target(address: str) -> str:
    """As Excel writes it; what is escaped already stays as it is."""
    if _ESCAPED.search(address):
        return address
    return address.replace("%", "%25").translate(_UNSAFE)
