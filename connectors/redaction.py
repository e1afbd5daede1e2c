"""What hides secrets: in every message, in what a source echoes back, and in what libraries below us log."""

from __future__ import annotations

import base64
import logging
import re
import string
import weakref
from collections.abc import Iterable, Iterator

# In data, a secret as short as a word would take ordinary words with it; real ones are long and random.
SHORTEST_IN_DATA = 12
# A shorter piece would be found by chance in base64 text.
SHORTEST_IN_BASE64 = 8
# This many characters that every spelling leaves as they are tell quickly that a body holds no secret.
SHORTEST_NEEDLE = 4

_UNTOUCHED = re.compile(r"[A-Za-z0-9_.~-]+")
_QUERY = re.compile(r"\?[^\s\"']+")
_living: weakref.WeakSet[Redactor] = weakref.WeakSet()


class Redactor:
    """Replaces secrets, also as a URL, JSON or base64 spells them, in everything that a person or a log may see."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: dict[str, re.Pattern[str]] = {}
        self._needles: dict[str, bytes] = {}
        for secret in secrets:
            self.add(secret)
        _living.add(self)

    def add(self, secret: str) -> None:
        if not secret or secret in self._spellings:
            return
        pattern = re.compile("|".join(["".join(map(_spellings, secret)), *_in_base64(secret)]))
        runs = _UNTOUCHED.findall(secret)
        # Replaced as a whole, so that a thread which is redacting meanwhile sees the old or the new one.
        self._needles = {**self._needles, secret: max(runs, key=len, default="").encode()}
        self._spellings = dict(sorted({**self._spellings, secret: pattern}.items(), key=lambda e: -len(e[0])))

    def __call__(self, text: str) -> str:
        # Longest first, so that a secret which contains another is not left half visible.
        for pattern in self._spellings.values():
            text = pattern.sub("***", text)
        return text

    def data(self, content: bytes) -> bytes:
        """A body without the secrets that a source echoed into it; as it is where it holds none."""
        for secret, needle in self._needles.items():
            if len(secret) < SHORTEST_IN_DATA or (len(needle) >= SHORTEST_NEEDLE and needle not in content):
                continue
            text = content.decode("utf-8", "surrogateescape")
            content = self._spellings[secret].sub("***", text).encode("utf-8", "surrogateescape")
        return content


def _spellings(char: str) -> str:
    """A pattern for one character as text, URLs, JSON and HTML write it, escaped as often as it was put into another."""
    forms = [re.escape(char)]
    if char not in _LETTERS:
        forms += _ESCAPED.get(char, [rf"\\*{re.escape(char)}"])
        forms += [rf"\\+u{unit}" for unit in [_in_utf16(char)] if unit]
    octets = char.encode(errors="surrogatepass")
    forms.append("".join(f"%(?:25)*{octet:02x}" for octet in octets))
    return f"(?:{forms[0]}|(?i:{'|'.join(forms[1:])}))"


_LETTERS = frozenset(string.ascii_letters + string.digits)
_ESCAPED = {
    "\\": [r"\\+"],
    '"': [r'\\*"', "&quot;", "&#34;"],
    "'": [r"\\*'", "&#x27;", "&#39;"],
    "&": ["&amp;", r"\\+u0026"],
    "<": ["&lt;", r"\\+u003c"],
    ">": ["&gt;", r"\\+u003e"],
    " ": [r"\+", "%(?:25)*2b"],
    "\n": [r"\\+n"],
    "\r": [r"\\+r"],
    "\t": [r"\\+t"],
}


def _in_utf16(char: str) -> str:
    """How JSON spells a character with escapes, after the first of them; empty for what it writes as it is."""
    if char.isascii() and char.isprintable():
        return ""
    raw = char.encode("utf-16-be", "surrogatepass").hex()
    return r"\\+u".join(raw[at : at + 4] for at in range(0, len(raw), 4))


def _in_base64(secret: str) -> Iterator[str]:
    """What base64 makes of a secret wherever it stands in the text: one form for each distance to a multiple of three."""
    raw = secret.encode(errors="surrogatepass")
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw).decode()
        # The characters at the edges depend on the neighbours too.
        first, last = -(-before * 4 // 3), len(whole) - (0, 3, 2)[(before + len(raw)) % 3]
        core = whole[first:last]
        if len(core) >= SHORTEST_IN_BASE64:
            yield re.escape(core).replace("/", "[/_]").replace(r"\+", "[+-]")


class _Discretion(logging.Filter):
    """Takes queries and secrets out of what the HTTP library logs: a token call may carry its secret in the query."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = _QUERY.sub("?***", record.getMessage())
        for redact in list(_living):
            said = redact(said)
        record.msg, record.args = said, ()
        return True


def silence_libraries() -> None:
    """From now on urllib3 logs no query and no secret, whatever level somebody sets."""
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "urllib3.response"):
        logger = logging.getLogger(name)
        if not any(isinstance(known, _Discretion) for known in logger.filters):
            logger.addFilter(_Discretion())
    # At DEBUG it prints every request; nobody needs that to understand what this program does.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
