"""What admins do with their pages in a real browser: problems while they write, words, people, a reading, roles, channels."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bridge.store import leases
from bridge.store.engine import Store

from .conftest import ADMIN, SHIPPED, VIEWER, Served, Visitor

GAP = SHIPPED.replace('pending = "todo"\n', "# 待定\n")
WRONG = SHIPPED.replace("[task.title]", "[task.titel]")


def is_fine(page: Page) -> bool:
    """Whether axe finds nothing serious in what is shown now."""
    return not [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]


def test_problems_appear_while_a_mapping_is_written_and_lead_to_their_line(visitor: Visitor):
    page = visitor.logs_in(ADMIN).at("/mappings/pingcode")
    editor = page.get_by_label("映射文件")
    expect(page.get_by_text("边写边查：没有发现问题")).to_be_visible()

    editor.fill(WRONG)

    line = WRONG[: WRONG.index("[task.titel]")].count("\n") + 1
    place = page.get_by_role("button", name=f"第 {line} 行")
    expect(place.first).to_be_visible()
    assert is_fine(page)
    place.first.click()
    assert editor.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)") == "[task.titel]"
    editor.fill(SHIPPED)
    expect(page.get_by_text("边写边查：没有发现问题")).to_be_visible()
    assert visitor.complaints == []


def test_an_unmapped_word_gets_a_meaning_in_the_file_of_the_editor(visitor: Visitor):
    page = visitor.logs_in(ADMIN).at("/mappings/pingcode")
    page.get_by_label("映射文件").fill(GAP)
    page.get_by_role("button", name="列出没有映射的词").click()
    page.get_by_label("status · pending").select_option("todo")
    page.get_by_role("button", name="写进文件", exact=True).click()

    expect(page.get_by_role("status").first).to_contain_text("1 个词")
    text = page.get_by_label("映射文件").input_value()
    assert "# 待定" in text and 'pending = "todo"' in text


def test_two_accounts_are_confirmed_as_one_person_and_the_decision_is_shown(visitor: Visitor):
    page = visitor.logs_in(ADMIN).at("/people/accounts")
    asked = page.locator("section", has_text="请确认：赵宁")
    expect(asked).to_be_visible()
    asked.get_by_role("button", name="是同一个人", exact=True).click()

    expect(page.get_by_role("status").first).to_contain_text("已写明是同一个人")
    expect(page.locator("section", has_text="已有的决定")).to_contain_text(ADMIN)
    assert is_fine(page)


def test_a_reading_shows_itself_without_a_reload(visitor: Visitor, served: Served):
    page = visitor.logs_in(ADMIN).at("/sources")
    expect(page.locator("[data-live]")).to_contain_text("没有在读取")
    with (
        Store(served.folder / "data" / "bridge.db") as store,
        leases.held(store, "source:pingcode", command="pbridge sync"),
    ):
        expect(page.locator("[data-live]")).to_contain_text("正在读取", timeout=8_000)
    expect(page.locator("[data-live] tr", has_text="pingcode")).to_contain_text("没有在读取", timeout=8_000)
    assert visitor.complaints == []


def test_a_channel_is_previewed_with_its_bytes(visitor: Visitor):
    page = visitor.logs_in(ADMIN).at("/notify")
    page.get_by_role("button", name="预览").click()

    expect(page.get_by_text("只是预览，什么也没有发送")).to_be_visible()
    expect(page.locator("pre.shown").first).to_contain_text("进度桥测试消息")
    assert is_fine(page)


def test_a_role_is_changed_and_the_pages_work_without_the_script(visitor: Visitor):
    visitor.page.context.route("**/*.js", lambda route: route.abort())
    page = visitor.logs_in(ADMIN).at("/users")
    form = page.locator("section", has_text="改角色")
    form.get_by_label("姓名").select_option(VIEWER)
    form.get_by_label("角色").select_option("lead")
    form.get_by_role("button", name="改为这个角色").click()
    expect(page.get_by_role("status").first).to_contain_text("角色已改")

    visitor.at("/mappings/pingcode").get_by_label("映射文件").fill(WRONG)
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("alert")).to_be_visible()
