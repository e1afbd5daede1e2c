"""A mapping file changed in one place by the program: comments, order and every other line stay as the admin wrote them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping.words import fold

NO_RULE = Text(
    zh="文件里没有 {target} 的规则；有：{known}。",
    en="the file has no rule for {target}; it has: {known}.",
)
SEVERAL = Text(
    zh="{target} 有 {count} 种取法（any）。请写明是哪一种，从 0 数起，例如 {target}[0]；有 values 的是：{places}。",
    en="{target} has {count} ways (any). Say which one is meant, counted from 0, e.g. {target}[0]; those with values: {places}.",
)
NO_SUCH_WAY = Text(
    zh="{target} 只有 {count} 种取法（any），从 0 数起；没有第 {place} 种。",
    en="{target} has {count} way(s) (any), counted from 0; there is no {place}.",
)
TWO_MEANINGS = Text(
    zh="{target} 的 values 里 {word} 已经是别的意思，程序改不了；请在编辑器里改。",
    en="in the values of {target} {word} means something else already, which the program cannot change; use an editor.",
)
NOT_SAFE = Text(
    zh="程序无法只改 {target} 的 values 而不动别处；文件没有改动，请在编辑器里改。",
    en="the program cannot change the values of {target} and nothing else; the file is as it was, use an editor.",
)
_TARGET = re.compile(r"(?P<name>.+?)(?:\[(?P<place>\d{1,3})\])?")
_BOM = "\ufeff"


def assign(text: str, target: str, word: str, value: str) -> str:
    """The file with `word` mapped to `value` in the values of a target such as `status`, `status[0]` or `fields.region`."""
    return in_its_form(text, lambda plain: _assigned(plain, target, word, value))


def in_its_form(text: str, change: Callable[[str], str]) -> str:
    """A change of the text, which keeps the byte order mark and the line ends that it came with."""
    mark, plain = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    is_dos = "\r\n" in plain and plain.count("\r\n") == plain.count("\n")
    edited = change(plain.replace("\r\n", "\n") if is_dos else plain)
    return mark + (edited.replace("\n", "\r\n") if is_dos else edited)


def _assigned(text: str, target: str, word: str, value: str) -> str:
    before = tomllib.loads(text)
    try:
        document = tomlkit.parse(text)
        _put(document, target, word, value)
        edited = tomlkit.dumps(document)
        after = tomllib.loads(edited)
    except (TOMLKitError, tomllib.TOMLDecodeError) as err:
        raise UsageProblem(NOT_SAFE, target=target) from err
    # The library keeps everything else, and this makes sure of it.
    _put(before, target, word, value)
    if after != before:
        raise UsageProblem(NOT_SAFE, target=target)
    return edited


def _put(document: MutableMapping[str, Any], target: str, word: str, value: str) -> None:
    rule = _rule(document, target)
    values = rule.get("values")
    if values is None:
        table = tomlkit.inline_table() if isinstance(document, tomlkit.TOMLDocument) else {}
        table[word] = value
        rule["values"] = table
        return
    if _say_already(values, word, value):
        return
    lists = [key for key, entry in values.items() if isinstance(entry, list)]
    same = next((key for key in lists if fold(key) == fold(value)), None)
    if same is not None:
        _append(values[same], word)
    elif word in lists or value in values or (lists and word not in values):
        if value in values:
            raise UsageProblem(TWO_MEANINGS, target=target, word=value)
        values[value] = [word]
    else:
        values[word] = value


def _say_already(values: MutableMapping[str, Any], word: str, value: str) -> bool:
    """Whether the word has its place already, and now the right value there; a wrong place in a list is given up."""
    for key, entry in list(values.items()):
        if not isinstance(entry, list):
            if fold(key) == fold(word):
                if entry != value:
                    values[key] = value
                return True
            continue
        places = [place for place, one in enumerate(entry) if isinstance(one, str) and fold(one) == fold(word)]
        if places and fold(key) == fold(value):
            return True
        for place in reversed(places):
            del entry[place]
    return False


def _append(words: list[Any], word: str) -> None:
    """Behind the last word, in a line of its own where every word has one."""
    if isinstance(words, Array):
        text = words.as_string()
        if "\n" in text and text.count("\n") > len(words):
            indent = re.search(r"\n([ \t]*)\S", text)
            words.add_line(word, indent=indent.group(1) if indent else "    ")
            return
    words.append(word)


def _rule(document: Mapping[str, Any], target: str) -> Any:
    """The table that has, or may have, `values`."""
    match = _TARGET.fullmatch(target)
    name, place = (match["name"], match["place"]) if match else (target, None)
    rules = _rules(document)
    if name not in rules:
        raise UsageProblem(NO_RULE, target=name, known=", ".join(rules))
    ways = rules[name].get("any")
    if ways is None:
        return rules[name]
    if place is None:
        having = [f"{name}[{number}]" for number, way in enumerate(ways) if "values" in way]
        if len(having) != 1:
            raise UsageProblem(SEVERAL, target=name, count=len(ways), places=", ".join(having) or "—")
        return next(way for way in ways if "values" in way)
    if int(place) >= len(ways):
        raise UsageProblem(NO_SUCH_WAY, target=name, count=len(ways), place=place)
    return ways[int(place)]


def _rules(document: Mapping[str, Any]) -> dict[str, Any]:
    """Target -> its table."""
    task = document.get("task", {})
    found = {name: table for name, table in task.items() if name != "project"}
    found |= {f"project.{name}": table for name, table in task.get("project", {}).items()}
    found |= {f"fields.{name}": table for name, table in document.get("fields", {}).items()}
    return found
