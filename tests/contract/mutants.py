"""How a mutant is noted: a connector that breaks one promise, and the checks that must notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.conformance import Subject
from connectors.contract import Page
from tests.contract.tasklist import Tasklist
from tests.contract.tasklist_simulator import SUBJECT
from tests.replacing import replace

MUTANTS: list[Mutant] = []


@dataclass(frozen=True)
class Mutant:
    """`fails` are the beginnings of the names of the checks that must notice."""

    kind: type[Tasklist]
    fails: tuple[str, ...]

    @property
    def subject(self) -> Subject:
        return replace(SUBJECT, name=self.kind.__name__, connect=self.kind)


def fails(*names: str) -> Callable[[type[Tasklist]], type[Tasklist]]:
    """Notes a class as a mutant that the checks with these names must notice."""

    def note(kind: type[Tasklist]) -> type[Tasklist]:
        MUTANTS.append(Mutant(kind, names))
        return kind

    return note


class Bending(Tasklist):
    """A mutant that changes the pages of an honest reader."""

    def bent(self, page: Page, stream, scope) -> Page:
        return page

    def pages(self, stream, scope, cursor):
        for page in super().pages(stream, scope, cursor):
            yield self.bent(page, stream, scope)


def with_payloads(page: Page, change) -> Page:
    return replace(page, records=tuple(record._replace(payload=change(record.payload)) for record in page.records))
