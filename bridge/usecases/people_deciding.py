"""Deciding who is who from a page: written into `people.toml` as an admin would, and in force when it is written.

Nothing is decided over a file that somebody else has changed since it was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping import confirmed, deciding
from bridge.mapping.deciding import Entry
from bridge.mapping.linking import Linked as Linked
from bridge.mapping.members import Account as Account
from bridge.store import accounts
from bridge.usecases.mapping_places import replaced
from bridge.usecases.people import FILE, Known, file_text, look, renew
from bridge.usecases.recorded import writable
from bridge.usecases.workspace import Workspace, digest

CHANGED = Text(
    zh="{file} 在此期间改过了，什么也没有写；请看过现在的内容再决定。",
    en="{file} was changed meanwhile, and nothing was written; look at it as it is now, then decide.",
)
TOO_FEW = Text(zh="请写出至少两个账号。", en="name at least two accounts.")
ONE = Text(zh="请只写一个要分开的账号。", en="name the one account that is to be separated.")
NOT_KNOWN = Text(
    zh="没有读到账号 {account}；请照页面上的写法写成 来源:编号。",
    en="no account {account} was read; write source:id as this page shows it.",
)
IS_ALONE = Text(
    zh="账号 {account} 本来就没有和别的账号归在一起。", en="the account {account} is not put together with another."
)
Change = Callable[[str], str]


class Sheet(Struct, frozen=True):
    """Who is who, what the file says, and the mark of the file that was read for it."""

    known: Known
    entries: tuple[Entry, ...]
    mark: str


class Decider(Struct, frozen=True):
    """Who decides, and why; it stands in the file and in the audit."""

    name: str
    why: str = ""


def sheet(space: Workspace) -> Sheet:
    """Raises `UsageProblem` for a file that is wrong, with every mistake at its place."""
    text = file_text(space)
    return Sheet(look(space), tuple(deciding.entries(text)), mark_of(text))


def same(space: Workspace, accounts_: Sequence[str], who: Decider, mark: str) -> None:
    """These accounts are one person."""
    _check(space, accounts_)
    _decide(space, who, mark, f"same: {', '.join(accounts_)}", lambda text, note: deciding.same(text, accounts_, note))


def different(space: Workspace, accounts_: Sequence[str], who: Decider, mark: str) -> None:
    """Each of these accounts is somebody else."""
    _check(space, accounts_)
    about = f"different: {', '.join(accounts_)}"
    _decide(space, who, mark, about, lambda text, note: deciding.different(text, accounts_, note))


def separate(space: Workspace, accounts_: Sequence[str], who: Decider, mark: str) -> None:
    """One account is nobody of those that it is put together with."""
    if len(accounts_) != 1:
        raise UsageProblem(ONE)
    (account,) = accounts_
    _check(space, accounts_, fewest=1)
    (person,) = (one for _, one in look(space).persons if account in map(name_of, one.accounts))
    others = [name_of(one) for one in person.accounts if name_of(one) != account]
    if not others:
        raise UsageProblem(IS_ALONE, account=account)
    about = f"separated: {account}"
    _decide(space, who, mark, about, lambda text, note: deciding.separated(text, account, others, note))


def withdraw(space: Workspace, number: int, who: Decider, mark: str) -> None:
    """A decision of the file is none any more."""
    _decide(space, who, mark, f"withdrawn: {number}", lambda text, _: deciding.withdrawn(text, number))


def name_of(account: Account) -> str:
    """As the file writes an account."""
    return f"{account.source}:{account.id}"


def mark_of(text: str) -> str:
    return digest({FILE: text.encode()})


def _check(space: Workspace, names: Sequence[str], *, fewest: int = 2) -> None:
    """Accounts that were read, and enough of them."""
    if len(set(names)) < fewest:
        raise UsageProblem(TOO_FEW)
    known = {name_of(account) for _, one in look(space).persons for account in one.accounts}
    for name in names:
        if name not in known:
            raise UsageProblem(NOT_KNOWN, account=name[:200])


def _decide(space: Workspace, who: Decider, mark: str, about: str, change: Callable[[str, str], str]) -> None:
    """File, links and audit together: if one fails, the file is what it was."""
    text = file_text(space)
    if mark_of(text) != mark:
        raise UsageProblem(CHANGED, file=FILE)
    note = " ".join(part for part in (space.clock.today.isoformat(), who.name, who.why) if part)
    edited = change(text, note)
    confirmed.parse(
        edited.removeprefix("\ufeff"), name=FILE, sources=[source.name for source in space.settings.sources]
    )
    now = space.clock.now()
    with replaced(space.settings.path(FILE), edited.encode()), writable(space) as store:
        renew(space, store, now)
        with store.transaction():
            accounts.note(store, now, who.name, "people decided", about[:500])
