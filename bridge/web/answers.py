"""How the web answers: pages, JSON and problems, each with the headers that keep a browser from doing anything else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from bridge.language import Lang, Text

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
OWN, NOTHING = "'self'", "'none'"
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BACK = Text("回到延期报告", "Back to the delay report")


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


def page_answer(page: str, status: int = 200, *, forms: bool = False) -> Response:
    """A page may use the styles it opens with and nothing else: no script, no frame, no other host, and no form but of
    these pages where there are `forms`."""
    style = STYLE.search(page)
    allowed = f"'sha256-{_digest(style[1])}'" if style else "'none'"
    response = Response(page, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {allowed}; img-src data:; "
        f"base-uri 'none'; form-action {OWN if forms else NOTHING}; frame-ancestors 'none'"
    )
    return response


def form_answer(page: str, status: int = 200) -> Response:
    """A page with a form of ours, whose styles are a file of ours."""
    response = Response(page, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return response


def lasting_answer(text: str, kind: str) -> Response:
    """A file whose address changes with its content, so that a browser asks for it once."""
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def file_answer(content: bytes, name: str) -> Response:
    """A workbook to be kept; it is never shown inside the page."""
    response = Response(content, 200, content_type=WORKBOOK_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def problem_answer(status: int, text: str, lang: Lang) -> Response:
    """In the form that was asked for: a program gets problem+json, a person a page with a way back."""
    if request.path.startswith("/api/"):
        response = json_answer({"status": status, "title": text}, status)
        response.content_type = "application/problem+json"
        return response
    return page_answer(PROBLEM_PAGE.format(lang=lang, text=escape(text), back=BACK.say(lang)), status)


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


PROBLEM_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{text}</title>
<link rel="icon" href="data:,">
<style>
body {{
  font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  line-height: 1.6; max-width: 40em; margin: 15vh auto; padding: 0 1.5em;
}}
h1 {{ font-size: 1.4em; }}
</style>
</head>
<body>
<h1>{text}</h1>
<p><a href="/?lang={lang}">{back}</a></p>
</body>
</html>
"""
