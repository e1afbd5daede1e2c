"""`python -m tools.reference` writes every page anew; run it after a change of commands, settings, reasons or words."""

from __future__ import annotations

from pathlib import Path

from tools.reference import PAGES

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(page(), encoding="utf-8")
