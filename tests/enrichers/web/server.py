"""A real HTTP server on loopback, told what to answer path by path."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


def page(body: bytes | str = b"ok", status: int = 200, **headers: str) -> Answer:
    """An answer with a body and headers (`content_type` for `content-type`)."""
    raw = body.encode() if isinstance(body, str) else body

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    return answer


def redirect(location: str, status: int = 302, **headers: str) -> Answer:
    return page(b"", status, location=location, **headers)


def in_turn(*answers: Answer) -> Answer:
    """One answer after the other; the last one stays."""
    left = list(answers)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


class Site:
    """A running server: `url("/x")` to ask it, `asked` for what it was asked."""

    def __init__(self, server: ThreadingHTTPServer, asked: list[tuple[str, Mapping[str, str]]]) -> None:
        self.port = server.server_address[1]
        self.asked = asked

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def count(self, path: str) -> int:
        return self.paths().count(path)


@contextmanager
def serve(
    answers: Mapping[str, Answer], *, wrap: Callable[[ThreadingHTTPServer], None] | None = None
) -> Iterator[Site]:
    """Runs a server for a while; paths it was not told of answer 404."""
    asked: list[tuple[str, Mapping[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            answer = answers.get(self.path, page(b"none here", 404))
            try:
                answer(self)
            except OSError:
                self.close_connection = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if wrap is not None:
        wrap(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Site(server, asked)
    finally:
        server.shutdown()
        server.server_close()
