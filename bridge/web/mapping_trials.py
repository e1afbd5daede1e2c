"""What may be tried with a mapping on its page: checked and previewed. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from werkzeug.exceptions import NotFound

from bridge.errors import UsageProblem
from bridge.language import Lang
from bridge.report.cells import money_of
from bridge.usecases import drafting, mapping_check, mapping_preview
from bridge.usecases.drafting import SourceConfig
from bridge.usecases.mapping_check import Checked
from bridge.usecases.mapping_preview import Preview
from bridge.usecases.shown import shown
from bridge.usecases.workspace import Workspace
from bridge.web.desk import Notice
from bridge.web.mapping_words import COLUMNS, WHY_NOT, WORDS
from bridge.web.sheets import Cell, Panel, cell, grid, status_cell

MOST_WHILE_TYPING, MOST_TOLD = 300, 50
PREVIEW_SECONDS = 8.0
Result = tuple[Notice, tuple[Panel, ...]]


def source_of(space: Workspace, name: str) -> SourceConfig:
    """A source of the settings; there is no page for another one."""
    found = next((one for one in space.settings.sources if one.name == name), None)
    if found is None:
        raise NotFound
    return found


def _checked(space: Workspace, source: SourceConfig, text: str, most: int = mapping_check.MOST_ROWS) -> list[Checked]:
    with drafting.mapping_draft(source, text) as file:
        return [one for one in mapping_check.check(space, file, most=most) if one.source in ("", source.name)]


def as_typed(space: Workspace, source: SourceConfig, text: str, lang: Lang) -> dict[str, object]:
    """While somebody types, a few rows are looked at: the button looks at all."""
    try:
        found = _checked(space, source, text, MOST_WHILE_TYPING)
    except UsageProblem as error:
        return {"said": drafting.named(source, error.say(lang)), "problems": []}
    problems = [one for checked in found for one in checked.problems if not one.is_remark]
    problems.sort(key=lambda one: (one.line, one.column))
    said = WORDS["typed_bad"].say(lang, count=len(problems)) if problems else WORDS["typed_good"].say(lang)
    shown = [
        {
            "line": one.line,
            "column": one.column,
            "severity": one.severity,
            "place": WORDS["place"].say(lang, line=one.line, column=one.column),
            "text": drafting.named(source, one.text.say(lang)),
        }
        for one in problems[:MOST_TOLD]
    ]
    return {"said": said, "problems": shown}


def _check(space: Workspace, name: str, text: str, lang: Lang) -> Result:
    found = _checked(space, source_of(space, name), text)
    problems = [problem for one in found for problem in one.problems]
    panel = Panel(
        WORDS["problems"].say(lang), grid(lang, COLUMNS["problems"], _problems(found, lang), WORDS["no_problem"])
    )
    bad = sum(not problem.is_remark for problem in problems)
    said = WORDS["checked_bad"].say(lang, count=bad) if bad else WORDS["checked_good"].say(lang)
    return Notice("bad" if bad else "good", (said,)), (panel,) if problems else ()


def _problems(found: list[Checked], lang: Lang) -> Iterator[Iterator[Cell]]:
    for one in found:
        for problem in sorted(one.problems, key=lambda problem: (problem.line, problem.column)):
            kind = "over" if problem.severity == "error" else ""
            yield iter(
                (
                    cell(problem.line, "n"),
                    cell(problem.column, "n"),
                    cell(WORDS["remark" if problem.is_remark else "problem"].say(lang), kind),
                    cell(problem.text.say(lang), "text"),
                )
            )


def _preview(space: Workspace, name: str, text: str, lang: Lang) -> Result:
    source = source_of(space, name)
    with drafting.mapping_draft(source, text) as file:
        wish = mapping_preview.Wish(seconds=PREVIEW_SECONDS)
        found = mapping_preview.preview(space, file, source=name, wish=wish)
    (one,) = found.sources
    facts = {"examined": one.findings.examined, "rows": one.findings.rows, "changed": one.findings.changed}
    lines = [
        WORDS["sampled" if one.is_sampled else "whole"].say(lang, **facts),
        WORDS["rows"].say(
            lang, new=one.findings.new, held=one.findings.to_quarantine, released=one.findings.from_quarantine
        ),
    ]
    panels = [Panel(WORDS["changes"].say(lang), grid(lang, COLUMNS["changes"], _changes(one), WORDS["no_change"]))]
    if found.why_not is not None:
        lines.append(WHY_NOT[found.why_not].say(lang))
    elif found.shifts:
        panels.append(Panel(WORDS["shifts"].say(lang), grid(lang, COLUMNS["shifts"], _shifts(found, lang))))
    else:
        lines.append(WORDS["no_shift"].say(lang))
    return Notice("good", tuple(lines)), tuple(panels)


def _changes(one: mapping_preview.SourcePreview) -> Iterator[Iterator[Cell]]:
    for name, count in one.findings.fields.items():
        for example in one.findings.examples.get(name, []):
            key, title = one.titles.get(example.id, (None, example.id))
            yield iter(
                (
                    cell(name),
                    cell(count, "n"),
                    cell(title, "text", small=key),
                    cell(shown(example.old)),
                    cell(shown(example.new)),
                )
            )


def _shifts(found: Preview, lang: Lang) -> Iterator[Iterator[Cell]]:
    def money(amount: Decimal, currency: str) -> Cell:
        return cell(money_of(f"{amount:.2f}", currency), "n")

    for shift in found.shifts:
        yield iter(
            (
                cell(shift.name, "text", small=shift.key),
                status_cell(shift.before.value, lang),
                status_cell(shift.after.value, lang),
                money(shift.at_risk_before, shift.currency),
                money(shift.at_risk_after, shift.currency),
            )
        )


TRIALS: dict[str, Callable[[Workspace, str, str, Lang], Result]] = {"check": _check, "preview": _preview}
