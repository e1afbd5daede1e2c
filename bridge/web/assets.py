"""The files that pages are dressed with; the address of each changes with its content, so a browser asks for it once."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from flask import Flask, Response, request
from msgspec import Struct
from werkzeug.exceptions import NotFound

from bridge.web.answers import lasting_answer

ROOT = "/assets/"
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
SHARED = {"base": ("base.css",), "report": ("report.css",)}
"""Styles that the self-contained report carries inside, and the pages link to."""
WORTH_PACKING = 100_000
"""Signs from which on a file is sent packed to a browser that can unpack it: a phone has to load it."""


class Asset(Struct, frozen=True):
    address: str
    text: str
    kind: str


@cache
def assets() -> dict[str, Asset]:
    """Every file by the name that templates call it by, such as `pages.css`."""
    found: dict[str, tuple[str, str]] = {}
    shared = resources.files("bridge.report").joinpath("templates")
    for stem, names in SHARED.items():
        found[f"{stem}.css"] = ("css", "".join(shared.joinpath(name).read_text(encoding="utf-8") for name in names))
    for entry in _files(resources.files("bridge.web").joinpath("static")):
        ending = entry.name.rpartition(".")[2]
        if ending in KINDS:
            found[entry.name] = (ending, entry.read_text(encoding="utf-8"))
    return {name: _asset(name, ending, text) for name, (ending, text) in found.items()}


def _files(folder: Traversable) -> Iterator[Traversable]:
    """What others made stands in a folder of its own, with its licence."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry)
        else:
            yield entry


def _asset(name: str, ending: str, text: str) -> Asset:
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Asset(f"{ROOT}{name.removesuffix('.' + ending)}-{mark}.{ending}", text, KINDS[ending])


@cache
def _packed(address: str) -> bytes:
    """Packed once, when first asked for."""
    text = next(one.text for one in assets().values() if one.address == address)
    return gzip.compress(text.encode(), mtime=0)


def add_assets(app: Flask) -> None:
    """Serve them; an address of another content than today's is unknown."""

    @app.get(f"{ROOT}<name>")
    def asset(name: str) -> Response:
        found = next((one for one in assets().values() if one.address == ROOT + name), None)
        if found is None:
            raise NotFound
        answer = lasting_answer(found.text, found.kind)
        if len(found.text) > WORTH_PACKING:
            answer.vary.add("Accept-Encoding")
            if request.accept_encodings["gzip"] > 0:
                answer.set_data(_packed(found.address))
                answer.content_encoding = "gzip"
        return answer
