"""JSON as the program prints it: Chinese stays readable, and nothing in it can steer a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

SPREAD = 2
"""The indent that is asked for where people read along; Python's own encoder is slow with one."""

# Valid in JSON as they are, but not in UTF-8 (halves of characters), on a terminal (controls, marks of direction), or
# where lines count (line and paragraph separators).
_UNSAFE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def dumps(value: Any, indent: int | None = None) -> str:
    text = _spread(value) if indent == SPREAD else json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


_STRICT = orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
"""What Python's own encoder refuses is refused here too."""


def _spread(value: Any) -> str:
    """JSON has no word for what is not a number: it is printed as null."""
    try:
        return orjson.dumps(value, option=_STRICT).decode()
    except TypeError:  # half a character, an integer beyond 64 bits, or a number as a key
        return json.dumps(value, ensure_ascii=False, indent=SPREAD)
