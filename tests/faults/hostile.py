"""Hosts that mean no good, over real sockets on loopback: each behaviour answers every path in its own way, robots.txt apart.

`serve(behaviour)` gives a running host; a behaviour writes raw bytes, for most of these no HTTP library can be made to send.
"""

from __future__ import annotations

import gzip
import itertools
import random
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

Behaviour = Callable[[socket.socket, str, str], None]
"""Answers on a socket; path and the host's own address as `http://127.0.0.1:1234`."""

PAGE = b"<html><head><title>Tarn Works</title></head><body><p>Tarn Works Ltd, call +1 303-555-0142</p></body></html>"
OK = b"HTTP/1.1 200 OK\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
CLOSE = b"Connection: close\r\n"
METADATA = (
    "http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/", "http://2852039166/", "http://0251.0376.0251.0376/", "http://0xa9fea9fe/",
    "http://0xa9.0xfe.0xa9.0xfe/", "http://169.254.43518/", "http://www.tarn.test@169.254.169.254/", "http://169.254.169.254:80\\@www.tarn.test/", "http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/", "//169.254.169.254/", "http:169.254.169.254",
    "http://[fd00:ec2::254]/", "http://[::169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/", "http://100.100.100.200/", "http://0/", "http://127.0.0.1.:22/", "gopher://169.254.169.254/", "file:///etc/passwd", "http://localhost:22/",
)  # fmt: skip


def whole(wire: socket.socket, body: bytes, *headers: bytes, status: bytes = OK) -> None:
    """An answer as it should be."""
    wire.sendall(
        status
        + HTML
        + b"".join(h + b"\r\n" for h in headers)
        + CLOSE
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )


