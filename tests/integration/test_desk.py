"""The admin's pages over a real store: mappings, plan files, users, tokens, sources, the quarantine and runs."""

from __future__ import annotations

import io
import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bridge.store import outbox, refusals
from bridge.usecases import accounts
from bridge.usecases.workspace import Workspace, built_in_mappings
from bridge.web.app import create_app
from bridge.web.login import COOKIE
from bridge.web.page import Reports

from .conftest import PLAN, TODAY, Site
from .test_pages import PEOPLE, Rooms

ADMIN_PATHS = (
    "/mappings",
    "/mappings/pingcode",
    "/sources",
    "/quarantine",
    "/users",
    "/runs",
    "/messages",
    "/plan/import",
    "/people/accounts",
    "/notify",
)
SHIPPED = built_in_mappings()["pingcode"]
RENAMED = SHIPPED.replace('pending = "todo"', 'pending = "doing"')
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def lived(site: Site) -> Site:
    config = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write(
        "config.toml", config.replace('kind = "pingcode"\n', 'kind = "pingcode"\nmapping = "mappings/pingcode.toml"\n')
    )
    (site.folder / "mappings").mkdir()
    site.write("mappings/pingcode.toml", SHIPPED)
    site.advance(TODAY)
    assert site.run("sync").code == 0
    assert site.run("reconcile").code == 0
    return site


class Desk:
    """A browser at the pages of a site; `woken` are the sources that were to be read."""

    def __init__(self, site: Site, name: str = "admin") -> None:
        self.space = Workspace.open(site.folder / "config.toml", today=TODAY)
        self.woken: list[str] = []
        doors = Rooms()
        app = create_app(Reports(self.space), opened=lambda: self.space, doors=doors, wake=self.woken.append)  # type: ignore[arg-type]
        self.client: FlaskClient = app.test_client()
        self.client.set_cookie(COOKIE, name)
        self.mark = PEOPLE[name].csrf

    def post(self, path: str, **data: object) -> TestResponse:
        return self.client.post(path, data={"csrf": self.mark, **data}, content_type="multipart/form-data")


def statuses(site: Site) -> set[str]:
    with closing(sqlite3.connect(site.folder / "data" / "bridge.db")) as db:
        return {
            row[0] for row in db.execute("SELECT json_extract(data, '$.status') FROM tasks WHERE source = 'pingcode'")
        }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_of_admins_is_whole(lived: Site, lang: str):
    desk = Desk(lived)

    for path in ADMIN_PATHS:
        page = desk.client.get(f"{path}?lang={lang}")
        assert page.status_code == 200, (path, page.text)
        assert page.text.count("<h1>") == 1
        assert not re.search(r"<script(?! src=\"/assets/desk-[0-9a-f]+\.js\" defer></script>)", page.text)
        assert not re.search(r" style=| on[a-z]+=", page.text)


def test_the_page_of_runs_shows_what_the_service_needs_somebody_for(lived: Site):
    desk, later = Desk(lived), TODAY + timedelta(days=2)
    calm = desk.client.get("/runs?lang=en").text
    desk.space = Workspace.open(lived.folder / "config.toml", today=later)

    shown = desk.client.get("/runs?lang=en").text

    assert "There is no notice." in calm
    assert "the data of pingcode are" in shown and str(later) in shown

    asked = {"which": "data_old/pingcode", "until": str(later), "why": "系统升级"}
    assert "csrf" not in asked and desk.client.post("/runs", data={"deed": "acknowledge", **asked}).status_code == 403
    assert desk.post("/runs", deed="acknowledge", **{**asked, "until": ""}).status_code == 400
    assert desk.post("/runs", deed="acknowledge", **{**asked, "until": str(TODAY)}).status_code == 422
    done = desk.post("/runs", deed="acknowledge", **asked)
    assert (done.status_code, done.headers["Location"]) == (303, "/runs?done=acknowledge")
    assert "已确认；到那天之前不再提醒。" in desk.client.get("/runs?done=acknowledge").text
    assert "王敏" in desk.client.get("/runs").text and "系统升级" in desk.client.get("/runs").text
    assert desk.post("/runs", deed="take_back", which="data_old/pingcode", why="好了").status_code == 303
    assert "王敏" not in desk.client.get("/runs").text.partition("<main")[2]


