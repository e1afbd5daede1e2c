"""What is handed to other programs is read as they read it: unit, image, proxies, alerts, dashboard and their guide."""

from __future__ import annotations

import configparser
import http.client
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from bridge.cli.program import program
from bridge.usecases.health import CODES
from bridge.usecases.metric_names import FAMILIES

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "progress-bridge.service"
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SUFFIXES = {"counter": ("_total",), "summary": ("_count", "_sum"), "gauge": ("",)}
METRICS = {name + suffix: set(labels) for name, kind, labels, _ in FAMILIES for suffix in SUFFIXES[kind]}
PROMETHEUS_OWN = {"job", "instance"}


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def is_command(words: list[str]) -> bool:
    """Whether `pbridge WORDS` names a command: options of the program may stand before it."""
    group: click.Command = program
    for word in words:
        if not isinstance(group, click.Group):
            return True
        if word in group.commands:
            group = group.commands[word]
        elif re.fullmatch(r"[a-z]+", word):
            return False
    return not isinstance(group, click.Group) or group.invoke_without_command


def test_every_file_is_named_in_the_index_and_the_other_way_round():
    tracked = subprocess.run(["git", "ls-files", "deploy"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = {name.removeprefix("deploy/") for name in tracked.stdout.split()} - {"README.md"}

    assert files == set(re.findall(r"\]\(([^.)][^)]*)\)", text("README.md")))


# --- systemd -------------------------------------------------------------------------------------------------------


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return parser


def test_the_unit_starts_a_command_that_there_is_and_waits_for_its_word():
    service = unit()["Service"]
    words = shlex.split(service["ExecStart"])

    assert words[0] == "/opt/progress-bridge/bin/pbridge" and is_command(words[1:])
    assert (service["Type"], service["ExecReload"]) == ("notify", "/bin/kill -HUP $MAINPID")
    assert service["RestartPreventExitStatus"] == "2"
    assert service["User"] != "root"


@pytest.fixture
def installed_unit(tmp_path: Path) -> Path:
    """The unit with the program at a place where it really is."""
    real = Path(sys.executable).parent
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/progress-bridge/bin", str(real)), encoding="utf-8")
    return copy


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_finds_nothing_to_complain_about(installed_unit: Path):
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(installed_unit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    about_it = [line for line in done.stderr.splitlines() if UNIT.name in line]

    assert about_it == []
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_finds_the_service_well_confined(installed_unit: Path):
    command = ["systemd-analyze", "security", "--no-pager", "--offline=yes", "--threshold=20", str(installed_unit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd cannot look at a file")

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


# --- Containers ----------------------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    joined = re.sub(
        r"\\\n\s*", "", "\n".join(line for line in text("Containerfile").splitlines() if not line.startswith("#"))
    )
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines()) if name]


KNOWN = {
    "FROM",
    "WORKDIR",
    "COPY",
    "RUN",
    "ENV",
    "USER",
    "VOLUME",
    "EXPOSE",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "ENTRYPOINT",
    "CMD",
}


def test_the_image_runs_a_command_that_there_is_without_being_root():
    found = instructions()
    last = dict(found)

    assert {name for name, _ in found} <= KNOWN and found[0][0] == "FROM"
    assert not last["USER"].startswith(("0", "root"))
    assert json.loads(last["ENTRYPOINT"]) == ["pbridge"] and is_command(json.loads(last["CMD"]))
    check = json.loads(last["HEALTHCHECK"].partition("CMD ")[2])
    assert check[0] == "python" and "/readyz" in check[2]
    compile(check[2], "health check", "exec")


def test_the_image_is_made_of_files_that_there_are_and_holds_all_that_the_wheel_needs():
    copied = [shlex.split(rest) for name, rest in instructions() if name == "COPY" and "--from" not in rest]
    names = {name for words in copied for name in words[:-1]}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert [name for name in names if not (ROOT / name).exists()] == []
    assert names.isdisjoint(ignored)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {
        "bridge",
        "connectors",
        "mappings",
        "config.example.toml",
        "README.md",
        "LICENSE",
        "pyproject.toml",
    } <= names
    assert 'packages = ["bridge", "connectors"]' in project


def test_the_compose_file_confines_every_service():
    compose = yaml.safe_load(text("compose.yaml"))
    bridge = compose["services"]["bridge"]

    for service in compose["services"].values():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        named = [volume.partition(":")[0] for volume in service["volumes"] if not volume.startswith(".")]
        assert set(named) <= set(compose["volumes"])
    assert is_command(bridge["command"]) and bridge["user"] == dict(instructions())["USER"]
    assert all(port.startswith("127.0.0.1:") for port in bridge["ports"])
    assert (ROOT / "deploy" / bridge["build"]["context"] / bridge["build"]["dockerfile"]).is_file()
    assert bridge["healthcheck"]["test"][1:] == json.loads(dict(instructions())["HEALTHCHECK"].partition("CMD ")[2])


# --- Proxies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Caddyfile", "nginx/progress-bridge.conf"])
def test_a_proxy_passes_to_the_default_port_and_keeps_the_numbers_and_tokens_inside(name: str):
    found = "\n".join(line for line in text(name).splitlines() if not line.strip().startswith("#"))

    assert found.count("{") == found.count("}")
    assert "127.0.0.1:8321" in found and "bridge.example.com" in found
    assert "/metrics" in found and "/hooks/" in found
    assert "Strict-Transport-Security" in found


def test_every_directive_of_nginx_ends():
    lines = [line.strip() for line in text("nginx/progress-bridge.conf").splitlines()]

    assert [line for line in lines if line and not line.startswith("#") and not line.endswith((";", "{", "}"))] == []


def nginx_site(folder: Path, port: int) -> list[str]:
    """How nginx is called with our site on a port of loopback, without what needs a certificate."""
    site = re.sub(
        r"ssl_certificate.*;|listen .*443.*;|listen \[::\]:80;",
        "",
        text("nginx/progress-bridge.conf").replace(":8321", ":9"),
    )
    first, _, rest = site.partition("listen 80;")
    site = f"{first}listen 127.0.0.1:{port + 1};{rest.replace('server {', f'server {{ listen 127.0.0.1:{port};', 1)}"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{kind}_temp_path {folder / kind};" for kind in kinds)
    logs = f"access_log {folder}/access.log;"
    whole, errors = folder / "nginx.conf", f"error_log {folder}/error.log; pid {folder}/nginx.pid; daemon off;"
    whole.write_text(f"{errors} events {{}}\nhttp {{ {places} {logs}\n{site}\n}}\n", encoding="utf-8")
    return ["nginx", "-p", str(folder), "-c", str(whole), "-e", str(folder / "error.log")]


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_takes_its_file(tmp_path: Path):
    done = subprocess.run([*nginx_site(tmp_path, 8081), "-t"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def caddy(*words: str) -> list[str]:
    return ["caddy", *words, "--adapter", "caddyfile", "--config"]


@pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy here")
def test_caddy_takes_its_file(tmp_path: Path):
    command = [*caddy("validate"), str(DEPLOY / "Caddyfile")]
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)

    assert done.returncode == 0, done.stderr


def caddy_site(folder: Path, port: int) -> list[str]:
    """How Caddy is called with our site on a port of loopback."""
    site = text("Caddyfile").replace("\n{\n", "\n{\n\tadmin off\n", 1)
    whole = folder / "Caddyfile"
    whole.write_text(site.replace("bridge.example.com {", f"http://127.0.0.1:{port} {{"), encoding="utf-8")
    return [*caddy("run"), str(whole)]


@pytest.mark.parametrize("site", [nginx_site, caddy_site], ids=["nginx", "caddy"])
def test_a_proxy_tells_no_token_of_a_webhook_even_where_the_service_is_down(
    site: Callable[[Path, int], list[str]], tmp_path: Path
):
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = site(tmp_path, port)
    if not shutil.which(command[0]):
        pytest.skip(f"no {command[0]} here")
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "BRIDGE_UPSTREAM": "127.0.0.1:9"}
    with (tmp_path / "said.log").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
        try:
            codes = [asked(port, path) for path in ("/hooks/pingcode/t0ken-0123456789", "/", "/metrics")]
        finally:
            process.terminate()
            process.wait(20)
    logged = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.log"))

    assert codes[:2] == [502, 502]
    assert codes[2] == (404 if site is caddy_site else 502)  # from loopback nginx lets it through
    assert "t0ken" not in logged and '"GET / ' in logged.replace('"uri":"/"', '"GET / '), logged


def asked(port: int, path: str) -> int:
    """The code of an answer; who begins just now is waited for."""
    until = time.monotonic() + 20
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        with closing(connection):
            try:
                connection.request("GET", path, headers={"Host": f"127.0.0.1:{port}"})
                return connection.getresponse().status
            except ConnectionRefusedError:
                assert time.monotonic() < until
        time.sleep(0.05)


# --- Alerts and dashboard ------------------------------------------------------------------------------------------


def selectors(expression: str) -> Iterator[tuple[str, set[str]]]:
    """(metric, labels asked of it) of a PromQL expression."""
    for name, inside in re.findall(r"\b(pbridge_\w+)(?:\{([^}]*)\})?", expression):
        yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside))