@cache
def bomb(members: int = 100) -> bytes:
    """10 GB of blanks as gzip: a hundred members of a hundred megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    one = b"".join(packer.compress(b" " * 1_000_000) for _ in range(100)) + packer.flush()
    return one * members


def _chunks(wire: socket.socket, *parts: bytes) -> None:
    for part in parts:
        wire.sendall(b"%x\r\n%s\r\n" % (len(part), part))


def _forever(wire: socket.socket, make: Callable[[int], bytes], pause: float = 0.0) -> None:
    for number in itertools.count():
        wire.sendall(make(number))
        if pause:
            time.sleep(pause)


def _redirect(wire: socket.socket, to: str) -> None:
    whole(wire, b"", b"Location: " + to.encode(), status=b"HTTP/1.1 302 Found\r\n")


def _reset(wire: socket.socket) -> None:
    wire.sendall(OK + HTML + b"Content-Length: 100000\r\n\r\n" + PAGE)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _feed_bomb(wire: socket.socket, path: str, own: str) -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    bad = (
        b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">'
        + laughs
        + b'<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&l11;&x;</title></item></channel></rss>'
    )
    home = b'<html><head><link rel=alternate type="application/rss+xml" href="/feed"></head><body><a href="/news">News</a></body></html>'
    whole(wire, bad if path in ("/feed", "/sitemap.xml", "/news") else home)


def _sitemap_bomb(wire: socket.socket, path: str, own: str) -> None:
    rows = b"<url><loc>%s/contact/</loc></url>" % own.encode()
    body = b"<urlset>" + rows * 200_000 if "sitemap" in path else b"<html><body><p>hello</p></body></html>"
    whole(wire, body)


def _slow_robots(wire: socket.socket, path: str, own: str) -> None:
    if path == "/robots.txt":
        wire.sendall(OK + b"Content-Type: text/plain\r\n\r\n")
        _forever(wire, lambda _: b"U", 0.2)
    whole(wire, PAGE)


BEHAVIOURS: dict[str, Behaviour] = {
    "drips its body": lambda w, p, o: (w.sendall(OK + HTML + b"\r\n"), _forever(w, lambda _: b"x", 0.2))[0],
    "drips its headers": lambda w, p, o: (w.sendall(OK), _forever(w, lambda n: b"X-%d: y\r\n" % n, 0.2))[0],
    "drips a long header": lambda w, p, o: (w.sendall(OK + b"X: "), _forever(w, lambda _: b"y", 0.2))[0],
    "never stops": lambda w, p, o: (w.sendall(OK + HTML + b"\r\n"), _forever(w, lambda _: b"<p>x</p>" * 8_000))[0],
    "never stops its chunks": lambda w, p, o: (w.sendall(OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n"), _forever(w, lambda _: b"1\r\nx\r\n" * 5_000))[0],
    "never stops its headers": lambda w, p, o: (w.sendall(OK), _forever(w, lambda n: b"X-%d: y\r\n" % n * 1_000))[0],
    "never stops a header": lambda w, p, o: (w.sendall(OK + b"X: "), _forever(w, lambda _: b"y" * 60_000))[0],
    "says continue for ever": lambda w, p, o: _forever(w, lambda _: b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
    "answers nothing": lambda w, p, o: time.sleep(30),
    "hangs up": lambda w, p, o: None,
    "resets in the middle": lambda w, p, o: _reset(w),
    "speaks http 0.9": lambda w, p, o: w.sendall(PAGE),
    "speaks nonsense": lambda w, p, o: w.sendall(random.Random(p).randbytes(100_000)),
    "has an odd status": lambda w, p, o: w.sendall(b"HTTP/9.9 99999999999999999999 \xff\x00\r\n\r\n" + PAGE),
    "sends 10 GB in gzip": lambda w, p, o: whole(w, bomb(), b"Content-Encoding: gzip"),
    "sends gzip in gzip": lambda w, p, o: whole(w, gzip.compress(bomb(), 1), b"Content-Encoding: gzip, gzip"),
    "wraps a page ten times": lambda w, p, o: whole(w, PAGE, b"Content-Encoding: " + b"gzip, " * 10 + b"gzip"),
    "sends a deflate bomb": lambda w, p, o: whole(w, zlib.compress(b" " * 100_000_000), b"Content-Encoding: deflate"),
    "sends brotli unasked": lambda w, p, o: whole(w, b"\x5b" * 1000, b"Content-Encoding: br"),
    "sends zstd unasked": lambda w, p, o: whole(w, b"\x28\xb5\x2f\xfd" * 1000, b"Content-Encoding: zstd"),
    "promises too much": lambda w, p, o: w.sendall(OK + HTML + b"Content-Length: 99999999999\r\n\r\n" + PAGE),
    "promises less than nothing": lambda w, p, o: w.sendall(OK + HTML + b"Content-Length: -5\r\n\r\n" + PAGE),
    "promises two lengths": lambda w, p, o: w.sendall(OK + HTML + b"Content-Length: 10\r\nContent-Length: 5000\r\n\r\n" + PAGE),
    "promises a word": lambda w, p, o: w.sendall(OK + HTML + b"Content-Length: many\r\n\r\n" + PAGE),
    "lies about a chunk": lambda w, p, o: w.sendall(OK + HTML + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + PAGE),
    "sends chunks of no size": lambda w, p, o: w.sendall(OK + HTML + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + PAGE),
    "has a million cookies": lambda w, p, o: whole(w, PAGE, *(b"Set-Cookie: c%d=%s" % (n, b"v" * 600) for n in range(90))),
    "redirects to itself": lambda w, p, o: _redirect(w, p),
    "redirects for ever": lambda w, p, o: _redirect(w, f"{p}x"),
    "refreshes for ever": lambda w, p, o: whole(w, b"<meta http-equiv=refresh content='0;url=%sx'>" % p.encode()),
    "redirects to a secret": lambda w, p, o: _redirect(w, "http://u:p@127.0.0.1:1/"),
    "redirects to nonsense": lambda w, p, o: whole(w, b"", b"Location: http://[::1/\x00\xff", status=b"HTTP/1.1 301 x\r\n"),
    "sends 50 MB of robots.txt": lambda w, p, o: whole(w, b"User-agent: *\nDisallow: /*a*b*c*d$\n" * 1_400_000 if p == "/robots.txt" else PAGE),
    "has a robots.txt of stars": lambda w, p, o: whole(w, b"User-agent: *\nDisallow: " + b"/*a" * 150 + b"b$\n" if p == "/robots.txt" else PAGE),
    "drips its robots.txt": _slow_robots,
    "laughs a billion times": _feed_bomb,
    "has a sitemap of 200,000": _sitemap_bomb,
    "sends 9 MB of text": lambda w, p, o: whole(w, b"<html><body>" + b"<p>Call 303-555-0142 now</p>\n" * 320_000),
    "sends nulls": lambda w, p, o: whole(w, b"\x00" * 500_000 + PAGE),
    "nests 100,000 deep": lambda w, p, o: whole(w, b"<div>" * 100_000 + PAGE),
    "lies about its charset": lambda w, p, o: whole(w, "灯" .encode("gb18030") * 5_000, b"Content-Type: text/html; charset=utf-16"),
    "names a codec as charset": lambda w, p, o: whole(w, b"\xe9" + PAGE, b"Content-Type: text/html; charset=rot13"),
    "sends half of characters": lambda w, p, o: whole(w, b'<script type="application/ld+json">{"@type":"Organization","name":"Tarn \\ud800 Works","telephone":"+1 303 555 0142"}</script>'),
}  # fmt: skip


class Host:
    """A running host: where it is, and what it was asked."""

    def __init__(self, address: str, behaviour: Behaviour) -> None:
        self._listener = socket.create_server((address, 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://{address}:{self.port}"
        self.asked: list[str] = []
        self._behaviour = behaviour
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(wire,), daemon=True).start()

    def _answer(self, wire: socket.socket) -> None:
        with suppress(OSError, IndexError), wire:
            wire.settimeout(30)
            asked = b""
            while b"\r\n\r\n" not in asked:
                more = wire.recv(65_536)
                if not more:
                    return
                asked += more
            path = asked.split(b" ", 2)[1].decode("latin-1")
            self.asked.append(path)
            if path == "/robots.txt" and self._behaviour not in _OF_ROBOTS:
                whole(wire, b"", status=b"HTTP/1.1 404 Not Found\r\n")
            else:
                self._behaviour(wire, path, self.url)


_OF_ROBOTS = [BEHAVIOURS[name] for name in BEHAVIOURS if "robots" in name]


@contextmanager
def serve(behaviour: Behaviour, address: str = "127.0.0.1") -> Iterator[Host]:
    """A host with a behaviour, for a while."""
    host = Host(address, behaviour)
    try:
        yield host
    finally:
        host.close()
