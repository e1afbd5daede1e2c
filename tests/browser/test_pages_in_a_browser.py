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


def test_everything_can_be_reached_with_the_keyboard_alone(visitor: Visitor):
    page = visitor.at("/login")
    page.keyboard.type(LEAD)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_text("跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.tagName + ':' + document.activeElement.textContent.trim().slice(0, 20)"
            )
        )
    assert any(one.startswith("SUMMARY") for one in reached), reached


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_is_wider_than_a_phone(phone: Visitor, lang: str):
    phone.logs_in(ADMIN)
    # The words of Chinese are the narrower ones: every page in English, and a few in Chinese.
    for path in (*FOR_LEADS, *FOR_ADMINS) if lang == "en" else FOR_LEADS[:3]:
        page = phone.at(f"{path}?lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert page.evaluate("document.documentElement.lang") == ("zh-CN" if lang == "zh" else "en")


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
