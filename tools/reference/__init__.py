"""The reference under `docs/`, made from the code: a page here is right because it is computed, not because it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tools.reference import commands, licences, mapping, plan, reasons, schema, settings

PAGES: Mapping[str, Callable[[], str]] = {
    "docs/reference/commands.md": commands.page,
    "docs/reference/settings.md": settings.page,
    "docs/reference/reasons.md": reasons.page,
    "docs/reference/mapping.md": mapping.page,
    "docs/reference/plan.md": plan.page,
    "docs/reference/licences.md": licences.page,
    "docs/schema/delay-report-1.json": schema.page,
}
"""Path in the repository -> what must stand there."""
