"""What a sample of Worktile's answers shows: the keys under which somebody keeps something, in the order of the alphabet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from connectors.contract import Sample
from connectors.outline import key_types

NAME = re.compile(r"[^\W\d][\w-]{0,59}")


def sample(stream: str, values: Iterable[Any]) -> Sample:
    """What keys these values have and which JSON types were met under each."""
    return Sample(stream, dict(sorted(key_types(values, NAME).items())))
