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
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies
from urllib3.util import Timeout
from urllib3.util.ssl_ import create_urllib3_context

from accounts.config import WebConfig
from accounts.errors import SourceBroken
from enrichers.web.addresses import Resolver, resolve, why_refused
from enrichers.web.decompress import TooLarge, decompress
from enrichers.web.guarded import GuardedAdapter, HopFailed, Lane, guarded_pools
from enrichers.web.secret import with_secrets
from enrichers.web.watchdog import Watchdog

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
    """The network: a thread has connections of its own, where the environment counts (`use_proxies`) a `requests` session."""

    live = True

    def __init__(self, config: WebConfig, resolver: Resolver = resolve) -> None:
        self._config = config
        self._resolver = resolver
        self._threads = threading.local()
        self._watchdog = Watchdog()
        self._context = create_urllib3_context()
        self._context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)

    def send(self, request: Request) -> Hop:
        """The answer over the network."""
        lane = self._lane()
        with self._watchdog.watch(lane, request.seconds) as watch:
            try:
                hop = self._exchange(request)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                # an error of the library quotes the address, and with it what is secret
                cause = None if request.secrets else error
                raise _failure(request, error, expired=watch.expired) from cause
            if watch.expired:  # a cut body without a length looks like a whole one
                raise _too_slow(request)
            return hop

    def _exchange(self, request: Request) -> Hop:
        url, headers = self._through_gateway(with_secrets(request.url, request.secrets), request.headers)
        if self._config.use_proxies:
            return self._by_environment(request, url, headers)
        raw = self._pools().urlopen(
            "GET" if request.body is None else "POST", url, body=request.body, headers=headers,
            redirect=False, retries=False, preload_content=False, decode_content=False,
            timeout=Timeout(self._config.connect_timeout, self._config.read_timeout),
        )  # fmt: skip
        assert isinstance(raw, urllib3.HTTPResponse)
        try:
            return _hop(raw, request)
        finally:
            raw.close()
            raw.release_conn()

    def _by_environment(self, request: Request, url: str, headers: dict[str, str]) -> Hop:
        """The answer by the proxies and certificates of the environment, which `requests` knows how to read."""
        session = self._session()
        proxies, verify = self._environment(request.url)
        method = "GET" if request.body is None else "POST"
        prepared = session.prepare_request(requests.Request(method, url, headers=headers, data=request.body))
        with session.send(
            prepared, stream=True, allow_redirects=False, proxies=proxies, verify=verify,
            timeout=(self._config.connect_timeout, self._config.read_timeout),
        ) as answer:  # fmt: skip
            return _hop(answer.raw, request)

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
        """Proxies and certificates of the environment."""
        host = urlsplit(url).hostname or ""
        why = why_refused(host, allow_loopback=self._config.allow_private)
        if why not in (None, "not an address"):  # behind a proxy only literal addresses can be judged
            raise HopFailed(f"{host} is not on the public internet ({why}); it was not asked.", url=url)
        return dict(get_environ_proxies(url)), os.environ.get("REQUESTS_CA_BUNDLE") or True

    def _lane(self) -> Lane:
        if not hasattr(self._threads, "lane"):
            inside = self._config.allow_private or self._config.gateway is not None
            self._threads.lane = Lane(self._resolver, allow_loopback=inside)
        lane: Lane = self._threads.lane
        return lane

    def _pools(self) -> urllib3.PoolManager:
        if not hasattr(self._threads, "pools"):
            self._threads.pools = guarded_pools(self._lane(), self._context)
        pools: urllib3.PoolManager = self._threads.pools
        return pools

    def _session(self) -> requests.Session:
        if not hasattr(self._threads, "session"):
            session = requests.Session()
            session.trust_env = False
            session.headers.clear()
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            for scheme in ("http://", "https://"):
                session.mount(scheme, GuardedAdapter(self._lane(), pool_connections=4, pool_maxsize=2))
            self._threads.session = session
        ready: requests.Session = self._threads.session
        return ready


def _hop(raw: urllib3.HTTPResponse, request: Request) -> Hop:
    """The answer as it comes off the wire."""
    headers = {name.lower(): value for name, value in raw.headers.itermerged()}
    cookies, issuer = tuple(raw.headers.getlist("set-cookie")), _issuer(raw)
    leads_on = raw.status in REDIRECTS and "location" in headers
    return Hop(raw.status, headers, b"" if leads_on else _read(raw, headers, request), cookies, issuer)


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
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return HopFailed(f"{host} shows a certificate that does not hold.", url=request.url)
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return HopFailed(f"{host} did not answer in time.", url=request.url, transient=True)
    if isinstance(error, requests.exceptions.InvalidHeader) or str(error).startswith("Invalid header"):
        return HopFailed("A request header holds characters that may not be sent.", url=request.url)
    if isinstance(error, ValueError) and not isinstance(error, requests.ConnectionError):
        return HopFailed(f"{host} is no address that can be asked.", url=request.url)
    return HopFailed(f"{host} broke the connection off.", url=request.url, transient=True)
