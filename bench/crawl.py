"""Fetching and reading the pages of invented companies over loopback, beside Scrapy with extruct and wappalyzer-python3.

The pages are the demo world's, dressed to the 30 to 70 KB of real ones. Both ask sixteen at a time without pauses and ignore robots.txt;
ours keeps every answer as evidence, theirs keeps none. The server runs in a process of its own that nobody is charged for.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from accounts.clock import SystemClock
from accounts.config import WebConfig
from bench.environments import python_of
from bench.figure import Figure, Unavailable
from demo.world import World
from enrichers.firmographic.read import read_page, settle
from enrichers.firmographic.saved import technologies
from enrichers.web.charset import decode
from enrichers.web.client import WebClient
from enrichers.web.transport import LiveTransport
from warehouse.responses import FileResponseStore

PEERS = ("sites",)
COMPANIES, SEED = 120, 5
_STACK = "Scrapy + extruct + wappalyzer-python3"


def measure(folder: Path) -> list[Figure]:
    addresses, size = _pages(folder)
    with subprocess.Popen(
        [sys.executable, "-m", "bench.crawl", str(folder)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        try:
            cpu, wall = _ours(folder, port, addresses)
            theirs = _theirs(folder, port, addresses)
        finally:
            server.terminate()
    note = f"{len(addresses)} pages, mean {size / 1000:.0f} KB"
    cpus = {_STACK: round(theirs["cpu"] * 1000, 1)} if theirs else {}
    walls = {_STACK: round(1 / theirs["wall"], 1)} if theirs else {}
    return [
        Figure("fetch and read a page, CPU", round(cpu * 1000, 1), "ms", None, note, cpus),
        Figure("fetch and read, one process", round(1 / wall, 1), "pages/s", None, "by the clock", walls, more=True),
    ]  # fmt: skip


def _pages(folder: Path) -> tuple[list[str], float]:
    """Writes the pages and their list; gives their addresses and their mean size in bytes."""
    world, table, size = World(SEED, COMPANIES, dressed=True), {}, 0
    for firm in world.firms():
        for reply in world.replies_of(firm):
            parts, kind = urlsplit(reply.url), reply.headers.get("content-type", "")
            if reply.status == 200 and "html" in kind:
                file = folder / f"{len(table)}.html"
                file.write_bytes(reply.body)
                table[f"{parts.netloc}{parts.path or '/'}"] = (str(file), kind)
                size += len(reply.body)
    (folder / "table.json").write_text(json.dumps(table), encoding="utf-8")
    addresses = [f"http://{key}" for key in table]
    (folder / "addresses.txt").write_text("\n".join(addresses), encoding="utf-8")
    return addresses, size / len(table)


def _ours(folder: Path, port: int, addresses: list[str]) -> tuple[float, float]:
    """Seconds of CPU and by the clock a page."""
    config = WebConfig(
        allow_private=True, respect_robots=False, requests_per_second=10_000, connections_per_host=16
    )
    store = FileResponseStore(folder / "evidence")
    client = WebClient(
        config, SystemClock(), store, transport=LiveTransport(config, lambda *_: ("127.0.0.1",))
    )
    technologies("<p></p>", None, {})  # compiles the fingerprints, once a process

    def one(address: str) -> None:
        parts = urlsplit(address)
        response = client.get(f"http://{parts.hostname}:{port}{parts.path}")
        html = decode(response.body, response.headers)
        settle([read_page(html, address)])
        technologies(html, address, dict(response.headers))

    began, spent = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(one, addresses):
            pass
    count = len(addresses)
    return (time.process_time() - spent) / count, (time.perf_counter() - began) / count


def _theirs(folder: Path, port: int, addresses: list[str]) -> dict[str, float] | None:
    """The same of the peers; None where they cannot be installed."""
    try:
        python = python_of("sites")
    except Unavailable as error:
        print(error, file=sys.stderr)
        return None
    script = Path(__file__).with_name("crawl_scrapy.py")
    command = [str(python), str(script), str(port), str(folder / "addresses.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        raise Unavailable(f"Scrapy fell over: {done.stderr.strip()[-300:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    if told["pages"] != len(addresses):
        raise Unavailable(f"Scrapy read {told['pages']} of {len(addresses)} pages")
    return {"cpu": told["cpu"] / told["pages"], "wall": told["wall"] / told["pages"]}


def _serve(folder: Path) -> None:
    table = {
        key: (Path(file).read_bytes(), kind)
        for key, (file, kind) in json.loads((folder / "table.json").read_text()).items()
    }

    class Handler(BaseHTTPRequestHandler):
        """Answers by Host header."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").split(":")[0]
            body, kind = table.get(f"{host}{self.path}", (b"", "text/plain"))
            self.send_response(200 if body else 404)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
