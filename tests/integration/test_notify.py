"""`pbridge notify` on a whole installation: printed as it would be sent, sent once, silent on a day off, honest after a kill."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from bridge.notify.robots import DingTalkRobot, WeComRobot
from bridge.store import outbox
from bridge.usecases import notifying
from bridge.usecases.announcing import announce, send_out, summarise, warn_of_red
from bridge.usecases.clock import Clock
from bridge.usecases.evaluate import reconcile
from bridge.usecases.notifying import is_day_of_summary
from bridge.usecases.workspace import Workspace
from connectors.testing import Reply, serve

from .conftest import PAY, TODAY, ZONE, Site, item, last_second

TOKEN, SECRET = "t0ken-0123456789abcdef", "SEC-0123456789abcdef"
FRIDAY, SATURDAY, HOLIDAY = date(2026, 8, 21), date(2026, 8, 29), date(2026, 10, 1)
LATE = date(2026, 12, 18)

WECOM = """
[[notify]]
name = "sales"
kind = "wecom"
url = "{url}/cgi-bin/webhook/send?key={token}"
intranet_hosts = ["127.0.0.1"]
{more}
"""


@pytest.fixture
def robot(site: Site) -> Iterator[WeComRobot]:
    """A group robot, and the installation that knows it, judged on a Monday."""
    made = WeComRobot(token=TOKEN)
    with serve(made.handle) as url:
        add(site, WECOM.format(url=url, token=TOKEN, more=""))
        site.advance(TODAY)
        assert site.run("run").code == 0
        yield made


def add(site: Site, text: str) -> None:
    config = site.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8")
    config.chmod(0o600)


def test_a_dry_run_prints_what_would_be_sent_with_its_bytes_and_writes_nothing(site, robot):
    before = (site.folder / "data" / "bridge.db").read_bytes()

    printed = site.run("notify", "--dry-run")
    as_json = site.run("notify", "--dry-run", "--json").json
    after = (site.folder / "data" / "bridge.db").read_bytes()
    sent = site.run("notify")

    assert printed.code == sent.code == 0
    (part,) = as_json
    content = robot.received[0]["markdown"]["content"]
    assert content == part["body"]["markdown"]["content"]
    assert content.strip() in printed.out.replace("\n\n── ", "── ")
    assert f"{len(content.encode())} 字节，上限 4096" in printed.out
    assert robot.requests == 1
    assert TOKEN not in printed.out + printed.err + str(as_json)
    assert before == after


def test_a_digest_is_sent_once_a_day_unless_somebody_wants_it_again(site, robot):
    first, second, third = site.run("notify"), site.run("notify"), site.run("notify", "--again")

    assert [one.code for one in (first, second, third)] == [0, 0, 0]
    assert "已送达" in first.out and "之前已发送" in second.err
    assert len(robot.received) == 2


@pytest.mark.parametrize("day", [SATURDAY, HOLIDAY])
def test_nothing_is_sent_on_a_day_off(day, site, robot):
    done = site.run("notify", today=day)

    assert (done.code, robot.requests) == (0, 0)
    assert "休息日" in done.err


def test_a_lead_gets_only_what_is_theirs(site, robot):
    add(
        site,
        WECOM.format(url="http://127.0.0.1:1", token=TOKEN, more='owner = "没有此人"').replace('"sales"', '"nobody"'),
    )

    mine, theirs = (
        site.run("notify", "--dry-run", "--json", "--channel", name).json[0]["shown"] for name in ("sales", "nobody")
    )

    assert "2 个承诺" in mine and "没有可以列出的里程碑" in theirs


def test_a_refusal_ends_with_1_says_what_to_do_and_stays_visible(site, robot):
    robot.token = "another"

    done, listed = site.run("notify"), site.run("notify", "--outbox")
    judged = site.run("reconcile")

    assert done.code == listed.code == 1
    assert "93000" in done.out and "请更新 url" in done.out
    assert "已放弃" in listed.out
    assert "pbridge notify --outbox" in judged.err and judged.code == 0
    assert TOKEN not in done.out + done.err + listed.out


def test_a_refusal_is_a_finding_until_somebody_answers_for_it_or_it_is_over(site, robot):
    robot.token = "another"
    site.run("notify")

    (opened,) = site.run("findings", "--channels", "--json").json
    checked = site.run("check", "--json")
    said = site.run(
        "acknowledge", "sales", "93000", "--channel", "--until", "2026-08-28", "--by", "王敏", "--reason", "换机器人"
    )
    (quiet,) = site.run("findings", "--channels", "--json").json
    judged = site.run("reconcile")
    robot.token = TOKEN
    site.run("notify", "--retry")

    assert (opened["channel"], opened["code"], opened["state"], opened["parts"]) == ("sales", "93000", "open", 1)
    assert "message_refused" in checked.out and "请更新 url" in opened["what_to_do"]
    assert said.code == 0 and "王敏" in said.out
    assert (quiet["state"], quiet["acknowledged"]["until"]) == ("acknowledged", "2026-08-28")
    assert "sales" not in judged.err
    assert site.run("findings", "--channels", "--json").json == []
    (over,) = site.run("findings", "--channels", "--since", TODAY.isoformat(), "--json").json
    assert over["state"] == "cleared" and over["cleared_at"] >= over["opened_at"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("acknowledge", "sales", "93000", "--channel", "--until", "2026-08-28", "--by", "王敏", "--reason", "x"),
        ("findings", "--channels", "--milestone", "M-1"),
    ],
)
def test_a_refusal_that_is_not_there_is_wrong_usage(arguments, site, robot):
    done = site.run(*arguments)

    assert done.code == 2 and done.err


def test_what_was_given_up_can_be_sent_again(site, robot):
    robot.token = "another"
    site.run("notify")
    robot.token = TOKEN

    done = site.run("notify", "--retry")

    assert (done.code, len(robot.received)) == (0, 1)


def test_a_process_that_is_killed_while_it_sends_is_found_out_and_nothing_is_sent_twice(site, robot):
    pids: queue.Queue[int] = queue.Queue()

    def accepted_and_killed() -> Reply:
        os.kill(pids.get(timeout=60), signal.SIGKILL)
        robot.received.append("accepted")
        return Reply({"errcode": 0})

    robot.faults.append(accepted_and_killed)
    config = str(site.folder / "config.toml")
    command = [sys.executable, "-m", "bridge", "notify", "--config", config, "--today", TODAY.isoformat()]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})
    pids.put(process.pid)
    assert process.wait(timeout=120) == -signal.SIGKILL

    again, listed = site.run("notify"), site.run("notify", "--outbox", "--json").json

    assert again.code == 0
    assert (robot.requests, robot.received) == (1, ["accepted"])
    assert [(entry["state"], entry["code"]) for entry in listed] == [("unclear", "interrupted")]


@pytest.mark.parametrize("arguments", [("--channel", "nobody"), ()])
def test_a_channel_that_is_not_there_or_has_no_address_is_wrong_usage(arguments, site, robot):
    if not arguments:
        add(site, '[[notify]]\nname = "empty"\nkind = "dingtalk"\nurl = "env:NOT_SET_ANYWHERE"\n')

    done = site.run("notify", *arguments)

    assert (done.code, robot.requests) == (2, 0)
    assert ("sales" if arguments else "empty") in done.err


def test_without_channels_it_says_where_to_add_one(site):
    done = site.run("notify")

    assert done.code == 2 and "[[notify]]" in done.err


def test_two_channels_of_one_name_are_refused(site, robot):
    add(site, WECOM.format(url="http://127.0.0.1:1", token=TOKEN, more=""))

    assert site.run("notify").code == 2


def opened(site: Site, day: date) -> Workspace:
    return Workspace.open(site.folder / "config.toml", today=day, secrets=True)


def test_the_service_sends_the_digest_of_a_day_once(site, robot, stop: Callable[[], object]):
    for _ in range(3):
        announce(opened(site, TODAY))
        send_out(opened(site, TODAY), stop())

    assert len(robot.received) == 1


def test_a_contractual_promise_that_turns_red_is_told_at_once_and_once(site, robot, stop: Callable[[], object]):
    site.advance(date(2026, 8, 25))
    for number in range(1, 6):
        site.pay.edit(item(PAY, number).id, due=last_second(LATE))
    assert site.run("run", today=date(2026, 8, 25)).code == 0

    for _ in range(2):
        warn_of_red(opened(site, date(2026, 8, 25)), reconcile(opened(site, date(2026, 8, 25))))
        send_out(opened(site, date(2026, 8, 25)), stop())

    (told,) = robot.received
    assert "紧急" in told["markdown"]["content"] and "联调完成" in told["markdown"]["content"]


def test_the_week_is_summed_up_on_its_first_working_day(site, robot):
    text = (site.folder / "config.toml").read_text(encoding="utf-8")
    (site.folder / "config.toml").write_text(
        text.replace("intranet_hosts", "weekly = true\nintranet_hosts"), encoding="utf-8"
    )

    monday, tuesday = (site.run("notify", "--dry-run", "--json", today=day).json for day in (TODAY, date(2026, 8, 25)))

    assert [part["report"] for part in monday] == ["digest/2026-08-24", "weekly/2026-W35"]
    assert [part["report"] for part in tuesday] == ["digest/2026-08-25"]


def test_at_most_three_alerts_a_day_are_sent_and_the_last_says_how_many_more(site, robot, monkeypatch):
    space = opened(site, TODAY)
    real = notifying.Views.of

    def many(self: notifying.Views, entry: object, since: date) -> dict[str, object]:
        view = real(self, entry, since)  # type: ignore[arg-type]
        one = next(row for row in view["milestones"])
        change = {"since": since.isoformat(), "status": "amber", "forecast_workdays": None}
        red = {**one, "status": "red", "contractual": True, "change": change}
        return {**view, "milestones": [{**red, "key": f"R-{number}", "name": f"红 {number}"} for number in range(5)]}

    monkeypatch.setattr(notifying.Views, "of", many)
    with space.store(create=True) as store:
        first, second = notifying.alert(space, store), notifying.alert(space, store)

    assert [one.report for one in first] == [f"urgent/2026-08-24/R-{number}" for number in range(3)]
    assert second == []
    assert "另有 2 个合同承诺" in first[-1].shown[0] and "另有" not in first[0].shown[0]


# Off: Friday 25 September, and 1 to 7 October.
@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("0 9 * * mon", ["09-21", "09-28", "10-08", "10-12"]),
        ("30 16 * * fri", ["10-09"]),
        ("0 9 * * thu", ["09-24", "10-08"]),
    ],
)
def test_the_day_of_the_summary_is_the_one_named_or_the_next_working_day_of_its_week(line, days, site, robot):
    add(site, f'[schedule]\nweekly = "{line}"\n')
    three_weeks = [date(2026, 9, 21) + timedelta(days=number) for number in range(22)]

    found = [f"{day:%m-%d}" for day in three_weeks if is_day_of_summary(opened(site, day))]

    assert found == days


def test_the_service_queues_the_summary_by_itself_once_and_never_with_the_digest(
    site, robot, stop: Callable[[], object]
):
    text = (site.folder / "config.toml").read_text(encoding="utf-8")
    management = WECOM.format(url=text.rpartition('url = "')[2].partition("/cgi-bin")[0], token=TOKEN, more="").replace(
        '"sales"', '"management"'
    )
    add(site, f"{management}digest = false\nurgent = false\nweekly = true\n")

    for day in (TODAY, date(2026, 8, 25), HOLIDAY):
        for _ in range(2):
            announce(opened(site, day))
            summarise(opened(site, day))

    with opened(site, TODAY).store() as store:
        queued = [(parcel.channel, parcel.report) for parcel in outbox.listed(store)]
    assert sorted(queued) == [
        ("management", "weekly/2026-W35"),
        ("sales", "digest/2026-08-24"),
        ("sales", "digest/2026-08-25"),
    ]


def test_a_signed_robot_with_a_keyword_takes_what_is_sent(site, robot):
    ding = DingTalkRobot(token=TOKEN, secret=SECRET, keyword="延期", now=Clock.at(ZONE, TODAY).now)
    with serve(ding.handle) as url:
        add(
            site,
            f'[[notify]]\nname = "ding"\nkind = "dingtalk"\nurl = "{url}/robot/send?access_token={TOKEN}"\nsecret = "{SECRET}"\nintranet_hosts = ["127.0.0.1"]\n',
        )

        done = site.run("notify", "--channel", "ding")

    assert done.code == 0
    assert "延期简报" in ding.received[0]["markdown"]["title"]


@pytest.fixture
def stop() -> Callable[[], object]:
    return threading.Event
