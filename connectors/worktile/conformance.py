"""Worktile on the bench of the conformance suite: one subject for each form in which properties are known to come."""

from __future__ import annotations

from typing import cast

from connectors.conformance import CLIENT_ID, CLIENT_SECRET, Dialect, Subject
from connectors.contract import Connector, SourceConfig, Surroundings
from connectors.testing import Handler, Reply, World
from connectors.worktile.connector import Pace, Worktile
from connectors.worktile.settings import WorktileConfig
from connectors.worktile.simulator import WorktileSimulator
from connectors.worktile.simulator_shapes import PropertyForm

HTML = "<html><body><center><h1>{}</h1></center></body></html>"

DIALECT = Dialect(
    tasks="/open-api/mission/get-project-tasks-by-page",
    sign_in="/tenant-access-token",
    token=lambda request: request.query.get("access_token", ""),
    rows=("items", "value"),
    id="_id",
    more="has_more",
)


def _connect(config: SourceConfig, surroundings: Surroundings, silence_s: float | None) -> Connector:
    pace = Pace() if silence_s is None else Pace(connect_timeout_s=silence_s, read_timeout_s=silence_s)
    return Worktile(cast(WorktileConfig, config), surroundings, pace)


def _settings(address: str) -> SourceConfig:
    return WorktileConfig(
        name="worktile",
        kind="worktile",
        base_url=f"{address}/open-api",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        requests_per_minute=1_000_000,
    )


def _subject(form: PropertyForm) -> Subject:
    def simulate(world: World) -> Handler:
        return WorktileSimulator(world, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, property_form=form).handle

    return Subject(
        name=f"worktile-{form}",
        simulate=simulate,
        settings=_settings,
        connect=_connect,
        dialect=DIALECT,
        shows=lambda item: not item.deleted,
        dead_token=(
            *(Reply({"ok": False, "error_code": code, "error": "access token"}) for code in (1102, 1103)),
            Reply({"error": "unauthorized"}, 401),
        ),
        throttled=Reply(HTML.format("429 Too Many Requests"), 429),
        wait_headers=("Retry-After",),
        error_in_200=(Reply({"ok": False, "error_code": 4711, "error": "broken"}), Reply({"code": 500, "data": None})),
        forbidden=Reply(HTML.format("403 Forbidden"), 403),
        rank=0 if form == "mixed" else 2,
    )


SUBJECTS = tuple(_subject(form) for form in ("flat", "wrapped", "mixed"))
