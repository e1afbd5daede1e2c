"""The delay report as Markdown, for chats, wikis and mail: a table that fits, then the reasons row by row."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from bridge.language import Lang
from bridge.report import overview
from bridge.report.cells import Link
from bridge.report.labels import definitions, label, sentence
from bridge.report.rows import Row, Slip, rows
from bridge.report.wording import headline

SIGNS = {"red": "🔴", "amber": "🟡", "grey": "⚪", "green": "🟢", "done": "✅"}
LINKS_SHOWN = 5
COLUMNS = ("status", "customer", "milestone", "promise", "due", "forecast", "chance", "slip", "money")

# Whatever could begin a construct of Markdown, and a mention of a person in a chat.
_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~$@!])")


def render(view: Mapping[str, Any], lang: Lang) -> str:
    """Text of people is escaped: a title is never a heading, a link, a table cell border or HTML."""
    found = rows(view, lang)
    blocks = [
        f"# {label('product', lang)} · {label('title', lang)}",
        f"{overview.dateline(view, lang)} · {overview.generated(view, lang)}",
        f"**{escaped(headline(view, lang))}**",
        _figures(view, lang),
        *_concerns(found, lang),
        f"## {label('milestones', lang)}",
        _table([label(name, lang) for name in COLUMNS], [_cells(row, lang) for row in found])
        if found
        else label("no_rows", lang),
        *(_reasons(row, lang) for row in found if row.reasons or row.changed or row.override or row.note or row.waits),
        *_goals(view, lang),
        *_data(view, lang),
        _list(f"**{word}** {meaning}" for word, meaning in definitions(lang)),
    ]
    if found and not any(row.is_worrying for row in found):
        blocks.insert(4, label("nothing_wrong", lang))
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """HTML by entities, which also a careless converter leaves alone; the rest by backslashes."""
    return html.escape(_SPECIAL.sub(r"\\\1", text), quote=False)


def _figures(view: Mapping[str, Any], lang: Lang) -> str:
    counts = [f"{SIGNS[status]} {name} {count}" for status, name, count in overview.counts(view, lang)]
    money = [
        f"{name}：{' + '.join(said)}" if lang == "zh" else f"{name}: {' + '.join(said)}"
        for name, said in overview.money(view, lang)
    ]
    affected = f"{label('customers_affected', lang)} {view['summary']['customers_affected']}"
    return _list([" · ".join(counts), *map(escaped, money), affected])


def _concerns(found: Sequence[Row], lang: Lang) -> Iterator[str]:
    told = overview.concerns(found, lang)
    if told:
        yield f"## {label('concerns', lang)}"
        yield "\n".join(f"{number}. {SIGNS[item.status]} {escaped(item.text)}" for number, item in enumerate(told, 1))


def _cells(row: Row, lang: Lang) -> list[str]:
    name = f"**{escaped(row.name)}** ({escaped(row.key)})"
    if row.is_contractual:
        name += f" {label('contract_mark', lang)}"
    first = None if row.first_promise is None else label("first_promise", lang, day=row.first_promise.isoformat())
    p50 = None if row.p50 is None else label("p50", lang, day=row.p50.isoformat())
    return [
        _cell(f"{SIGNS[row.status]} {row.status_name}", row.held),
        escaped(row.customer or "—"),
        name,
        _cell(_iso(row.promise), first),
        _cell(_iso(row.due)),
        _cell(_iso(row.actual or row.p85), row.one_date or p50),
        _cell(row.chance),
        _slip(row.slip, lang),
        _cell(row.amount and escaped(row.amount), row.at_risk and escaped(row.at_risk)),
    ]


def _slip(slip: Slip | None, lang: Lang) -> str:
    if slip is None:
        return _cell(None)
    return _cell(label("workdays", lang, slip=slip.signed), label(f"slip_{slip.kind}", lang))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _cell(above: str | None, below: str | None = None) -> str:
    return "<br>".join(part for part in (above or "—", below) if part)


def _table(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(headings)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *lines))


def _reasons(row: Row, lang: Lang) -> str:
    """A heading of its own for each row that has something to say, its reasons with the tasks behind them."""
    said = [
        f"{escaped(sentence(reason.text, lang))}{escaped(reason.mark)}{_links(reason.links, lang)}"
        for reason in row.reasons
    ]
    remarks = (row.override, row.note, *row.waits, row.why_not, row.progress, row.changed)
    said += [escaped(sentence(remark, lang)) for remark in remarks if remark]
    who = " · ".join(escaped(part) for part in (row.customer, row.key, row.owner) if part)
    return f"### {SIGNS[row.status]} {escaped(row.name)}\n\n{who}\n\n{_list(said)}"


def _links(links: Sequence[Link], lang: Lang) -> str:
    if not links:
        return ""
    shown = [_link(link) for link in links[:LINKS_SHOWN]]
    if len(links) > LINKS_SHOWN:
        shown.append(label("more_tasks", lang, count=len(links) - LINKS_SHOWN))
    return f" {' '.join(shown)}"


def _link(link: Link) -> str:
    if link.url is None:
        return escaped(link.text)
    # Only what could end the address early is encoded; what is encoded already stays as it is.
    return f"[{escaped(link.text)}]({quote(link.url, safe='%/:?#@!$&*+,;=~-._[]')})"


def _goals(view: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    lines = overview.goals(view, lang)
    if lines:
        yield f"## {label('goals', lang)}"
        states = [f"{SIGNS[status]} {name}" if status else "—" for status, name in overview.goal_states(view, lang)]
        headings = [label("status", lang), *overview.goal_columns(lang)]
        rows = zip(states, lines, strict=True)
        yield _table(headings, [[state, *map(escaped, cells)] for state, cells in rows])
    for said in overview.pull_forward(view, lang):
        yield escaped(sentence(said, lang))


def _data(view: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    yield f"## {label('data', lang)}"
    said = [source.text for source in overview.sources(view, lang)] + overview.remarks(view, lang)
    yield _list(escaped(sentence(text, lang)) for text in said)
    yield f"## {label('definitions', lang)}"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
