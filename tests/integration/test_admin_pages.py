"""The admin's pages that decide, try and watch: who is who, test messages, value maps, reading now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import time_machine

from bridge.notify.robots import WeComRobot
from bridge.store import leases, people
from bridge.store.accounts import noted
from bridge.usecases.workspace import built_in_mappings
from connectors.testing import SimPerson, hex_id, serve

from .conftest import LIN, MARKET, TODAY, ZHAO, Captured, Site, a_site, item, local
from .test_desk import Desk

LIN_W = SimPerson(hex_id("person", "lin-w", digits=32), "Lin Yue", "lin.yue")
ZHAO_W = SimPerson(hex_id("person", "zhao-w", digits=32), "赵宁", "zhao.n")
ACCOUNTS = "/people/accounts"
SHIPPED = built_in_mappings()["pingcode"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Both tools were read once: 赵宁 has one name in both, 林悦 is "Lin Yue" in Worktile."""
    folder = tmp_path_factory.mktemp("admin")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack, time_machine.travel(local(TODAY, 10)):
        site = stack.enter_context(a_site(folder, patch, Captured(stack)))
        site.market.people = {person.id: person for person in (LIN_W, ZHAO_W)}
        for number in range(1, 4):
            site.market.edit(item(MARKET, number).id, assignee=LIN_W.id)
        config = (folder / "config.toml").read_text(encoding="utf-8")
        site.write(
            "config.toml", config.replace('"pingcode"\nbase_url', '"pingcode"\nmapping = "pingcode.toml"\nbase_url')
        )
        site.write("pingcode.toml", SHIPPED)
        site.advance(TODAY)
        assert site.run("sync").code == 0
        yield site


def seen(desk: Desk, path: str = ACCOUNTS) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', desk.client.get(path).text)
    assert found is not None
    return found[1]


def linked(desk: Desk) -> dict[str, str]:
    """Person of several accounts -> how they are known, as the next report has it."""
    with desk.space.store() as store:
        several = [link for link in people.links(store) if link.how not in ("alone",)]
        return {link.name: link.how for link in several if link.source == "pingcode"}


@pytest.fixture
def people_file(office: Site) -> Iterator[str]:
    """A file of people with a comment of an admin; afterwards there is none."""
    text = "# Agreed with HR in May.\n"
    office.write("people.toml", text)
    yield text
    (office.folder / "people.toml").unlink()


LIN_S, LIN_WS = f"pingcode:{LIN.id}", f"worktile:{LIN_W.id}"
ZHAO_S, ZHAO_WS = f"pingcode:{ZHAO.id}", f"worktile:{ZHAO_W.id}"


def test_a_link_by_name_is_shown_with_its_ground_and_confirmed_in_the_file(office: Site, people_file: str):
    desk = Desk(office)
    page = desk.client.get(ACCOUNTS).text
    assert "只凭姓名归在一起，请确认：赵宁" in page
    assert "很可能" in page and ZHAO_WS in page

    done = desk.post(ACCOUNTS, deed="same", account=[ZHAO_S, ZHAO_WS], why="同一邮箱后缀", seen=seen(desk))

    assert (done.status_code, done.headers["Location"]) == (303, f"{ACCOUNTS}?done=same")
    assert linked(desk) == {"赵宁": "confirmed"}
    written = (office.folder / "people.toml").read_text(encoding="utf-8")
    assert written.startswith(people_file)
    assert f'note = "{TODAY.isoformat()} 王敏 同一邮箱后缀"' in written
    assert "请确认" not in desk.client.get(ACCOUNTS).text
    with desk.space.store() as store:
        assert noted(store)[0][1:4] == ("王敏", "people decided", f"same: {ZHAO_S}, {ZHAO_WS}")


def test_accounts_are_put_together_by_hand_separated_and_the_decision_withdrawn(office: Site, people_file: str):
    desk = Desk(office)
    desk.post(ACCOUNTS, deed="same", accounts=f"{LIN_S}\r\n{LIN_WS}\r\n", seen=seen(desk))
    assert linked(desk)["林悦"] == "confirmed"

    desk.post(ACCOUNTS, deed="separate", accounts=ZHAO_WS, seen=seen(desk))
    assert linked(desk) == {"林悦": "confirmed"}
    listed = desk.client.get(ACCOUNTS).text
    assert "不是同一个人" in listed and "王敏" in listed

    assert desk.post(ACCOUNTS, deed="withdraw", number="1", seen=seen(desk)).status_code == 303
    assert linked(desk) == {}


