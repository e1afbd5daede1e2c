"""What is to be said, before any vendor's form: lines with a link each, people to be called, files to go along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from bridge.language import Lang
from bridge.report.cells import one_line, safe_url

# No chat vendor documents how to escape: what could be markup or a mention is shown by its full-width twin instead.
_TWINS = str.maketrans(
    {
        "[": "［",
        "]": "］",
        "<": "＜",
        ">": "＞",
        "*": "＊",
        "`": "‘",
        "|": "｜",
        "@": "＠",
        "~": "～",
        "#": "＃",
        "\\": "＼",
    }
)
_EMPHASIS = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
SHORTEST_TOKEN = 12
"""Shorter parts of an address are words such as `send`."""
LONGEST_LINK = 1_000
"""Bytes of an address that is sent along; a longer one would fill a message alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One clean line of text; `url` leads to what it speaks of."""

    text: str
    url: str | None = None
    link: str = ""
    """What the link is called."""


@dataclass(frozen=True, slots=True)
class Block:
    heading: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """`people` are names of those who must act; a channel calls those whose id it is told."""

    title: str
    blocks: tuple[Block, ...]
    lang: Lang
    is_urgent: bool = False
    link: Line | None = None
    people: tuple[str, ...] = ()
    html: str = ""
    """The same as a table for mail; empty where the lines are enough."""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where and how one channel of the settings is reached; nothing of it but the name is ever shown."""

    name: str
    kind: str
    url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    form: str = ""
    keyword: str = ""
    mentions: Mapping[str, str] = field(default_factory=dict)
    intranet: tuple[str, ...] = ()
    proxy: str = field(default="", repr=False)
    mail: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> list[str]:
        """What no log and no message may show: the secret, the address, and the values and names in it that are long."""
        path, _, query = self.url.partition("?")
        parts = [pair.partition("=")[2] for pair in query.split("&")] + [path.rpartition("/")[2]]
        return [part for part in (self.secret, self.url, *(p for p in parts if len(p) >= SHORTEST_TOKEN)) if part]

    def ids(self, message: Message) -> list[str]:
        """Ids of those to be called, each once."""
        return list(dict.fromkeys(self.mentions[name] for name in message.people if name in self.mentions))


def plain(text: str) -> str:
    """People's text as a chat shows it word for word: no markup, no mention, no line of its own."""
    return _EMPHASIS.sub("＿", one_line(text).translate(_TWINS))


def linked(line: Line) -> str:
    """A line in the Markdown that all robots understand; an address nobody should follow is left out."""
    url = safe_url(line.url)
    if url is None:
        return plain(line.text)
    address = quote(url, safe="%/:?#@!$&*+,;=~-._")
    return (
        plain(line.text)
        if len(address) > LONGEST_LINK
        else f"{plain(line.text)} [{plain(line.link or url)}]({address})"
    )


def markdown_lines(message: Message) -> Iterator[str]:
    """Everything below the title."""
    for block in message.blocks:
        if block.heading:
            yield f"**{plain(block.heading)}**"
        yield from map(linked, block.lines)
        yield ""
    if message.link is not None:
        yield linked(message.link)


def text_lines(message: Message) -> Iterator[str]:
    """The same without markup, addresses in brackets, for text messages and the text part of a mail."""
    for block in message.blocks:
        if block.heading:
            yield block.heading
        for line in block.lines:
            url = safe_url(line.url)
            is_shown = url is not None and len(url.encode("utf-8", "replace")) <= LONGEST_LINK
            yield f"{one_line(line.text)} ({url})" if is_shown else one_line(line.text)
        yield ""
    if message.link is not None and safe_url(message.link.url):
        yield f"{message.link.text} {message.link.url}"
