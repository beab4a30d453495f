"""One request, one answer: no redirects, no retries, no manners. Live here; saved answers in `replay`."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from requests.utils import get_environ_proxies

from accounts.config import WebConfig
from accounts.errors import SourceBroken
from enrichers.web.addresses import Resolver, resolve, why_refused
from enrichers.web.decompress import TooLarge, decompress
from enrichers.web.guarded import GuardedAdapter, HopFailed, Lane, Watch
from enrichers.web.secret import with_secrets

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Request:
    """One GET, or a POST where there is a `body`. `seconds` bounds the whole exchange; `max_bytes` the answer, which `cut`
    truncates instead of refusing. `secrets` are parameters that are sent and not shown.
    """

    url: str
    headers: Mapping[str, str]
    seconds: float
    max_bytes: int
    cut: bool = False
    body: bytes | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def host(self) -> str:
        """The host asked."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One answer; `headers` have lower-case names, `cookies` are the raw `Set-Cookie` lines.

    `certificate_issuer` is the organisation that signed the host's certificate.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()
    certificate_issuer: str | None = None


class Transport(Protocol):
    """How a single request travels. `live` says that there is a world to be polite to."""

    live: bool

    def send(self, request: Request) -> Hop:
        """The answer to one request. Raises HopFailed for no answer, SourceBroken for an unreadable one."""
        ...


class LiveTransport:
    """The network, one `requests` session a thread."""

    live = True

    def __init__(self, config: WebConfig, resolver: Resolver = resolve) -> None:
        self._config = config
        self._resolver = resolver
        self._threads = threading.local()

    def send(self, request: Request) -> Hop:
        """The answer over the network."""
        session, lane = self._session()
        with Watch(lane, request.seconds) as watch:
            try:
                hop = self._exchange(session, request)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                # an error of the library quotes the address, and with it what is secret
                cause = None if request.secrets else error
                raise _failure(request, error, expired=watch.expired) from cause
            if watch.expired:  # a cut body without a length looks like a whole one
                raise _too_slow(request)
            return hop

    def _exchange(self, session: requests.Session, request: Request) -> Hop:
        url, headers = self._through_gateway(with_secrets(request.url, request.secrets), request.headers)
        method = "GET" if request.body is None else "POST"
        prepared = session.prepare_request(requests.Request(method, url, headers=headers, data=request.body))
        proxies, verify = self._environment(request.url)
        with session.send(
            prepared, stream=True, allow_redirects=False, proxies=proxies, verify=verify,
            timeout=(self._config.connect_timeout, self._config.read_timeout),
        ) as answer:  # fmt: skip
            found = {name.lower(): value for name, value in answer.headers.items()}
            cookies = tuple(answer.raw.headers.getlist("set-cookie"))
            issuer = _issuer(answer.raw)
            if answer.status_code in REDIRECTS and "location" in found:
                return Hop(answer.status_code, found, b"", cookies, issuer)
            return Hop(answer.status_code, found, _read(answer.raw, found, request), cookies, issuer)

    def _through_gateway(self, url: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Where to ask, and with which headers: at the host itself, or at the demo world's one address."""
        gateway = self._config.gateway
        if gateway is None:
            return url, dict(headers)
        parts = urlsplit(url)
        return parts._replace(scheme="http", netloc=gateway.removeprefix("http://")).geturl(), {
            **headers,
            "Host": parts.netloc,
        }

    def _environment(self, url: str) -> tuple[dict[str, str], str | bool]:
        """Proxies and certificates of the environment, where the configuration lets them in."""
        if not self._config.use_proxies:
            return {}, True
        host = urlsplit(url).hostname or ""
        why = why_refused(host, allow_loopback=self._config.allow_private)
        if why not in (None, "not an address"):  # behind a proxy only literal addresses can be judged
            raise HopFailed(f"{host} is not on the public internet ({why}); it was not asked.", url=url)
        return dict(get_environ_proxies(url)), os.environ.get("REQUESTS_CA_BUNDLE") or True

    def _session(self) -> tuple[requests.Session, Lane]:
        if not hasattr(self._threads, "session"):
            inside = self._config.allow_private or self._config.gateway is not None
            lane = Lane(self._resolver, allow_loopback=inside)
            session = requests.Session()
            session.trust_env = False
            session.headers.clear()
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            for scheme in ("http://", "https://"):
                session.mount(scheme, GuardedAdapter(lane, pool_connections=4, pool_maxsize=2))
            self._threads.session, self._threads.lane = session, lane
        return self._threads.session, self._threads.lane


def _issuer(raw: urllib3.HTTPResponse) -> str | None:
    """Who signed the certificate of the connection an answer comes over; asked before its body is read."""
    wire = getattr(raw.connection, "sock", None)
    if not isinstance(wire, ssl.SSLSocket):
        return None
    told: Any = wire.getpeercert() or {}
    names = [pair for entry in told.get("issuer", ()) for pair in entry]
    return next((str(pair[1]) for pair in names if pair[0] == "organizationName"), None)


def _read(raw: urllib3.HTTPResponse, headers: Mapping[str, str], request: Request) -> bytes:
    """The whole body, unpacked, within the bound."""
    declared = headers.get("content-length", "")
    if (
        declared.isascii()
        and declared.isdigit()
        and int(declared[:15]) > request.max_bytes
        and not request.cut
    ):
        raise too_large(request)
    chunks: list[bytes] = []
    size = 0
    for chunk in raw.stream(_CHUNK, decode_content=False):
        chunks.append(chunk)
        size += len(chunk)
        if size > request.max_bytes:
            if request.cut:
                return b"".join(chunks)[: request.max_bytes]
            raise too_large(request)
    try:
        return decompress(b"".join(chunks), headers.get("content-encoding", ""), request.max_bytes)
    except TooLarge:
        raise too_large(request) from None
    except SourceBroken as error:
        raise SourceBroken(f"{request.host}: {error.what}", url=request.url) from error


def too_large(request: Request) -> TooLarge:
    """The error for a body over the bound."""
    return TooLarge(
        f"{request.host} sent more than {request.max_bytes} bytes.",
        remedy="Raise max_bytes under [web] if such a page is worth it.",
        url=request.url,
    )


def _too_slow(request: Request) -> HopFailed:
    return HopFailed(
        f"{request.host} took longer than {request.seconds:.0f} s.",
        remedy="Raise total_timeout under [web] if it is worth waiting for.",
        url=request.url,
        transient=False,
    )


def _failure(request: Request, error: Exception, *, expired: bool) -> HopFailed:
    """What went wrong, in words that name the host and never a header."""
    host = request.host
    if expired:
        return _too_slow(request)
    if isinstance(error, requests.exceptions.SSLError):
        return HopFailed(f"{host} shows a certificate that does not hold.", url=request.url)
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return HopFailed(f"{host} did not answer in time.", url=request.url, transient=True)
    if isinstance(error, requests.exceptions.InvalidHeader):
        return HopFailed("A request header holds characters that may not be sent.", url=request.url)
    if isinstance(error, ValueError) and not isinstance(error, requests.ConnectionError):
        return HopFailed(f"{host} is no address that can be asked.", url=request.url)
    return HopFailed(f"{host} broke the connection off.", url=request.url, transient=True)
