"""Digests as mails: plain text and HTML in one message, over TLS."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from accounts.config import MailConfig
from accounts.errors import AlertFailed, ConfigError
from flows.digest_text import Letter, as_html, as_text

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends letters by one mail server. `context` is the TLS it trusts: the system's, where none is given."""

    config: MailConfig
    password: str | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = None

    def send(self, letter: Letter, to: str, now: datetime) -> None:
        """Hands one mail to the server. Raises AlertFailed where it did not take it, ConfigError for mail in the clear."""
        if self.config.tls == "none" and self.config.host not in _LOOPBACK:
            raise ConfigError(
                f"[alerts.mail] tls is none, and {self.config.host} is not this machine.",
                remedy='Set tls to "starttls" or "implicit".', key="alerts.mail.tls",
            )  # fmt: skip
        message = compose(letter, self.config.sender, to, now)
        try:
            with self._connect() as server:
                if self.config.user:
                    server.login(self.config.user, self.password or "")
                server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise AlertFailed(
                f"{self.config.host} did not take the mail to {to}: {_reason(error)}.",
                remedy="Check [alerts.mail]; what it would have told is told next time.",
            ) from None

    def _connect(self) -> smtplib.SMTP:
        host, port = self.config.host, self.config.port
        context = self.context or ssl.create_default_context()
        if self.config.tls == "implicit":
            return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
        server = smtplib.SMTP(host, port, timeout=_SECONDS)
        try:
            if self.config.tls == "starttls":
                server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        return server


def compose(letter: Letter, sender: str, to: str, now: datetime) -> EmailMessage:
    """The mail of a letter; `now` (UTC) is its date."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = letter.subject, f"Evergreen <{sender}>", to
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Content-Language"] = letter.lang
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
    message.set_content(as_text(letter))
    message.add_alternative(as_html(letter), subtype="html")
    return message


def _reason(error: Exception) -> str:
    """What the server said, without what was sent to it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        error = smtplib.SMTPResponseException(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        told = error.smtp_error
        words = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        return f"{error.smtp_code} {words[:200]}"
    if isinstance(error, ssl.SSLError):
        return "its certificate does not hold, or it speaks no TLS"
    if isinstance(error, TimeoutError):
        return f"no answer within {_SECONDS} s"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]
