"""How the cells of the workbook look: fonts, colours, forms of dates and amounts, each made once a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bridge.report.excel_cells import Kind
from bridge.report.phrases import MARKS

NUMBERS = frozenset({Kind.NUMBER, Kind.SIGNED, Kind.RATIO, Kind.AMOUNT})
COLOURS = {
    "red": ("#C0392B", "#FBE3E0"),
    "amber": ("#8A5A00", "#FFF1CC"),
    "grey": ("#5F6770", "#E9ECEF"),
    "green": ("#1E7145", "#DFF3E4"),
    "done": ("#3B4A5A", "#DDE5EE"),
}
"""Status -> colour of its text and of its cell: dark on light, so that it also reads in black and white."""
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
_HEAD = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True, "border": 1}
_LOOKS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "note": {},
    "sentence": {"text_wrap": True},
    "title": {"bold": True, "font_size": 16},
    "bold": {"bold": True},
    "head": _HEAD,
    "day": {"num_format": "yyyy-mm-dd", "align": "center"},
    "number": {"num_format": "#,##0"},
    "signed": {"num_format": "+#,##0;-#,##0;0"},
    "ratio": {"num_format": "0%"},
    "amount": {"num_format": "#,##0.##"},
    "status": {"bold": True},
    "link": {"font_color": "#0B5CAD", "underline": 1},
}


@dataclass(slots=True)
class Looks:
    """Formats by name, each made once: a workbook with thousands of them opens slowly."""

    book: Any
    made: dict[tuple[str, bool], Any] = field(default_factory=dict)

    def __call__(self, name: str, quoted: bool = False) -> Any:
        found = self.made.get((name, quoted))
        if found is None:
            about = _LOOKS.get(name, {"num_format": name})
            # With the quote a cell stays text also when somebody edits it and presses Enter.
            found = self.book.add_format({**_FONT, **about, **({"quote_prefix": True} if quoted else {})})
            self.made[name, quoted] = found
        return found

    def money(self, currency: str) -> Any:
        mark = MARKS.get(currency, f"{currency} ")
        return self(f'"{mark}"#,##0.00')

    def colour(self, status: str) -> Any:
        text, cell = COLOURS[status]
        key = (f"status {status}", False)
        if key not in self.made:
            self.made[key] = self.book.add_format({"font_color": text, "bg_color": cell})
        return self.made[key]