def alerts() -> list[dict[str, Any]]:
    rules = yaml.safe_load(text("prometheus/progress-bridge-rules.yaml"))
    return [rule for group in rules["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text("grafana/progress-bridge.json"))["panels"]
    return found


def problems(expression: str, shown: str) -> list[str]:
    """What an expression, and what is said with it, names and no metric has."""
    found = list(selectors(expression))
    unknown = [name for name, _ in found if name not in METRICS]
    known = set().union(*(METRICS.get(name, set()) for name, _ in found)) | PROMETHEUS_OWN
    asked = set().union(
        *(labels for _, labels in found),
        (
            re.findall(r"by \(([^)]*)\)", expression)
            and {label.strip() for labels in re.findall(r"by \(([^)]*)\)", expression) for label in labels.split(",")}
        )
        or set(),
    )
    told = set(re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", shown)) | set(re.findall(r"\$labels\.(\w+)", shown))
    return [*unknown, *sorted((asked | told) - known)]


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_metrics_that_there_are_and_says_it_in_both_languages(rule: dict[str, Any]):
    said = rule["annotations"]

    assert rule["expr"].startswith("up{") or list(selectors(rule["expr"]))
    assert problems(rule["expr"], said["summary"] + said["summary_zh"]) == []
    assert rule["expr"].count("(") == rule["expr"].count(")")
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert re.search(r"[\u4e00-\u9fff]", said["summary_zh"]) and not re.search(r"[\u4e00-\u9fff]", said["summary"])
    for code in re.findall(r'code="(\w+)"', rule["expr"]):
        assert code in CODES


def test_every_alert_stands_in_the_guide_and_the_other_way_round():
    assert set(re.findall(r"`(Bridge\w+)`", GUIDE)) == {rule["alert"] for rule in alerts()}


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_asks_for_metrics_that_there_are_and_has_a_title_in_both_languages(panel: dict[str, Any]):
    assert panel["targets"]
    for target in panel["targets"]:
        assert list(selectors(target["expr"])), target["expr"]
        assert problems(target["expr"], target["legendFormat"]) == []
    assert re.search(r"[\u4e00-\u9fff]+ [A-Z]", panel["title"])


def test_no_panel_lies_on_another_and_each_has_its_number():
    cells: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        own = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert cells.isdisjoint(own) and place["x"] + place["w"] <= 24, panel["title"]
        cells |= own

    assert len({panel["id"] for panel in panels()}) == len(panels())


@pytest.mark.skipif(not shutil.which("promtool"), reason="no Prometheus here")
def test_prometheus_takes_the_rules_and_its_settings():
    command = ["promtool", "check", "config", str(DEPLOY / "prometheus" / "scrape.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 0 and "rules found" in done.stdout, done.stdout + done.stderr


def test_prometheus_is_told_where_the_rules_and_the_service_are():
    scrape = yaml.safe_load(text("prometheus/scrape.yaml"))

    assert scrape["rule_files"] == ["progress-bridge-rules.yaml"]
    assert scrape["scrape_configs"][0]["job_name"] in text("prometheus/progress-bridge-rules.yaml")


# --- The guide -----------------------------------------------------------------------------------------------------


def test_every_command_of_the_guide_is_one():
    quoted = re.findall(r"`pbridge ([^`]*)`", GUIDE)
    lines = re.findall(r"^\$ (?:.*/)?pbridge (.*)$", GUIDE, re.MULTILINE)
    written = [re.sub(r"--config \S+", "", line).split() for line in [*quoted, *lines]]

    assert len(written) > 15
    assert [words for words in written if not is_command(words)] == []


def test_every_notice_is_explained_and_no_other():
    table = GUIDE.split("### 提醒 Notices")[1].split("### ")[0]

    assert set(
        re.findall(r"`([a-z_]+)`", "\n".join(row.split("|")[1] for row in table.splitlines() if "|" in row))
    ) == set(CODES)


def test_paths_of_the_guide_are_those_of_the_unit_and_the_image():
    for path in ("/etc/progress-bridge/config.toml", "/var/lib/progress-bridge", "/opt/progress-bridge"):
        assert path in GUIDE and path in UNIT.read_text(encoding="utf-8") and path in text("Containerfile")
