"""The HTTP side of a simulated CRM: requests in, replies out, faults that any API has, a log of every call."""

from __future__ import annotations

import gzip
import json
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from demo.simulate.org import Faults, Org

_PAGE = (
    "<!DOCTYPE html><html><head><title>Access to this site is being checked</title></head><body>Please sign in to the proxy."
    "</body></html>"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `path` is decoded, header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON, None where it is none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None

    @property
    def form(self) -> dict[str, str]:
        """The body as a form, last value of each name."""
        return {
            key: values[-1] for key, values in parse_qs(self.body.decode(), keep_blank_values=True).items()
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply: JSON, or bytes as they are. `hang`: the connection is closed with nothing said."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False


class Simulator(ABC):
    """A simulated CRM. A kind implements `answer` and, in its own words, `expired`, `throttled` and `spent`.

    `log` holds (method, path) of every request that cost a call; `calls` counts them by what `purpose` makes of them.
    """

    kind: ClassVar[str] = ""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.log: list[tuple[str, str]] = []
        self.calls: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._server: ThreadingHTTPServer | None = None

    # -- what a kind implements --------------------------------------------------------------------------------

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """The reply to a request that met no general fault."""

    def is_login(self, request: Request) -> bool:
        """True for requests that cost no call and need no token."""
        return "oauth" in request.path or "login" in request.path

    def is_write(self, request: Request) -> bool:
        """True for requests that may change records."""
        return request.method in ("POST", "PATCH", "PUT", "DELETE") and not self.is_login(request)

    def expired(self) -> Answer:
        """The words for a token that is no longer good."""
        return Answer(401, {"message": "expired"})

    def throttled(self) -> Answer:
        """The words for too many calls at once."""
        return Answer(429, {"message": "slow down"}, {"Retry-After": f"{self.org.faults.retry_after:g}"})

    def spent(self) -> Answer:
        """The words for a daily limit that is spent."""
        return Answer(429, {"message": "daily limit"})

    def settings(self, folder: Path) -> str:
        """A configuration that points to this simulator, as TOML; keys it needs are written into the folder."""
        return f'[crm]\nkind = "{self.kind}"\n\n[crm.options]\nhost = "{self.url}"\n'

    def advice(self) -> str:
        """What to do next, in a line or two."""
        return f'[crm] kind = "{self.kind}", [crm.options] host = "{self.url}"'

    # -- the server --------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None, "start it first"
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def made(self) -> int:
        """Calls so far, logins not counted."""
        return len(self.log)

    def start(self, port: int = 0) -> Simulator:
        """Listens on loopback in a thread of its own; port 0 takes a free one."""
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Stops listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def serve(self, request: Request) -> Answer:
        """The reply to any request, one at a time; what happens in between happens outside of it."""
        faults, writing = self.org.faults, self.is_write(request)
        if writing and faults.before_write is not None:
            hook, faults.before_write = faults.before_write, None
            hook()
        with self._lock:
            before = self.org.writes
            answer = self._serve(request)
            wrote = self.org.writes > before
        if wrote and faults.after_write is not None:
            hook, faults.after_write = faults.after_write, None
            hook()
        if wrote and _take(faults, "hang_after_commit"):
            return Answer(hang=True)
        return answer

    def _serve(self, request: Request) -> Answer:
        faults = self.org.faults
        if self.is_login(request):
            return self.answer(request)
        if _take(faults, "html"):
            return Answer(200, _PAGE.encode(), {"Content-Type": "text/html"})
        self.log.append((request.method, request.path))
        self.calls[self.purpose(request)] += 1
        met = self._fault(faults)
        return met if met is not None else self.answer(request)

    def _fault(self, faults: Faults) -> Answer | None:
        if _take(faults, "fail"):
            return Answer(503, {"message": "the service is busy"})
        if _take(faults, "expire"):
            return self.expired()
        if _take(faults, "throttle"):
            return self.throttled()
        if faults.calls_left is None:
            return None
        if faults.calls_left <= 0:
            return self.spent()
        faults.calls_left -= 1
        return None

    def purpose(self, request: Request) -> str:
        """What a call is counted as."""
        return "write" if self.is_write(request) else "read"


Maker = Callable[..., Simulator]
_MAKERS: dict[str, Maker] = {}


def simulator(kind: str) -> Callable[[Maker], Maker]:
    """Registers a function or class that makes a simulator of a kind: `make(accounts: int, clock: OrgClock | None)`."""

    def keep(maker: Maker) -> Maker:
        _MAKERS[kind] = maker
        return maker

    return keep


def makers() -> Mapping[str, Maker]:
    """The simulators there are, by kind; every module of this package is looked at."""
    import importlib  # noqa: PLC0415 - only who asks for the list pays for it
    import pkgutil  # noqa: PLC0415

    import demo.simulate  # noqa: PLC0415

    for module in pkgutil.iter_modules(demo.simulate.__path__):
        importlib.import_module(f"demo.simulate.{module.name}")
    return dict(sorted(_MAKERS.items()))


def _take(faults: Faults, name: str) -> bool:
    """Counts a fault down; True where there was one left."""
    left = int(getattr(faults, name))
    if left > 0:
        setattr(faults, name, left - 1)
    return left > 0


def _handler(simulated: Simulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _any(self) -> None:
            parts = urlsplit(self.path)
            query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {key.lower(): value for key, value in self.headers.items()}
            if headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            answer = simulated.serve(Request(self.command, unquote(parts.path), query, headers, body))
            if answer.hang:
                self.close_connection = True
                return
            content, kind = _content(answer.body)
            self.send_response_only(answer.status)
            for name, value in {"Content-Type": kind, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815 - named by the library

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _content(body: Any) -> tuple[bytes, str]:
    if body is None:
        return b"", "application/json;charset=UTF-8"
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    return json.dumps(body, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    ), "application/json;charset=UTF-8"
