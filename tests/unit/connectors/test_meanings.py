"""What a connector declares of its streams is about streams that it reads."""

from __future__ import annotations

import pytest

import connectors
from bridge.mapping.paths import parse


@pytest.mark.parametrize("kind", connectors.available())
def test_people_glossaries_and_definitions_are_streams_that_are_read(kind):
    source = connectors.load(kind)

    declared = {one.stream for one in (*source.members, *source.glossaries, *source.definitions)}

    assert declared <= set(source.streams)
    assert source.members
    assert all(parse(one.at) for one in source.glossaries)
