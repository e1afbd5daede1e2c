"""One quiet page with one form: the login, a new password."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from html import escape

from bridge.language import Lang, Text

BRAND = Text("进度桥", "progress-bridge")
Field = tuple[str, str, str, str, str]
"""Type, name, label, value, and what a browser may fill in."""

STYLE = """\
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --ground: #f3f5f7; --line: #8a94a0; --deed: #0b57a4; --alarm: #a3140b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --paper: #1d2126; --ground: #121518; --line: #7d8792; --deed: #8ab9f1; --alarm: #ff9d94; }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; color: var(--ink); background: var(--ground);
  font: 1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
.brand { margin: 0; font-size: .875rem; letter-spacing: .04em; }
h1 { margin: .25rem 0 1.5rem; font-size: 1.375rem; line-height: 1.3; }
label { display: block; margin-bottom: 1rem; }
input:not([type=hidden]) {
  display: block; width: 100%; margin-top: .25rem; padding: .6rem .75rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .375rem;
}
button {
  width: 100%; padding: .65rem; font: inherit; font-weight: 600; color: var(--paper); background: var(--deed);
  border: 0; border-radius: .375rem; cursor: pointer;
}
:focus-visible { outline: 3px solid var(--deed); outline-offset: 2px; }
.beside { margin: 1.25rem 0 0; text-align: center; }
.beside a { color: var(--deed); }
[role=alert] { margin: 0 0 1rem; padding: .5rem .75rem; color: var(--alarm); border-left: .25rem solid currentColor; }
"""
STYLE_ADDRESS = f"/style.css?v={hashlib.sha256(STYLE.encode()).hexdigest()[:12]}"


def page(
    title: str,
    action: str,
    fields: Sequence[Field],
    hidden: Mapping[str, str],
    deed: str,
    lang: Lang,
    said: str = "",
    beside: tuple[str, str] | None = None,
) -> str:
    """A whole page; everything that is not ours is escaped. `beside` is another way in: address and name."""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    shown = "".join(
        f'<label>{escape(label)}<input type="{kind}" name="{name}" value="{escape(value)}" autocomplete="{filled}" '
        f"required{' autofocus' if not number else ''}></label>"
        for number, (kind, name, label, value, filled) in enumerate(fields)
    )
    alert = f'<p role="alert">{escape(said)}</p>' if said else ""
    other = f'<p class="beside"><a href="{escape(beside[0])}">{escape(beside[1])}</a></p>' if beside else ""
    form = f'<form method="post" action="{escape(action)}">{kept}{shown}<button>{escape(deed)}</button></form>'
    return _laid(title, f"{alert}{form}\n{other}", lang)


def onward(title: str, said: str, way: tuple[str, str], lang: Lang) -> str:
    """A page that says what was done and leads on by itself to an address, named for who is not led there."""
    address, name = escape(way[0]), escape(way[1])
    link = f'<p class="beside"><a href="{address}">{name}</a></p>'
    return _laid(
        title, f"<p>{escape(said)}</p>\n{link}", lang, f'<meta http-equiv="refresh" content="0; url={address}">\n'
    )


def _laid(title: str, body: str, lang: Lang, head: str = "") -> str:
    return PAGE.format(
        lang="zh-CN" if lang == "zh" else "en",
        title=escape(title),
        brand=escape(BRAND.say(lang)),
        style=STYLE_ADDRESS,
        head=head,
        body=body,
    )


PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · {brand}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}">
{head}</head>
<body>
<main>
<p class="brand">{brand}</p>
<h1>{title}</h1>
{body}</main>
</body>
</html>
"""
