"""What is released is whole: the wheel is built from the source archive, and installed alone, far from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from bridge import __version__
from tools.reference import licences

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environ, capture_output=True, text=True, check=check
    )


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both archives; the wheel is made from what the other one holds."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def pbridge(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(wheel, Path(sys.executable), tmp_path_factory.mktemp("venv"))


def installed(wheel: Path, python: Path, venv: Path) -> Path:
    """The program in an empty environment of this Python."""
    run(python, "-m", "venv", venv, cwd=venv)
    pip = (venv / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--constraint", ROOT / "constraints.txt", wheel, cwd=venv)
    return venv / "bin" / "pbridge"


def newest_other() -> Path | None:
    """The newest Python on this machine that works and is newer than the one that runs the tests."""
    named = (shutil.which(f"python3.{minor}") for minor in range(15, sys.version_info.minor, -1))
    # A version manager leaves names behind for versions that are not chosen.
    works = (name for name in named if name and subprocess.run([name, "-c", ""], capture_output=True).returncode == 0)
    return next((Path(name) for name in works), None)


NEWEST = newest_other()


def test_the_source_archive_holds_what_is_needed_to_test_and_to_read_it(dist: Path):
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}

    assert {"Makefile", "constraints.txt", "CONTRIBUTING.md", "LICENSE", "tests/test_package.py"} <= names
    assert {"tools/spec.py", "docs/guide-lead.md", "docs/schema/delay-report-1.json", "mappings/worktile.toml"} <= names
    assert not any(name.startswith((".venv", "build", "demo-data")) for name in names)


@pytest.mark.skipif(NEWEST is None, reason="no newer Python on this machine")
def test_the_wheel_installs_on_the_newest_python_here(wheel: Path, tmp_path: Path):
    assert NEWEST

    assert run(installed(wheel, NEWEST, tmp_path), "--version", cwd=tmp_path).stdout.startswith("pbridge ")


def test_the_version_is_said_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == __version__


def test_every_package_that_comes_along_is_pinned_and_has_a_licence_that_asks_for_nothing_back():
    needed = licences.needed()

    assert set(needed) - set(licences.pinned()) <= {"pip", "setuptools"}
    assert [name for name in needed if not licences.licence(name)] == []
    assert [name for name in needed if "GPL" in licences.licence(name).upper()] == []


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