@pytest.mark.parametrize("name", ["lead", "viewer"])
def test_nobody_else_sees_or_does_anything_there(lived: Site, name: str):
    desk = Desk(lived, name)

    for path in ADMIN_PATHS:
        assert desk.client.get(path).status_code == 403, path
    for path in ADMIN_PATHS[1:]:
        assert desk.post(path, deed="publish").status_code == 403, path
    assert "/mappings" not in desk.client.get("/").text


def test_a_form_of_another_site_does_nothing(lived: Site):
    desk = Desk(lived)
    desk.mark = "guessed"

    assert (
        desk.post("/users", deed="add", name="Eve", role="admin", password="correct horse battery").status_code == 403
    )
    assert desk.post("/mappings/pingcode", deed="publish", text=RENAMED).status_code == 403
    assert statuses(lived) == {"todo"}


def test_a_mapping_is_checked_previewed_published_and_taken_back(lived: Site):
    desk, path = Desk(lived), "/mappings/pingcode"
    wrong = desk.post(path, deed="check", text=SHIPPED.replace("[task.title]", "[task.titel]"))
    assert wrong.status_code == 422
    assert 'data-label="行"' in wrong.text
    assert "titel" in wrong.text

    seen = desk.post(path, deed="preview", text=RENAMED)
    assert seen.status_code == 200
    assert "5 个任务会变" in seen.text
    assert statuses(lived) == {"todo"}

    done = desk.post(path, deed="publish", text=RENAMED.replace("\n", "\r\n"), why="states renamed")
    assert (done.status_code, done.headers["Location"]) == (303, f"{path}?done=publish")
    assert statuses(lived) == {"doing"}
    assert (lived.folder / "mappings" / "pingcode.toml").read_text(encoding="utf-8") == RENAMED
    page = desk.client.get(f"{path}?done=publish").text
    assert "states renamed" in page
    assert "王敏" in page

    former = re.search(r'<select name="version"><option value="([^"]+)"', page)
    assert former is not None
    assert desk.post(path, deed="rollback", version=former[1]).status_code == 303
    assert statuses(lived) == {"todo"}


def test_a_mapping_that_is_wrong_is_not_published_and_stays_in_the_editor(lived: Site):
    desk = Desk(lived)
    text = f"# {EVIL}\n[task\n"

    refused = desk.post("/mappings/pingcode", deed="publish", text=text)

    assert refused.status_code == 422
    assert "mappings/pingcode.toml" in refused.text
    assert "pbridge-draft" not in refused.text
    assert "&lt;script&gt;" in refused.text
    assert (lived.folder / "mappings" / "pingcode.toml").read_text(encoding="utf-8") == SHIPPED
    assert desk.client.get("/mappings/../../etc").status_code == 404
    assert desk.client.get("/mappings/nothing").status_code == 404
    assert desk.post("/mappings/nothing", deed="publish", text=SHIPPED).status_code == 404


def upload(desk: Desk, content: str | bytes, name: str = "plan.toml") -> TestResponse:
    body = content.encode() if isinstance(content, str) else content
    return desk.post("/plan/import", deed="try", file=(io.BytesIO(body), name))


def test_a_plan_is_refused_by_cell_then_shown_and_imported(lived: Site):
    desk = Desk(lived)
    bad = upload(desk, PLAN.replace("promised = 2026-09-01", 'promised = "soon"'))
    assert bad.status_code == 422
    assert "soon" in bad.text

    good = upload(desk, PLAN.replace('name = "联调完成"', f'name = "{EVIL}"'))
    assert good.status_code == 200
    assert "改名" in good.text
    assert EVIL not in good.text
    assert lived.run("plan", "show", "--json").json["milestones"][0]["name"] == "联调完成"

    mark = re.search(r'name="mark" value="([^"]+)"', good.text)
    assert mark is not None
    done = desk.post("/plan/import", deed="import", mark=mark[1])
    assert done.status_code == 200
    assert "已导入第 2 版" in done.text
    assert lived.run("plan", "show", "--json").json["milestones"][0]["name"] == EVIL


