"""Where in a payload a value stands: `state.type`, `versions[].name`, `parent_ids[-1]`, `properties[key=due].value`.

Walking never raises: what is not there is None, and so is what has another shape than the path expects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from bridge.mapping.outcome import Payload
from bridge.mapping.words import word

Getter = Callable[[Any], Any]

_STEP = re.compile(
    r"""(?P<dot>\.?)(?:"(?P<quoted>[^"]+)"|(?P<name>[^.\[\]"\s=][^.\[\]"]*))
      |\[(?P<each>)\]
      |\[(?P<index>-?[0-9]{1,6})\]
      |\[(?P<key>[^=\[\]]+)=(?P<value>[^\[\]]*)\]""",
    re.VERBOSE,
)


class Key(Struct, frozen=True):
    name: str


class Each(Struct, frozen=True):
    """Every element of an array; what is no array counts as its only element."""


class At(Struct, frozen=True):
    index: int


class Where(Struct, frozen=True):
    """The first element of an array whose `key` has this value."""

    key: str
    value: str


class Opened(Struct, frozen=True):
    """Goes on inside an object that wraps its value: `{value, …}`; anything else stays what it is."""

    value: str
    unless: tuple[str, ...]


Step = Key | Each | At | Where | Opened


class Wrapping(Struct, frozen=True):
    """Members of the object `under` may come bare, or wrapped as an object with the key `value`."""

    under: str
    value: str
    unless: tuple[str, ...]


class Path(Struct, frozen=True):
    """A parsed path; `many` when it gives a list of what it found."""

    text: str
    steps: tuple[Step, ...]

    @property
    def many(self) -> bool:
        return any(isinstance(step, Each) for step in self.steps)

    @property
    def member(self) -> str:
        """The member of the payload in which it stands."""
        first = self.steps[0]
        assert isinstance(first, Key), "a path begins with a name"
        return first.name

    def under(self, wrapping: Wrapping | None) -> Path:
        """The same path through a payload in which some values may be wrapped."""
        if wrapping is None or len(self.steps) < 2 or self.steps[0] != Key(wrapping.under):
            return self
        opened = Opened(wrapping.value, wrapping.unless)
        return Path(self.text, (*self.steps[:2], opened, *self.steps[2:]))


def parse(text: str) -> Path:
    """Raises `ValueError` with what cannot be read."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        # The first step is a name without a dot, every further name has one.
        if match is None or (match["dot"] is not None and bool(match["dot"]) == (not steps)):
            raise ValueError(text[at:])
        steps.append(_step(match))
        at = match.end()
    if not steps or not isinstance(steps[0], Key):
        raise ValueError(text)
    return Path(text, tuple(steps))


def _step(match: re.Match[str]) -> Step:
    if match["each"] is not None:
        return Each()
    if match["index"] is not None:
        return At(int(match["index"]))
    if match["key"] is not None:
        return Where(match["key"].strip(), word(match["value"].strip().strip('"')) or "")
    return Key(match["quoted"] or match["name"].rstrip())


def getter(path: Path) -> Getter:
    """The walk as a function; the many short paths without arrays get the fastest form."""
    match path.steps:
        case (Key(first), Key(second), Opened() as opened):
            return _wrapped(first, second, opened)
    names = [step.name for step in path.steps if isinstance(step, Key)]
    if len(names) < len(path.steps):
        return _walk(path.steps)
    if len(names) == 1:
        return _one(names[0])
    return _two(*names) if len(names) == 2 else _several(names)


def _one(name: str) -> Getter:
    def get(payload: Payload) -> Any:
        return payload.get(name)

    return get


def _two(first: str, second: str) -> Getter:
    def get(payload: Payload) -> Any:
        node = payload.get(first)
        return node.get(second) if isinstance(node, dict) else None

    return get


def _wrapped(first: str, second: str, step: Opened) -> Getter:
    def get(payload: Payload) -> Any:
        node = payload.get(first)
        found = node.get(second) if isinstance(node, dict) else None
        return _open(found, step) if isinstance(found, dict) else found

    return get


def _several(names: Sequence[str]) -> Getter:
    first, *rest = names

    def get(payload: Payload) -> Any:
        node = payload.get(first)
        for name in rest:
            if not isinstance(node, dict):
                return None
            node = node.get(name)
        return node

    return get


def _walk(steps: Sequence[Step]) -> Getter:
    if not steps:
        return lambda node: node
    head, then = steps[0], _walk(steps[1:])
    if isinstance(head, Each):
        return _each(then, nested=any(isinstance(step, Each) for step in steps[1:]))
    only = _single(head)

    def get(node: Any) -> Any:
        found = only(node)
        return None if found is None else then(found)

    return get


def _each(then: Getter, nested: bool) -> Getter:
    def get(node: Any) -> Any:
        elements = node if isinstance(node, list) else [node]
        found = [value for value in map(then, elements) if value is not None]
        if nested:
            found = [inner for value in found for inner in value]
        return found or None

    return get


def _single(step: Key | At | Where | Opened) -> Getter:
    if isinstance(step, Key):
        name = step.name
        return lambda node: node.get(name) if hasattr(node, "get") else None
    if isinstance(step, At):
        index = step.index
        return lambda node: node[index] if isinstance(node, list) and -len(node) <= index < len(node) else None
    if isinstance(step, Where):
        return lambda node: next(iter(_matching(node, step)), None)
    return lambda node: _open(node, step)


def _matching(node: Any, step: Where) -> list[Any]:
    elements = node if isinstance(node, list) else []
    return [entry for entry in elements if isinstance(entry, dict) and word(entry.get(step.key)) == step.value]


def _open(node: Any, step: Opened) -> Any:
    is_wrapped = isinstance(node, dict) and step.value in node and not any(key in node for key in step.unless)
    return node[step.value] if is_wrapped else node


def may_stand(steps: Sequence[Step], node: Any) -> bool:
    """Whether a payload has the path, or holds a null or an empty array where it would go on: then nobody can tell."""
    if not steps or node is None:
        return True
    head, rest = steps[0], steps[1:]
    if isinstance(head, Key):
        return hasattr(node, "get") and head.name in node and may_stand(rest, node[head.name])
    if isinstance(head, Opened):
        return may_stand(rest, _open(node, head))
    if isinstance(head, Each):
        elements = node if isinstance(node, list) else [node]
        return not elements or any(may_stand(rest, entry) for entry in elements)
    if isinstance(head, At):
        return isinstance(node, list) and (not node or may_stand(rest, _single(head)(node)))
    return not node or any(may_stand(rest, entry) for entry in _matching(node, head))
