"""How the web answers: pages, JSON and problems, each with the headers that keep a browser from doing anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app
from werkzeug.exceptions import HTTPException

HEADERS: dict[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Said(HTTPException):
    """A refusal that says why in words of ours."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def guard(response: Response) -> Response:
    """Every answer has the safe headers; one that set its own keeps it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def json_answer(document: Mapping[str, Any], status: int = 200) -> Response:
    return Response(current_app.json.dumps(document), status, content_type="application/json")


def form_answer(page: str, status: int = 200, *, runs: bool = False, asks: bool = False) -> Response:
    """A page that may use styles and pictures of ours and nothing else: no script, no frame, no other host, and no form but
    of these pages. One that `runs` may also run script files of ours, and still none that stands in the page; where it
    `asks`, they may ask these pages too."""
    response = Response(page, status, content_type="text/html; charset=utf-8")
    scripts = ("script-src 'self'; " if runs else "") + ("connect-src 'self'; " if asks else "")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; {scripts}style-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return response


def lasting_answer(text: str, kind: str) -> Response:
    """A file whose address changes with its content, so that a browser asks for it once."""
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def download_answer(content: bytes, name: str, kind: str) -> Response:
    """A file to be kept; it is never shown inside the page."""
    response = Response(content, 200, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def problem_document(status: int, text: str) -> Response:
    """What a program is told instead of an answer."""
    response = json_answer({"status": status, "title": text}, status)
    response.content_type = "application/problem+json"
    return response
