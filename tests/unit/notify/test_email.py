"""Mail as a real server gets it: encrypted, with text and HTML, the workbook along, and names that everybody can read."""

from __future__ import annotations

import email
import email.policy
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from bridge.notify.channels import channel
from bridge.notify.failures import Later, Refused
from bridge.notify.message import Attachment, Target

PASSWORD = "pass-word-0123456789"
# The server library warns of its own old interfaces.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::ResourceWarning")


class Box:
    """What a server accepted; `answers` are given instead, one for each mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    made = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(str(file))
    return context, file


@pytest.fixture
def post(authority: tuple[ssl.SSLContext, Path]) -> Iterator[Callable[..., tuple[Box, Target]]]:
    context, ca_file = authority
    with ExitStack() as stack:

        def opened(security: str = "starttls", **changes: Any) -> tuple[Box, Target]:
            box = Box()
            options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
            if security == "starttls":
                options |= {
                    "tls_context": context,
                    "require_starttls": True,
                    "authenticator": _knows,
                    "auth_required": True,
                }
            if security == "tls":
                options["ssl_context"] = context
            server = _Server(box, ready_timeout=30, **options)
            server.start()
            stack.callback(server.stop)
            mail = {
                "host": "localhost" if security != "none" else "127.0.0.1",
                "port": server.port,
                "security": security,
                "ca_file": str(ca_file),
                "username": "bridge" if security == "starttls" else "",
                "sender": "进度桥 <bridge@example.com>",
                "to": ["林悦 <linyue@example.com>"],
                **changes.pop("mail", {}),
            }
            return box, Target("mail", "email", secret=changes.get("secret", PASSWORD), mail=mail)

        yield opened


class _Server(Controller):
    """Listens on any free port, which the library's own check at the start has to be told."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _knows(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=False)


def send(message: Any, target: Target, now: Any, key: str = "mail/digest/1") -> None:
    (body,) = channel("email").parts(message, target)
    channel("email").send(body, target, now, key)


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_mail_arrives_with_text_html_and_the_workbook(security, post, make):
    box, target = post(security)
    message = make.message("联调晚 6 个工作日。", attachments=(Attachment("延期报告-2026-08-24.xlsx", b"PK\x03\x04"),))

    send(message, target, make.now)

    (mail,) = box.mails
    assert mail["Subject"] == message.title
    assert mail["To"].addresses[0].display_name == "林悦"
    assert "联调晚 6 个工作日。" in mail.get_body(("plain",)).get_content()
    assert 'href="https://acme.example/PAY-42"' in mail.get_body(("html",)).get_content()
    (file,) = mail.iter_attachments()
    assert file.get_filename() == "延期报告-2026-08-24.xlsx"
    assert file.get_content() == b"PK\x03\x04"


def test_headers_are_ascii_on_the_wire_as_rfc_2047_wants(post, make):
    _, target = post("none")
    (body,) = channel("email").parts(make.message(), target)

    raw = channel("email").composed(body, target, make.now, "k").as_bytes()  # type: ignore[attr-defined]

    head = raw.partition(b"\n\n")[0]
    assert head.isascii() and b"=?utf-8?" in head


def test_the_same_part_has_the_same_message_id_and_another_part_another(post, make):
    box, target = post("none")
    for key in ("a", "a", "b"):
        send(make.message(), target, make.now, key)

    first, second, third = (mail["Message-ID"] for mail in box.mails)
    assert first == second != third


def test_nobody_breaks_out_of_a_header_or_into_the_page(post, make):
    box, target = post("none")

    send(make.message("<script>alert(1)</script>", title="a\r\nBcc: evil@example.com"), target, make.now)

    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert "<script>" not in mail.get_body(("html",)).get_content()


def test_a_wrong_password_is_refused_for_good(post, make):
    box, target = post(secret="wrong")

    with pytest.raises(Refused, match="sign_in"):
        send(make.message(), target, make.now)
    assert box.mails == []


def test_a_server_without_starttls_never_gets_the_password(post, make):
    box, target = post("none", mail={"security": "starttls", "username": "bridge"})

    with pytest.raises(Refused, match="no_starttls"):
        send(make.message(), target, make.now)
    assert box.mails == []


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(post, make):
    box, target = post("starttls", mail={"ca_file": ""})

    with pytest.raises(Later):
        send(make.message(), target, make.now)
    assert box.mails == []


@pytest.mark.parametrize(("answer", "expected"), [("451 try later", Later), ("554 spam", Refused)])
def test_a_passing_answer_is_tried_again_and_a_lasting_one_is_not(answer, expected, post, make):
    box, target = post("none")
    box.answers.append(answer)

    with pytest.raises(expected):
        send(make.message(), target, make.now)


def test_a_recipient_who_does_not_exist_is_refused(post, make):
    _, target = post("none", mail={"to": ["nobody@example.com"]})

    with pytest.raises(Refused, match="recipients"):
        send(make.message(), target, make.now)


def test_where_only_some_recipients_are_refused_it_says_that_the_others_have_it(post, make):
    box, target = post("none", mail={"to": ["nobody@example.com", "a@example.com"]})

    with pytest.raises(Refused, match="some_recipients") as refused:
        send(make.message(), target, make.now)

    assert len(box.mails) == 1 and "nobody@example.com" in refused.value.said


def test_a_server_that_is_not_there_is_tried_again(make):
    target = Target(
        "mail", "email", mail={"host": "127.0.0.1", "port": 1, "security": "none", "sender": "a@b.c", "to": ["d@e.f"]}
    )

    with pytest.raises(Later, match="unreachable"):
        send(make.message(), target, make.now)
