"""`pbridge mapping set`: a word more in a file, or the file as it was."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from .conftest import Site
from .test_mapping_versions import SHIPPED, synced

__all__ = ["synced"]

ROOT = Path(__file__).parents[2]


def test_a_word_is_written_into_the_file_and_the_next_step_is_named(site: Site):
    file = site.write("own.toml", SHIPPED)

    done = site.run("mapping", "set", str(file), "status", "待评审=todo", "a=b=done", "--lang", "en")

    assert done.code == 0
    assert "pbridge mapping publish" in done.out
    text = file.read_text(encoding="utf-8")
    assert '"待评审" = "todo"\n"a=b" = "done"\n' in text
    assert text.replace('"待评审" = "todo"\n"a=b" = "done"\n', "") == SHIPPED


def test_a_word_that_is_there_already_leaves_the_file_alone(site: Site):
    file = site.write("own.toml", SHIPPED)
    before = file.stat().st_mtime_ns

    done = site.run("mapping", "set", str(file), "status", "pending=todo", "--json")

    assert done.json == {"file": str(file), "changed": False, "version": None}
    assert file.stat().st_mtime_ns == before


def test_a_file_that_would_be_wrong_then_stays_as_it_was(site: Site):
    file = site.write("own.toml", SHIPPED)

    for pairs in (["待评审=finished"], ["待评审"], ["=todo"]):
        assert site.run("mapping", "set", str(file), "status", *pairs).code == 2

    assert file.read_text(encoding="utf-8") == SHIPPED


def test_the_mode_of_a_file_stays(site: Site):
    file = site.write("own.toml", SHIPPED)
    file.chmod(0o640)

    site.run("mapping", "set", str(file), "status", "待评审=todo")

    assert file.stat().st_mode & 0o777 == 0o640


def test_the_commands_of_the_description_do_what_it_says(synced: Site, monkeypatch: pytest.MonkeyPatch):
    text = (ROOT / "mappings" / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ pbridge (mapping .*)$", text, re.MULTILINE)
    for name in ("new", "pingcode"):
        synced.write(f"mappings/{name}.toml", SHIPPED)
    monkeypatch.chdir(synced.folder)

    codes = {command.split()[1]: synced.run(*shlex.split(command)).code for command in commands}

    assert codes == dict.fromkeys(("check", "fields", "set", "preview", "publish", "list", "rollback"), 0)
    assert (synced.folder / "mappings" / "pingcode.toml").read_text(encoding="utf-8") == SHIPPED
