"""The settings of a Worktile source: a retired address is refused before anything is sent."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

import connectors.worktile
from connectors.worktile import Worktile
from connectors.worktile.settings import WorktileConfig

LEAST = {"name": "wt", "kind": "worktile", "client_id": "id", "client_secret": "hush"}


def test_the_kind_is_found_by_its_name():
    assert connectors.load("worktile") is Worktile
    assert Worktile.task_stream in Worktile.streams


def test_the_address_of_the_open_platform_is_the_default():
    assert WorktileConfig(**LEAST).base_url == "https://dev.worktile.com/open-api"


@pytest.mark.parametrize(
    "address",
    [
        "https://api.worktile.com/v1",
        "https://API.worktile.com",
        "https://open.worktile.com/v1",
        "https://worktile.example.com/v1/",
        "https://worktile.example.com/V1/projects",
        "https://hook.worktile.com/incoming/1",
    ],
)
def test_a_retired_or_mistaken_address_is_refused_with_the_one_to_use(address):
    with pytest.raises(ValidationError, match=r"https://dev\.worktile\.com/open-api"):
        WorktileConfig(**LEAST, base_url=address)


@pytest.mark.parametrize(
    "address", ["https://worktile.example.com/open-api", "http://127.0.0.1:8000/open-api/", "https://x.example/v12"]
)
def test_a_private_deployment_may_have_an_address_of_its_own(address):
    assert WorktileConfig(**LEAST, base_url=address).base_url == address.rstrip("/")


@pytest.mark.parametrize(
    "settings", [{"page_size": 0}, {"page_size": 201}, {"base_url": "dev.worktile.com"}, {"v2": True}]
)
def test_a_wrong_setting_is_refused(settings):
    with pytest.raises(ValidationError):
        WorktileConfig(**LEAST, **settings)


@pytest.mark.parametrize("key", ["pid", "tid"])
def test_a_source_described_as_in_the_retired_api_is_refused_with_the_reason(key):
    with pytest.raises(ValidationError, match="belong to the retired Worktile v1 API") as caught:
        WorktileConfig(**LEAST, **{key: "5f0c"})

    assert "https://dev.worktile.com/open-api" in str(caught.value)


def test_a_source_that_says_nothing_of_the_retired_api_has_nothing_of_it():
    config = WorktileConfig(**LEAST)

    assert not {"pid", "tid"} & config.model_dump().keys()
    assert "pid" not in repr(config)


def test_the_example_of_the_readme_is_accepted():
    readme = Path(connectors.worktile.__file__).with_name("README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)

    (source,) = tomllib.loads(example)["sources"]

    assert set(WorktileConfig(**source).model_dump()) == set(source)


def test_a_secret_does_not_show_in_the_settings():
    assert "hush" not in repr(WorktileConfig(**LEAST))
