"""What stands above and below the rows of a report: the worst concerns, the figures, the goals, the state of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bridge.language import Lang
from bridge.report.cells import age_text, estimate_of, money_of, one_line
from bridge.report.labels import BRANDS, WEEKDAYS, join, label, sentence
from bridge.report.phrases import names_text, share_text
from bridge.report.rows import Row
from bridge.report.wording import status_name

CONCERNS = 5
COUNTED = ("red", "amber", "grey", "green", "done")
LINK_DOUBTS = ("links_to_unknown_tasks", "links_without_direction", "links_unmapped")
MONEY = ("at_risk_gross", "at_risk_expected", "leaving_quarter", "penalty_today", "penalty_p85")


@dataclass(frozen=True, slots=True)
class Concern:
    """One of the worst rows in a sentence that stands by itself."""

    key: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    outcome: str
    text: str


def concerns(found: Sequence[Row], lang: Lang) -> list[Concern]:
    """The first few rows that are red or amber, each with the reason that says most."""
    worst = [row for row in found if row.status in ("red", "amber") and row.reasons][:CONCERNS]
    return [Concern(row.key, row.status, _concern(row, lang)) for row in worst]


def _concern(row: Row, lang: Lang) -> str:
    kind = "concern_no_customer" if row.customer is None else "concern"
    # What somebody answers for is not what needs attention first, as long as there is something else.
    telling = next((reason for reason in row.reasons if not reason.is_acknowledged), row.reasons[0])
    text = label(kind, lang, customer=row.customer, name=row.name, reason=telling.text)
    if row.amount is not None and row.status == "red":
        text += label("concern_money", lang, money=row.amount)
    return sentence(text, lang)


def counts(view: Mapping[str, Any], lang: Lang) -> list[tuple[str, str, int]]:
    """(status, its name, how many), worst first."""
    return [(status, status_name(status, lang), view["summary"][status]) for status in COUNTED]


def money(view: Mapping[str, Any], lang: Lang) -> list[tuple[str, list[str]]]:
    """(what it is, an amount for each currency that has any); where all are nothing, the first one as zero."""
    summary = view["summary"]
    return [(label(name, lang), _amounts(name, summary[name])) for name in MONEY if summary[name]]


def _amounts(name: str, by_currency: Mapping[str, str]) -> list[str]:
    """Each currency by itself, in order of its code."""
    say = estimate_of if name == "at_risk_expected" else money_of
    known = sorted(by_currency.items())
    told = [(currency, amount) for currency, amount in known if Decimal(amount) != 0] or known[:1]
    return [say(amount, currency) for currency, amount in told]


def sources(view: Mapping[str, Any], lang: Lang) -> list[Source]:
    return [Source(_brand(source), source["outcome"], _source(source, lang)) for source in view["sources"]]


def _brand(source: Mapping[str, Any]) -> str:
    return one_line(BRANDS.get(source["name"], source["name"]))


def _source(source: Mapping[str, Any], lang: Lang) -> str:
    """Name, completeness and age; one that was never read has no age."""
    outcome = label(source["outcome"], lang)
    if source["as_of"] is None:
        outcome = label("never", lang)
        said = f"{_brand(source)}：{outcome}" if lang == "zh" else f"{_brand(source)}: {outcome}"
    else:
        said = label("source", lang, name=_brand(source), outcome=outcome, age=age_text(source["age_minutes"], lang))
    if not source["partial_scopes"]:
        return said
    return said + label("not_read", lang, scopes=join([one_line(scope) for scope in source["partial_scopes"]], lang))


def remarks(view: Mapping[str, Any], lang: Lang) -> list[str]:
    """What a reader should know about the data before trusting a figure; nothing is said that is not so."""
    quality, unlinked = view["data_quality"], view["unlinked"]
    said = []
    if unlinked["milestones_without_tasks"]:
        keys = join([one_line(key) for key in unlinked["milestones_without_tasks"]], lang)
        said.append(label("bare_milestones", lang, keys=keys))
    if unlinked["tasks_without_milestone"]:
        said.append(label("stray_tasks", lang, count=unlinked["tasks_without_milestone"]))
    for name, ratio in (("undated", quality["undated_ratio"]), ("unassigned", quality["unassigned_ratio"])):
        if ratio:
            said.append(label(name, lang, share=share_text(ratio)))
    for name, count in (("unmapped", quality["unmapped_status"]), ("quarantined", quality["quarantined"])):
        if count:
            said.append(label(name, lang, count=count))
    said += [label(name, lang, count=quality[name]) for name in LINK_DOUBTS if quality.get(name)]
    said += [_refused(source, view["timezone"], lang) for source in view["sources"] if source.get("refused_mapping")]
    if view["calendar"]["estimated_years"]:
        years = join([str(year) for year in view["calendar"]["estimated_years"]], lang)
        said.append(label("estimated", lang, years=years))
    if quality.get("unannounced_year") is not None:
        said.append(label("unannounced", lang, year=quality["unannounced_year"]))
    return said


def _refused(source: Mapping[str, Any], timezone: str, lang: Lang) -> str:
    refused = source["refused_mapping"]
    since = datetime.fromisoformat(refused["since"]).astimezone(ZoneInfo(timezone))
    facts = {"file": one_line(refused["file"]), "count": refused["problems"], "version": refused["version_used"]}
    return label("refused_mapping", lang, name=_brand(source), since=f"{since:%Y-%m-%d %H:%M}", **facts)


def goals(view: Mapping[str, Any], lang: Lang) -> list[list[str]]:
    """A line a goal: name with metric, target, current, expected, gap, pipeline needed; a dash for what is unknown."""
    return [
        [
            one_line(goal["name"] if goal["metric"] is None else f"{goal['name']} · {goal['metric']}"),
            *(_number(goal[name], is_estimate=name in ESTIMATED) for name in GOAL_FIGURES),
        ]
        for goal in view["goals"]
    ]


def goal_states(view: Mapping[str, Any], lang: Lang) -> list[tuple[str | None, str | None]]:
    """The status of each goal and what it is called; None where nothing is judged."""
    found = [goal.get("status") for goal in view["goals"]]
    return [(status, status and status_name(status, lang)) for status in found]


CUSTOMER_FIGURES = ("at_risk_gross", "at_risk_expected")


def customer(entry: Mapping[str, Any]) -> list[str]:
    """Name, number of milestones, money at risk, and weighted by probability; each currency by itself."""
    figures = [" + ".join(_amounts(name, entry[name])) or "—" for name in CUSTOMER_FIGURES]
    return [one_line(entry["name"]), str(entry["milestones"]), *figures]


def pull_forward(view: Mapping[str, Any], lang: Lang) -> list[str]:
    """What could be brought forward to close a gap, a sentence a goal; without goals one a currency of the quarter."""
    rows = {row["key"]: row for row in view["milestones"]}
    if view["goals"]:
        found = [(one_line(goal["name"]), goal.get("pull_forward", [])) for goal in view["goals"]]
    else:
        quarter = view.get("pull_forward", {"milestones": {}})
        found = [(label("quarter", lang), entries) for entries in quarter["milestones"].values()]
    return [
        label("pull_forward", lang, name=name, what=names_text([_pulled(one, rows, lang) for one in entries], lang))
        for name, entries in found
        if entries
    ]


def _pulled(entry: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], lang: Lang) -> str:
    row = rows.get(entry["key"])
    currency = None if row is None else row["amount"]["currency"]
    money = _number(entry["amount"]) if currency is None else money_of(entry["amount"], currency)
    kind = "pulled" if entry["workdays"] > 0 else "pulled_no_workday"
    return label(kind, lang, key=one_line(entry["key"]), money=money, days=entry["workdays"])


GOAL_FIGURES = ("target", "current", "expected", "gap", "pipeline_needed")
ESTIMATED = frozenset({"expected", "gap", "pipeline_needed"})


def goal_columns(lang: Lang) -> list[str]:
    return [label("goals", lang), *(label(name, lang) for name in GOAL_FIGURES)]


def _number(text: str | None, *, is_estimate: bool = False) -> str:
    """With separators; an estimate in thousands without decimals, which would say nothing."""
    if text is None:
        return "—"
    value = Decimal(text)
    if is_estimate and abs(value) >= 1000:
        value = value.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return f"{value:,}"


def dateline(view: Mapping[str, Any], lang: Lang) -> str:
    day = date.fromisoformat(view["as_of"])
    return label("as_of", lang, day=day.isoformat(), weekday=WEEKDAYS[day.weekday()].say(lang))


def generated(view: Mapping[str, Any], lang: Lang) -> str:
    """When it was made, in the zone of the report."""
    instant = datetime.fromisoformat(view["generated_at"]).astimezone(ZoneInfo(view["timezone"]))
    return label("generated", lang, instant=f"{instant:%Y-%m-%d %H:%M}", timezone=view["timezone"])
