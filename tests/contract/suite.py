"""The list of checks: plain functions of a subject that fail with an `AssertionError` saying what was not kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from connectors.conformance import Subject

Check = Callable[[Subject], None]
CHECKS: dict[str, Check] = {}
REACH: dict[str, int] = {}
"""Up to which rank of subjects each check is run."""


def check(
    *cases: Any, name: Callable[[Any], str] = str, reach: int = 0
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers `check_so_and_so` as "so and so", and once for each case as "so and so: case"."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        title = function.__name__.removeprefix("check_").replace("_", " ")
        for case in cases:
            _add(f"{title}: {name(case)}", partial(function, case=case), reach)
        if not cases:
            _add(title, function, reach)
        return function

    return register


def _add(title: str, function: Check, reach: int) -> None:
    if title in CHECKS:
        raise ValueError(f"two checks are called {title!r}")
    CHECKS[title] = function
    REACH[title] = reach
