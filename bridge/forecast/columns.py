"""Columns beside a list of objects that follow it: what is known of an object is taken over, the rest is worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress, count
from operator import is_, is_not, itemgetter
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Follower(Generic[T]):
    """From the order of `old` objects to that of `new` ones, told apart by which objects they are; none stands twice.

    `fresh` are those of the new ones of which nothing is taken over, in their order: what is known of them is to be
    worked out. `replaced` tells where they stand, if all others stand where they stood; else it is None.
    """

    def __init__(self, new: Sequence[T], old: Sequence[T]) -> None:
        self.replaced = fresh = _replaced(new, old)
        if fresh is not None:
            self.is_same = not fresh
            self.fresh = [new[at] for at in fresh]
        else:
            self.is_same = False
            self.fresh, self._take = self._moved(new, old)

    def _moved(self, new: Sequence[T], old: Sequence[T]) -> tuple[list[T], Callable[[Any], Any]]:
        kept = dict(zip(map(id, old), count()))
        places = [kept.get(id(one), -1) for one in new]
        fresh = [at for at, place in enumerate(places) if place < 0]
        for number, at in enumerate(fresh, len(old)):
            places[at] = number
        return [new[at] for at in fresh], itemgetter(*places) if len(places) > 1 else _few(places)

    def column(self, old: Sequence[Any], fresh: Sequence[Any]) -> Sequence[Any]:
        """A column of the new objects, made of that of the old ones and of that of the fresh ones.

        It is the old one itself where the fresh ones say nothing else.
        """
        if self.replaced is None:
            taken: Sequence[Any] = self._take((*old, *fresh))
            return taken
        if all(map(is_, map(old.__getitem__, self.replaced), fresh)):
            return old
        patched = list(old)
        for at, value in zip(self.replaced, fresh, strict=True):
            patched[at] = value
        return tuple(patched)


def _replaced(new: Sequence[object], old: Sequence[object]) -> list[int] | None:
    """Where single objects stand in place of others, None where that does not tell the two apart."""
    if len(new) != len(old):
        return None
    changed = list(compress(range(len(new)), map(is_not, new, old)))
    return changed if 2 * len(changed) <= len(new) else None


def _few(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    return lambda column: tuple([column[place] for place in places])
