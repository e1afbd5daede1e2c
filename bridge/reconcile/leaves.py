"""The leaves of a milestone with their weights, named as snapshots name them; the names are made when they are asked for."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping

from bridge.forecast.progress import Weights
from bridge.model import TaskKey


def leaf_name(ref: TaskKey) -> str:
    """How a snapshot names a leaf."""
    return f"{ref[0]}/{ref[1]}"


class LeafWeights(Mapping[str, float]):
    """A mapping "source/id" -> weight over columns: half a million names would need more memory than the tasks' keys."""

    __slots__ = ("_named", "_weights")

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._named: dict[str, float] | None = None
        """Kept once single leaves were asked for."""

    def __getitem__(self, name: str) -> float:
        if self._named is None:
            self._named = dict(self.items())
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return map(leaf_name, self._weights.refs)

    def __len__(self) -> int:
        return len(self._weights.refs)

    def __repr__(self) -> str:
        return repr(dict(self.items()))

    def items(self) -> ItemsView[str, float]:
        return dict(zip(self, self._weights.amounts, strict=True)).items()
