"""Mail over SMTP with STARTTLS or TLS: text and HTML of the same, the workbook along, names as RFC 2047 wants them."""

from __future__ import annotations

import base64
import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from bridge.language import Text
from bridge.notify import wire
from bridge.notify.failures import Later, Refused, Unclear
from bridge.notify.mail_page import page
from bridge.notify.message import Message, Target, text_lines
from bridge.report.cells import one_line

LIMIT = 20_000_000
PER_MINUTE, PER_SECOND = 30, 5
# A server that got a mail may tell the same Message-ID twice from two, but none has to.
KNOWS_REPEATS = False
FORMS = ("mail",)
TIMEOUT_S = 20.0
PORTS = {"starttls": 587, "tls": 465, "none": 25}
WORKBOOK = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
SOME_RECIPIENTS = "some_recipients"
REMEDIES = {
    "sign_in": Text("邮箱用户名或密码（授权码）不对", "the mail server does not accept user name or password"),
    "no_starttls": Text(
        "服务器不支持 STARTTLS；请改 security 或端口，密码没有发出",
        "the server has no STARTTLS; change security or port. The password was not sent",
    ),
    SOME_RECIPIENTS: Text(
        "部分收件人被拒绝，其余的已收到，不会重发；请核对 to",
        "some recipients were refused and the others have it, so it is not sent again; check to",
    ),
    "recipients": Text("收件人都被拒绝；请核对 to", "every recipient was refused; check to"),
}


def parts(message: Message, target: Target) -> list[dict[str, Any]]:
    """One mail, whatever its length."""
    text = "\n".join(text_lines(message)).strip() + "\n"
    files = [{"name": one.name, "content": base64.b64encode(one.content).decode()} for one in message.attachments]
    return [{"subject": one_line(message.title), "text": text, "html": message.html or page(message), "files": files}]


def weigh(body: dict[str, Any]) -> int:
    """The mail as it goes over the wire; its addresses, date and number come to a few hundred bytes more."""
    return len(_content(body).as_bytes(policy=SMTP))


def limit(body: dict[str, Any]) -> int:
    return LIMIT


def shown(body: dict[str, Any]) -> str:
    files = "".join(f"\n[{one['name']}, {len(base64.b64decode(one['content'])):,} B]" for one in body["files"])
    return f"{body['subject']}\n\n{body['text'].strip()}{files}"


def send(body: dict[str, Any], target: Target, now: datetime, key: str) -> None:
    mail = composed(body, target, now, key)
    try:
        with _connected(target) as server:
            _sign_in(server, target)
            refused = _hand_over(server, mail)
    except smtplib.SMTPServerDisconnected:
        raise Later("disconnected") from None
    except (TimeoutError, ConnectionError, OSError, smtplib.SMTPException) as err:
        raise Later("unreachable", type(err).__name__) from None
    if refused:
        raise Refused(SOME_RECIPIENTS, wire.said(target, ", ".join(sorted(refused))))


def composed(body: Mapping[str, Any], target: Target, now: datetime, key: str) -> EmailMessage:
    """The mail; the same part always has the same Message-ID."""
    mail = _content(body)
    sender = str(target.mail.get("sender", ""))
    mail["From"] = _address(sender)
    mail["To"] = [_address(str(name)) for name in _recipients(target)]
    mail["Date"] = format_datetime(now)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    mail["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _content(body: Mapping[str, Any]) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = body["subject"]
    mail.set_content(body["text"])
    mail.add_alternative(body["html"], subtype="html")
    for one in body["files"]:
        mail.add_attachment(base64.b64decode(one["content"]), *WORKBOOK, filename=one["name"])
    return mail


def _recipients(target: Target) -> list[str]:
    found = target.mail.get("to", ())
    return [str(name) for name in found] if isinstance(found, (list, tuple)) else []


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(one_line(name), addr_spec=address)


def _connected(target: Target) -> smtplib.SMTP:
    security = str(target.mail.get("security", "starttls"))
    host, port = str(target.mail.get("host", "")), int(str(target.mail.get("port", 0) or PORTS[security]))
    trusted = ssl.create_default_context(cafile=str(target.mail.get("ca_file") or "") or None)
    if security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=trusted)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    if security == "starttls":
        try:
            server.starttls(context=trusted)
        except smtplib.SMTPNotSupportedError:
            server.close()
            # Going on without would send the password to whoever listens.
            raise Refused("no_starttls") from None
    return server


def _sign_in(server: smtplib.SMTP, target: Target) -> None:
    if not target.mail.get("username"):
        return
    try:
        server.login(str(target.mail["username"]), target.secret)
    except smtplib.SMTPAuthenticationError as err:
        raise Refused("sign_in", str(err.smtp_code)) from None


def _hand_over(server: smtplib.SMTP, mail: EmailMessage) -> dict[str, Any]:
    """Addresses that were refused while others were accepted."""
    try:
        return dict(server.send_message(mail))
    except smtplib.SMTPRecipientsRefused as err:
        codes = [code for code, _ in err.recipients.values()]
        raise (Later("recipients_busy") if all(code < 500 for code in codes) else Refused("recipients")) from None
    except smtplib.SMTPSenderRefused as err:
        raise _by_code(err.smtp_code) from None
    except smtplib.SMTPDataError as err:
        raise _by_code(err.smtp_code) from None
    except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError):
        # The mail was on its way, and the answer to its last line is missing.
        raise Unclear("no_answer") from None


def _by_code(code: int) -> Later | Refused:
    return Refused(f"smtp_{code}") if code >= 500 else Later(f"smtp_{code}")
