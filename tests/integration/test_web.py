"""The delay report over HTTP on loopback: pages, API, refusals, headers, and a server that starts and stops cleanly."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from bridge.errors import Unavailable, UsageProblem
from bridge.language import Lang, Phrase, Text
from bridge.usecases.health import Concern, Condition, Obstacle
from bridge.usecases.reporting import Browsed, Choices, Judged, ReportWish
from bridge.web.app import create_app
from bridge.web.server import serve

SAMPLES = Path(__file__).parents[1] / "golden" / "report"


def said(words: str) -> Phrase:
    return Phrase(Text(zh=words, en=words), {})


class SampleReports:
    """`Services` over the sample views; remembers what it was asked."""

    language: Lang = "zh"

    def __init__(self) -> None:
        self.asked: list[tuple[Lang, str | None, str | None]] = []
        self.problems: list[Obstacle] = []
        self.failure: Exception | None = None

    def report_json(self, lang: Lang, wish: ReportWish) -> Mapping[str, Any]:
        self.asked.append((lang, wish.customer, wish.owner))
        if self.failure is not None:
            raise self.failure
        return json.loads((SAMPLES / f"sample.{lang}.json").read_text(encoding="utf-8"))

    def judged(self) -> Judged:
        raise NotImplementedError

    def browse(self, lang: Lang, wish: ReportWish) -> Browsed:
        return Browsed(self.report_json(lang, wish), Choices(customers=("华东医药",)))

    def tasks(self, source: str | None, project: str | None, after: tuple[str, str] | None, limit: int) -> list[Any]:
        return []

    def condition(self) -> Condition:
        return Condition(tuple(self.problems), (Concern("disk_full", "error", "disk", said("磁盘快满了")),))


@pytest.fixture
def reports() -> SampleReports:
    return SampleReports()


@pytest.fixture
def url(reports: SampleReports) -> Iterator[str]:
    stop = threading.Event()
    running = serve(create_app(reports), "127.0.0.1", 0, stop)
    yield running.url
    stop.set()
    running.join(5)
    assert not running.thread.is_alive()


def get(url: str, **options: Any) -> requests.Response:
    return requests.get(url, timeout=10, **options)


def test_the_front_page_is_the_report_in_the_language_of_the_settings(url, reports):
    answer = get(url)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "支付网关上线" in answer.text
    assert reports.asked == [("zh", None, None)]


def test_the_language_is_switched_by_the_address_and_the_page_offers_the_other(url):
    english = get(f"{url}?lang=en").text

    assert "Payment gateway goes live" in english
    assert 'href="/?lang=zh"' in english


def test_an_unknown_language_is_the_one_of_the_settings(url, reports):
    get(f"{url}?lang=fr")

    assert reports.asked == [("zh", None, None)]


def test_filters_reach_the_report_and_stay_when_the_language_changes(url, reports):
    page = get(url, params={"customer": " 华东医药 ", "owner": "", "lang": "zh"}).text

    assert reports.asked == [("zh", "华东医药", None)]
    assert '<option value="华东医药" selected>' in page
    assert 'href="/?customer=%E5%8D%8E%E4%B8%9C%E5%8C%BB%E8%8D%AF&amp;lang=en"' in page


def test_the_rows_that_are_shown_can_be_taken_along_as_a_workbook(url, reports):
    page = get(url, params={"customer": "华东医药", "lang": "en"}).text

    answer = get(f"{url}report.xlsx", params={"customer": "华东医药", "lang": "en"})

    assert 'href="/report.xlsx?customer=%E5%8D%8E%E4%B8%9C%E5%8C%BB%E8%8D%AF&amp;lang=en"' in page
    assert reports.asked[-1] == ("en", "华东医药", None)
    assert answer.content[:2] == b"PK" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="delay-report-2026-08-24.xlsx"'


def test_a_filter_is_shown_and_never_run(url):
    page = get(url, params={"owner": "<script>alert(1)</script>"}).text

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_api_gives_the_published_document_with_its_keys_in_order(url):
    answer = get(f"{url}api/v1/report?lang=en")

    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json())[:3] == ["schema", "as_of", "generated_at"]
    assert answer.json() == json.loads((SAMPLES / "sample.en.json").read_text(encoding="utf-8"))


def test_health_says_alive_and_readiness_what_is_missing(url, reports):
    assert get(f"{url}healthz").json() == {"status": "ok"}
    assert get(f"{url}readyz").status_code == 200

    reports.problems = [Obstacle("store", said("还没有任何记录"))]

    answer = get(f"{url}readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "problems": ["还没有任何记录"],
        "checks": {"settings": True, "store": False, "schema": True, "scheduler": True},
        "notices": [{"code": "disk_full", "severity": "error", "place": "disk", "message": "磁盘快满了"}],
    }


@pytest.mark.parametrize("path", ["", "api/v1/report", "healthz", "readyz", "nothing", "api/nothing"])
def test_every_answer_has_the_headers_that_keep_a_browser_quiet(path, url):
    headers = get(url + path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers


@pytest.mark.parametrize("path", ["", "nothing", "login"])
def test_a_page_uses_styles_that_are_files_of_ours_and_no_script(path, url):
    answer = get(url + path)
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)">', answer.text)

    assert "style-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<style|<script| style=| on[a-z]+=", answer.text)
    for address in styles:
        style = get(url.rstrip("/") + address)
        assert (style.status_code, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
        assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_asset_of_another_version_is_unknown(url):
    address = re.findall(r'href="(/assets/pages-[0-9a-f]+\.css)"', get(url).text)[0]

    assert get(url.rstrip("/") + address).status_code == 200
    assert get(url.rstrip("/") + address.replace("pages-", "pages-0")).status_code == 404
    assert get(f"{url}assets/../app.py").status_code == 404


def test_an_unknown_page_is_a_page_with_a_way_back(url):
    answer = get(f"{url}nothing?lang=en")

    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert 'href="/?lang=en"' in answer.text


def test_an_unknown_address_of_the_api_is_a_problem_in_json(url):
    answer = get(f"{url}api/v1/nothing")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {"status": 404, "title": "没有这个页面"}


def test_a_name_that_is_not_loopback_is_refused(url):
    answer = get(url, headers={"Host": "rebound.example"})

    assert answer.status_code == 400
    assert "支付网关上线" not in answer.text


def test_writing_is_not_offered(url):
    assert requests.post(url, timeout=10).status_code == 405


def test_a_problem_of_ours_is_said_and_an_unexpected_one_is_not_told(url, reports):
    reports.failure = Unavailable(Text("数据库在忙，请稍后再试。", "The store is busy; try again later."))
    ours = get(f"{url}?lang=en")
    reports.failure = RuntimeError("secret-in-a-message")
    unexpected = get(f"{url}api/v1/report")

    assert (ours.status_code, unexpected.status_code) == (503, 500)
    assert "The store is busy" in ours.text
    assert "secret-in-a-message" not in unexpected.text


def test_a_taken_port_is_said_with_the_remedy(reports):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(UsageProblem) as problem:
            serve(create_app(reports), "127.0.0.1", port, threading.Event())

    assert str(port) in problem.value.say("zh")
    assert "--port" in problem.value.say("en")


def test_a_host_that_is_not_ours_is_said(reports):
    with pytest.raises(UsageProblem, match=r"192\.0\.2\.1"):
        serve(create_app(reports), "192.0.2.1", 0, threading.Event())


def test_a_stop_frees_the_port_within_two_seconds_even_with_a_reader_connected(reports):
    stop = threading.Event()
    running = serve(create_app(reports), "127.0.0.1", 0, stop)
    port = int(running.url.rstrip("/").rsplit(":", 1)[1])
    with requests.Session() as session:
        session.get(f"{running.url}healthz", timeout=10)
        started = time.monotonic()

        stop.set()
        running.join(5)

        assert time.monotonic() - started < 2
    with socket.create_server(("127.0.0.1", port)):
        assert not running.thread.is_alive()


def test_many_readers_are_served_at_once(url):
    statuses: list[int] = []
    readers = [threading.Thread(target=lambda: statuses.append(get(url).status_code)) for _ in range(8)]

    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert statuses == [200] * 8
