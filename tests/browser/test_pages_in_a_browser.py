"""What people do with the pages, in a real browser: log in, narrow the report, note a plan, publish a mapping, upload a plan."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .conftest import ADMIN, LEAD, PASSWORD, PLAN, REGISTERS, SHIPPED, VIEWER, Served, Visitor

FOR_LEADS = (
    "/",
    "/milestones/M-1",
    "/letters/M-1",
    "/customers",
    "/people",
    "/risks",
    "/feedback",
    "/plan",
    "/trend",
    "/changes",
    "/retro/D-1",
)
FOR_ADMINS = (
    "/sources",
    "/quarantine",
    "/messages",
    "/mappings",
    "/mappings/pingcode",
    "/plan/import",
    "/people/accounts",
    "/notify",
    "/users",
    "/runs",
)
EVERY = ("/login", *FOR_LEADS, *FOR_ADMINS)
WITH_FORMS = ("/", "/milestones/M-1", "/mappings/pingcode", "/people/accounts")
MADE_LIKE_THEM = ("/changes", "/plan/import", "/notify", "/users", "/sources", "/password")
WATCH = """document.addEventListener("focusin", ({ target }) => {
  target.dataset.reached = "1";
  if (getComputedStyle(target).outlineStyle === "none") { document.body.dataset.unseen = target.outerHTML; }
})"""
UNREACHED = """Array.from(document.querySelectorAll("main :is(input:not([type=hidden]), select, textarea, button)"))
  .filter((one) => one.checkVisibility() && !one.disabled && !one.dataset.reached && one !== document.activeElement)
  .map((one) => one.outerHTML.slice(0, 120))"""
SHOWN_AS = "all => all.map(one => getComputedStyle(one).display)"
INK = "[getComputedStyle(document.querySelector('h1')).color, getComputedStyle(document.body).backgroundColor]"
RENAMED = SHIPPED.replace('pending = "todo"', 'pending = "doing"')


def statuses(served: Served) -> set[str]:
    with closing(sqlite3.connect(served.folder / "data" / "bridge.db")) as db:
        return {
            row[0] for row in db.execute("SELECT json_extract(data, '$.status') FROM tasks WHERE source = 'pingcode'")
        }


def test_a_wrong_password_is_refused_and_a_right_one_leads_to_the_page_that_was_asked_for(visitor: Visitor):
    page = visitor.at("/risks")
    page.get_by_label("姓名").fill(LEAD)
    page.get_by_label("密码").fill("wrong horse battery")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("姓名或密码不对")

    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    expect(page).to_have_url(f"{visitor.url.rstrip('/')}/risks")


def test_the_report_is_narrowed_by_its_form_and_the_view_is_an_address(visitor: Visitor):
    page = visitor.logs_in(LEAD).at("/")
    expect(page.get_by_role("link", name="市场发布", exact=True)).to_be_visible()
    page.get_by_text("筛选与排序").click()
    page.locator("input[name=q]").fill("联调")
    page.locator("input[name=q]").press("Enter")

    expect(page).to_have_url(re.compile(r"[?&]q="))
    expect(page.get_by_role("link", name="联调完成").first).to_be_visible()
    assert page.get_by_role("link", name="市场发布", exact=True).count() == 0


def test_a_recovery_plan_is_noted_on_the_page_of_the_milestone(visitor: Visitor):
    page = visitor.logs_in(LEAD).at("/milestones/M-1")
    page.locator("textarea[name=recovery_plan]").fill("加派两名工程师\n<script>alert(1)</script>")
    page.locator("input[name=recovery_date]").fill("2026-09-20")
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_role("status").first).to_be_visible()
    assert "加派两名工程师" in page.locator("textarea[name=recovery_plan]").input_value()
    assert visitor.complaints == []


def test_a_viewer_may_not_write_and_sees_nothing_of_the_admin(visitor: Visitor):
    page = visitor.logs_in(VIEWER).at("/milestones/M-1")
    assert page.locator("textarea[name=recovery_plan]").count() == 0
    assert page.get_by_role("link", name="映射").count() == 0

    answer = page.goto(f"{visitor.url.rstrip('/')}/mappings/pingcode")

    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_text("您的角色")).to_be_visible()


def test_a_mapping_is_mended_tried_and_published(visitor: Visitor, served: Served):
    page = visitor.logs_in(ADMIN).at("/mappings/pingcode")
    page.get_by_label("映射文件").fill(RENAMED.replace("[task.title]", "[task.titel]"))
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("titel").last).to_be_visible()

    page.get_by_label("映射文件").fill(RENAMED)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("status").first).to_contain_text("5 个任务会变")
    assert statuses(served) == {"todo"}

    page.get_by_label("理由").first.fill("状态改名")
    page.get_by_role("button", name="发布").click()

    expect(page.get_by_role("status").first).to_contain_text("已发布")
    assert statuses(served) == {"doing"}


def test_a_plan_with_an_error_is_refused_by_cell_and_a_good_one_imported(visitor: Visitor, tmp_path: Path):
    bad, good = tmp_path / "bad.toml", tmp_path / "good.toml"
    bad.write_text((PLAN + REGISTERS).replace("promised = 2026-09-01", 'promised = "soon"'), encoding="utf-8")
    good.write_text((PLAN + REGISTERS).replace('name = "市场发布"', 'name = "市场首发"'), encoding="utf-8")
    page = visitor.logs_in(ADMIN).at("/plan")
    page.get_by_role("link", name="上传计划").click()
    page.locator("input[type=file]").set_input_files(bad)
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("alert")).to_contain_text("soon")

    page.locator("input[type=file]").set_input_files(good)
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_text("市场首发").first).to_be_visible()
    page.get_by_role("button", name="导入这份计划").click()

    expect(page.get_by_role("status").first).to_contain_text("已导入第 2 版")


def test_a_person_comes_in_and_gets_to_the_content_by_keyboard_alone(visitor: Visitor):
    page = visitor.at("/login")
    expect(page.get_by_label("姓名")).to_be_focused()
    page.keyboard.type(LEAD)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_text("跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("paths", [WITH_FORMS, pytest.param(MADE_LIKE_THEM, marks=pytest.mark.slow)])
def test_every_field_and_button_of_every_form_is_reached_by_keyboard_and_seen_to_be(
    visitor: Visitor, paths: tuple[str, ...]
):
    visitor.logs_in(ADMIN)
    for path in paths:
        page = visitor.at(path)
        for summary in page.locator("main summary").all():
            summary.focus()
            page.keyboard.press("Enter")
        page.evaluate(WATCH)
        waiting = page.evaluate(UNREACHED)
        assert waiting, path
        for _ in range(20):
            for _ in range(12):
                page.keyboard.press("Tab")
            if not page.evaluate(UNREACHED):
                break
        assert page.evaluate(UNREACHED) == [], path
        assert page.evaluate("document.body.dataset.unseen") is None, path


def test_a_reason_is_acknowledged_and_a_note_saved_without_a_mouse(visitor: Visitor):
    page = visitor.logs_in(LEAD).at("/milestones/M-2")
    page.locator("summary", has_text="确认这个问题").first.focus()
    for key in ("Enter", "Tab", *"12312026"):
        page.keyboard.press(key)
    page.locator("details[open] input[name=reason]").focus()
    page.keyboard.type("客户已同意")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.get_by_text("客户已同意")).to_be_visible()

    page.locator("textarea[name=recovery_plan]").focus()
    page.keyboard.type("加班")
    button = page.get_by_role("button", name="保存说明")
    for _ in range(12):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("说明已保存")
    assert visitor.complaints == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_is_wider_than_a_phone(phone: Visitor, lang: str):
    phone.logs_in(ADMIN)
    # The words of Chinese are the narrower ones: every page in English, and a few in Chinese.
    for path in (*FOR_LEADS, *FOR_ADMINS) if lang == "en" else FOR_LEADS[:3]:
        page = phone.at(f"{path}?lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert page.evaluate("document.documentElement.lang") == ("zh-CN" if lang == "zh" else "en")


def test_paper_has_no_navigation_and_no_button_repeats_the_heads_and_is_black_on_white(visitor: Visitor):
    visitor.logs_in(LEAD)
    for path in ("/", "/milestones/M-1", "/risks", "/plan"):
        page = visitor.at(path)
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

        assert page.locator("button, nav, input, textarea, summary").filter(visible=True).count() == 0, path
        heads = page.locator("main thead").filter(visible=True)
        assert heads.count() > 0, path
        assert set(heads.evaluate_all(SHOWN_AS)) == {"table-header-group"}, path
        said = page.evaluate(INK)
        assert said == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"], (path, said)
        # A colour is never alone: what is red says so too.
        assert all(
            page.locator(".pill").filter(visible=True).evaluate_all("all => all.map(one => one.innerText.trim())")
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_problem_on_any_page(visitor: Visitor, scheme: str):
    axe, found = Axe(), []
    # The dark page is the same page in other colours.
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else None
    visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in EVERY:
        if path == FOR_LEADS[0]:
            visitor.logs_in(ADMIN)
        for problem in axe.run(visitor.at(path), options=options).response["violations"]:
            if problem["impact"] in ("serious", "critical"):
                found.append(
                    (
                        path,
                        problem["id"],
                        [(node["html"][:160], node["failureSummary"][:240]) for node in problem["nodes"][:2]],
                    )
                )

    assert found == []
    assert visitor.complaints == []
