"""Publishing a mapping and going back: file and store change together, without the network, and nothing is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import Unavailable
from bridge.language import Text
from bridge.store.engine import Store
from bridge.store.leases import held
from bridge.usecases.mapping_places import set_apart
from bridge.usecases.workspace import built_in_mappings

from .conftest import TODAY, ZONE, Site

SHIPPED = built_in_mappings()["pingcode"]
RENAMED = SHIPPED.replace('pending = "todo"', 'pending = "doing"')
OTHER = SHIPPED.replace('pending = "todo"', 'pending = "cancelled"')
BEFORE = date(2026, 8, 23)


@pytest.fixture
def synced(site: Site) -> Site:
    """Everything read once, on the day before, with mapping files of the installation's own."""
    own = site.folder / "mappings"
    own.mkdir()
    config = (site.folder / "config.toml").read_text(encoding="utf-8")
    for kind, text in built_in_mappings().items():
        (own / f"{kind}.toml").write_text(text, encoding="utf-8")
        config = config.replace(f'kind = "{kind}"', f'kind = "{kind}"\nmapping = "mappings/{kind}.toml"')
    site.write("config.toml", config)
    site.advance(BEFORE)
    assert site.run("run", today=BEFORE).code == 0
    return site


def in_place(site: Site) -> str:
    return (site.folder / "mappings" / "pingcode.toml").read_text(encoding="utf-8")


def statuses(site: Site) -> set[str]:
    return {task["status"] for task in site.run("tasks", "--source", "pingcode", "--json").lines}


def versions(site: Site) -> list[dict[str, Any]]:
    return site.run("mapping", "list", "--history", "--source", "pingcode", "--json").json


def everything_stored(site: Site) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(site.folder / "data" / "bridge.db")) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        return [(name, *row) for name in names if name != "leases" for row in db.execute(f"SELECT * FROM {name}")]


def test_a_published_mapping_is_applied_to_everything_stored_and_told_with_who_when_and_why(synced: Site):
    new = synced.write("new.toml", RENAMED)

    done = synced.run("mapping", "publish", str(new), "--by", "王敏", "--reason", "states renamed", "--json")

    assert done.code == 0
    (told,) = done.json
    assert (told["source"], told["mapped_again"], told["updated"], told["quarantined"]) == ("pingcode", 5, 5, 0)
    assert statuses(synced) == {"doing"}
    assert in_place(synced) == RENAMED
    newest, first = versions(synced)
    assert (newest["version"], newest["how"], newest["who"], newest["why"]) == (
        told["version"],
        "publish",
        "王敏",
        "states renamed",
    )
    assert datetime.fromisoformat(newest["since"]).astimezone(ZONE).date() == TODAY
    assert len(newest["hash"]) == 64
    assert (first["version"], first["how"], first["who"]) == (told["former_version"], "file", None)


def test_publishing_needs_no_source(synced: Site):
    new = synced.write("new.toml", RENAMED)
    config = (synced.folder / "config.toml").read_text(encoding="utf-8")
    synced.write("config.toml", config.replace("http://127.0.0.1", "http://nowhere.invalid"))

    assert synced.run("mapping", "publish", str(new)).code == 0
    assert statuses(synced) == {"doing"}


def test_changes_that_a_mapping_made_are_told_apart_from_those_of_people(synced: Site):
    synced.run("mapping", "publish", str(synced.write("new.toml", RENAMED)))

    with closing(sqlite3.connect(synced.folder / "data" / "bridge.db")) as db:
        found = db.execute("SELECT DISTINCT field, old, new, how, cause FROM task_changes").fetchall()

    assert found == [("status", '"todo"', '"doing"', "diff", "mapping")]
    assert {change["cause"] for change in synced.run("changes", "--json").lines} == {"mapping"}
    assert all("（映射改变）" in line for line in synced.run("changes").out.splitlines()[2:])


def test_a_sync_after_publishing_has_nothing_to_map_again(synced: Site):
    synced.run("mapping", "publish", str(synced.write("new.toml", RENAMED)))
    before = versions(synced)
    synced.advance(TODAY)

    done = synced.run("sync", "--json")

    assert done.code == 0
    assert versions(synced) == before
    assert [source["updated"] for source in done.json["sources"]] == [0, 0]


def test_a_file_with_mistakes_is_refused_and_nothing_changes(synced: Site):
    stored = everything_stored(synced)
    wrong = synced.write("wrong.toml", RENAMED.replace("[task.status.values]", "[task.status.valuez]"))

    done = synced.run("mapping", "publish", str(wrong), "--lang", "en")

    assert done.code == 2
    assert "line 76" in done.err and "valuez" in done.err
    assert in_place(synced) == SHIPPED
    assert everything_stored(synced) == stored


