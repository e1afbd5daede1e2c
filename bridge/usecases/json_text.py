"""JSON as the program prints it: Chinese stays readable, and nothing in it can steer a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

# Valid in JSON as they are, but not in UTF-8 (halves of characters), on a terminal (controls, marks of direction), or
# where lines count (line and paragraph separators).
_UNSAFE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def dumps(value: Any, indent: int | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
