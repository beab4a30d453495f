"""Which addresses of the web we ask at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from accounts.errors import SourceUnavailable

_LONGEST = 4096
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """One address to ask: `url` is percent-encoded, without fragment; `host` is lower case."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port: what robots.txt and credentials belong to."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{shown}:{self.port}"

    @property
    def site(self) -> str:
        """The host, with its port where that is not a usual one: what politeness is owed to."""
        return self.host if self.port in _PORTS.values() else f"{self.host}:{self.port}"

    def join(self, location: str) -> str:
        """The address a `Location` header names, seen from here. Raises ValueError for nonsense."""
        return urljoin(self.url, _as_utf8(location).strip())


@lru_cache(maxsize=4096)
def parse_target(url: str, *, any_port: bool = False) -> Target:
    """The address as we would ask it.

    Raises SourceUnavailable for what we never ask: another scheme than http and https, a name and password in
    the address, a port other than 80 and 443 (unless `any_port`), nonsense.
    """
    shown = _shown(url)
    try:
        if len(url) > _LONGEST:
            raise _refusal(shown, f"is longer than {_LONGEST} characters")
        parts = urlsplit(safe_url_string(url.strip()))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except (ValueError, UnicodeError):
        raise _refusal(shown, "is no web address") from None
    if parts.scheme not in _PORTS or not host:
        raise _refusal(shown, "is no http or https address")
    if parts.username is not None or parts.password is not None:
        raise _refusal(shown, "carries a name or password")
    port = _PORTS[parts.scheme] if port is None else port
    if port not in _PORTS.values() and not any_port:
        raise _refusal(shown, f"asks for port {port}; only 80 and 443 are asked")
    path = parts.path or "/"
    bare = urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
    return Target(bare, parts.scheme, host, port, path)


def _refusal(shown: str, why: str) -> SourceUnavailable:
    return SourceUnavailable(f"{shown} {why}.", remedy="Correct the address in the account.", url=shown)


def _shown(url: str) -> str:
    """The address for messages: without name, password and query, which may be secret."""
    bare = url.partition("#")[0].partition("?")[0]
    head, slashes, rest = bare.partition("//")
    authority, slash, path = rest.partition("/")
    return f"{head}{slashes}{authority.rpartition('@')[2]}{slash}{path}"[:200]


def _as_utf8(header: str) -> str:
    """A header value read as Latin-1, as UTF-8 where it is that: servers put raw UTF-8 into `Location`."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
