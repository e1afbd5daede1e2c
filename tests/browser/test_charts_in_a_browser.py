"""Charts as a browser draws them under the policy of the pages, and what is there when it cannot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from bridge.cli import main
from bridge.usecases.admission import Admission
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.page import Reports
from bridge.web.server import serve
from tests.integration.conftest import TODAY

from .conftest import DESKTOP, LEAD, Served, Visitor, begun

LATER = TODAY + timedelta(days=7)
DRAWN = '[data-chart="drawn"]'
PATHS = ("/milestones/M-1", "/trend", "/risks")


@pytest.fixture(scope="module")
def judged(served: Served) -> Iterator[Served]:
    """A week later, with a second recorded day, so that there is a course to draw."""
    config = served.folder / "config.toml"
    assert main(["reconcile", "--quiet", "--config", str(config), "--today", LATER.isoformat()]) in (0, 1)
    space, stop = Workspace.open(config, today=LATER), threading.Event()
    app = create_app(Reports(space), doors=Admission(lambda: space), opened=lambda: space)
    running = serve(app, "127.0.0.1", 0, stop)
    yield Served(running.url, served.folder)
    stop.set()
    running.join(5.0)


@pytest.fixture
def visitor(judged: Served, chromium: Browser) -> Iterator[Visitor]:
    with chromium.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}) as context:
        yield begun(context, judged)


@pytest.fixture
def dark(judged: Served, chromium: Browser) -> Iterator[Visitor]:
    size = {"width": DESKTOP[0], "height": DESKTOP[1]}
    with chromium.new_context(viewport=size, color_scheme="dark") as context:
        yield begun(context, judged)


def drawn(page: Page) -> list[str]:
    """The state of every chart, once none is waiting."""
    page.wait_for_load_state()
    expect(page.locator('[data-chart="waiting"]')).to_have_count(0, timeout=3000)
    return page.locator("[data-chart]").evaluate_all("all => all.map(one => one.dataset.chart)")


def test_every_chart_is_drawn_in_both_languages_without_a_complaint(visitor: Visitor):
    visitor.logs_in(LEAD)

    for lang in ("zh", "en"):
        for path in PATHS:
            page = visitor.at(f"{path}?lang={lang}")
            states = drawn(page)
            assert states and set(states) == {"drawn"}, (path, lang, states)
            assert page.locator(f"{DRAWN} svg path").count() > 3
            assert page.locator("details.numbers[open]").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.complaints == []


def test_charts_are_dark_in_the_dark_and_axe_finds_nothing(dark: Visitor):
    dark.logs_in(LEAD)

    for path in PATHS:
        page = dark.at(path)
        assert set(drawn(page)) == {"drawn"}
        text = page.locator(f"{DRAWN} svg text").first
        assert text.evaluate("one => getComputedStyle(one).fill") == "rgb(163, 172, 191)"
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], path
    assert dark.complaints == []


def test_the_table_says_the_same_and_what_is_pointed_at_is_told(visitor: Visitor):
    page = visitor.logs_in(LEAD).at("/trend")
    drawn(page)

    page.get_by_text("用表格看").first.click()
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_text("用表格看").first.click()
    place = page.locator(DRAWN).first
    box = place.bounding_box()
    assert box is not None
    for far in range(10, 95, 5):
        page.mouse.move(box["x"] + box["width"] * far / 100, box["y"] + box["height"] * 0.6)
        if page.locator(".tip b").first.is_visible():
            break
    expect(page.locator(".tip b").first).to_contain_text("月")
    assert visitor.complaints == []


def test_a_chart_that_does_not_load_leaves_its_table_and_says_so(visitor: Visitor):
    def refuse(route: Route) -> None:
        route.abort()

    visitor.page.route("**/echarts*", refuse)
    page = visitor.logs_in(LEAD).at("/trend")

    expect(page.locator('[data-chart="failed"]').first).to_contain_text("图表没有载入")
    expect(page.get_by_role("table").first).to_be_visible()


def test_without_scripts_the_tables_stand_alone(judged: Served, chromium: Browser):
    with chromium.new_context(java_script_enabled=False) as context:
        page = begun(context, judged).logs_in(LEAD).at("/trend")

        expect(page.get_by_role("table").first).to_be_visible()
        expect(page.locator("[data-chart]").first).to_be_hidden()
