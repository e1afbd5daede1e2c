"""What an admin has in hand and has not put into force yet: a mapping being written, a plan file that was uploaded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan import baselines, readers
from bridge.plan.document import Baseline, Plan
from bridge.store import plans
from bridge.usecases import planning
from bridge.usecases.planning import Approval, Imported
from bridge.usecases.starting import write_new
from bridge.usecases.workspace import Workspace, built_in_mappings
from connectors.contract import SourceConfig as SourceConfig

ENDINGS = (".xlsx", ".toml")
FOLDER = "plans"
TRIED_FOR = timedelta(days=7)
"""So long an uploaded plan that nobody imports is kept."""
MARK = "pbridge-draft-"
PLACE = re.compile(rf"\S*{MARK}[^/]*/[^:\s]+\.toml")
NOT_A_PLAN = Text(
    zh="{name} 不是计划文件：请上传 .xlsx 或 .toml。",
    en="{name} is no plan file: upload one that ends in .xlsx or .toml.",
)
EMPTY = Text(zh="没有选择文件，或文件是空的。", en="no file was chosen, or it is empty.")
LOST = Text(zh="这次上传的文件已经不在了，请重新上传。", en="the uploaded file is not there any more; upload it again.")


class Trial(Struct, frozen=True):
    """An uploaded plan that could be imported: under which mark it is kept, and what it would change."""

    mark: str
    name: str
    difference: baselines.PlanDiff
    needs_approval: tuple[str, ...]
    """Milestones whose promised date would move."""


def mapping_text(space: Workspace, source: SourceConfig) -> str:
    """The mapping file of a source as it stands, also one that is wrong; the shipped one where there is none."""
    if source.mapping:
        path = space.settings.path(source.mapping)
        if path.exists():
            return path.read_text(encoding="utf-8", errors="replace")
    return built_in_mappings()[source.kind]


def named(source: SourceConfig, line: str) -> str:
    """A message about a draft, with the file as the settings name it rather than where it was tried."""
    return PLACE.sub(source.mapping or f"{source.kind}.toml", line)


@contextmanager
def mapping_draft(source: SourceConfig, text: str) -> Iterator[Path]:
    """The text as a file that is gone afterwards; line ends of browsers become those of files."""
    with TemporaryDirectory(prefix=MARK) as folder:
        path = Path(folder) / (Path(source.mapping).name or f"{source.kind}.toml")
        path.write_text("\n".join(text.splitlines()) + "\n", encoding="utf-8")
        yield path


def try_plan(space: Workspace, name: str, content: bytes) -> Trial:
    """Read an uploaded plan and keep the file beside the store; raises every problem it has, and imports nothing."""
    ending = Path(name.replace("\\", "/")).suffix.lower()
    if not content:
        raise UsageProblem(EMPTY)
    if ending not in ENDINGS:
        raise UsageProblem(NOT_A_PLAN, name=name[:200])
    plan = readers.read({Path(name.replace("\\", "/")).name: content}).plan
    former, known = _in_force(space)
    difference = baselines.diff(former, plan)
    at = space.clock.now()
    # Everything but the missing approval is refused here: the approval is asked for together with the import.
    new = baselines.protect(plan, known, at=at, approved_by="—", reason="—")
    moved = tuple(one.milestone for one in new if one.number > 0)
    return Trial(_keep(space, ending, content), name, difference, moved)


def import_tried(space: Workspace, mark: str, approval: Approval | None) -> Imported:
    """Import what `try_plan` has kept, as the whole plan."""
    stem, _, ending = mark.rpartition(".")
    if not (stem.isalnum() and f".{ending}" in ENDINGS):
        raise UsageProblem(LOST)
    path = _folder(space) / mark
    if not path.is_file():
        raise UsageProblem(LOST)
    return planning.import_plan(space, path, approval)


def left_over(space: Workspace, imported: Collection[str]) -> list[Path]:
    """Uploads that were tried and not imported for `TRIED_FOR`; what was `imported` stays as long as the store does."""
    before = (space.clock.now() - TRIED_FOR).timestamp()
    found = sorted(_folder(space).iterdir()) if _folder(space).is_dir() else []
    return [path for path in found if str(path) not in imported and path.stat().st_mtime < before]


def _keep(space: Workspace, ending: str, content: bytes) -> str:
    mark = f"{hashlib.sha256(content).hexdigest()[:20]}{ending}"
    path = _folder(space) / mark
    if not write_new(path, content):
        path.touch()  # the same content is kept once, and from now on again
    return mark


def _in_force(space: Workspace) -> tuple[Plan | None, Mapping[str, tuple[Baseline, ...]]]:
    if not space.has_store:
        return None, {}
    with space.store() as store:
        newest = plans.newest(store)
        return newest.plan if newest else None, plans.baselines(store)


def _folder(space: Workspace) -> Path:
    return space.settings.data_folder / FOLDER
