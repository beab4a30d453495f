"""Logging in to Salesforce: JWT bearer (no secret travels) or client credentials. The password grant is not built on purpose.

Source: Salesforce help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration"; RFC 7523.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.clock import Clock, SystemClock
from accounts.errors import ConfigError, CrmUnavailable
from crm.remote.options import Options
from crm.remote.records import Fault

if TYPE_CHECKING:
    from crm.remote.session import ApiSession, Reply

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE = timedelta(minutes=3)
_REMEDIES = {
    "invalid_client_id": "Check [crm.options] client_id: it is the consumer key of the connected app.",
    "invalid_client": "Check the client secret, and that the app allows the client credentials flow with a run-as user.",
    "invalid_grant": "Check username, private key and audience; the user must be pre-authorised for the connected app.",
    "invalid_app_access": "Assign the connected app to our user's profile or permission set.",
    "inactive_user": "Activate our user.",
}


@dataclass(slots=True)
class Login:
    """Mints tokens. `instance` is the address the org told to speak to."""

    options: Options
    session: ApiSession | None = None
    clock: Clock = field(
        default_factory=SystemClock
    )  # an assertion is good for minutes of real time, whatever `--as-of` says
    token: str = ""
    instance: str = ""

    def headers(self) -> dict[str, str]:
        """Logs in and gives the header of every call. Raises CrmUnavailable with what to mend, ConfigError."""
        assert self.session is not None
        form, headers = self._asked()
        reply = self.session.call(
            "POST", self._address() + "/services/oauth2/token", purpose="login", safe=True, data=form, headers=headers,
            authorised=False, passes=frozenset(Fault), retries=2,
        )  # fmt: skip
        body = reply.body if isinstance(reply.body, dict) else {}
        if reply.status != 200 or not body.get("access_token"):
            raise self._refused(reply, body)
        self.token, self.instance = (
            str(body["access_token"]),
            str(body.get("instance_url") or self.options.address("host")),
        )
        return {"Authorization": f"Bearer {self.token}"}

    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return (self.token,)

    def _address(self) -> str:
        return self.options.address("login", self.options.text("host", "https://login.salesforce.com"))

    def _asked(self) -> tuple[dict[str, str], dict[str, str]]:
        client = self.options.text("client_id", remedy="Put the consumer key of the connected app there.")
        if self.options.has_secret("private_key"):
            return {"grant_type": _GRANT, "assertion": self._assertion(client)}, {}
        secret = self.options.secret(
            "client_secret", remedy="Name private_key_file (JWT bearer) or the client secret."
        )
        pair = base64.b64encode(f"{client}:{secret}".encode()).decode()
        return {"grant_type": "client_credentials"}, {"Authorization": f"Basic {pair}"}

    def _assertion(self, client: str) -> str:
        import jwt  # noqa: PLC0415 - only who uses Salesforce loads it

        address = self._address()
        usual = (
            "https://test.salesforce.com"
            if "--" in address or "test." in address
            else "https://login.salesforce.com"
        )
        claims = {
            "iss": client,
            "sub": self.options.text("username", remedy="Name the user we work as."),
            "aud": self.options.text("audience", usual),
            "exp": int((self.clock.now() + _LIFE).timestamp()),
        }
        try:
            return jwt.encode(claims, self.options.secret("private_key"), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise ConfigError(
                "[crm.options] private_key_file holds no RSA private key in PEM.",
                remedy="It begins with -----BEGIN PRIVATE KEY-----; a certificate is not the key.", key="crm.options.private_key_file",
            ) from error  # fmt: skip

    def _refused(self, reply: Reply, body: dict[str, object]) -> CrmUnavailable:
        code, words = (
            str(body.get("error") or reply.status),
            str(body.get("error_description") or reply.text[:200]),
        )
        return CrmUnavailable(
            f"Salesforce refuses to log us in at {self._address()}: {code}: {words}.", crm="salesforce", raw=words,
            remedy=_REMEDIES.get(code, "Check [crm.options] host: it is your My Domain address, https://NAME.my.salesforce.com."),
        )  # fmt: skip
