"""Mail through an SMTP server: one message, one connection, and exactly what is known of the outcome."""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError, MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from urllib.parse import parse_qs, unquote, urlsplit

from channels.errors import Kind
from channels.messages import (
    InboundMessage,
    InvalidSignature,
    MalformedWebhook,
    OutboundMessage,
    Outcome,
    Receipt,
    SendError,
    WebhookRequest,
)
from db import utc_now

#: For connecting and for each answer of the server.
TIMEOUT_S = 10.0
#: Every server understands it, whatever it says of itself.
SEVEN_BIT = SMTP.clone(cte_type="7bit")
SUBJECT_MAX = 200
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\@\x00-\x1f\x7f]+@[^\s<>,;:\"()\[\]\\@\x00-\x1f\x7f]+")
_URL = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over: `smtp://user:password@host:port`, `smtps://…`, `?starttls=1`."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool
    starttls: bool

    @classmethod
    def parse(cls, url: str) -> "SmtpServer":
        """Read an SMTP_URL; user and password are percent-encoded. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("SMTP_URL must read smtp://user:password@host:port or smtps://…")
        tls = parts.scheme == "smtps"
        starttls = parse_qs(parts.query).get("starttls", ["0"])[-1].lower() in {"1", "true", "yes", "on"}
        port = parts.port or (465 if tls else 587 if starttls else 25)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port, user, password, tls, starttls and not tls)


class SmtpEmail:
    """The channel `email` on an SMTP server.

    public_base_url: its host names our messages. unsubscribe: answers a mailto: or https: URL for List-Unsubscribe,
    or an empty text.
    """

    name = "email"

    def __init__(
        self,
        smtp_url: str,
        *,
        public_base_url: str,
        unsubscribe: Callable[[OutboundMessage], str] | None = None,
        clock: Callable[[], datetime] = utc_now,
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server = SmtpServer.parse(smtp_url)
        self._host = urlsplit(public_base_url).hostname or "localhost"
        self._unsubscribe = unsubscribe
        self._clock = clock
        self._timeout_s = timeout_s
        self._tls = tls or ssl.create_default_context()

    def verify(self, request: WebhookRequest) -> None:  # noqa: ARG002  the protocol has it
        """Refuse: mail comes in nowhere."""
        raise InvalidSignature("no webhook belongs to e-mail")

    def parse(self, request: WebhookRequest) -> list[InboundMessage | Receipt]:  # noqa: ARG002  the protocol has it
        """Refuse, as `verify` does."""
        raise MalformedWebhook("no webhook belongs to e-mail")

    def find(self, message: OutboundMessage) -> str | None:  # noqa: ARG002  the protocol has it
        """Answer None: an SMTP server cannot be asked what became of a message.

        A mail sent again after an unknown outcome carries the same Message-ID only when its reference is the same;
        the category's rule decides whether it is sent again at all.
        """
        return None

    def send(self, message: OutboundMessage) -> str:
        """Hand the mail to the server and answer its Message-ID. Raises SendError.

        Until the server has asked for the content nothing is sent; once the content is on its way and no answer
        comes, nobody knows.
        """
        mail = compose(message, host=self._host, now=self._clock(), unsubscribe=self._unsubscribe)
        try:
            with_server = self._greeted()
        except smtplib.SMTPAuthenticationError as error:
            raise _refusal(error.smtp_code, Kind.CREDENTIALS) from error
        except (smtplib.SMTPException, OSError) as error:
            raise SendError(
                Outcome.TRY_AGAIN, "connect", "The mail server could not be reached.", kind=Kind.TRANSIENT
            ) from error
        try:
            self._hand_over(with_server, message, mail)
        finally:
            with_server.close()
        return str(mail["Message-ID"])

    def _greeted(self) -> smtplib.SMTP:
        """Connect, say hello and sign in."""
        server, name = self._server, self._host
        smtp: smtplib.SMTP
        if server.tls:
            smtp = smtplib.SMTP_SSL(server.host, server.port, name, timeout=self._timeout_s, context=self._tls)
        else:
            smtp = smtplib.SMTP(server.host, server.port, name, timeout=self._timeout_s)
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.starttls:
                smtp.starttls(context=self._tls)
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _hand_over(self, smtp: smtplib.SMTP, message: OutboundMessage, mail: EmailMessage) -> None:
        content = mail.as_bytes(policy=SEVEN_BIT)
        try:
            for command, expected, kind in (
                (f"MAIL FROM:<{message.sender}>", {250}, Kind.CREDENTIALS),
                (f"RCPT TO:<{message.recipient}>", {250, 251, 252}, Kind.BAD_NUMBER),
                ("DATA", {354}, Kind.CONTENT),
            ):
                code, _ = smtp.docmd(command)
                if code not in expected:
                    raise _refusal(code, kind)
        except (smtplib.SMTPException, OSError) as error:
            raise SendError(
                Outcome.TRY_AGAIN, "reset", "The mail server hung up before the mail.", kind=Kind.TRANSIENT
            ) from error
        try:
            smtp.send(re.sub(rb"(?m)^\.", b"..", content) + (b"" if content.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, _ = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            code_name = "timeout" if isinstance(error, TimeoutError) else "reset"
            raise SendError(
                Outcome.UNKNOWN, code_name, "The mail server hung up after the mail.", kind=Kind.AMBIGUOUS
            ) from error
        if code != 250:
            raise _refusal(code, Kind.CONTENT)
        with suppress(smtplib.SMTPException, OSError):
            smtp.putcmd("QUIT")


def _refusal(code: int, kind: Kind) -> SendError:
    """What a server's number means: 4xx may work later, 5xx will not. It has said so: nothing was sent."""
    if 500 <= code < 600:
        return SendError(Outcome.REFUSED, f"smtp_{code}", "The mail server refused the mail.", kind=kind)
    return SendError(Outcome.TRY_AGAIN, f"smtp_{code}", "The mail server asks to come back later.", kind=Kind.TRANSIENT)