def test_a_promise_moves_only_with_an_approver_and_a_reason(lived: Site):
    desk = Desk(lived)
    shown = upload(desk, PLAN.replace("promised = 2026-09-01", "promised = 2026-09-15"))
    mark = re.search(r'name="mark" value="([^"]+)"', shown.text)
    assert mark is not None
    assert "1 个承诺日期会变" in shown.text

    alone = desk.post("/plan/import", deed="import", mark=mark[1])
    half = desk.post("/plan/import", deed="import", mark=mark[1], approved_by="王敏")
    both = desk.post("/plan/import", deed="import", mark=mark[1], approved_by="王敏", reason="客户同意")

    assert (alone.status_code, half.status_code, both.status_code) == (422, 422, 200)
    (row,) = [row for row in lived.run("report", "--format", "json").json["milestones"] if row["key"] == "M-1"]
    assert (row["promised"], row["baseline"]) == ("2026-09-01", "2026-09-15")


@pytest.mark.parametrize("mark", ["../config.toml", "..%2Fconfig.toml", "/etc/passwd", "x.toml", ""])
def test_only_what_was_uploaded_is_imported(lived: Site, mark: str):
    assert Desk(lived).post("/plan/import", deed="import", mark=mark).status_code == 422


def test_an_upload_that_nobody_imports_goes_after_a_week_and_what_was_imported_stays(lived: Site):
    desk, folder = Desk(lived), lived.folder / "data" / "plans"
    mark = re.search(r'name="mark" value="([^"]+)"', upload(desk, PLAN.replace("联调完成", "联调完毕")).text)
    assert mark and "已导入" in desk.post("/plan/import", deed="import", mark=mark[1]).text
    upload(desk, PLAN.replace("联调完成", "不要了"))
    (left,) = {path.name for path in folder.iterdir()} - {mark[1]}
    upload(desk, PLAN.replace("联调完成", "还在想"))
    now = desk.space.clock.now().timestamp()
    for path in folder.iterdir():
        age = timedelta(days=8 if path.name in (left, mark[1]) else 6)
        os.utime(path, (now, now - age.total_seconds()))

    told = lived.run("db", "prune", "--json", "--dry-run").json["tables"]["uploads"]
    assert (told["rows"], len([*folder.iterdir()])) == (1, 3)
    assert lived.run("db", "prune", "--json").json["tables"]["uploads"] == told

    names = {path.name for path in folder.iterdir()}
    assert left not in names and mark[1] in names and len(names) == 2


def test_what_is_no_plan_or_too_large_is_refused(lived: Site):
    desk = Desk(lived)

    assert upload(desk, b"", "plan.xlsx").status_code == 422
    assert upload(desk, b"MZ", "plan.exe").status_code == 422
    assert upload(desk, b"not a workbook", "plan.xlsx").status_code == 422
    large = desk.client.post(
        "/plan/import", data=b"x" * (9 * 1024 * 1024), content_type="multipart/form-data; boundary=b"
    )
    assert large.status_code == 413
    assert not (lived.folder / "data" / "plans").exists()


def test_people_are_added_and_disabled_and_a_token_is_shown_once(lived: Site):
    desk = Desk(lived)
    weak = desk.post("/users", deed="add", name="苏晓岚", role="lead", password="short")
    assert weak.status_code == 422
    assert 'value="short"' not in weak.text
    assert (
        desk.post("/users", deed="add", name="苏晓岚", role="boss", password="correct horse battery").status_code == 422
    )

    assert (
        desk.post("/users", deed="add", name="苏晓岚", role="lead", password="correct horse battery").status_code == 303
    )
    made = desk.post("/users", deed="token", name="BI", role="viewer")
    secret = re.search(r"<code>(pbt_[^<]+)</code>", made.text)
    assert secret is not None
    assert secret[1] not in desk.client.get("/users").text

    assert desk.post("/users", deed="disable", name="苏晓岚").status_code == 303
    assert desk.post("/users", deed="revoke", number="1").status_code == 303
    assert desk.post("/users", deed="revoke", number="99").status_code == 422
    (user,) = accounts.users(desk.space)
    assert user.disabled_at is not None
    assert accounts.tokens(desk.space)[0].revoked_at is not None