def test_going_back_restores_tasks_and_file_as_a_new_entry(synced: Site):
    before = synced.run("tasks", "--json").out
    synced.run("mapping", "publish", str(synced.write("new.toml", RENAMED)))

    done = synced.run("mapping", "rollback", "pingcode", "--by", "林悦", "--reason", "too early")

    assert done.code == 0
    assert synced.run("tasks", "--json").out == before
    assert in_place(synced) == SHIPPED
    told = [(entry["how"], entry["who"], entry["why"]) for entry in versions(synced)]
    assert told[0] == ("rollback", "林悦", "too early")
    assert [how for how, _, _ in told] == ["rollback", "publish", "file"]


def test_any_version_can_be_gone_back_to_by_name(synced: Site):
    for text in (RENAMED, OTHER):
        synced.run("mapping", "publish", str(synced.write("new.toml", text)))
    first = versions(synced)[-1]["version"]

    assert synced.run("mapping", "rollback", "pingcode", "--to", first).code == 0
    assert statuses(synced) == {"todo"}
    assert synced.run("mapping", "rollback", "pingcode", "--to", first.rpartition("-")[2]).code == 0
    missing = synced.run("mapping", "rollback", "pingcode", "--to", "pingcode-00000000", "--lang", "en")
    assert missing.code == 2
    assert first in missing.err


def test_without_a_former_version_there_is_nothing_to_go_back_to(synced: Site):
    done = synced.run("mapping", "rollback", "pingcode")

    assert done.code == 2
    assert "pingcode" in done.err


def test_a_file_edited_on_disk_is_taken_up_by_the_next_sync(synced: Site):
    synced.write("mappings/pingcode.toml", RENAMED)
    synced.advance(TODAY)

    assert synced.run("sync").code == 0

    assert statuses(synced) == {"doing"}
    assert [entry["how"] for entry in versions(synced)] == ["file", "file"]


def test_an_invalid_file_on_disk_never_replaces_a_valid_one_and_is_told_of_until_corrected(synced: Site):
    good = versions(synced)[0]["version"]
    synced.write("mappings/pingcode.toml", SHIPPED + "\n[[[")
    synced.advance(TODAY)

    run = synced.run("sync", "--json")
    report = synced.run("report", "--json").json
    in_words = synced.run("report", "--lang", "en").out
    listed = synced.run("mapping", "list", "--json").json

    assert run.code == 1
    assert [source["refused_mapping"] for source in run.json["sources"]] == [good, None]
    assert "mappings/pingcode.toml" in run.err and good in run.err
    assert statuses(synced) == {"todo"}
    assert [entry["version"] for entry in versions(synced)] == [good]
    refused = report["sources"][0]["refused_mapping"]
    assert (refused["file"], refused["problems"], refused["version_used"]) == ("mappings/pingcode.toml", 1, good)
    assert "cannot be used since" in " ".join(in_words.split())
    assert synced.run("reconcile").code == 1
    assert (listed[0]["version"], listed[0]["active"]) == (None, good)

    synced.write("mappings/pingcode.toml", RENAMED)

    assert synced.run("sync").code == 0
    assert synced.run("report", "--json").json["sources"][0]["refused_mapping"] is None
    assert synced.run("reconcile").code == 0
    assert statuses(synced) == {"doing"}


def test_a_past_report_shows_that_a_file_could_not_be_used_then(synced: Site):
    synced.write("mappings/pingcode.toml", "[[[")
    synced.advance(BEFORE, 12)
    synced.run("sync", today=BEFORE)
    synced.write("mappings/pingcode.toml", SHIPPED)
    synced.advance(TODAY)
    synced.run("run")

    then = synced.run("report", "--as-of", BEFORE.isoformat(), "--json").json["sources"][0]
    now = synced.run("report", "--json").json["sources"][0]

    assert then["refused_mapping"]["file"] == "mappings/pingcode.toml"
    assert now["refused_mapping"] is None


def test_a_published_file_that_somebody_took_away_goes_on_being_used(synced: Site):
    synced.run("mapping", "publish", str(synced.write("new.toml", RENAMED)))
    (synced.folder / "mappings" / "pingcode.toml").unlink()
    synced.advance(TODAY)

    done = synced.run("sync")

    assert done.code == 1
    assert "mappings/pingcode.toml" in done.err
    assert statuses(synced) == {"doing"}


def test_a_broken_file_without_a_former_version_is_wrong_settings(site: Site):
    site.write("broken.toml", "[[[")
    config = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write("config.toml", config.replace('kind = "pingcode"', 'kind = "pingcode"\nmapping = "broken.toml"'))

    assert site.run("sync").code == 2
    assert not (site.folder / "data").exists()


def test_what_somebody_wrote_into_the_file_is_kept_when_it_was_in_no_version(synced: Site):
    synced.write("mappings/pingcode.toml", SHIPPED + "# half done\n")

    done = synced.run("mapping", "publish", str(synced.write("new.toml", RENAMED)), "--json")

    kept = Path(done.json[0]["kept_copy"])
    assert kept.parent == synced.folder / "mappings"
    assert kept.read_text(encoding="utf-8").endswith("# half done\n")
    assert str(kept) in done.err
    assert in_place(synced) == RENAMED


