"""`/users`: people who may log in and tokens of programs. Only an admin sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Flask, Response, request

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan.cells import fold
from bridge.usecases import accounts
from bridge.usecases.accounts import Token, User
from bridge.usecases.serving import Opened
from bridge.usecases.workspace import Workspace
from bridge.web import desk
from bridge.web.answers import Said
from bridge.web.desk import Button, Field, Form, Notice, typed
from bridge.web.frame import Frame
from bridge.web.login import require
from bridge.web.sheets import Cell, Panel, cell, grid, said_day

TITLE = Text("用户与令牌", "Users and tokens")
USERS, TOKENS = Text("用户", "Users"), Text("令牌", "Tokens")
USER_COLUMNS = (
    Text("姓名", "Name"),
    Text("角色", "Role"),
    Text("只看谁的项目", "Only the deals of"),
    Text("添加于", "Added"),
    Text("停用于", "Disabled"),
)
TOKEN_COLUMNS = (
    Text("编号", "Number"),
    Text("名称", "Name"),
    Text("角色", "Role"),
    Text("创建于", "Created"),
    Text("最近使用", "Last used"),
    Text("吊销于", "Revoked"),
)
NO_TOKENS = Text("还没有令牌。", "There are no tokens yet.")
ROLES = {
    "admin": Text("管理员", "admin"),
    "lead": Text("负责人", "lead"),
    "viewer": Text("只读", "viewer"),
}
WORDS = {
    "add": Text("添加用户", "Add a user"),
    "name": Text("姓名", "Name"),
    "role": Text("角色", "Role"),
    "password": Text(
        "初始密码（至少 10 个字符，本人登录后应修改）", "First password (10 characters or more; to be changed by them)"
    ),
    "sales_owner": Text("只看此销售负责人的项目（可空）", "Only the deals of this sales owner (may be blank)"),
    "role_title": Text("改角色", "Change a role"),
    "role_deed": Text("改为这个角色", "Give this role"),
    "role_lede": Text(
        "从本人下一次点击起生效，不必重新登录；最后一个管理员不能改",
        "It holds from their next click on, without a new login; the last admin stays one",
    ),
    "disable": Text("停用", "Disable"),
    "reset": Text("设新密码", "Set a new password"),
    "new_password": Text("新密码", "New password"),
    "existing": Text("停用用户或设新密码", "Disable a user or set a password"),
    "existing_lede": Text(
        "停用或换密码后，他们的会话立即结束；做过的事仍记在名下",
        "Their sessions end at once; what they did stays under their name",
    ),
    "token": Text("创建令牌", "Create a token"),
    "token_name": Text("用途", "What it is for"),
    "token_lede": Text("令牌只显示一次，数据库里只存它的摘要", "A token is shown once; only its digest is stored"),
    "create": Text("创建", "Create"),
    "revoke": Text("吊销", "Revoke"),
    "revoke_title": Text("吊销令牌", "Revoke a token"),
    "made": Text("令牌“{name}”已创建，只显示这一次：", "The token “{name}” was made; it is shown this once:"),
}
DONE = {
    "add": Text("已添加。", "Added."),
    "role": Text("角色已改。", "The role was changed."),
    "disable": Text("已停用。", "Disabled."),
    "reset": Text("新密码已生效。", "The new password holds."),
    "revoke": Text("令牌已吊销。", "The token was revoked."),
}
NOT_YOURSELF = Text("不能停用自己。", "You cannot disable yourself.")
NO_ROLE = Text("没有这个角色：{value}", "There is no such role: {value}")


def add_accounts(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.get("/users")
    def account_list() -> Response:
        require(frame.language(), "admin")
        return _page(opened(), frame, desk.done(frame, DONE))

    @app.post("/users")
    def account_deed() -> Response:
        lang = frame.language()
        admin, space = require(lang, "admin"), desk.space_of(opened, frame)
        deed = request.form.get("deed", "")
        try:
            if deed == "token":
                made = accounts.create_token(space, typed("name"), _role(), by=admin.name)
                said = WORDS["made"].say(lang, name=made.name)
                return _page(space, frame, Notice("good", (said,), made.secret))
            if deed not in DEEDS:
                raise Said(400, desk.NO_DEED.say(lang))
            DEEDS[deed](space, admin.name)
        except UsageProblem as error:
            return _page(space, frame, desk.problem(error, frame))
        return desk.again(frame, "users", deed=deed)


def _role() -> str:
    role = typed("role")
    if role not in accounts.ROLES:
        raise UsageProblem(NO_ROLE, value=role)
    return role


def _add(space: Workspace, admin: str) -> None:
    password, sales_owner = request.form.get("password", ""), typed("sales_owner") or None
    accounts.add(space, typed("name"), _role(), password, sales_owner, by=admin)


def _change_role(space: Workspace, admin: str) -> None:
    accounts.set_role(space, typed("name"), _role(), by=admin)


def _disable(space: Workspace, admin: str) -> None:
    if fold(typed("name")) == fold(admin):  # as names of users are told apart
        raise UsageProblem(NOT_YOURSELF)
    accounts.disable(space, typed("name"), by=admin)


def _reset(space: Workspace, admin: str) -> None:
    accounts.set_password(space, typed("name"), request.form.get("password", ""), by=admin)


def _revoke(space: Workspace, admin: str) -> None:
    written = typed("number")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0
    accounts.revoke_token(space, number, by=admin)


DEEDS: dict[str, Callable[[Workspace, str], None]] = {
    "add": _add,
    "role": _change_role,
    "disable": _disable,
    "reset": _reset,
    "revoke": _revoke,
}


def _page(space: Workspace, frame: Frame, notice: Notice | None) -> Response:
    lang = frame.language()
    people, tokens = accounts.users(space), accounts.tokens(space)
    day = said_day(space.clock.today, lang)

    def on(at: object) -> Cell:
        return day(None if at is None else at.astimezone(space.clock.timezone).date())  # type: ignore[attr-defined]

    def user(one: User) -> Iterator[Cell]:
        yield cell(one.name, "text")
        yield cell(ROLES[one.role].say(lang))
        yield cell(one.sales_owner)
        yield on(one.created_at)
        yield on(one.disabled_at)

    def token(one: Token) -> Iterator[Cell]:
        yield cell(one.id, "n")
        yield cell(one.name, "text")
        yield cell(ROLES[one.role].say(lang))
        yield on(one.created_at)
        yield day(one.used_on)
        yield on(one.revoked_at)

    panels = (
        Panel(USERS.say(lang), grid(lang, USER_COLUMNS, map(user, people))),
        Panel(TOKENS.say(lang), grid(lang, TOKEN_COLUMNS, map(token, tokens), NO_TOKENS)),
    )
    alive = [one.name for one in people if one.disabled_at is None]
    forms = tuple(_forms(frame, alive, [one for one in tokens if one.revoked_at is None]))
    words = frame.words(space.clock.today)
    return desk.desk(frame, TITLE.say(lang), "/users", panels, forms, notice=notice, words=words)


def _forms(frame: Frame, alive: list[str], tokens: list[Token]) -> Iterator[Form]:
    lang = frame.language()

    def say(name: str) -> str:
        return WORDS[name].say(lang)

    roles = tuple((role, ROLES[role].say(lang)) for role in reversed(accounts.ROLES))
    yield Form(
        say("add"),
        (Button("add", say("add")),),
        (
            Field("name", say("name"), is_required=True),
            Field("role", say("role"), "select", options=roles),
            Field("sales_owner", say("sales_owner")),
            Field("password", say("password"), "password", is_required=True, filled="new-password"),
        ),
    )
    name = Field("name", say("name"), "select", options=tuple((name, name) for name in alive))
    yield Form(
        say("role_title"),
        (Button("role", say("role_deed")),),
        (name, Field("role", say("role"), "select", options=roles)),
        lines=(say("role_lede"),),
    )
    yield Form(
        say("existing"),
        (Button("reset", say("reset")), Button("disable", say("disable"), is_plain=True)),
        (
            name,
            Field("password", say("new_password"), "password", filled="new-password"),
        ),
        lines=(say("existing_lede"),),
    )
    yield Form(
        say("token"),
        (Button("token", say("create")),),
        (Field("name", say("token_name"), is_required=True), Field("role", say("role"), "select", options=roles)),
        lines=(say("token_lede"),),
    )
    if tokens:
        options = tuple((str(one.id), f"{one.id} · {one.name}") for one in tokens)
        number = Field("number", say("revoke_title"), "select", options=options)
        yield Form(say("revoke_title"), (Button("revoke", say("revoke"), is_plain=True),), (number,))
