"""The frame around every page: who is there, the way to the other pages, the other language, and how old the data is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, current_app, request
from jinja2 import ChoiceLoader, Environment, PackageLoader
from msgspec import Struct

from bridge.language import Lang, Text
from bridge.report import html, overview
from bridge.report.labels import sentence
from bridge.thresholds import Thresholds
from bridge.web.answers import form_answer
from bridge.web.assets import assets
from bridge.web.login import form_mark, role, who

OTHER_LANGUAGE: dict[Lang, tuple[Lang, str]] = {"zh": ("en", "English"), "en": ("zh", "中文")}

SAID: dict[str, Text] = {
    "product": Text("进度桥", "Progress Bridge"),
    "skip": Text("跳到正文", "Skip to the content"),
    "pages": Text("页面", "Pages"),
    "leave": Text("退出", "Log out"),
    "password": Text("修改密码", "change password"),
    "old_data": Text("数据不够新，下面的判断可能已经过时", "The data is too old: what stands below may be out of date"),
    "back": Text("回到延期报告", "Back to the delay report"),
}


class Tab(Struct, frozen=True):
    """A page of the navigation; shown once the application has it, to those with one of the `roles`."""

    path: str
    name: Text
    roles: tuple[str, ...] = ()


TABS = (
    Tab("/", Text("延期报告", "Delay report")),
    Tab("/customers", Text("客户", "Customers")),
    Tab("/people", Text("人员", "People")),
    Tab("/trend", Text("趋势", "Trend")),
    Tab("/changes", Text("变化", "Changes")),
    Tab("/plan", Text("计划", "Plan")),
    Tab("/risks", Text("风险", "Risks")),
    Tab("/feedback", Text("反馈", "Feedback")),
    Tab("/mappings", Text("映射", "Mappings"), ("admin",)),
    Tab("/people/accounts", Text("谁是谁", "Who is who"), ("admin",)),
    Tab("/sources", Text("来源", "Sources"), ("admin",)),
    Tab("/notify", Text("渠道", "Channels"), ("admin",)),
    Tab("/users", Text("用户", "Users"), ("admin",)),
    Tab("/runs", Text("运行", "Runs"), ("admin",)),
)


class Frame(Struct, frozen=True):
    """Lays pages out in the language of who asks."""

    language: Callable[[], Lang]
    stale_hours: Callable[[], float] = lambda: Thresholds().source_stale_hours
    """From what age on the settings call data old."""

    def page(
        self, template: str, values: Mapping[str, Any], *, title: str, here: str = "", status: int = 200
    ) -> Response:
        """A page of ours; `here` is the tab it belongs to, `sources` among the values tells how old its data is."""
        lang = self.language()
        shown = {
            "title": title,
            "here": here,
            "frame": self,
            "lang": html.LOCALES[lang],
            "tell": lambda name: SAID[name].say(lang),
            "old": self._old(values.get("freshness", ())),
            "styles": ("base.css", "pages.css"),
            "draws": False,
            "has_script": False,
            "drawings": (),
            **values,
        }
        page = environment().get_template(template).render(**shown)
        asks = shown["has_script"]
        return form_answer(page, status, runs=shown["draws"] or asks, asks=asks)

    def _old(self, sources: Sequence[Mapping[str, Any]]) -> list[str]:
        return old_sources(sources, self.stale_hours() * 60, self.language()) if sources else []

    def words(self, today: date) -> dict[str, Any]:
        """`say`, `day` and `full_stop` of the report, for pages that tell of the same things."""
        return html.words(today, self.language())

    def asset(self, name: str) -> str:
        return assets()[name].address

    def tabs(self) -> Sequence[tuple[str, str]]:
        """(address, name) of the pages that this application has and this reader may see."""
        lang, known = self.language(), {rule.rule for rule in current_app.url_map.iter_rules()}
        seen = (tab for tab in TABS if tab.path in known and (not tab.roles or role() in tab.roles))
        return [(tab.path, tab.name.say(lang)) for tab in seen]

    def link(self, *parts: str, **arguments: str | Sequence[str]) -> str:
        """An address of these pages in the language that the reader chose; every part is one step of the path."""
        path = "/" + "/".join(quote(part, safe="") for part in parts)
        if "lang" in request.args:
            arguments = {**arguments, "lang": self.language()}
        return path + (f"?{urlencode(arguments, doseq=True)}" if arguments else "")

    def has(self, rule: str) -> bool:
        return any(known.rule == rule for known in current_app.url_map.iter_rules())

    def other_language(self) -> tuple[str, Lang, str]:
        """The same page in the other language: address, language and its own name. Of what is no page the report."""
        lang, name = OTHER_LANGUAGE[self.language()]
        is_page = request.method == "GET" and request.url_rule is not None
        given = request.args.items(multi=True)
        kept = [(key, value.strip()) for key, value in given if key != "lang" and value.strip()]
        arguments = urlencode([*(kept if is_page else ()), ("lang", lang)])
        return f"{request.path if is_page else '/'}?{arguments}", lang, name

    def someone(self) -> Mapping[str, str] | None:
        """Who is logged in, with what their forms must carry."""
        found = who()
        return None if found is None else {"name": found.name, "mark": form_mark()}


def old_sources(sources: Sequence[Mapping[str, Any]], most_minutes: float, lang: Lang) -> list[str]:
    """What is said above a page of sources that are old, were never read, or failed; nothing where all is well."""
    bad = [one for one in sources if one["age_minutes"] is None or one["age_minutes"] > most_minutes]
    return [sentence(one.text, lang) for one in overview.sources({"sources": bad}, lang)]


@cache
def environment() -> Environment:
    """Templates of these pages, and the parts of the report that they include."""
    made = html.environment(ChoiceLoader([PackageLoader("bridge.web"), html.templates()]))
    made.auto_reload = False  # templates are part of the program: nobody looks for newer ones at every page
    return made
