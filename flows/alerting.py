"""Alerts: who is told what after a run, and the sending of it. A failed channel keeps no other from being told.

Webhooks go over the guarded connection: https, to the known hosts of each service, never to a private address, and no
redirect is followed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from accounts.config import AlertsConfig, Config, Recipient, WebConfig, WebhookConfig
from accounts.errors import AlertFailed, ConfigError, EvergreenError
from accounts.secrets import find_secret
from enrichers.web.transport import LiveTransport, Request, Transport
from flows.digest import Kind, News
from flows.digest_mail import Mailer
from flows.digest_payloads import payload, refusal, signed
from flows.digest_text import Lang, Letter, write_letter
from flows.digest_told import ToldStore

#: Where each service takes webhooks; a name that begins with a dot stands for the hosts below it.
HOSTS: Mapping[str, tuple[str, ...]] = {
    "slack": ("hooks.slack.com", "hooks.slack-gov.com"),
    "teams": (".webhook.office.com", ".logic.azure.com", ".environment.api.powerplatform.com"),
    "feishu": ("open.feishu.cn", "open.larksuite.com"),
    "wecom": ("qyapi.weixin.qq.com",),
    "dingtalk": ("oapi.dingtalk.com",),
}
_SECONDS, _MOST_BYTES = 30.0, 100_000


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to one reader. `audience` names it for what was told; without an `owner` it is told of all accounts."""

    audience: str
    lang: Lang
    owner: str | None
    send: Callable[[Letter, datetime], None]

    def mine(self, news: Sequence[News]) -> list[News]:
        """What of the news is for this reader: an owner hears of their accounts, and not of failures."""
        if self.owner is None:
            return list(news)
        return [one for one in news if one.owner == self.owner and one.kind is not Kind.FAILURE]


@dataclass(frozen=True, slots=True)
class Telling:
    """What became of one channel: the letter (None where there was nothing new), how much was new, and the error."""

    audience: str
    letter: Letter | None
    count: int
    error: str = ""
    remedy: str = ""


def readers(config: Config, lang: Lang | None = None) -> list[Channel]:
    """Everybody who is told, for a preview: no secret is asked for. Without anybody, what RevOps would be told."""
    alerts = config.alerts
    found = [
        Channel(_mail_name(owner, _box(box)), lang or _box(box).lang or alerts.lang, owner, _send_nothing)
        for owner, box in _boxes(alerts)
    ]
    for name, hook in alerts.webhooks.items():
        found.append(
            Channel(f"{hook.service} {name}", lang or hook.lang or alerts.lang, hook.owner, _send_nothing)
        )
    return found or [Channel("RevOps (no channel is configured)", lang or alerts.lang, None, _send_nothing)]


def channels(
    config: Config,
    environment: Mapping[str, str],
    transport: Transport | None = None,
    lang: Lang | None = None,
) -> list[Channel]:
    """Everybody who is told, mailboxes first. `lang` overrides all languages.

    Raises ConfigError: nobody to tell, mailboxes without a server, a secret that is not there, a webhook that leads
    elsewhere.
    """
    alerts, folder = config.alerts, config.path.parent
    found = [
        *_mail_channels(alerts, folder, environment, lang),
        *_hook_channels(alerts, folder, environment, transport, lang),
    ]
    if not found:
        raise ConfigError(
            "Nobody is told: no channel is configured.",
            remedy="Name mailboxes or webhooks under [alerts]; without --send the digest is only shown.", key="alerts",
        )  # fmt: skip
    return found


def _boxes(alerts: AlertsConfig) -> list[tuple[str | None, str | Recipient]]:
    return [*((None, box) for box in alerts.revops), *alerts.owners.items()]


def _box(box: str | Recipient) -> Recipient:
    return Recipient(to=box) if isinstance(box, str) else box


def _mail_name(owner: str | None, box: Recipient) -> str:
    return f"mail to {box.to}" if owner is None else f"mail to {owner} <{box.to}>"


def _send_nothing(letter: Letter, now: datetime) -> None:  # noqa: ARG001 - as every channel's
    raise AlertFailed("A preview sends nothing.")


def _mail_channels(
    alerts: AlertsConfig, folder: Path, environment: Mapping[str, str], lang: Lang | None
) -> Iterator[Channel]:
    told = _boxes(alerts)
    if not told:
        return
    if alerts.mail is None:
        raise ConfigError(
            "Mailboxes are named under [alerts], and no mail server.",
            remedy="Set host and sender under [alerts.mail].", key="alerts.mail",
        )  # fmt: skip
    given = alerts.mail.model_dump(exclude_none=True)
    password = find_secret("password", given, folder, environment)
    if alerts.mail.user and password is None:
        raise ConfigError(
            "[alerts.mail] names a user, and no password is there.",
            remedy="Name where it lies: password_env, password_file or password_block.", key="alerts.mail.password_env",
        )  # fmt: skip
    mailer = Mailer(alerts.mail, password)
    for owner, box in told:
        mailbox = _box(box)
        yield _by_mail(mailer, owner, mailbox, lang or mailbox.lang or alerts.lang)


