"""What came back over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class KeptBody:
    """A body that lies in a store and is read when somebody asks for it; `size` in bytes."""

    size: int
    read: Callable[[], bytes]
    _bytes: bytes | None = None

    def bytes(self) -> bytes:
        """The body. Raises SourceBroken where the store does not hold it any more."""
        if self._bytes is None:
            self._bytes = self.read()
        return self._bytes


@dataclass(frozen=True, slots=True)
class Response:
    """A response after redirects. `headers` have lower-case names; `fetched_at` is UTC.

    `hops` are the URLs asked on the way, first to last, without `final_url`. `from_store` says that the body
    is a stored one the server confirmed, or a replay. `certificate_issuer` is the organisation that signed the
    host's certificate, None where there was none or it does not say.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    held: bytes | KeptBody
    body_sha256: str
    fetched_at: datetime
    hops: tuple[str, ...] = ()
    from_store: bool = False
    certificate_issuer: str | None = None

    @property
    def body(self) -> bytes:
        """The body, decompressed. Raises SourceBroken where it was confirmed and the store does not hold it any more."""
        return self.held.bytes() if isinstance(self.held, KeptBody) else self.held

    @property
    def size(self) -> int:
        """How long the body is, in bytes."""
        return self.held.size if isinstance(self.held, KeptBody) else len(self.held)

    @property
    def ok(self) -> bool:
        """True for a 2xx status."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty where none was sent."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()
