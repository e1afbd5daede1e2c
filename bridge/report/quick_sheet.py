"""A workbook of the library that is handed finished rows: half a million cells one by one cost it three times as long.

Everything around the rows (widths, filters, rules, looks, printing, the package) is still the library's work. The steps
replaced here are its private ones, so its version is pinned, and the tests read each file with another library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import quoteattr

from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_UNSAFE = str.maketrans({sign: f"%{ord(sign):02x}" for sign in '"<>[]^`{}'})


class QuickBook(Workbook):  # type: ignore[misc] # the library has no types
    def _get_packager(self) -> Packager:
        return _QuickPackager()


class _QuickPackager(Packager):  # type: ignore[misc]
    def _write_shared_strings_file(self) -> None:
        strings = _QuickStrings()
        strings.string_table = self.workbook.str_table
        if strings.string_table.count:
            strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            strings._assemble_xml_file()


class _QuickStrings(SharedStrings):  # type: ignore[misc]
    """The texts that all sheets share; no text is taken for markup, which the library does with some."""

    def _write_sst_strings(self) -> None:
        self.fh.writelines([self._entry(text) for text in self.string_table.string_array])

    def _entry(self, text: str) -> str:
        if text.isprintable() and text.strip() == text and "_x" not in text:
            return f"<si><t>{self._escape_data(text)}</t></si>"
        text = self._escape_control_characters(text)
        kept = ' xml:space="preserve"' if text.strip() != text else ""
        return f"<si><t{kept}>{self._escape_data(text)}</t></si>"


class QuickSheet(Worksheet):  # type: ignore[misc] # the library has no types
    def __init__(self) -> None:
        super().__init__()
        self._rows: list[str] = []
        self.links: list[str] = []
        """What leads out of the sheet, as it stands in the file."""

    def shared(self, text: str) -> int:
        """The number of a text in the table that all sheets share; the cells are counted when they are all there."""
        table = self.str_table
        index: int = table.string_table.setdefault(text, table.unique_count)
        if index == table.unique_count:
            table.unique_count += 1
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
