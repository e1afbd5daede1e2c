"""Is everything in place: settings, mappings, plan, and each source, told apart by what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import connectors
from bridge.errors import BridgeError
from bridge.language import Phrase, Text
from bridge.plan import readers
from bridge.usecases.planning import read_files
from bridge.usecases.workspace import Workspace
from connectors import contract
from connectors.contract import Check, SourceConfig

CODES: dict[str, Text] = {
    "sign_in_failed": Text(
        zh="登录被拒绝：{detail}。请核对 client_id 与 client_secret，并确认应用未被停用。",
        en="signing in was refused: {detail}. Check client_id and client_secret, and that the app is not disabled.",
    ),
    "not_permitted": Text(
        zh="已登录，但没有权限：{detail}。请在管理后台给应用补充读取权限与数据范围。",
        en="signed in, but not permitted: {detail}. Grant the app the read scopes and data range in the admin console.",
    ),
    "unreachable": Text(
        zh="连不上主机：{detail}。请检查 base_url、网络、代理与防火墙。",
        en="the host cannot be reached: {detail}. Check base_url, network, proxy and firewall.",
    ),
    "project_unreadable": Text(
        zh="项目读不到：{detail}。请把应用加入该项目，或从 projects 中去掉它。",
        en="a project cannot be read: {detail}. Add the app to it or take it out of projects.",
    ),
    "project_unknown": Text(
        zh="设置里的项目不存在或不可见：{detail}。请核对 projects。",
        en="a configured project does not exist or is not visible: {detail}. Check projects.",
    ),
    "path_unknown": Text(
        zh="服务器不认识这条路径：{detail}。请核对 base_url，或设置 profile。",
        en="the server does not know this path: {detail}. Check base_url or set profile.",
    ),
    "retired": Text(
        zh="这是已停用的旧接口：{detail}。请改用当前开放平台。",
        en="this is a retired interface: {detail}. Use the current open platform.",
    ),
    "clock_offset": Text(
        zh="与服务器的时钟相差过大：{detail}。请校准本机时间。",
        en="the clock differs too much from the server's: {detail}. Correct this machine's clock.",
    ),
    "v2_unavailable": Text(
        zh="补充接口不可用（不影响主要数据）：{detail}。",
        en="the enriching list is unavailable (main data is not affected): {detail}.",
    ),
}
CODES["token_refused"] = CODES["sign_in_failed"]
CODES["throttled_or_down"] = Text(
    zh="服务暂时不可用或限流：{detail}。稍后会再试，也可以稍后重新运行。",
    en="the service is throttling or down for now: {detail}. Run again later.",
)
CODES["bad_payload"] = Text(
    zh="服务返回了无法理解的内容：{detail}。没有改动已存的数据。",
    en="the service answered something that cannot be understood: {detail}. Stored data was not touched.",
)
CODES["rejected"] = Text(
    zh="请求被拒绝：{detail}。请核对设置。", en="the request was refused: {detail}. Check the settings."
)
CODES["mass_disappearance"] = Text(
    zh="一次少了太多任务（{detail}），没有标记为消失。确认属实后运行 pbridge sync --full --confirm-gone。",
    en="too many tasks are missing at once ({detail}), so none was marked as gone. "
    "If it is true, run pbridge sync --full --confirm-gone.",
)
CODES["nothing_listed"] = Text(
    zh="一个项目也看不到，而以前有 {detail} 个项目有任务；已存的任务保持原样。请核对应用的权限与数据范围。",
    en="not one project is listed, though {detail} projects had tasks before; stored tasks were left as they are. "
    "Check the permissions and the data range of the app.",
)
CODES["interrupted"] = Text(
    zh="按要求中途停止；下次从断点继续。", en="stopped as asked; the next run goes on from there."
)
OTHER = Text(zh="出现问题：{detail}。", en="a problem: {detail}.")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `ok` None means it could not be looked at."""

    place: str
    ok: bool
    code: str
    text: Phrase | None


@dataclass(frozen=True, slots=True)
class Examined:
    lines: tuple[Line, ...]
    sources: tuple[tuple[SourceConfig, Check], ...]

    @property
    def exit_code(self) -> int:
        return int(any(not line.ok for line in self.lines))

    def as_json(self, lang: Any) -> dict[str, Any]:
        return {
            "ok": self.exit_code == 0,
            "checks": [
                {
                    "place": line.place,
                    "ok": line.ok,
                    "code": line.code,
                    "message": line.text.say(lang) if line.text else None,
                }
                for line in self.lines
            ],
            "sources": [
                {
                    "source": config.name,
                    "kind": config.kind,
                    "signed_in": check.signed_in,
                    "profile": check.profile,
                    "clock_offset_s": check.clock_offset_s,
                    "projects": [{"id": p.id, "key": p.key, "name": p.name} for p in check.projects],
                    "findings": [{"code": f.code, "severity": f.severity, "detail": f.detail} for f in check.findings],
                }
                for config, check in self.sources
            ],
        }


def in_words(code: str, detail: str) -> Phrase:
    """What a connector's code means for an admin, and what to do about it."""
    return Phrase(CODES.get(code, OTHER), {"detail": detail})


def examine(space: Workspace, names: Sequence[str] = ()) -> Examined:
    """Look at everything with reads only; the store is not touched."""
    configs = space.sources(names)
    lines = [Line("config", True, "ok", None)]
    lines += [_mapping_line(space, source) for source in configs]
    if not names:
        lines += [_calendar_line(space), _plan_line(space)]
    checks = [(source, _check(space, source)) for source in configs]
    for source, check in checks:
        lines += _source_lines(source, check)
    return Examined(tuple(lines), tuple(checks))


def _check(space: Workspace, source: SourceConfig) -> Check:
    # The real clock, also under --today: how far it is from the server's is one of the things looked at.
    surroundings = contract.Surroundings(space.clock.timezone)
    connector = connectors.load(source.kind)(source, surroundings)
    try:
        return connector.check()
    finally:
        connector.close()


def _mapping_line(space: Workspace, source: SourceConfig) -> Line:
    place = f"mapping {source.name}"
    try:
        _, remark = space.mapping(source)
    except BridgeError as err:
        return Line(place, False, "mapping", Phrase(OTHER_ERROR, {"error": err}))
    return Line(place, True, "ok", Phrase(remark.text, remark.facts) if remark else None)


def _calendar_line(space: Workspace) -> Line:
    try:
        space.calendar()
    except BridgeError as err:
        return Line("calendar", False, "calendar", Phrase(OTHER_ERROR, {"error": err}))
    return Line("calendar", True, "ok", None)


def _plan_line(space: Workspace) -> Line:
    try:
        readers.read(read_files(space.settings.plan_file))
    except BridgeError as err:
        return Line("plan", False, "plan", Phrase(OTHER_ERROR, {"error": err}))
    return Line("plan", True, "ok", None)


OTHER_ERROR = Text(zh="{error}", en="{error}")


def _source_lines(source: SourceConfig, check: Check) -> list[Line]:
    place = f"source {source.name}"
    lines = [Line(place, f.severity != "error", f.code, in_words(f.code, f.detail)) for f in check.findings]
    return lines or [Line(place, check.ok, "ok" if check.ok else "failed", None)]
