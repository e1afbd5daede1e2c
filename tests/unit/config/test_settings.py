"""Settings are read completely or refused completely, and every problem names its place, value and remedy."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bridge import config
from bridge.config.sections import NotifySection, RetentionSection
from bridge.errors import BridgeError, Problems, UsageProblem
from bridge.thresholds import NAMES, Thresholds

ROOT = Path(__file__).parents[3]
SOURCE = """
[[sources]]
name = "pc"
kind = "pingcode"
base_url = "https://open.pingcode.com/"
client_id = "app"
client_secret = "env:PC_SECRET"
"""


def read(tmp_path: Path, text: str, **environ: str) -> config.Settings:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return config.load(file, environ=environ)


def refusal(tmp_path: Path, text: str, **environ: str) -> BridgeError:
    with pytest.raises(UsageProblem) as caught:
        read(tmp_path, text, **environ)
    return caught.value


def test_an_empty_file_gives_the_documented_defaults(tmp_path):
    settings = read(tmp_path, "")

    assert settings.bridge.timezone == "Asia/Shanghai"
    assert settings.bridge.language == "zh"
    assert settings.thresholds.stale_workdays == 5
    assert settings.database_file == tmp_path / "data" / "bridge.db"


def test_the_example_file_is_valid_and_its_rules_are_the_defaults():
    settings = config.load(ROOT / "config.example.toml", secrets=False, environ={})

    assert [source.kind for source in settings.sources] == ["pingcode", "worktile"]
    assert settings.thresholds == Thresholds()


def test_the_example_file_names_every_threshold():
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")

    assert [name for name in NAMES if f"{name} = " not in text] == []


def test_the_example_file_shows_the_defaults_of_what_is_kept_how_long():
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")

    shown = tomllib.loads(text)["retention"]

    assert shown == RetentionSection().model_dump()


def test_less_than_a_week_is_too_short_to_keep_anything(tmp_path):
    error = refusal(tmp_path, "[retention]\nrun_days = 6\n")

    assert "[retention.run_days]" in error.say("en") and "at least 7" in error.say("en")


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path):
    error = refusal(tmp_path, "[bridge]\ntimezon = 'Asia/Shanghai'\n")

    assert "timezon" in error.say("en")
    assert "timezone" in error.say("zh")
    assert "config.toml" in error.say("zh")


def test_an_unknown_section_is_refused(tmp_path):
    assert "bridg" in refusal(tmp_path, "[bridg]\n").say("zh")


def test_every_problem_is_told_at_once(tmp_path):
    error = refusal(tmp_path, "[bridge]\ntimezone = 'Mars/Base'\n[web]\nport = 'x'\n[rules]\nstale_days = 3\n")

    assert isinstance(error, Problems)
    assert len(error.problems) == 3


def test_a_secret_comes_from_the_environment(tmp_path):
    settings = read(tmp_path, SOURCE, PC_SECRET="s3cret")

    assert settings.sources[0].client_secret.get_secret_value() == "s3cret"
    assert settings.sources[0].base_url == "https://open.pingcode.com"


def test_a_missing_secret_names_the_variable_and_the_place(tmp_path):
    error = refusal(tmp_path, SOURCE)

    assert "PC_SECRET" in error.say("en")
    assert "sources pc.client_secret" in error.say("zh")


def test_a_missing_secret_is_no_problem_for_a_command_that_contacts_no_source(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(SOURCE, encoding="utf-8")

    settings = config.load(file, secrets=False, environ={})

    assert settings.sources[0].client_secret.get_secret_value() == "(not set)"


def test_a_secret_can_come_from_a_file_beside_the_settings(tmp_path):
    (tmp_path / "secret.txt").write_text("from-file\n", encoding="utf-8")

    settings = read(tmp_path, SOURCE.replace("env:PC_SECRET", "file:secret.txt"))

    assert settings.sources[0].client_secret.get_secret_value() == "from-file"


def test_a_literal_secret_in_a_file_others_can_read_is_warned_about(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(SOURCE.replace("env:PC_SECRET", "literal"), encoding="utf-8")
    file.chmod(0o644)

    open_to_all = config.load(file, environ={})
    file.chmod(0o600)
    closed = config.load(file, environ={})

    assert "client_secret" in open_to_all.warnings[0].say("en")
    assert "literal" not in open_to_all.warnings[0].say("en").replace("literally", "")
    assert closed.warnings == ()


def test_a_refused_secret_is_never_shown(tmp_path):
    error = refusal(tmp_path, SOURCE.replace('"env:PC_SECRET"', "12345678"))

    assert "12345678" not in error.say("en") + error.say("zh")


def test_two_sources_of_one_name_are_refused(tmp_path):
    assert "pc" in refusal(tmp_path, SOURCE + SOURCE, PC_SECRET="x").say("zh")


def test_an_unknown_kind_of_source_lists_the_known_ones(tmp_path):
    error = refusal(tmp_path, SOURCE.replace('"pingcode"', '"jira"'), PC_SECRET="x")

    assert "jira" in error.say("zh")
    assert "pingcode, worktile" in error.say("zh")


def test_what_is_no_toml_is_refused_with_line_and_column(tmp_path):
    assert "line 2" in refusal(tmp_path, "[bridge]\nlanguage = zh\n").say("en")


def test_a_missing_file_tells_how_to_make_one(tmp_path):
    with pytest.raises(UsageProblem, match="pbridge init"):
        config.load(tmp_path / "none.toml")


def test_the_example_shows_every_setting_of_a_channel_and_can_be_used_as_it_stands(tmp_path: Path):
    example = (Path(__file__).parents[3] / "config.example.toml").read_text(encoding="utf-8")
    lines = example[example.index("# [[notify]]") :].splitlines()
    file = tmp_path / "config.toml"
    file.write_text("\n".join(line.removeprefix("# ") for line in lines), encoding="utf-8")
    file.chmod(0o600)

    settings = config.load(file, environ={"WECOM_ROBOT_URL": "https://robot.example/?key=k", "SMTP_PASSWORD": "p"})

    assert [entry.kind for entry in settings.notify] == ["wecom", "email"]
    named = {line.removeprefix("# ").split(" =")[0] for line in lines}
    assert named >= set(NotifySection.model_fields)


def test_the_address_of_a_robot_is_a_secret(tmp_path: Path):
    file = tmp_path / "config.toml"
    file.write_text(
        '[[notify]]\nname = "a"\nkind = "wecom"\nurl = "https://robot.example/?key=t0ken"\n', encoding="utf-8"
    )
    file.chmod(0o644)

    (warning,) = config.load(file).warnings

    assert "notify 1.url" in warning.say("en") and "t0ken" not in warning.say("en")
