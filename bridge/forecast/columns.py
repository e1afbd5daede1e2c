"""Columns beside a list of objects that follow it: what is known of an object is taken over, the rest is worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import compress, count
from operator import is_not, itemgetter
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Follower(Generic[T]):
    """From the order of `old` objects to that of `new` ones, told apart by which objects they are; none stands twice.

    `fresh` are those of the new ones that were not among the old, in their order.
    """

    def __init__(self, new: Sequence[T], old: Sequence[T]) -> None:
        places = _same_order(new, old)
        if places is None:
            kept = dict(zip(map(id, old), count()))
            places = [kept.get(id(one), -1) for one in new]
        fresh = [at for at, place in enumerate(places) if place < 0]
        for number, at in enumerate(fresh, len(old)):
            places[at] = number
        self.fresh = [new[at] for at in fresh]
        self.is_same = not fresh and len(new) == len(old) and places == list(range(len(old)))
        self._take: Callable[[Any], Any] = itemgetter(*places) if len(places) > 1 else _few(places)

    def column(self, old: Iterable[Any], fresh: Iterable[Any]) -> tuple[Any, ...]:
        """A column of the new objects, made of that of the old ones and of that of the fresh ones."""
        taken: tuple[Any, ...] = self._take((*old, *fresh))
        return taken


def _same_order(new: Sequence[object], old: Sequence[object]) -> list[int] | None:
    """The places where just a few objects were replaced by others, -1 for these."""
    if len(new) != len(old):
        return None
    changed = list(compress(range(len(new)), map(is_not, new, old)))
    if 2 * len(changed) > len(new):
        return None
    places = list(range(len(new)))
    for at in changed:
        places[at] = -1
    return places


def _few(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    return lambda column: tuple([column[place] for place in places])
