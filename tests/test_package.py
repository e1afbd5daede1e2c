"""The built wheel is whole: installed alone, far from the checkout, it still has its mappings, templates and demo."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environ, capture_output=True, text=True, check=check
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def pbridge(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    venv = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", venv, cwd=venv)
    pip = (venv / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--constraint", ROOT / "constraints.txt", wheel, cwd=venv)
    return venv / "bin" / "pbridge"


def test_the_wheel_holds_packages_mappings_templates_and_the_example_settings(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()

    assert {"bridge/_mappings/pingcode.toml", "bridge/_mappings/worktile.toml", "bridge/_config.example.toml"} <= set(
        names
    )
    assert any(name.startswith("bridge/report/templates/") for name in names)
    assert {"bridge/web/templates/frame.html", "bridge/web/static/pages.css"} <= set(names)
    assert {"bridge/py.typed", "connectors/pingcode/simulator.py", "connectors/worktile/simulator.py"} <= set(names)


def test_the_installed_program_writes_the_first_files_of_an_installation(pbridge: Path, tmp_path: Path):
    run(pbridge, "init", "mine", cwd=tmp_path)

    made = {path.relative_to(tmp_path / "mine").as_posix() for path in (tmp_path / "mine").rglob("*") if path.is_file()}
    assert made == {"config.toml", "plan.xlsx", "mappings/pingcode.toml", "mappings/worktile.toml"}


def test_the_installed_program_plays_the_demo_outside_the_checkout(pbridge: Path, tmp_path: Path):
    played = run(pbridge, "demo", "--no-serve", "--today", "2026-08-24", cwd=tmp_path, check=False)

    assert played.returncode == 0, played.stderr
    assert "Traceback" not in played.stderr
    assert "承诺" in played.stdout
