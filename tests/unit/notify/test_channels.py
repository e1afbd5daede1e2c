"""Every channel against a robot with its vendor's rules: what is sent is accepted, and every refusal is understood."""

from __future__ import annotations

import json
import logging
import socket
from contextlib import closing
from typing import Any

import pytest

from bridge.notify import wire
from bridge.notify.channels import KINDS, channel, remedy
from bridge.notify.failures import Failure, Later, Refused, Unclear
from bridge.notify.message import Line, Target
from bridge.notify.split import size
from connectors.testing import Reply

ROBOTS = ("wecom", "dingtalk", "feishu")
OVER_HTTP = (*ROBOTS, "webhook")
LONG_URL = "https://acme.example/" + "x" * 900
HOSTILE = '<@all> @所有人 [x](http://evil.example) **b** `c` | # <at id=all></at> "q" \\ 🚀👨‍👩‍👧'


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_message_arrives_once_and_whole(kind, line, make):
    way = line(kind)

    way.send(make.message("「联调完成」晚 6 个工作日。"))

    (arrived,) = way.robot.received
    assert "「联调完成」晚 6 个工作日。" in json.dumps(arrived, ensure_ascii=False)
    assert "https://acme.example/PAY-42" in json.dumps(arrived, ensure_ascii=False)


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize("sign", ["a", "中", "🚀", '"', "\\"])
def test_whatever_its_length_every_part_is_accepted_and_nothing_is_lost(kind, sign, line, make):
    way = line(kind)
    texts = [f"{number}。" + sign * (37 * number) for number in range(1, 60)]
    message = make.message(*texts, people=("林悦",))
    way.target = way.target.__class__(**{**fields(way.target), "mentions": {"林悦": "linyue"}})

    bodies = way.way.parts(message, way.target)

    assert all(way.way.weigh(body) <= way.way.limit(body) for body in bodies)
    for number, body in enumerate(bodies):
        way.clock.later(seconds=61)
        way.way.send(body, way.target, way.clock(), f"part {number}")
    assert len(way.robot.received) == len(bodies)
    shown = "".join(way.way.shown(body) for body in bodies)
    assert [number for number in range(1, 60) if f"{number}。" not in shown] == []


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_long_links_stay_whole_or_are_left_out(kind, line, make):
    way = line(kind)
    message = make.message(*("文" * 300 for _ in range(12)))
    lines = tuple(
        Line(one.text, url, "任务")
        for one, url in zip(message.blocks[0].lines, [LONG_URL, LONG_URL + "y" * 200] * 6, strict=True)
    )
    message = message.__class__(**{**fields(message), "blocks": (message.blocks[0].__class__("h", lines),)})

    shown = [way.way.shown(body) for body in way.way.parts(message, way.target)]

    if kind != "webhook":
        assert sum(text.count(f"({LONG_URL})") for text in shown) == 6
        assert not any("y" * 200 in text for text in shown)


def test_addresses_of_a_text_message_stay_whole_too(line, make):
    way = line("wecom")
    target = way.target.__class__(**{**fields(way.target), "form": "text"})
    message = make.message(*("文" * (500 + number) for number in range(60)))
    lines = tuple(Line(one.text, LONG_URL, "任务") for one in message.blocks[0].lines)
    message = message.__class__(**{**fields(message), "blocks": (message.blocks[0].__class__("h", lines),)})

    bodies = way.way.parts(message, target)

    assert sum(way.way.shown(body).count(f"({LONG_URL})") for body in bodies) == 60
    assert all(size(way.way.shown(body)) <= 2_048 for body in bodies)


