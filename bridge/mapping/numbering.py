"""Gives people the numbers they had: whoever keeps an account keeps the number, and a number is never given twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bridge.mapping.linking import Linked, Ref


def numbered(persons: Iterable[Linked], former: Mapping[Ref, int], free: int) -> list[tuple[int, Linked]]:
    """Everybody with a number: the lowest that one of the accounts had and nobody else got, else a new one from `free`."""
    waiting: list[Linked] = []
    found: list[tuple[int, Linked]] = []
    taken: set[int] = set()
    had = [(sorted({former[one.ref] for one in person.accounts if one.ref in former}), person) for person in persons]
    for numbers, person in sorted(had, key=lambda pair: (pair[0][:1] or [free], pair[1].accounts[0].ref)):
        left = [number for number in numbers if number not in taken]
        if not left:
            waiting.append(person)
            continue
        taken.add(left[0])
        found.append((left[0], person))
    found += [(free + place, person) for place, person in enumerate(waiting)]
    return sorted(found, key=lambda pair: pair[0])
