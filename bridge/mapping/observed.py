"""Walks payloads and counts what stands where: which paths there are, how often they are filled, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.mapping.paths import Wrapping

MOST_NODES = 3_000
MOST_DEPTH = 12
MOST_EXAMPLES = 8
MOST_LABELS = 100
LONGEST_EXAMPLE = 400
_IDS = ("id", "_id")
_LABELS = ("text", "name")


class Node:
    """What was met at one path. `last` is the number of the payload that filled it last, so that each counts once."""

    __slots__ = (
        "children", "each", "examples", "filled", "high", "key", "kinds", "labels", "last", "low", "step", "zeros",
    )  # fmt: skip

    def __init__(self, key: str, step: str) -> None:
        self.key = key
        """The name of the member it is, or of the nearest one above."""
        self.step = step
        """How a path goes on from the node above: `.name`, `[]` or `[key=due]`."""
        self.children: dict[str, Node] = {}
        self.each: Node | None = None
        self.kinds: dict[type, int] = {}
        self.examples: list[Any] = []
        self.labels: dict[str, str] = {}
        self.filled = 0
        self.last = 0
        self.zeros = 0
        self.low = self.high = 0.0


class Observed:
    """Sees payloads one by one; memory depends on how many paths there are, never on how many payloads."""

    def __init__(self, wrapping: Wrapping | None = None) -> None:
        self.root = Node("", "")
        self.total = 0
        self.left_out = False
        """There were more paths than anybody could read; the rest is not told."""
        self._wrapping = wrapping
        self._nodes = 0

    def see(self, payload: Mapping[str, Any]) -> None:
        self.total += 1
        self._members(self.root, payload, 0)

    def _members(self, node: Node, value: Mapping[str, Any], depth: int) -> None:
        children = node.children
        wrapping = self._wrapping if depth == 1 and self._wrapping and node.key == self._wrapping.under else None
        for key, inner in value.items():
            child = children.get(key) or self._new(children, key, f".{key}")
            if child is None:
                continue
            if wrapping is not None and isinstance(inner, dict):
                inner = _opened(inner, wrapping)
            # Most members are texts and numbers: they are not worth another call.
            kind = type(inner)
            if kind is dict or kind is list:
                self._value(child, inner, depth + 1)
            elif inner is not None and inner != "":
                self._scalar(child, inner, kind)

    def _value(self, node: Node, value: Any, depth: int) -> None:
        if value is None or value == "":
            return
        kind = type(value)
        if kind is dict:
            if value:
                self._object(node, value, depth)
        elif kind is list:
            self._elements(node, value, depth)
        else:
            self._scalar(node, value, kind)

    def _object(self, node: Node, value: dict[str, Any], depth: int) -> None:
        if node.last != self.total:
            node.last = self.total
            node.filled += 1
        if len(node.labels) < MOST_LABELS:
            _note_label(node.labels, value)
        if depth < MOST_DEPTH:
            self._members(node, value, depth)

    def _elements(self, node: Node, value: list[Any], depth: int) -> None:
        if not value or depth >= MOST_DEPTH:
            return
        for entry in value:
            keyed = entry.get("key") if isinstance(entry, dict) and "value" in entry else None
            if isinstance(keyed, str):
                child = node.children.get(keyed) or self._new(node.children, keyed, f"[key={keyed}].value")
                if child is not None:
                    self._value(child, entry["value"], depth + 1)
                continue
            node.each = node.each or self._new(None, node.key, "[]")
            if node.each is not None:
                self._value(node.each, entry, depth + 1)

    def _scalar(self, node: Node, value: Any, kind: type) -> None:
        if node.last != self.total:
            node.last = self.total
            node.filled += 1
        node.kinds[kind] = node.kinds.get(kind, 0) + 1
        if kind is int or kind is float:
            if value == 0:
                node.zeros += 1
            else:
                node.low = min(node.low or value, value)
                node.high = max(node.high, value)
        examples = node.examples
        if len(examples) < MOST_EXAMPLES:
            shown = value[:LONGEST_EXAMPLE] if kind is str else value
            if shown not in examples:
                examples.append(shown)

    def _new(self, children: dict[str, Node] | None, key: str, step: str) -> Node | None:
        if self._nodes >= MOST_NODES:
            self.left_out = True
            return None
        self._nodes += 1
        node = Node(key, step)
        if children is not None:
            children[key] = node
        return node


def _opened(value: dict[str, Any], wrapping: Wrapping) -> Any:
    is_wrapped = wrapping.value in value and not any(key in value for key in wrapping.unless)
    return value[wrapping.value] if is_wrapped else value


def _note_label(labels: dict[str, str], value: dict[str, Any]) -> None:
    """An object with an id and a name is an option, a state, a tag: keep what its id means."""
    for id_key in _IDS:
        identity = value.get(id_key)
        if isinstance(identity, str):
            if identity not in labels:
                label = next((value[key] for key in _LABELS if isinstance(value.get(key), str)), None)
                if label is not None:
                    labels[identity] = label
            return
