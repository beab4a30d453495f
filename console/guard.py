"""What every request passes first: the Host it names, how often it comes, and the headers that go back with the answer."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Names the machine itself goes by.
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
SEAT = "evergreen_seat"
#: Bytes of a request's body; forms here are small.
MOST_BODY = 1_000_000

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


class Buckets:
    """Token buckets, one per key: `rate` a minute, with a burst of as many in hand."""

    def __init__(
        self, per_minute: int, *, clock: Callable[[], float] = time.monotonic, most_keys: int = 10_000
    ) -> None:
        self._rate = per_minute / 60
        self._burst = float(per_minute)
        self._clock = clock
        self._most = most_keys
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> bool:
        """Takes one; False where none is left."""
        with self._lock:
            now = self._clock()
            level, since = self._levels.pop(key, (self._burst, now))
            level = min(self._burst, level + (now - since) * self._rate)
            allowed = level >= 1
            self._levels[key] = (level - 1 if allowed else level, now)
            if len(self._levels) > self._most:
                self._levels.popitem(last=False)
            return allowed


class Guard:
    """ASGI middleware: refuses foreign hosts, floods, large bodies and cross-site writes; sets the security headers."""

    def __init__(
        self, app: ASGIApp, hosts: frozenset[str], ancestors: tuple[str, ...], buckets: Buckets,
        caller: Callable[[Request], str],
    ) -> None:  # fmt: skip
        self._app = app
        self._hosts = hosts
        self._embed_ancestors = " ".join(ancestors) or "'none'"
        self._buckets = buckets
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        request = Request(scope)
        refused = self._refusal(request)
        seat = request.cookies.get(SEAT) or secrets.token_urlsafe(18)
        scope.setdefault("state", {})["seat"] = seat

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set_headers(MutableHeaders(scope=message), request, seat)
            await send(message)

        await (refused or self._app)(scope, _bounded(receive), sent)

    def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        if (name if colon and port.isdigit() else host).lower() not in self._hosts:
            return PlainTextResponse("This name is not served here; add it to [console] hosts.\n", 400)
        if not self._buckets.take(self._caller(request)):
            return PlainTextResponse("Too many requests; wait a little.\n", 429, {"Retry-After": "10"})
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            return PlainTextResponse("Too large.\n", 413)
        if request.method not in ("GET", "HEAD") and self._is_foreign(request, host):
            return PlainTextResponse("This form was sent from another site.\n", 403)
        return None

    def _is_foreign(self, request: Request, host: str) -> bool:
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin", "")
        return site not in ("same-origin", "none") or (
            bool(origin) and origin.split("://", 1)[-1].lower() != host.lower()
        )

    def _set_headers(self, headers: MutableHeaders, request: Request, seat: str) -> None:
        is_embed = request.url.path.startswith("/embed/")
        ancestors = self._embed_ancestors if is_embed else "'none'"
        headers["Content-Security-Policy"] = _POLICY.format(ancestors=ancestors)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer" if is_embed else "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        headers.setdefault("Cache-Control", "no-store")
        if ancestors == "'none'":
            headers["X-Frame-Options"] = "DENY"
        if not is_embed and not request.url.path.startswith("/static/") and SEAT not in request.cookies:
            secure = "; Secure" if is_secure(request) else ""
            headers.append("Set-Cookie", f"{SEAT}={seat}; Path=/; HttpOnly; SameSite=Lax{secure}")


def is_secure(request: Request) -> bool:
    """True where the browser speaks HTTPS, to us or to a proxy before us; only ever makes cookies stricter."""
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))


def _bounded(receive: Receive) -> Receive:
    """The body of a request, which ends with a disconnect where it grows beyond the bound without having said so."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= MOST_BODY else {"type": "http.disconnect"}

    return bounded
