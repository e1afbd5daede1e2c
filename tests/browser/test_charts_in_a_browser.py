"""Charts as a browser draws them under the policy of the pages, and what is there when it cannot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, StorageState, ViewportSize, expect

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


@pytest.fixture(scope="module")
def known(judged: Served, chromium: Browser) -> StorageState:
    """What a browser keeps of somebody who is logged in."""
    with chromium.new_context() as context:
        begun(context, judged).logs_in(LEAD)
        return context.storage_state()


@pytest.fixture
def visitor(judged: Served, known: StorageState, chromium: Browser) -> Iterator[Visitor]:
    size: ViewportSize = {"width": DESKTOP[0], "height": DESKTOP[1]}
    with chromium.new_context(viewport=size, storage_state=known) as context:
        yield begun(context, judged)


def drawn(page: Page) -> list[str]:
    """The state of every chart, once none is waiting."""
    page.wait_for_load_state()
    expect(page.locator('[data-chart="waiting"]')).to_have_count(0, timeout=3000)
    return page.locator("[data-chart]").evaluate_all("all => all.map(one => one.dataset.chart)")


def test_every_chart_is_drawn_in_both_languages_without_a_complaint(visitor: Visitor):
    for lang in ("zh", "en"):
        for path in PATHS:
            page = visitor.at(f"{path}?lang={lang}")
            states = drawn(page)
            assert states and set(states) == {"drawn"}, (path, lang, states)
            assert page.locator(f"{DRAWN} svg path").count() > 3
            assert page.locator(f"section:has({DRAWN}) details.numbers[open]").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.complaints == []


def test_charts_are_dark_in_the_dark_and_axe_finds_nothing(visitor: Visitor):
    visitor.page.emulate_media(color_scheme="dark")
    page = visitor.at("/milestones/M-1")

    assert set(drawn(page)) == {"drawn"}
    text = page.locator(f"{DRAWN} svg text").first
    assert text.evaluate("one => getComputedStyle(one).fill") in ("rgb(163, 172, 191)", "rgb(232, 235, 242)")
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    assert visitor.complaints == []


def test_the_table_says_the_same_and_what_is_pointed_at_is_told(visitor: Visitor):
    page = visitor.at("/trend")
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
    page = visitor.at("/trend")

    expect(page.locator('[data-chart="failed"]').first).to_contain_text("图表没有载入")
    expect(page.get_by_role("table").first).to_be_visible()


def test_without_scripts_the_tables_stand_alone(judged: Served, known: StorageState, chromium: Browser):
    with chromium.new_context(java_script_enabled=False, storage_state=known) as context:
        page = begun(context, judged).at("/trend")

        expect(page.get_by_role("table").first).to_be_visible()
        expect(page.locator("[data-chart]").first).to_be_hidden()