def _by_mail(mailer: Mailer, owner: str | None, box: Recipient, lang: Lang) -> Channel:
    def send(letter: Letter, now: datetime) -> None:
        mailer.send(letter, box.to, now)

    return Channel(_mail_name(owner, box), lang, owner, send)


def _hook_channels(
    alerts: AlertsConfig,
    folder: Path,
    environment: Mapping[str, str],
    transport: Transport | None,
    lang: Lang | None,
) -> Iterator[Channel]:
    for name, hook in alerts.webhooks.items():
        given = hook.model_dump(exclude_none=True)
        url = find_secret("url", given, folder, environment)
        if url is None:
            raise ConfigError(
                f"[alerts.webhooks.{name}] has no address.",
                remedy="Name where it lies: url_env, url_file or url_block.", key=f"alerts.webhooks.{name}.url_env",
            )  # fmt: skip
        check_address(name, hook.service, url)
        secret = find_secret("secret", given, folder, environment)
        yield _by_hook(
            name, hook, url, secret, transport or LiveTransport(WebConfig()), lang or hook.lang or alerts.lang
        )


def _by_hook(
    name: str, hook: WebhookConfig, url: str, secret: str | None, transport: Transport, lang: Lang
) -> Channel:
    def send(letter: Letter, now: datetime) -> None:
        post(transport, hook.service, url, secret, letter, now)

    return Channel(f"{hook.service} {name}", lang, hook.owner, send)


def check_address(name: str, service: str, url: str) -> None:
    """Raises ConfigError for a webhook that is not https at a host of its service; the address is in no message."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    known = HOSTS[service]
    fits = any(host.endswith(h) if h.startswith(".") else host == h for h in known)
    if parts.scheme == "https" and fits and port in (None, 443) and not (parts.username or parts.password):
        return
    places = " or ".join(f"https://*{h}" if h.startswith(".") else f"https://{h}" for h in known)
    raise ConfigError(
        f"The address of [alerts.webhooks.{name}] is none of {service}'s.",
        remedy=f"Webhooks of {service} begin with {places}.", key=f"alerts.webhooks.{name}",
    )  # fmt: skip


def post(
    transport: Transport, service: str, url: str, secret: str | None, letter: Letter, now: datetime
) -> None:
    """Sends one message. Raises AlertFailed where the service did not take it; the address is in no message."""
    address, message = signed(service, url, payload(service, letter), secret, now)
    body = json.dumps(message, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "evergreen-crm"}
    try:
        answer = transport.send(Request(address, headers, _SECONDS, _MOST_BYTES, cut=True, body=body))
    except EvergreenError as error:
        raise AlertFailed(error.what, remedy="What it would have told is told next time.") from None
    why = refusal(service, answer.status, answer.body)
    if why is not None:
        raise AlertFailed(
            f"{service} refused the message ({why.replace(url, '[hidden]')}).",
            remedy="Check the webhook; what it would have told is told next time.",
        )


def preview(config: Config, reader: Channel, store: ToldStore, news: Sequence[News]) -> Telling:
    """What a channel would be told now; nothing is sent or noted."""
    mine = reader.mine(news)
    fresh = store.untold(reader.audience, mine)
    return Telling(reader.audience, _letter(config, reader, fresh, mine) if fresh else None, len(fresh))


def tell(config: Config, reader: Channel, store: ToldStore, news: Sequence[News], now: datetime) -> Telling:
    """Sends a channel what it has not been told, in one message, or nothing where there is nothing new."""
    mine, count, letter = reader.mine(news), 0, None
    try:
        with store.telling(reader.audience, mine, now) as fresh:
            count = len(fresh)
            if fresh:
                letter = _letter(config, reader, fresh, mine)
                reader.send(letter, now)
    except AlertFailed as error:
        return Telling(reader.audience, letter, count, error.what, error.remedy)
    return Telling(reader.audience, letter, count)


def unreached_owners(config: Config, news: Sequence[News]) -> dict[str, int]:
    """Owners of whose accounts there is news and who have no mailbox under `[alerts.owners]`, with its count."""
    found: dict[str, int] = {}
    for one in news:
        if one.owner and one.owner not in config.alerts.owners:
            found[one.owner] = found.get(one.owner, 0) + 1
    return found


def _letter(config: Config, reader: Channel, fresh: Sequence[News], mine: Sequence[News]) -> Letter:
    waiting = sum(one.kind is Kind.REVIEW for one in mine)
    return write_letter(
        fresh, reader.lang, most=config.alerts.most, owner=reader.owner, waiting=waiting,
        console=config.alerts.console_url,
    )  # fmt: skip
