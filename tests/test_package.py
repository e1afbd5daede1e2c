"""What is released is whole: the wheel is built from the source archive, and installed alone, far from the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bridge import __version__
from tools import audit, sbom
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


def test_the_bill_of_materials_lists_every_package_with_version_licence_and_who_needs_it(tmp_path: Path):
    sbom.main(tmp_path / "sbom.json")

    bill = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    parts = {part["name"]: part for part in bill["components"]}
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    pinned = licences.pinned()
    assert (bill["bomFormat"], bill["metadata"]["component"]["version"]) == ("CycloneDX", __version__)
    assert {name: part["version"] for name, part in parts.items()} == {
        name: pinned[name] for name in licences.needed() if name in pinned
    }
    assert all(part["licenses"] and part["purl"] == f"pkg:pypi/{name}@{pinned[name]}" for name, part in parts.items())
    assert f"requests@{pinned['requests']}" in needs[f"progress-bridge@{__version__}"]
    assert f"urllib3@{pinned['urllib3']}" in needs[f"requests@{pinned['requests']}"]


def test_an_index_that_knows_of_no_package_is_no_clean_bill():
    sound: dict[str, Any] = {"name": "flask", "version": "3.1.3", "vulns": []}
    weak = {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
    strange = {"name": "b", "skip_reason": "not found"}

    assert audit.judged([strange]) == (
        3,
        ["0 of 1 pinned packages could be asked about, 0 with a known weakness", "unknown to the index: b"],
    )
    assert audit.judged([sound, strange])[0] == 0
    assert audit.judged([sound, weak])[1][0] == "a 1: CVE-1, mended in 2"
    assert audit.judged([sound, weak])[0] == 1


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
    command = [str(pbridge), "demo", "--no-serve", "--today", "2026-08-24"]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True) as playing:
        assert playing.stderr is not None
        lines = []
        for line in playing.stderr:
            lines.append(line)
            if line.startswith("2026-"):  # a day was read from both tools and judged; the others are like it
                playing.terminate()

    assert any(line.startswith("2026-06-29") for line in lines), lines[-3:]
    assert not any("Traceback" in line for line in lines)
    report = run(pbridge, "--config", "demo-data/config.toml", "--today", "2026-06-29", "report", cwd=tmp_path)
    assert "承诺" in report.stdout
