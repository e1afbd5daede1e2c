"""Takes the pictures of the docs: plays the demo into a folder that is gone afterwards, serves it and looks at its pages.

python -m tools.screenshots        (make screenshots; needs Chromium)
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from bridge.usecases import accounts
from bridge.usecases.admission import Admission
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.page import Reports
from bridge.web.server import serve

DOCS = Path(__file__).parent.parent / "docs"
NAME, PASSWORD = "王敏", "correct horse battery"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)


class Shot(Struct, frozen=True):
    """A page, how large it is looked at, and where the picture goes."""

    path: str
    width: int
    height: int
    file: str
    at: str = ""
    """What of the page is to stand at the top; nothing: its beginning."""
    is_dark: bool = False
    is_paper: bool = False
    """As it is printed, at the width of a sheet."""


SHOTS = (
    Shot("/", 1440, 1000, "report.png"),
    Shot("/", 1440, 1400, "screenshots/report-1440.png"),
    Shot("/", 400, 1400, "screenshots/report-400.png"),
    Shot("/milestones/M-01", 768, 1400, "screenshots/milestone-768.png"),
    Shot("/milestones/M-01?lang=en", 1440, 1400, "screenshots/milestone-1440-en.png"),
    Shot("/milestones/M-01", 1440, 1400, "screenshots/milestone-charts-1440.png", "#chart-course"),
    Shot("/milestones/M-14", 768, 1400, "screenshots/milestone-charts-768-dark.png", "#chart-burn-up", is_dark=True),
    Shot("/milestones/M-01", 400, 1400, "screenshots/milestone-charts-400.png", "#chart-course"),
    Shot("/milestones/M-01", 400, 1400, "screenshots/milestone-400-dark.png", is_dark=True),
    Shot("/trend", 1440, 1280, "screenshots/trend-1440.png"),
    Shot("/risks", 1440, 900, "screenshots/risks-1440-dark.png", is_dark=True),
    Shot("/people", 1440, 900, "screenshots/people-1440.png"),
    Shot("/trend", 400, 1000, "screenshots/trend-400.png"),
    Shot("/", 1032, 730, "screenshots/report-print.png", is_paper=True),
    Shot("/sources", 768, 1000, "screenshots/sources-768-dark.png", is_dark=True),
    Shot("/mappings/pingcode", 400, 1000, "screenshots/mapping-400.png"),
)


def main() -> None:
    with TemporaryDirectory(prefix="screenshots-") as folder:
        place = Path(folder) / "demo"
        command = [sys.executable, "-m", "bridge", "demo", "--no-serve", "--quiet", "--dir", str(place)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - this very program
        space, stop = Workspace.open(place / "config.toml"), threading.Event()
        accounts.add(space, NAME, "admin", PASSWORD)
        app = create_app(Reports(space), opened=lambda: space, doors=Admission(lambda: space))
        running = serve(app, "127.0.0.1", 0, stop)
        try:
            take(running.url.rstrip("/"))
        finally:
            stop.set()
            running.join(5.0)


def take(url: str) -> None:
    from playwright.sync_api import sync_playwright  # a dependency of the tests

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{url}/login")
        page.locator("input[name=name]").fill(NAME)
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("nav")
        for shot in SHOTS:
            page.set_viewport_size({"width": shot.width, "height": shot.height})
            page.emulate_media(
                media="print" if shot.is_paper else "screen", color_scheme="dark" if shot.is_dark else "light"
            )
            page.goto(url + shot.path)
            page.wait_for_function("!document.querySelector('[data-chart=waiting]')")
            if shot.at:
                page.locator(shot.at).evaluate("one => one.closest('section').scrollIntoView()")
            page.screenshot(path=DOCS / shot.file)
        browser.close()


if __name__ == "__main__":
    main()