@pytest.mark.parametrize("form", ["markdown", "markdown_v2", "text"])
def test_wecom_is_cut_at_the_byte_that_its_form_allows(form, line, make):
    way = line("wecom")
    most = 2_048 if form == "text" else 4_096
    target = way.target.__class__(**{**fields(way.target), "form": form})

    for count in range(most // 3 - 90, most // 3 + 5):
        bodies = way.way.parts(make.message("中" * count), target)

        assert all(size(way.way.shown(body)) <= most == way.way.limit(body) for body in bodies)


@pytest.mark.parametrize("kind", ROBOTS)
def test_text_of_people_is_no_markup_and_calls_nobody(kind, line, make):
    way = line(kind)

    way.send(make.message(HOSTILE))

    said = json.dumps(way.robot.received, ensure_ascii=False)
    for dangerous in ("<@all>", "@所有人", "](http://evil", "**b**", "<at id=all>"):
        assert dangerous not in said


@pytest.mark.parametrize(
    ("kind", "form", "place"),
    [
        ("wecom", "markdown", "<@linyue>"),
        ("wecom", "markdown_v2", '"mentioned_list": ["linyue"]'),
        ("wecom", "text", '"mentioned_list": ["linyue"]'),
        ("dingtalk", "", '"atUserIds": ["linyue"]'),
        ("feishu", "", "<at id=linyue></at>"),
    ],
)
def test_owners_are_called_by_the_ids_of_the_settings_and_nobody_else(kind, form, place, line, make):
    way = line(kind)

    way.send(make.message(people=("林悦", "赵宁")), mentions={"林悦": "linyue"}, form=form)

    said = json.dumps(way.robot.received, ensure_ascii=False)
    assert place in said and "zhao" not in said


def test_an_action_card_leads_to_the_report(line, make):
    way = line("dingtalk")

    way.send(make.message(link=Line("打开", "https://bridge.example/", "打开")), form="action_card")

    assert way.robot.received[0]["actionCard"]["singleURL"] == "https://bridge.example/"


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_keyword_that_the_robot_asks_for_is_in_every_part(kind, line, make):
    way = line(kind, keyword="延误通报")

    with pytest.raises(Refused):
        way.send(make.message())
    way.send(make.message(*("中" * 900 for _ in range(20))), keyword="延误通报")

    assert len(way.robot.received) > 1


@pytest.mark.parametrize(("kind", "code"), [("dingtalk", "310000"), ("feishu", "19021"), ("webhook", "http_401")])
def test_a_wrong_secret_is_refused_for_good_with_a_remedy(kind, code, line, make):
    way = line(kind)

    with pytest.raises(Refused) as refused:
        way.send(make.message(), secret="wrong-secret-0123")

    assert refused.value.code == code
    assert "secret" in remedy(kind, code).en


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_clock_that_is_an_hour_off_is_refused(kind, line, make):
    way = line(kind)
    behind = way.clock()
    way.clock.later(hours=1, seconds=1)

    with pytest.raises(Refused):
        way.way.send(way.way.parts(make.message(), way.target)[0], way.target, behind, "k")


@pytest.mark.parametrize(("kind", "code"), [("wecom", "93000"), ("dingtalk", "300005"), ("feishu", "19001")])
def test_a_robot_that_was_removed_is_refused_for_good_and_its_token_is_not_repeated(kind, code, line, make):
    way = line(kind)

    with pytest.raises(Refused) as refused:
        way.send(make.message(), url=way.target.url.replace(make.token, "other-token-0123456789"))

    assert refused.value.code == code
    assert "other-token" not in f"{refused.value} {refused.value.said}"


@pytest.mark.parametrize(
    ("kind", "count", "code", "after"),
    [
        ("wecom", 20, "45009", 60),
        ("dingtalk", 20, "130101", 600),
        ("feishu", 5, "11232", 60),
    ],
)
def test_one_message_more_than_allowed_waits_as_long_as_the_vendor_wants(kind, count, code, after, line, make):
    way = line(kind)
    for _ in range(count):
        way.send(make.message())

    with pytest.raises(Later) as later:
        way.send(make.message())

    assert (later.value.code, later.value.after_s) == (code, after)
    assert len(way.robot.received) == count


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize(
    "answer", [Reply({"errcode": 99, "code": 99, "errmsg": "no", "msg": "no"}), Reply("<html>"), Reply({})]
)
def test_http_200_that_does_not_say_success_is_a_failure(kind, answer, line, make):
    way = line(kind)
    way.robot.faults.append(answer)

    with pytest.raises(Refused):
        way.send(make.message())


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize(
    ("status", "expected"), [(429, Later), (500, Later), (503, Later), (504, Unclear), (400, Refused), (302, Refused)]
)
def test_a_status_says_whether_to_try_again(kind, status, expected, line, make):
    way = line(kind)
    way.robot.faults.append(Reply({}, status, {"Location": "http://127.0.0.1:1/", "Retry-After": "7"}))

    with pytest.raises(expected) as failure:
        way.send(make.message())

    assert way.robot.requests == 1
    if expected is Later:
        assert failure.value.after_s == 7


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_host_that_nobody_answers_at_is_tried_later_and_was_not_sent_to(kind, make):
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))  # bound and not listening: nothing else can take the port meanwhile
        port = bound.getsockname()[1]
        target = Target("sales", kind, f"http://127.0.0.1:{port}/x?key=k", "s", intranet=("127.0.0.1",))

        with pytest.raises(Later, match="unreachable"):
            channel(kind).send(channel(kind).parts(make.message(), target)[0], target, make.now, "k")


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_connection_that_breaks_after_the_message_was_sent_is_unclear(kind, line, make):
    way = line(kind)

    def vanish() -> Any:
        raise ConnectionResetError

    way.robot.faults.append(vanish)

    with pytest.raises(Unclear):
        way.send(make.message())


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_neither_address_nor_secret_is_ever_logged_or_told(kind, line, make, caplog):
    way = line(kind)
    echo = Reply(
        {"errcode": 7, "code": 7, "errmsg": f"bad {way.target.url} {make.token} {make.secret}", "msg": f"{make.token}"},
        200 if kind in ROBOTS else 400,
    )
    way.robot.faults.append(echo)

    with caplog.at_level(logging.DEBUG), pytest.raises(Failure) as failure:
        way.send(make.message())
    way.send(make.message())

    told = f"{failure.value} {failure.value.said} {failure.value.__cause__} {caplog.text}"
    assert make.token not in told and make.secret not in told


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_limits_and_remedies_in_both_languages(kind):
    way = channel(kind)

    assert way.PER_MINUTE > 0 and way.PER_SECOND > 0
    assert all(text.zh and text.en for text in way.REMEDIES.values())


def test_the_words_of_a_vendor_are_kept_short():
    assert len(wire.said(Target("n", "wecom"), "x" * 5_000)) == wire.LONGEST_SAID


def fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
