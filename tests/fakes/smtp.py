"""A real SMTP server on this machine that keeps what it gets and refuses what it is told to."""

# ruff: noqa: ARG002  aiosmtpd calls these with everything it has

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class FakeSmtp:
    """What the server knows. A scripted answer stands until it is taken back: `answers["RCPT"] = "550 no such user"`.

    Stages: MAIL, RCPT, DATA (instead of asking for the content), END (after it). `hang_up` names a stage at which the
    server closes the connection without a word: RCPT, or END after the content was kept.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str | None, list[str]]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    hang_up: str = ""
    #: How often a client has begun a mail.
    calls: int = 0
    #: user -> password; empty: nobody has to sign in.
    users: dict[str, str] = field(default_factory=dict)

    def url(self, *, user: str = "", password: str = "") -> str:
        """Answer the SMTP_URL."""
        return f"smtp://{f'{user}:{password}@' if user else ''}127.0.0.1:{self.port}"

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.calls += 1
        if self.users and not session.authenticated:
            return "530 sign in first"
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.hang_up == "RCPT":
            server.transport.abort()
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "END" in self.answers:
            return self.answers["END"]
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.mails.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        if self.hang_up == "END":
            server.transport.abort()
        return "250 kept"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and self.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=known, handled=False)


class _Server(SMTP):
    """aiosmtpd asks for the content by itself; here that too can be refused."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        refusal = self.event_handler.answers.get("DATA")
        if refusal:
            await self.push(refusal)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    #: Given, the server offers STARTTLS.
    starttls: ssl.SSLContext | None = None

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # asked for port 0: only now it is known
        super()._trigger_server()

    def factory(self) -> SMTP:
        handler: FakeSmtp = self.handler
        signs_in = bool(handler.users)
        return _Server(
            handler,
            hostname="fake",
            authenticator=handler.authenticate if signs_in else None,
            auth_require_tls=False,
            tls_context=self.starttls,
        )


@contextlib.contextmanager
def fake_smtp(*, starttls: ssl.SSLContext | None = None, **users: str) -> Iterator[FakeSmtp]:
    """Run one on a free port of the loopback. users: who may sign in, and then everybody has to."""
    fake = FakeSmtp(users=users)
    controller = _Controller(fake, hostname="127.0.0.1", port=0)
    controller.starttls = starttls
    controller.start()
    try:
        fake.port = controller.port
        yield fake
    finally:
        controller.stop()