def test_what_was_changed_meanwhile_is_not_decided_over(office: Site, people_file: str):
    desk = Desk(office)
    mark = seen(desk)
    office.write("people.toml", people_file + "# and June\n")

    refused = desk.post(ACCOUNTS, deed="same", account=[ZHAO_S, ZHAO_WS], seen=mark)

    assert refused.status_code == 422
    assert "在此期间改过了" in refused.text
    assert (office.folder / "people.toml").read_text(encoding="utf-8") == people_file + "# and June\n"


@pytest.mark.parametrize(
    ("deed", "accounts"),
    [("same", ZHAO_S), ("same", f"{ZHAO_S}\n{ZHAO_S}"), ("same", f"{ZHAO_S}\nworktile:<b>"), ("separate", LIN_S)],
)
def test_a_decision_that_makes_no_sense_is_refused_and_nothing_written(
    office: Site, people_file: str, deed: str, accounts: str
):
    desk = Desk(office)

    refused = desk.post(ACCOUNTS, deed=deed, accounts=accounts, seen=seen(desk))

    assert refused.status_code == 422
    assert "<b>" not in refused.text
    assert (office.folder / "people.toml").read_text(encoding="utf-8") == people_file


def test_a_file_of_people_that_is_wrong_is_shown_with_its_mistakes(office: Site, people_file: str):
    office.write("people.toml", "[[people]]\nsame = 1\n")

    page = Desk(office).client.get(ACCOUNTS)

    assert page.status_code == 200
    assert "people.toml 有误" in page.text and "第 2 行" in page.text


WECOM = """
[[notify]]
name = "sales"
kind = "wecom"
url = "{url}/cgi-bin/webhook/send?key={token}"
intranet_hosts = ["127.0.0.1"]

[[notify]]
name = "boss"
kind = "email"

[[notify]]
name = "old"
kind = "wecom"
url = "{url}/cgi-bin/webhook/send?key=removed-0123456789abcdef"
intranet_hosts = ["127.0.0.1"]
"""
TOKEN = "t0ken-0123456789abcdef"


@pytest.fixture
def robot(office: Site) -> Iterator[WeComRobot]:
    made = WeComRobot(token=TOKEN)
    file = office.folder / "config.toml"
    before = file.read_text(encoding="utf-8")
    with serve(made.handle) as url:
        file.write_text(before + WECOM.format(url=url, token=TOKEN), encoding="utf-8")
        file.chmod(0o600)
        yield made
    file.write_text(before, encoding="utf-8")


def test_a_preview_counts_the_bytes_and_sends_nothing(office: Site, robot: WeComRobot):
    desk = Desk(office)
    listed = desk.client.get("/notify").text

    shown = desk.post("/notify", deed="preview", channel="sales")

    assert shown.status_code == 200
    assert "进度桥测试消息" in shown.text and "4096" in shown.text
    assert "host, sender, to" in listed
    assert robot.requests == 0
    assert TOKEN not in listed + shown.text


def test_a_test_message_arrives_is_in_the_audit_and_cannot_be_sent_all_day(office: Site, robot: WeComRobot):
    desk = Desk(office)

    sent = [desk.post("/notify", deed="test", channel="sales") for _ in range(4)]

    assert [one.status_code for one in sent] == [200, 200, 200, 422]
    assert "sales：已送达" in sent[0].text
    assert "10 分钟后再试" in sent[3].text
    assert len(robot.received) == 3
    assert "王敏" in robot.received[0]["markdown"]["content"]
    with desk.space.store() as store:
        assert noted(store)[0][1:4] == ("王敏", "channel tested", "sales")


def test_a_refusal_is_told_with_its_code_and_what_to_do_and_no_token(office: Site, robot: WeComRobot):
    desk = Desk(office)

    refused, lacking, unknown = (
        desk.post("/notify", deed="test", channel=name) for name in ("old", "boss", "<script>")
    )

    assert (refused.status_code, lacking.status_code, unknown.status_code) == (422, 422, 422)
    assert "被拒收" in refused.text and "代码 93000" in refused.text and "怎么办" in refused.text
    assert "removed-0123456789abcdef" not in refused.text
    assert "没有 host" in lacking.text
    assert "<script>" not in unknown.text


GAPS = SHIPPED.replace('pending = "todo"\n', "# 待处理 is decided in June\n")


