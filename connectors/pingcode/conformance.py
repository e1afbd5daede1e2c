"""PingCode on the bench of the conformance suite: one subject for each path generation."""

from __future__ import annotations

from typing import Literal, cast

from connectors.conformance import CLIENT_ID, CLIENT_SECRET, Dialect, Subject
from connectors.contract import SourceConfig, Surroundings
from connectors.http import Client
from connectors.pingcode.connector import PingCode, PingCodeConfig
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import Handler, Reply, World

DIALECT = Dialect(
    tasks=r"/open/v1/(project|pjm)/work_?items(/search)?",
    sign_in="/v1/auth/token",
    token=lambda request: request.headers.get("Authorization", ""),
    rows=("values",),
)


def _connect(config: SourceConfig, surroundings: Surroundings, silence_s: float | None) -> PingCode:
    class Impatient(PingCode):
        def _client(self, tries: int, timeout: tuple[float, float]) -> Client:
            return super()._client(tries, timeout if silence_s is None else (silence_s, silence_s))

    return Impatient(cast(PingCodeConfig, config), surroundings)


def _subject(profile: Literal["a", "b", "c", "d"]) -> Subject:
    def simulate(world: World) -> Handler:
        # In the order of the world, so that the suite decides how rows move.
        return PingCodeSimulator(
            world, profile=profile, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, order=lambda item: 0
        ).handle

    def settings(address: str) -> SourceConfig:
        return PingCodeConfig(
            name="pingcode",
            kind="pingcode",
            base_url=f"{address}/open",
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            requests_per_minute=1_000_000,
            profile=profile,
        )

    return Subject(
        name=f"pingcode-{profile}",
        simulate=simulate,
        settings=settings,
        connect=_connect,
        dialect=DIALECT,
        shows=lambda item: True,  # deleted and archived items are marked, not left out
        dead_token=(Reply({"code": "", "message": "令牌无效或已过期"}, 401),),
        throttled=Reply({"code": "100038", "message": "请求过于频繁"}, 429),
        wait_headers=("X-RateLimit-Retry-After", "x-pc-retry-after", "Retry-After"),
        error_in_200=(
            Reply({"code": "100000", "message": "内部错误"}),
            Reply({"code": 100405, "message": "不是项目成员"}),
        ),
        forbidden=Reply({"code": "100405", "message": "不是项目成员"}, 403),
        rank={"c": 0, "a": 1}.get(profile, 2),  # the one filters times by whole days, the other to the second
    )


SUBJECTS = tuple(_subject(profile) for profile in ("a", "b", "c", "d"))
