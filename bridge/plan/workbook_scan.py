"""What a workbook's values do not tell: formulas without a result, error values, and cells too far away to load.

The reading library gives both kinds of dead formula as an empty cell, and lays a sheet out as a full rectangle,
so one stray cell in the last row of the last column would take all memory. Expat limits the growth of entities by
itself and loads nothing from outside.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from bridge.language import Text
from bridge.plan.grids import Unreadable

MAX_BYTES = 200_000_000
"""Of the unpacked parts together; a plan of 10,000 milestones has some 10 million."""
MAX_CELLS = 3_000_000
"""Of the rectangle that spans a sheet's filled cells."""
MAX_SEEN = 1_000_000
"""Of the cells of a sheet, empty ones included: a small package can hold so many that looking at them takes minutes."""

NO_RESULT = Text(
    zh="公式没有保存结果；请用 Excel 或 WPS 打开并保存一次，或直接写值",
    en="the formula has no stored result; open the workbook in Excel or WPS and save it, or write the value itself",
)
ERROR_VALUE = Text(
    zh="公式的结果是错误“{value}”；请修正公式，或直接写值",
    en='the formula gives the error "{value}"; correct it, or write the value itself',
)


class NotAWorkbook(Exception):
    """The file is no .xlsx package, or a broken one."""


class TooLarge(Exception):
    """A part of the workbook that would not fit into memory."""

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(part)


Dead = dict[int, dict[int, Unreadable]]
"""Row as shown -> column index -> the cell that cannot be read."""


def scan(content: bytes, wanted: Callable[[str], bool]) -> dict[str, Dead]:
    """Sheet name -> its dead cells, for the wanted sheets only."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if sum(part.file_size for part in package.infolist()) > MAX_BYTES:
                raise TooLarge("workbook")
            return {name: _dead_cells(name, package.read(part)) for name, part in _sheets(package) if wanted(name)}
    # A locked member of the archive is a RuntimeError of zipfile, an unknown compression a NotImplementedError.
    # Numbers and encodings that are none are a ValueError, a part or attribute that is not there a KeyError.
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, RuntimeError, ValueError, LookupError) as error:
        raise NotAWorkbook from error


def _sheets(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """(sheet name, path of its part), through the relations of the workbook."""
    mains = [path for kind, _, path in _relations(package, "_rels/.rels", "") if kind.endswith("/officeDocument")]
    if not mains:
        raise NotAWorkbook
    folder, name = posixpath.split(mains[0])
    relations = _relations(package, posixpath.join(folder, "_rels", f"{name}.rels"), folder)
    paths = {identity: path for kind, identity, path in relations if kind.endswith("/worksheet")}
    for tag, attributes in _elements(package.read(mains[0])):
        if tag == "sheet":
            identity = next((value for key, value in attributes.items() if _local(key) == "id"), "")
            if identity in paths:
                yield attributes["name"], paths[identity]


def _relations(package: zipfile.ZipFile, part: str, folder: str) -> Iterator[tuple[str, str, str]]:
    """(type, id, path inside the package) of what a part refers to."""
    for tag, attributes in _elements(package.read(part)):
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes["Target"]
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            yield attributes["Type"], attributes["Id"], path


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((_local(tag), attributes))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return found


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _dead_cells(sheet: str, xml: bytes) -> Dead:
    watcher = _Watcher(sheet)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = watcher.start
    parser.EndElementHandler = watcher.end
    parser.CharacterDataHandler = watcher.text
    parser.Parse(xml, True)
    return watcher.dead


class _Watcher:
    """Follows the cells of one sheet as its XML goes by."""

    def __init__(self, sheet: str) -> None:
        self.dead: Dead = {}
        self._sheet = sheet
        self._row = self._column = 0
        self._last_row = self._last_column = self._seen = 0
        self._kind: str | None = None
        self._inside = ""
        self._parts: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._inside = _local(tag)
        if self._inside == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), -1
        elif self._inside == "c":
            self._kind, self._parts = attributes.get("t"), {}
            self._column += 1
            self._seen += 1
            if self._seen > MAX_SEEN:
                raise TooLarge(self._sheet)
            if place := _REFERENCE.fullmatch(attributes.get("r", "")):
                self._column, self._row = _index(place[1]), int(place[2])
        elif self._inside in ("f", "v", "is"):
            self._parts[self._inside] = ""

    def text(self, data: str) -> None:
        if self._inside in self._parts:
            self._parts[self._inside] += data

    def end(self, tag: str) -> None:
        self._inside = ""
        if _local(tag) != "c":
            return
        value = self._parts.get("v", "").strip()
        if value or "is" in self._parts:
            self._reach()
        if self._kind == "e":
            self._note(Unreadable(value, ERROR_VALUE))
        # A formula that gives "" says so by the type str; one that was never computed has no type and no value.
        elif "f" in self._parts and not value and self._kind != "str":
            self._note(Unreadable(f"={self._parts['f']}", NO_RESULT))

    def _reach(self) -> None:
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        if self._last_row * (self._last_column + 1) > MAX_CELLS:
            raise TooLarge(self._sheet)

    def _note(self, cell: Unreadable) -> None:
        self.dead.setdefault(self._row, {})[self._column] = cell


_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def _index(letters: str) -> int:
    index = 0
    for mark in letters:
        index = index * 26 + ord(mark) - ord("A") + 1
    return index - 1