def test_of_several_such_contents_within_a_second_every_one_is_kept(tmp_path: Path):
    file, at = tmp_path / "own.toml", datetime(2026, 8, 24, 9, tzinfo=UTC)
    for text in ("a", "b", "c"):
        file.write_text(text, encoding="utf-8")
        set_apart(file, frozenset(), at)

    assert sorted(copy.read_text(encoding="utf-8") for copy in tmp_path.glob("*.bak")) == ["a", "b", "c"]


def test_a_store_that_cannot_commit_leaves_the_file_as_it_was(synced: Site, monkeypatch: pytest.MonkeyPatch):
    stored = everything_stored(synced)

    def full(*_: object) -> None:
        raise Unavailable(Text(zh="满", en="full"))

    monkeypatch.setattr("bridge.usecases.mapping_versions.runs.finish", full)
    done = synced.run("mapping", "publish", str(synced.write("new.toml", RENAMED)))

    assert done.code == 3
    assert in_place(synced) == SHIPPED
    assert everything_stored(synced) == stored


def test_a_file_that_cannot_be_written_leaves_the_store_as_it_was(synced: Site, monkeypatch: pytest.MonkeyPatch):
    stored = everything_stored(synced)

    def full(*_: object) -> None:
        raise Unavailable(Text(zh="满", en="full"))

    monkeypatch.setattr("bridge.usecases.starting.overwrite", full)
    done = synced.run("mapping", "publish", str(synced.write("new.toml", RENAMED)))

    assert done.code == 3
    assert in_place(synced) == SHIPPED
    assert everything_stored(synced) == stored


def test_nothing_is_published_while_the_source_is_being_read(synced: Site):
    with Store(synced.folder / "data" / "bridge.db") as store, held(store, "source:pingcode", command="sync"):
        done = synced.run("mapping", "publish", str(synced.write("new.toml", RENAMED)))

    assert done.code == 3
    assert in_place(synced) == SHIPPED


def test_the_version_in_force_published_again_changes_nothing(synced: Site):
    before = versions(synced)

    done = synced.run("mapping", "publish", str(synced.folder / "mappings" / "pingcode.toml"), "--lang", "en")

    assert done.code == 0
    assert "in force already" in done.out
    assert versions(synced) == before


def test_rows_that_a_published_mapping_cannot_make_tasks_of_are_told_with_exit_code_one(synced: Site):
    bad = SHIPPED.replace('id.from = "project.id"', 'id.from = "project.nowhere"')
    assert bad != SHIPPED

    done = synced.run("mapping", "publish", str(synced.write("new.toml", bad)), "--json")

    assert done.code == 1
    assert done.json[0]["quarantined"] == 5


def test_a_file_shared_by_two_sources_is_published_for_both_or_not_at_all(synced: Site):
    config = (synced.folder / "config.toml").read_text(encoding="utf-8")
    first = config[config.index("[[sources]]") : config.index("[[sources]]", config.index("[[sources]]") + 5)]
    synced.write("config.toml", config.replace(first, first + first.replace('name = "pingcode"', 'name = "second"')))
    synced.advance(BEFORE, 12)
    synced.run("sync", today=BEFORE)
    new = synced.write("new.toml", RENAMED)

    alone = synced.run("mapping", "publish", str(new), "--source", "second", "--lang", "en")
    both = synced.run("mapping", "publish", str(new), "--json")

    assert alone.code == 2
    assert "pingcode" in alone.err and "--source" in alone.err
    assert [entry["source"] for entry in both.json] == ["pingcode", "second"]
    assert {task["status"] for task in synced.run("tasks", "--source", "second", "--json").lines} == {"doing"}


def test_a_source_without_a_mapping_file_is_told_where_to_name_one(site: Site):
    site.advance(TODAY)
    site.run("sync")

    done = site.run("mapping", "publish", str(site.write("new.toml", RENAMED)))

    assert done.code == 2
    assert 'mapping = "mappings/pingcode.toml"' in done.err


def test_a_mapping_of_another_kind_is_refused_for_a_source(synced: Site):
    worktile = str(synced.folder / "mappings" / "worktile.toml")

    assert synced.run("mapping", "publish", worktile, "--source", "pingcode").code == 2

    synced.write("mappings/pingcode.toml", built_in_mappings()["worktile"])
    synced.advance(TODAY)
    done = synced.run("sync", "--lang", "en")
    assert done.code == 1
    assert "is for worktile" in done.err


def test_the_list_tells_in_both_languages_how_a_version_came_into_force(synced: Site):
    synced.run("mapping", "publish", str(synced.write("new.toml", RENAMED)), "--by", "王敏", "--reason", "试行")

    chinese = synced.run("mapping", "list").out
    english = synced.run("mapping", "list", "--history", "--lang", "en").out

    assert all(word in chinese for word in ("发布", "王敏", "试行"))
    assert all(word in english for word in ("published", "王敏", "file", "in force since"))
