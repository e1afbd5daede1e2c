"""Which accounts are one person: what an admin decided first, then certain keys, then a full name that nobody else has.

Nothing is guessed. Accounts whose certain keys disagree are not put together, a key or name that several people of one
tool share puts nobody together, and whatever stands in the way is told as a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from msgspec import Struct

from bridge.mapping.members import Account

Ref = tuple[str, str]
"""(source, id of the account)"""


class How(StrEnum):
    """What put an account to a person, strongest first."""

    CONFIRMED = "confirmed"
    EMAIL = "email"
    NUMBER = "employee_number"
    MOBILE = "mobile"
    NAME = "name"
    ALONE = "alone"


CONFIDENCE: Mapping[How, str] = {
    How.CONFIRMED: "confirmed",
    How.EMAIL: "certain",
    How.NUMBER: "certain",
    How.MOBILE: "certain",
    How.NAME: "likely",
    How.ALONE: "alone",
}


class Clash(StrEnum):
    """Why accounts that look like one person were left apart."""

    SHARED_NAME = "shared_name"
    SHARED_KEY = "shared_key"
    KEYS_DISAGREE = "keys_disagree"
    CONFIRMED_APART = "confirmed_apart"
    UNKNOWN_ACCOUNT = "unknown_account"


class Decisions(Struct, frozen=True):
    """What an admin has confirmed, in the order of the file."""

    same: tuple[tuple[Ref, ...], ...] = ()
    different: tuple[tuple[Ref, ...], ...] = ()


class Conflict(Struct, frozen=True):
    """Accounts about which somebody has to decide. `keys` are the kinds of keys that speak against each other."""

    code: Clash
    accounts: tuple[Account, ...]
    keys: tuple[How, ...] = ()


class Linked(Struct, frozen=True):
    """One person: the accounts, the first named first, and what put each of them there."""

    accounts: tuple[Account, ...]
    how: Mapping[Ref, How]

    @property
    def name(self) -> str:
        return self.accounts[0].name

    @property
    def confidence(self) -> str:
        """That of the weakest link."""
        order = list(How)
        links = [how for how in self.how.values() if how is not How.ALONE]
        return CONFIDENCE[max(links, key=order.index)] if links else CONFIDENCE[How.ALONE]


class People(Struct, frozen=True):
    persons: tuple[Linked, ...]
    conflicts: tuple[Conflict, ...]


CERTAIN: tuple[tuple[How, Callable[[Account], str | None]], ...] = (
    (How.EMAIL, lambda account: account.email),
    (How.NUMBER, lambda account: account.number),
    (How.MOBILE, lambda account: account.mobile),
)


def people_of(accounts: Iterable[Account], decisions: Decisions = Decisions()) -> People:
    """Everybody once; the same accounts and decisions always give the same people in the same order."""
    known = {account.ref: account for account in sorted(accounts, key=lambda account: account.ref)}
    groups = _Groups(known)
    groups.decide(decisions)
    for how, key_of in CERTAIN:
        groups.join_by_key(how, key_of)
    groups.join_by_name()
    return People(tuple(groups.persons()), tuple(groups.conflicts))


@dataclass(slots=True)
class _Groups:
    """Accounts as they come together; a pair that was decided to be different never meets."""

    known: Mapping[Ref, Account]
    conflicts: list[Conflict] = field(default_factory=list)
    _group: dict[Ref, list[Ref]] = field(init=False)
    _how: dict[Ref, How] = field(init=False)
    _apart: dict[Ref, set[Ref]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._group = {ref: [ref] for ref in self.known}
        self._how = dict.fromkeys(self.known, How.ALONE)

    def decide(self, decisions: Decisions) -> None:
        for refs in decisions.different:
            for one in refs:
                self._apart.setdefault(one, set()).update(ref for ref in refs if ref != one)
        for refs in (*decisions.same, *decisions.different):
            missing = [ref for ref in refs if ref not in self.known]
            if missing:
                unknown = tuple(Account(source, identity, identity) for source, identity in missing)
                self._note(Conflict(Clash.UNKNOWN_ACCOUNT, unknown))
        for refs in decisions.same:
            present = [ref for ref in refs if ref in self.known]
            for other in present[1:]:
                if self._are_apart(present[0], other):
                    self._note(Conflict(Clash.CONFIRMED_APART, tuple(self._members([present[0], other]))))
                else:
                    self._join(present[0], other, How.CONFIRMED)

    def join_by_key(self, how: How, key_of: Callable[[Account], str | None]) -> None:
        """Put together who has the same value of a certain key, unless another certain key says otherwise."""
        for holders in self._by(lambda ref: key_of(self.known[ref])):
            groups = self._distinct(holders)
            if _is_shared(self.known[ref] for ref in holders):
                self._tell(Clash.SHARED_KEY, groups, (how,))
            else:
                self._join_all(groups, how, Clash.SHARED_KEY, (how,))

    def join_by_name(self) -> None:
        for holders in self._by(lambda ref: self.known[ref].full_name):
            groups = self._distinct(holders)
            sources = [source for group in groups for source in {ref[0] for ref in self._group[group]}]
            if len(sources) > len(set(sources)):
                self._tell(Clash.SHARED_NAME, groups)
            else:
                self._join_all(groups, How.NAME, Clash.SHARED_NAME)

    def _join_all(self, groups: Sequence[Ref], how: How, otherwise: Clash, keys: tuple[How, ...] = ()) -> None:
        """All of them or nobody: where two of them are different people, nobody can tell whose a third account is."""
        pairs = list(combinations(groups, 2))
        against = next(
            (found for pair in pairs if not self._are_apart(*pair) if (found := self._disagreement(*pair))), ()
        )
        if against:
            self._tell(Clash.KEYS_DISAGREE, groups, (how, *against))
        elif any(self._are_apart(*pair) for pair in pairs):
            self._tell(otherwise, groups, keys)
        else:
            for other in groups[1:]:
                self._join(groups[0], other, how)

    def persons(self) -> Iterator[Linked]:
        for first, refs in sorted(self._group.items()):
            if refs[0] != first or first != min(refs):
                continue
            # Where one tool writes a name in Chinese and another in Latin letters, people know the Chinese one.
            accounts = sorted((self.known[ref] for ref in refs), key=lambda one: (one.name.isascii(), one.ref))
            yield Linked(tuple(accounts), {ref: self._how[ref] for ref in refs})

    def _by(self, value_of: Callable[[Ref], str | None]) -> Iterator[list[Ref]]:
        """The accounts that share a value, for each value that several have."""
        found: dict[str, list[Ref]] = {}
        for ref in self.known:
            value = value_of(ref)
            if value is not None:
                found.setdefault(value, []).append(ref)
        return (holders for _, holders in sorted(found.items()) if len(holders) > 1)

    def _distinct(self, refs: Sequence[Ref]) -> list[Ref]:
        """One account of each group among these."""
        return list({id(self._group[ref]): ref for ref in reversed(refs)}.values())[::-1]

    def _join(self, one: Ref, other: Ref, how: How) -> None:
        ours, theirs = self._group[one], self._group[other]
        if ours is theirs:
            return
        for ref in (*ours, *theirs):
            if self._how[ref] is How.ALONE:
                self._how[ref] = how
        joined = sorted([*ours, *theirs])
        for ref in joined:
            self._group[ref] = joined

    def _are_apart(self, one: Ref, other: Ref) -> bool:
        theirs = self._group[other]
        return any(not self._apart.get(ref, set()).isdisjoint(theirs) for ref in self._group[one])

    def _disagreement(self, one: Ref, other: Ref) -> tuple[How, ...]:
        """The certain keys of which both sides have values and none in common."""
        found = []
        for how, key_of in CERTAIN:
            ours, theirs = (
                {key for ref in self._group[side] if (key := key_of(self.known[ref])) is not None}
                for side in (one, other)
            )
            if ours and theirs and ours.isdisjoint(theirs):
                found.append(how)
        return tuple(found)

    def _members(self, groups: Sequence[Ref]) -> list[Account]:
        return [self.known[ref] for group in groups for ref in self._group[group]]

    def _tell(self, code: Clash, groups: Sequence[Ref], keys: tuple[How, ...] = ()) -> None:
        """Told unless the admin has decided about every pair."""
        undecided = {ref for pair in combinations(groups, 2) if not self._are_apart(*pair) for ref in pair}
        if undecided:
            self._note(Conflict(code, tuple(self._members([ref for ref in groups if ref in undecided])), keys))

    def _note(self, conflict: Conflict) -> None:
        if conflict not in self.conflicts:
            self.conflicts.append(conflict)


def _is_shared(holders: Iterable[Account]) -> bool:
    """Whether two people of one tool have the value: a mailbox of a team, the number of an office."""
    names: dict[str, str | None] = {}
    for account in holders:
        if account.source in names and names[account.source] != account.full_name:
            return True
        names[account.source] = account.full_name
    return False
