"""Serves the world on loopback: every host of it answers at one port, told apart by the Host header."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from demo.world import Reply, World


class Directory:
    """Finds the answer to a request. Knows the companies by their hosts; makes pages when they are asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._night = -1
        self._numbers: dict[str, int] = {}
        self._registries: dict[str, Reply] = {}

    def find(self, host: str, path: str) -> Reply | None:
        """The answer, a 404 for an unknown path of a known host, or None for an unknown host."""
        if self._night != self._world.night:
            self._learn()
        host = host.split(":", maxsplit=1)[0].lower()
        bare = host.removeprefix("www.")
        if bare not in self._numbers:
            known = self._registries.get(f"{host}{path.rstrip('/')}")
            return known or (
                Reply("", 404) if any(k.startswith(host + "/") for k in self._registries) else None
            )
        wanted = f"{host}{path.rstrip('/')}"
        replies = list(self._world.replies_of(self._world.firm(self._numbers[bare])))
        for reply in replies:
            if _key(reply.url) == wanted:
                return reply
        return Reply("", 404) if any(_key(r.url).split("/")[0] == host for r in replies) else None

    def _learn(self) -> None:
        self._night = self._world.night
        self._numbers.clear()
        for firm in self._world.firms():
            for domain in (firm.domain, *firm.old_domains):
                self._numbers[domain] = firm.number
        own = {_key(reply.url): reply for reply in self._world.registry_replies()}
        self._registries = own


def _key(url: str) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc}{parts.path.rstrip('/')}{query}"


def open_server(world: World, port: int = 0, patience: float = 1.0) -> ThreadingHTTPServer:
    """A server on 127.0.0.1; `port` 0 takes a free one. The caller runs `serve_forever` and closes it.

    `patience` scales how long slow hosts take; hosts that are dead have their connection closed unanswered.
    """
    directory = Directory(world)

    class Handler(BaseHTTPRequestHandler):
        """Answers GET by Host header."""

        def do_GET(self) -> None:
            reply = directory.find(self.headers.get("Host", ""), self.path)
            if reply is None:
                self.close_connection = True
                return
            time.sleep(reply.seconds * patience)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Keeps quiet."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
