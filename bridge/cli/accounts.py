"""`pbridge user` and `pbridge token`: who may look at the pages, and which programs may ask the API."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from bridge.cli.printing import plain, print_json, print_table
from bridge.cli.session import Command, Group, Option, Session, json_option
from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.usecases import accounts
from bridge.usecases.workspace import Workspace

USERS = Text(
    zh="能登录网页的人：添加、列出、改密码、改角色、停用。",
    en="People who may log in: add, list, new password, role, disable.",
)
ADD = Text(zh="添加一个人；密码会问两遍。", en="Add a person; the password is asked twice.")
LIST = Text(zh="列出能登录的人。", en="List the people who may log in.")
PASSWD = Text(zh="给一个人设新密码；此人的登录全部失效。", en="Set a new password; every session of the person ends.")
DISABLE = Text(zh="停用一个人；此人的登录全部失效。", en="Let a person in no more; every session of theirs ends.")
CHANGE_ROLE = Text(
    zh="给一个人另一个角色；立即生效，不必重新登录。",
    en="Give a person another role; it holds at once, without a new login.",
)
TOKENS = Text(zh="程序用的访问令牌：创建、列出、吊销。", en="Tokens of programs for the API: create, list, revoke.")
CREATE = Text(zh="创建一个令牌；只显示这一次。", en="Create a token; it is shown this once.")
TOKEN_LIST = Text(zh="列出令牌，不含令牌本身。", en="List the tokens, without their secrets.")
REVOKE = Text(zh="吊销一个令牌。", en="Revoke a token.")
ROLE = Text(
    zh="角色：admin 管理，lead 销售负责人，viewer 只看", en="admin manages, lead also writes notes, viewer reads"
)
OWN = Text(
    zh="只看此人负责销售的项目（按计划里的姓名）", en="show only deals with this sales owner, as named in the plan"
)
STDIN = Text(zh="从标准输入读密码（一行）", en="read the password from standard input, one line")
ASKED = Text(zh="{name} 的密码（至少 {shortest} 个字符）", en="password of {name} (at least {shortest} characters)")
AGAIN = Text(zh="再输入一遍", en="once more")
DIFFERENT = Text(zh="两遍输入的密码不同，没有改动。", en="the two passwords differ; nothing was changed.")
NO_PASSWORD = Text(zh="标准输入里没有密码。", en="there is no password on standard input.")
ADDED = Text(zh="已添加 {name}（{role}）。", en="added {name} ({role}).")
CHANGED = Text(zh="{name} 的密码已更新。", en="the password of {name} is set.")
ROLE_GIVEN = Text(zh="{name} 的角色是 {role}。", en="the role of {name} is {role}.")
DISABLED = Text(zh="{name} 已停用。", en="{name} is let in no more.")
NOBODY = Text(
    zh="还没有用户。pbridge user add 姓名 --role admin 添加第一个管理员。",
    en="there are no users yet. pbridge user add NAME --role admin makes the first admin.",
)
KEEP = Text(zh="令牌只显示这一次，请妥善保存：", en="the token is shown this once; keep it safe:")
NO_TOKENS = Text(zh="还没有令牌。", en="there are no tokens yet.")
REVOKED = Text(zh="令牌 {number} 已吊销。", en="token {number} is revoked.")
USER_COLUMNS = (
    Text(zh="姓名", en="name"),
    Text(zh="角色", en="role"),
    Text(zh="只看", en="only deals of"),
    Text(zh="添加于", en="added"),
    Text(zh="停用于", en="disabled"),
)
TOKEN_COLUMNS = (
    Text(zh="编号", en="no."),
    Text(zh="用途", en="name"),
    Text(zh="角色", en="role"),
    Text(zh="创建于", en="created"),
    Text(zh="最近使用", en="last used"),
    Text(zh="吊销于", en="revoked"),
)


@click.group(cls=Group, about=USERS, example="pbridge user add 王敏 --role admin")
def user() -> None:
    pass


@user.command(cls=Command, about=ADD, example="pbridge user add 林悦 --role lead --sales-owner 林悦")
@click.argument("name")
@click.option("--role", cls=Option, text=ROLE, type=click.Choice(accounts.ROLES), required=True, metavar="ROLE")
@click.option("--sales-owner", cls=Option, text=OWN, metavar="NAME")
@click.option("--password-stdin", cls=Option, text=STDIN, is_flag=True)
@click.pass_obj
def add(session: Session, name: str, role: str, sales_owner: str | None, password_stdin: bool) -> None:
    space = session.open()
    password = _password(name, space.lang, password_stdin)
    made = accounts.add(space, name, role, password, sales_owner)
    click.echo(ADDED.say(space.lang, name=plain(made.name), role=made.role))


@user.command("list", cls=Command, about=LIST, example="pbridge user list")
@json_option
@click.pass_obj
def list_users(session: Session, as_json: bool) -> None:
    space = session.open()
    found = accounts.users(space)
    if as_json:
        print_json([accounts.user_as_json(one) for one in found])
        return
    rows = [(one.name, one.role, one.sales_owner, *_days(space, one.created_at, one.disabled_at)) for one in found]
    if not print_table(space.lang, USER_COLUMNS, rows, flexible=(0, 2)):
        session.remark(NOBODY.say(space.lang))


@user.command(cls=Command, about=PASSWD, example="pbridge user passwd 王敏")
@click.argument("name")
@click.option("--password-stdin", cls=Option, text=STDIN, is_flag=True)
@click.pass_obj
def passwd(session: Session, name: str, password_stdin: bool) -> None:
    space = session.open()
    accounts.set_password(space, name, _password(name, space.lang, password_stdin))
    click.echo(CHANGED.say(space.lang, name=plain(name)))


@user.command("role", cls=Command, about=CHANGE_ROLE, example="pbridge user role 林悦 --role viewer")
@click.argument("name")
@click.option("--role", cls=Option, text=ROLE, type=click.Choice(accounts.ROLES), required=True, metavar="ROLE")
@click.pass_obj
def change_role(session: Session, name: str, role: str) -> None:
    space = session.open()
    user = accounts.set_role(space, name, role)
    click.echo(ROLE_GIVEN.say(space.lang, name=plain(user.name), role=user.role))


@user.command("disable", cls=Command, about=DISABLE, example="pbridge user disable 林悦")
@click.argument("name")
@click.pass_obj
def disable_user(session: Session, name: str) -> None:
    space = session.open()
    accounts.disable(space, name)
    click.echo(DISABLED.say(space.lang, name=plain(name)))


@click.group(cls=Group, about=TOKENS, example="pbridge token create bi --role viewer")
def token() -> None:
    pass


@token.command(cls=Command, about=CREATE, example="pbridge token create bi --role viewer")
@click.argument("name")
@click.option("--role", cls=Option, text=ROLE, type=click.Choice(accounts.ROLES), required=True, metavar="ROLE")
@json_option
@click.pass_obj
def create(session: Session, name: str, role: str, as_json: bool) -> None:
    space = session.open()
    made = accounts.create_token(space, name, role)
    if as_json:
        print_json({"id": made.id, "name": made.name, "role": made.role, "token": made.secret})
        return
    session.remark(KEEP.say(space.lang))
    click.echo(made.secret)


@token.command("list", cls=Command, about=TOKEN_LIST, example="pbridge token list")
@json_option
@click.pass_obj
def list_tokens(session: Session, as_json: bool) -> None:
    space = session.open()
    found = accounts.tokens(space)
    if as_json:
        print_json([accounts.token_as_json(one) for one in found])
        return
    rows = [
        (one.id, one.name, one.role, *_days(space, one.created_at), one.used_on, *_days(space, one.revoked_at))
        for one in found
    ]
    if not print_table(space.lang, TOKEN_COLUMNS, rows, right=(0,), flexible=(1,)):
        session.remark(NO_TOKENS.say(space.lang))


@token.command(cls=Command, about=REVOKE, example="pbridge token revoke 1")
@click.argument("number", type=click.IntRange(min=1))
@click.pass_obj
def revoke(session: Session, number: int) -> None:
    space = session.open()
    accounts.revoke_token(space, number)
    click.echo(REVOKED.say(space.lang, number=number))


def _password(name: str, lang: Lang, from_stdin: bool) -> str:
    """Asked on the terminal without being shown, or the first line of standard input."""
    if from_stdin:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise UsageProblem(NO_PASSWORD)
        return line
    asked = ASKED.say(lang, name=plain(name), shortest=accounts.SHORTEST)
    first = click.prompt(asked, hide_input=True, err=True, type=str)
    if click.prompt(AGAIN.say(lang), hide_input=True, err=True, type=str) != first:
        raise UsageProblem(DIFFERENT)
    return str(first)


def _days(space: Workspace, *instants: datetime | None) -> tuple[str | None, ...]:
    zone = space.clock.timezone
    return tuple(None if at is None else at.astimezone(zone).date().isoformat() for at in instants)
