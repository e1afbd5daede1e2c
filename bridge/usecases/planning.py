"""The sales plan: read the file, protect promised dates, keep the version."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Lang, Phrase, Sayable, Text
from bridge.plan import baselines, causes, export, readers
from bridge.plan.document import Baseline, Plan
from bridge.plan.tables import TABLES
from bridge.store import plans, runs
from bridge.store.engine import Store
from bridge.usecases.workspace import Workspace, digest

NO_PLAN_FILE = Text(
    zh="读不到销售计划 {path}：{why}。请更正路径（设置中是 [plan] file），或用 pbridge plan template 生成模板。",
    en="the sales plan {path} cannot be read: {why}. Correct the path ([plan] file in the settings), "
    "or write a template with pbridge plan template.",
)
NOT_ALLOWED = Text(
    zh="读不到销售计划 {path}：{why}。请检查该文件的权限。",
    en="the sales plan {path} cannot be read: {why}. Check the permissions of the file.",
)
OTHER_FORM = Text(
    zh="不能导出成 {path}：请以 .xlsx 或 .toml 结尾，或写一个文件夹名（导出为 .csv）。",
    en="the plan cannot be exported as {path}: end the name in .xlsx or .toml, or name a folder (for .csv).",
)
KEPT = Text(
    zh="找不到 {path}，沿用 {file} 导入的第 {number} 版计划。",
    en="there is no {path}; version {number} of the plan, imported from {file}, stays in force.",
)
NOT_THERE = Text(zh="没有这个文件或文件夹", en="there is no such file or folder")
EMPTY_FOLDER = Text(zh="文件夹里没有 .csv 文件", en="the folder holds no .csv file")
HALF_APPROVAL = Text(
    zh="批准改期需要同时给出 --approved-by 和 --reason。", en="an approval needs both --approved-by and --reason."
)
WITHDRAWN = Text(
    zh="新计划里没有了这些{table}：{rows}。已按撤回处理，历史保留。",
    en="the new plan has no more of these {table}: {rows}. They are withdrawn; their history is kept.",
)
NO_PLAN_YET = Text(
    zh="还没有导入销售计划。请先运行 pbridge plan import FILE 或 pbridge reconcile。",
    en="no sales plan has been imported yet. Run pbridge plan import FILE or pbridge reconcile first.",
)


class Approval(Struct, frozen=True):
    """Who agreed that promised dates move, and why."""

    approved_by: str
    reason: str

    @classmethod
    def of(cls, approved_by: str | None, reason: str | None) -> Approval | None:
        if bool(approved_by) != bool(reason):
            raise UsageProblem(HALF_APPROVAL)
        return cls(approved_by, reason) if approved_by and reason else None


class Imported(Struct, frozen=True):
    """What an import did: the plan, whether it was new, what to mention, and what changed against the former plan."""

    plan: Plan
    version: int
    is_new: bool
    notices: tuple[Sayable, ...]
    difference: baselines.PlanDiff | None


def read_files(path: Path) -> dict[str, bytes]:
    """Name -> content of a plan file, or of the tables in a plan folder."""
    try:
        if path.is_dir():
            found = {entry.name: entry.read_bytes() for entry in sorted(path.glob("*.csv"))}
            if not found:
                raise UsageProblem(NO_PLAN_FILE, path=str(path), why=EMPTY_FOLDER)
            return found
        return {path.name: path.read_bytes()}
    except FileNotFoundError:
        raise UsageProblem(NO_PLAN_FILE, path=str(path), why=NOT_THERE) from None
    except OSError as err:
        raise UsageProblem(NOT_ALLOWED, path=str(path), why=err.strerror or str(err)) from err


def import_plan(
    space: Workspace, path: Path, approval: Approval | None = None, because: Sequence[str] = ()
) -> Imported:
    """Import a plan file as the whole plan; refused as a whole where anything is wrong with it.

    `because` names the risks and feedback that made promised dates move.
    """
    files = read_files(path)
    reading = readers.read(files)
    with space.store(create=True) as store:
        space.refuse_the_past(store)
        return keep(space, store, path, files, reading, approval, because)


def import_if_changed(space: Workspace, store: Store) -> Imported | None:
    """Import the configured plan file where it changed since it was last imported; None where it did not.

    A plan imported from another file stays in force until the configured one changes: else the next run would take
    an approved date back.
    """
    path = space.settings.plan_file
    newest = plans.newest(store)
    if newest is not None and newest.file != str(path) and not path.exists():
        notice = Phrase(KEPT, {"path": path, "file": newest.file, "number": newest.number})
        return Imported(newest.plan, newest.number, False, (notice,), None)
    files = read_files(path)
    content = digest(files)
    if newest is not None and content in (newest.hash, plans.last_hash_of(store, str(path))):
        return None
    return keep(space, store, path, files, readers.read(files), None)


def keep(
    space: Workspace,
    store: Store,
    path: Path,
    files: dict[str, bytes],
    reading: readers.Reading,
    approval: Approval | None,
    because: Sequence[str] = (),
) -> Imported:
    """Protect the promises, then keep plan, baselines and what led to them in one transaction."""
    at = space.clock.now()
    approved_by = approval.approved_by if approval else None
    reason = approval.reason if approval else None
    with store.transaction():
        former = plans.newest(store)
        new = baselines.protect(reading.plan, plans.baselines(store), at=at, approved_by=approved_by, reason=reason)
        linked = causes.link(new, causes.resolve(because, reading.plan, former.plan if former else None), reading.plan)
        content = digest(files)
        if former is not None and former.hash == content and not new:
            return Imported(reading.plan, former.number, False, reading.notices, None)
        run = runs.start(store, "plan", space.clock.today, at)
        number = plans.save(
            store,
            reading.plan,
            new,
            file=str(path.absolute()),
            digest=content,
            at=at,
            approved_by=approved_by,
            reason=reason,
        )
        plans.save_decisions(store, (_decision(baseline, cause) for baseline, cause in linked))
        runs.finish(store, run, at)
    difference = baselines.diff(former.plan if former else None, reading.plan)
    return Imported(reading.plan, number, True, (*reading.notices, *_withdrawn(difference)), difference)


def _decision(baseline: Baseline, cause: causes.Cause) -> causes.Decision:
    by, why = baseline.approved_by or "", baseline.reason or ""
    return causes.Decision(
        baseline.milestone, baseline.number, cause.kind, cause.reference, cause.said, by, why, baseline.recorded_at
    )


def _withdrawn(difference: baselines.PlanDiff) -> list[Sayable]:
    """An import is the whole plan: what it leaves out is said once."""
    titles = {table.name: Text(zh=table.zh, en=table.name) for table in TABLES}
    return [
        Phrase(WITHDRAWN, {"table": titles[name], "rows": "、".join(rows)})
        for name, rows in difference.withdrawn.items()
        if rows
    ]


def plan_in_force(space: Workspace) -> Plan:
    with space.store() as store:
        newest = plans.newest(store)
    if newest is None:
        raise UsageProblem(NO_PLAN_YET)
    return newest.plan


def exported(plan: Plan, path: Path, lang: Lang) -> dict[Path, bytes]:
    """Path -> content of a plan written as a workbook, as TOML or, where `path` has no ending, as a folder of CSV."""
    match path.suffix.lower():
        case ".xlsx":
            return {path: export.workbook(plan, lang)}
        case ".toml":
            return {path: export.toml(plan).encode()}
        case "":
            return {path / name: data for name, data in export.csv_files(plan).items()}
        case _:
            raise UsageProblem(OTHER_FORM, path=str(path))
