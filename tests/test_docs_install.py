"""The blocks of the guide for operations, run as root would type them, in a made-up root: what only root may do is told of.

Files, folders, settings and the store are real there. Users, services, containers and the installation of packages are
stood in for by programs that write down how they were called; packages are installed for real in `test_package`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_docs import ROOT, console_lines

PLACES = ("/opt/progress-bridge", "/etc/progress-bridge", "/etc/systemd/system", "/var/lib/progress-bridge")
# They need a server at a name that nobody has, or do not end; integration/test_copy and test_worker have both.
ELSEWHERE = (" db copy ", " worker ")
SOURCE = """
[[sources]]
name = "pingcode"
kind = "pingcode"
base_url = "http://127.0.0.1:1"
client_id = "app"
client_secret = "none"
"""
TOLD_OF = ("useradd", "chown", "systemctl", "docker", "createuser", "createdb")
WRITTEN_DOWN = '#!/bin/sh\necho "$(basename "$0") $*" >> "$CALLS"\n'
STAND_INS = {
    "sudo": '#!/bin/sh\n[ "$1" = -u ] && shift 2\nexec "$@"\n',
    "systemd-run": '#!/bin/sh\nwhile [ "${1#-}" != "$1" ]; do [ "$1" = -p ] && shift; shift; done\nexec "$@"\n',
    "python3": f'#!/bin/sh\nmkdir -p "$3/bin"\ncp "$STANDING/pip" "$3/bin/pip"\nln -sf "{sys.executable}" "$3/bin/python"\n'
    f'printf \'#!/bin/sh\\nexec "%s" -m bridge "$@"\\n\' "{sys.executable}" > "$3/bin/pbridge"\nchmod 755 "$3/bin/pbridge"\n',
    "pip": WRITTEN_DOWN,
    **dict.fromkeys(TOLD_OF, WRITTEN_DOWN),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    standing = tmp_path / "standing"
    standing.mkdir()
    for name, text in STAND_INS.items():
        (standing / name).write_text(text, encoding="utf-8")
        (standing / name).chmod(0o755)
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    (tmp_path / "var/lib/progress-bridge").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "deploy").symlink_to(ROOT / "deploy")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls.txt"))
    monkeypatch.setenv("STANDING", str(standing))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PATH", f"{standing}:{Path(sys.executable).parent}:{os.environ['PATH']}")
    return tmp_path


def test_every_line_of_the_guide_for_operations_does_what_it_should(root: Path):
    lines = [
        line for line in console_lines(ROOT / "docs" / "operations.md") if not any(one in line for one in ELSEWHERE)
    ]
    assert len(lines) > 15
    for line in lines:
        typed = line.replace("deploy/config", f"{root}/config").replace("deploy/secrets.env", f"{root}/secrets.env")
        for place in PLACES:
            typed = typed.replace(place, f"{root}{place}")
        done = subprocess.run(["sh", "-c", typed], cwd=root / "here", capture_output=True, text=True, check=False)

        # The source of these settings cannot be reached, which is what the check is to say.
        assert done.returncode == (1 if " check " in line else 0), f"{line}: {done.stdout} {done.stderr}"
        if line.endswith("init /etc/progress-bridge"):
            keep_inside(root)

    called = (root / "calls.txt").read_text(encoding="utf-8")
    assert [name for name in (*TOLD_OF, "pip") if name not in called] == []
    assert (root / "etc/progress-bridge/secrets.env").stat().st_mode & 0o777 == 0o600
    assert "ExecStart=" in (root / "etc/systemd/system/progress-bridge.service").read_text(encoding="utf-8")
    assert (root / "var/lib/progress-bridge/before-upgrade.db").stat().st_size > 0


def keep_inside(root: Path) -> None:
    """Settings as the unit runs them, with a store that a service has made; its source is nowhere."""
    config = root / "etc/progress-bridge/config.toml"
    store = f"sqlite:///{root}/var/lib/progress-bridge/bridge.db"
    config.write_text(f'[database]\nurl = "{store}"\n{SOURCE}', encoding="utf-8")
    command = [sys.executable, "-m", "bridge", "token", "create", "bi", "--role", "viewer", "--config", str(config)]
    subprocess.run(command, check=True, capture_output=True)