def test_problems_are_told_while_somebody_types_with_their_lines_and_nothing_is_kept(office: Site):
    desk, path = Desk(office), "/mappings/pingcode"
    page = desk.client.get(path)
    script = re.search(r'<script src="(/assets/desk-[0-9a-f]+\.js)" defer></script>', page.text)
    assert script is not None and page.text.count("<script") == 1
    assert "script-src 'self'; connect-src 'self'" in page.headers["Content-Security-Policy"]
    assert f'data-watch="{path}/problems"' in page.text
    assert desk.client.get(script[1]).content_type.startswith("text/javascript")

    wrong = desk.post(f"{path}/problems", text=SHIPPED.replace("[task.title]", "[task.titel]"))
    right = desk.post(f"{path}/problems", text=SHIPPED)
    broken = desk.post(f"{path}/problems", text="<script>\n[task\n")

    line = SHIPPED[: SHIPPED.index("[task.title]")].count("\n") + 1
    assert line in [one["line"] for one in wrong.json["problems"]]
    assert any("titel" in one["text"] for one in wrong.json["problems"])
    assert right.json["problems"] == []
    assert (broken.status_code, len(broken.json["problems"])) == (200, 1)
    assert "pbridge-draft" not in broken.text
    assert (office.folder / "pingcode.toml").read_text(encoding="utf-8") == SHIPPED


def test_nobody_else_asks_for_problems_and_no_other_site(office: Site):
    desk = Desk(office)
    desk.mark = "guessed"

    assert desk.post("/mappings/pingcode/problems", text=SHIPPED).status_code == 403
    assert Desk(office, "lead").post("/mappings/pingcode/problems", text=SHIPPED).status_code == 403
    assert Desk(office).post("/mappings/nothing/problems", text=SHIPPED).status_code == 404


def test_unmapped_words_are_listed_with_counts_and_put_into_the_file_whose_comments_stay(office: Site):
    desk, path = Desk(office), "/mappings/pingcode"
    listed = desk.post(path, deed="words", text=GAPS)
    assert "status · pending · 5 行" in listed.text
    assert '<option value="todo">' in listed.text

    put = desk.post(path, deed="fill", text=GAPS, **{"target-0": "status", "word-0": "pending", "value-0": "todo"})

    assert put.status_code == 200
    assert "1 个词" in put.text and "没有未映射的词" in put.text
    assert "# 待处理 is decided in June" in put.text and "pending = &#34;todo&#34;" in put.text
    assert (office.folder / "pingcode.toml").read_text(encoding="utf-8") == SHIPPED

    answers = {"target-0": "status", "word-0": "pending", "value-0": "doing"}
    published = desk.post(path, deed="fill_publish", text=GAPS, why="June", **answers)
    written = (office.folder / "pingcode.toml").read_text(encoding="utf-8")
    office.write("pingcode.toml", SHIPPED)
    desk.post(path, deed="publish", text=SHIPPED)

    assert published.status_code == 303
    assert "# 待处理 is decided in June" in written and 'pending = "doing"' in written
    assert written.replace('pending = "doing"\n', "") == GAPS


@pytest.mark.parametrize(
    ("target", "value"), [("status", "nonsense"), ("nothing", "todo"), ("kind[99]", "task"), ("../x", "todo")]
)
def test_a_meaning_that_cannot_be_is_refused(office: Site, target: str, value: str):
    refused = Desk(office).post(
        "/mappings/pingcode", deed="fill_publish", text=GAPS, **{"target-0": target, "word-0": "w", "value-0": value}
    )

    assert refused.status_code == 422
    assert (office.folder / "pingcode.toml").read_text(encoding="utf-8") == SHIPPED


def test_a_reading_that_goes_on_is_shown_with_its_budget_and_asked_for_again(office: Site):
    desk = Desk(office)
    page = desk.client.get("/sources").text
    assert 'data-live="/sources/progress"' in page
    assert "没有在读取" in page and "上限 1000000" in page
    assert "可选的内容" in page and "没有" in page
    before = desk.client.get("/sources/progress")

    with desk.space.store(create=True) as store, leases.held(store, "source:pingcode", command="pbridge sync"):
        during = desk.client.get("/sources/progress?lang=en")

    assert (before.headers["X-Goes-On"], during.headers["X-Goes-On"]) == ("no", "yes")
    assert "being read for" in during.text and "pbridge sync" in during.text
    assert "<html" not in during.text
    assert Desk(office, "lead").client.get("/sources/progress").status_code == 403