def compose(
    message: OutboundMessage,
    *,
    host: str,
    now: datetime,
    unsubscribe: Callable[[OutboundMessage], str] | None = None,
) -> EmailMessage:
    """Answer the mail: the words as plain text and as simple HTML. Raises SendError for an address that is none."""
    for address in (message.sender, message.recipient):
        if not _ADDRESS.fullmatch(address) or not address.isascii():
            kind = Kind.BAD_NUMBER if address == message.recipient else Kind.CREDENTIALS
            raise SendError(Outcome.REFUSED, "bad_address", "This is not an e-mail address.", kind=kind)
    mail = EmailMessage(policy=SEVEN_BIT)
    # One line, whatever was put into it: a line break would begin a header of somebody else's choice.
    words = message.subject or message.text.strip().partition("\n")[0]
    subject = " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", words).split())[:SUBJECT_MAX]
    headers = {
        "From": message.sender,
        "To": message.recipient,
        "Subject": subject,
        "Date": format_datetime(now),
        # Two tries of one attempt carry one id: mail programs show it once.
        "Message-ID": f"<{message.reference or _fingerprint(message, now)}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    way_out = unsubscribe(message) if unsubscribe else ""
    if way_out:
        headers["List-Unsubscribe"] = f"<{way_out}>"
    if way_out.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    try:
        for name, value in headers.items():
            mail[name] = value
    except (ValueError, HeaderParseError, MessageError) as error:
        raise SendError(
            Outcome.REFUSED, "bad_header", "A header of the mail is malformed.", kind=Kind.CONTENT
        ) from error
    mail.set_content(message.text)
    mail.add_alternative(as_html(message.text, title=str(mail["Subject"])), subtype="html")
    return mail


def _fingerprint(message: OutboundMessage, now: datetime) -> str:
    return sha256(f"{message.recipient}\n{message.text}\n{now.isoformat()}".encode()).hexdigest()[:32]


def as_html(text: str, *, title: str) -> str:
    """Answer a small page with the same words: paragraphs, line breaks, links that can be followed."""
    paragraphs = (f"<p>{_linked(part)}</p>" for part in re.split(r"\n\s*\n", text.strip()) if part.strip())
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        '<body style="font:16px/1.5 sans-serif;color:#1a1a1a;background:#fff;max-width:36em;margin:1em auto">\n'
        + "\n".join(paragraphs)
        + "\n</body></html>\n"
    )


def _linked(text: str) -> str:
    done, pieces = 0, []
    for match in _URL.finditer(text):
        url = escape(match.group())
        pieces += [escape(text[done : match.start()]), f'<a href="{url}">{url}</a>']
        done = match.end()
    pieces.append(escape(text[done:]))
    return "".join(pieces).replace("\n", "<br>\n")
