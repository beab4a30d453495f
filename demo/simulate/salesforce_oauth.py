"""The token endpoint of the simulated org: JWT bearer and client credentials."""

from __future__ import annotations

import base64

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.simulate.server import Answer, Request

CLIENT, SECRET, USERNAME = (
    "consumer-key-of-the-simulator",
    "consumer-secret-of-the-simulator",
    "evergreen@example.com",
)
_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Tokens:
    """The connected app, its certificate, and the tokens that are good now."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.good: set[str] = set()
        self._granted = 0

    def private_key(self) -> bytes:
        """The key whose certificate the connected app knows, as PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def answer(self, request: Request, url: str, issued: int) -> Answer:
        """A token, or why there is none. `issued` in milliseconds since 1970."""
        form = request.form
        grant = form.get("grant_type")
        if grant == "client_credentials":
            refused = self._client(request)
        elif grant == _BEARER:
            refused = self._bearer(form.get("assertion", ""))
        else:
            refused = ("unsupported_grant_type", "grant type not supported")
        if refused is not None:
            return Answer(400, {"error": refused[0], "error_description": refused[1]})
        self._granted += 1
        token = f"00Dxx!simulated.{self._granted}"
        self.good.add(token)
        return Answer(200, {
            "access_token": token, "instance_url": url, "id": f"{url}/id/00Dxx/005xx", "token_type": "Bearer",
            "issued_at": str(issued), "signature": "c2ltdWxhdGVk",
        })  # fmt: skip

    def _client(self, request: Request) -> tuple[str, str] | None:
        form = request.form
        given = base64.b64decode(
            request.headers.get("authorization", "").removeprefix("Basic ") or b""
        ).decode()
        right = given == f"{CLIENT}:{SECRET}" or (form.get("client_id"), form.get("client_secret")) == (
            CLIENT,
            SECRET,
        )
        return None if right else ("invalid_client", "invalid client credentials")

    def _bearer(self, assertion: str) -> tuple[str, str] | None:
        try:
            claims = jwt.decode(assertion, self.key.public_key(), ["RS256"], options={"verify_aud": False})
        except jwt.PyJWTError:
            return "invalid_grant", "invalid assertion"
        if claims.get("iss") != CLIENT:
            return "invalid_client_id", "client identifier invalid"
        if claims.get("sub") != USERNAME:
            return "invalid_grant", "user hasn't approved this consumer"
        return None
