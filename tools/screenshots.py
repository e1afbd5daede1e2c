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

from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.page import Reports
from bridge.web.server import serve

DOCS = Path(__file__).parent.parent / "docs"
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


SHOTS = (
    Shot("/", 1440, 1000, "report.png"),
    Shot("/", 1440, 1400, "screenshots/report-1440.png"),
    Shot("/", 400, 1400, "screenshots/report-400.png"),
    Shot("/milestones/M-01", 768, 1400, "screenshots/milestone-768.png"),
    Shot("/milestones/M-01?lang=en", 1440, 1400, "screenshots/milestone-1440-en.png"),
    Shot("/milestones/M-01", 1440, 1400, "screenshots/milestone-charts-1440.png", "#chart-course"),
    Shot("/milestones/M-14", 768, 1400, "screenshots/milestone-charts-768-dark.png", "#chart-burn-up", is_dark=True),
    Shot("/milestones/M-01", 400, 1400, "screenshots/milestone-charts-400.png", "#chart-course"),
    Shot("/trend", 1440, 1280, "screenshots/trend-1440.png"),
    Shot("/risks", 1440, 900, "screenshots/risks-1440-dark.png", is_dark=True),
    Shot("/people", 1440, 900, "screenshots/people-1440.png"),
    Shot("/trend", 400, 1000, "screenshots/trend-400.png"),
)


def main() -> None:
    with TemporaryDirectory(prefix="screenshots-") as folder:
        place = Path(folder) / "demo"
        command = [sys.executable, "-m", "bridge", "demo", "--no-serve", "--quiet", "--dir", str(place)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - this very program
        space, stop = Workspace.open(place / "config.toml"), threading.Event()
        running = serve(create_app(Reports(space), opened=lambda: space), "127.0.0.1", 0, stop)
        try:
            take(running.url.rstrip("/"))
        finally:
            stop.set()
            running.join(5.0)


def take(url: str) -> None:
    from playwright.sync_api import sync_playwright  # a dependency of the tests

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for shot in SHOTS:
            page = browser.new_page(
                viewport={"width": shot.width, "height": shot.height}, color_scheme="dark" if shot.is_dark else "light"
            )
            page.goto(url + shot.path)
            page.wait_for_function("!document.querySelector('[data-chart=waiting]')")
            if shot.at:
                page.locator(shot.at).evaluate("one => one.closest('section').scrollIntoView()")
            page.screenshot(path=DOCS / shot.file)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
