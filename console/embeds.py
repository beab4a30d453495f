"""Links that open one account, compactly, inside a frame of the CRM: signed, bound to the account, and short-lived."""

from __future__ import annotations

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer


class LinkExpired(Exception):
    """The link was ours, and its time is over."""


class Embeds:
    """Makes and opens such links."""

    def __init__(self, secret: str, hours: float) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="embed")
        self._seconds = round(hours * 3600)

    @property
    def hours(self) -> float:
        """How long a link lasts."""
        return self._seconds / 3600

    def link(self, account_id: str) -> str:
        """The path of a link to an account, good from now on for `hours`."""
        return f"/embed/{self._signer.dumps(account_id)}"

    def account(self, token: str) -> str | None:
        """The account a link opens, or None where it is not one of ours. Raises LinkExpired."""
        try:
            return str(self._signer.loads(token, max_age=self._seconds))
        except SignatureExpired:
            raise LinkExpired from None
        except BadSignature:
            return None
