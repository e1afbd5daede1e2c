"""A check that cannot fail proves nothing: each is shown to fail for a connector that breaks what it guards."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract import mutants_of_answers, mutants_of_lists
from tests.contract.catalogue import CHECKS
from tests.contract.mutants import MUTANTS, Mutant

QUIET = "a quiet world is known after one run"
# So slow on purpose that the load of the machine decides.
TIMED = {"HatesSlowAnswers"}


def named(mutant: Mutant) -> list[str]:
    return [name for name in CHECKS if name.startswith(mutant.fails)]


def every_case() -> list[Any]:
    return [
        pytest.param(mutant, name, id=f"{mutant.kind.__name__}: {name}") for mutant in MUTANTS for name in named(mutant)
    ]


@pytest.mark.parametrize(("mutant", "name"), every_case())
def test_a_broken_connector_is_noticed(mutant: Mutant, name: str):
    with pytest.raises(AssertionError):
        CHECKS[name](mutant.subject)


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if QUIET not in named(m)], ids=lambda m: m.kind.__name__)
def test_a_broken_connector_is_well_where_nothing_happens(mutant: Mutant):
    if mutant.kind.__name__ not in TIMED:
        CHECKS[QUIET](mutant.subject)


def test_every_check_is_shown_to_fail():
    assert mutants_of_lists and mutants_of_answers

    shown = {name for mutant in MUTANTS for name in named(mutant)}

    assert set(CHECKS) - shown == set()


def test_every_mutant_names_checks_that_exist():
    unknown = [start for m in MUTANTS for start in m.fails if not any(name.startswith(start) for name in CHECKS)]

    assert unknown == []