def test_an_admin_is_not_disabled_by_themselves(lived: Site):
    assert Desk(lived).post("/users", deed="disable", name="王敏").status_code == 422


def test_a_source_is_read_soon_or_checked(lived: Site):
    desk = Desk(lived)

    assert desk.post("/sources", deed="sync", source="pingcode").status_code == 303
    assert desk.woken == ["pingcode"]
    assert desk.post("/sources", deed="sync", source="nothing").status_code == 422
    checked = desk.post("/sources", deed="check", source="pingcode")
    assert checked.status_code == 200
    assert "没有发现问题" in checked.text


def test_the_quarantine_lists_rows_and_tries_them_again(lived: Site):
    lived.write("mappings/pingcode.toml", SHIPPED.replace('id.from = "project.id"', 'id.from = "project.nowhere"'))
    assert lived.run("sync").code == 1
    desk = Desk(lived)
    assert "隔离区" in desk.client.get("/quarantine").text
    assert desk.client.get("/quarantine").text.count("<tr>") == 6

    tried = desk.post("/quarantine", deed="retry")

    assert tried.status_code == 200
    assert "试了 5 行：0 行离开隔离，5 行仍在" in tried.text


def test_a_channel_that_takes_nothing_is_shown_answered_for_and_sent_to_again(lived: Site):
    config = (lived.folder / "config.toml").read_text(encoding="utf-8")
    lived.write("config.toml", f'{config}\n[[notify]]\nname = "sales"\nkind = "wecom"\nurl = "https://example.com/x"\n')
    desk, now = Desk(lived), datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
    with desk.space.store(create=True) as store, store.transaction():
        outbox.put(store, "sales", "digest/2026-08-24", "wecom", [({"msgtype": "text"}, 2)], now)
        outbox.stop(store, outbox.listed(store)[0], outbox.DEAD, "93000")
        refusals.met(store, "sales", "wecom", "93000", outbox.DEAD, now)

    seen = desk.client.get("/messages").text
    assert "请更新 url" in seen and "digest/2026-08-24" in seen and "未消除" in seen
    assert (
        desk.post("/messages", deed="acknowledge", which="sales/93000", until="2026-08-20", why="x").status_code == 422
    )
    assert desk.post("/messages", deed="acknowledge", which="sales/93000", until="", why="x").status_code == 400

    done = desk.post("/messages", deed="acknowledge", which="sales/93000", until="2026-08-28", why="换机器人")
    assert (done.status_code, done.headers["Location"]) == (303, "/messages?done=acknowledge")
    assert "王敏 → 2026-08-28" in desk.client.get("/messages").text
    # One life, shown and answered for in either place.
    assert "2026-08-28" in desk.client.get("/runs").text
    assert desk.post("/runs", deed="take_back", which="message_refused/sales", why="x").status_code == 303
    assert "王敏 →" not in desk.client.get("/messages").text
    asked = {"which": "message_refused/sales", "until": "2026-08-28", "why": "换机器人"}
    assert desk.post("/runs", deed="acknowledge", **asked).status_code == 303
    assert "王敏 → 2026-08-28" in desk.client.get("/messages").text
    assert desk.post("/messages", deed="take_back", which="sales/93000").status_code == 303
    assert "王敏 →" not in desk.client.get("/messages").text
    assert desk.post("/messages", deed="retry").status_code == 303
    with desk.space.store() as store:
        assert [parcel.state for parcel in outbox.listed(store)] == ["waiting"]
