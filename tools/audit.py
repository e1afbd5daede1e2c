"""`python -m tools.audit PIP_AUDIT` asks the package index for known weaknesses of every pinned version.

Ends with 1 where one is known, and with 3 where the index could be asked about none of them: that is no clean bill.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CLEAN, WEAK, UNKNOWN = 0, 1, 3


def asked(program: str) -> Sequence[Mapping[str, Any]]:
    """What the program says of each package."""
    command = [
        program,
        "--requirement",
        str(ROOT / "constraints.txt"),
        "--no-deps",
        "--disable-pip",
        "--format",
        "json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - named by the Makefile
    try:
        found: Sequence[Mapping[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stderr.write(done.stderr)
        return ()
    return found


def judged(found: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """The exit code, and the lines that say why."""
    known = [one for one in found if "skip_reason" not in one]
    weak = [one for one in known if one.get("vulns")]
    lines = [
        f"{one['name']} {one['version']}: {vuln['id']}, mended in {', '.join(vuln['fix_versions']) or 'no version yet'}"
        for one in weak
        for vuln in one["vulns"]
    ]
    unknown = sorted(one["name"] for one in found if "skip_reason" in one)
    lines.append(
        f"{len(known)} of {len(found)} pinned packages could be asked about, {len(weak)} with a known weakness"
    )
    if unknown:
        lines.append(f"unknown to the index: {', '.join(unknown)}")
    return WEAK if weak else CLEAN if known else UNKNOWN, lines


def main(program: str) -> int:
    code, lines = judged(asked(program))
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
