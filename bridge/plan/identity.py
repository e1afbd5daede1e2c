"""Who somebody is: the accounts of one person in several tools are one, and so is a name that nobody else has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bridge.model import Person
from bridge.plan.cells import fold

Ref = tuple[str, str]
"""(source, id of the account)"""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody: `key` tells people apart, `name` is what to call them, `accounts` are theirs with the names there."""

    key: str
    name: str
    accounts: tuple[tuple[Ref, str], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Everything they are called, as names are compared."""
        return frozenset({fold(self.name), *(fold(name) for _, name in self.accounts)})


@dataclass(frozen=True, slots=True)
class Everybody:
    """All people that are known; who is not is told by the name."""

    accounts: Mapping[Ref, Identity] = field(default_factory=dict)
    names: Mapping[str, Identity] = field(default_factory=dict)
    """Folded names that exactly one person has."""

    def who(self, source: str, person: Person) -> Identity:
        """Whose an account is; an account that nobody knows belongs to whoever alone has its name."""
        return self.accounts.get((source, person.id)) or self.called(person.name)

    def called(self, name: str) -> Identity:
        """Who is meant by a name in the plan: a person, or just the name where nobody or several have it."""
        alone = _alone(name)
        return self.names.get(alone.key) or alone

    def key_by_name(self, identity: Identity) -> str:
        """Under which key a row of the plan that gives only a name stands for them."""
        return identity.key if identity.key in self.names else fold(identity.name)


@lru_cache(maxsize=65_536)
def _alone(name: str) -> Identity:
    return Identity(fold(name), name)


NOBODY = Everybody()


def everybody(links: Iterable[tuple[Ref, int, str]]) -> Everybody:
    """From (account, number of the person, name of the account), the name to call somebody by first."""
    owned: dict[int, list[tuple[Ref, str]]] = {}
    for ref, number, name in links:
        owned.setdefault(number, []).append((ref, name))
    bearers = Counter(name for accounts in owned.values() for name in {fold(name) for _, name in accounts})
    accounts: dict[Ref, Identity] = {}
    names: dict[str, Identity] = {}
    for number, theirs in owned.items():
        # Where one tool writes a name in Chinese and another in Latin letters, people know the Chinese one.
        name = min(theirs, key=lambda account: (account[1].isascii(), account[0]))[1]
        alone = [folded for folded in {fold(name) for _, name in theirs} if bearers[folded] == 1]
        key = fold(name) if fold(name) in alone else f"{fold(name)} #{number}"
        who = Identity(key, name, tuple(theirs))
        accounts |= {ref: who for ref, _ in theirs}
        names |= dict.fromkeys(alone, who)
    return Everybody(accounts, names)
