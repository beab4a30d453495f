"""Serves the world as a proxy, so that the live client reads it as it reads the web: by name, over http and https.

The certificates are signed by an authority made for the purpose; `REQUESTS_CA_BUNDLE` names it to the client, `HTTP_PROXY` and
`HTTPS_PROXY` name the proxy, and `[web] use_proxies` lets both in.
"""

from __future__ import annotations

import ssl
import threading
import time
from datetime import timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts.clock import SystemClock
from demo.serve import Directory
from demo.world import Reply, World

_LIVES = timedelta(days=30)
#: Hosts whose certificates are kept at hand.
_HOSTS = 4096


class Authority:
    """Signs a certificate for any host; its own is `ca.pem` in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file, self._folder = folder / "ca.pem", folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Evergreen demo world")])
        basic = x509.BasicConstraints(ca=True, path_length=0)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        self._own = self._signed(self._name, (basic, usage))
        self.file.write_bytes(_pem(self._own))
        secret = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._secret = secret
        self._lock = threading.Lock()

    @lru_cache(maxsize=_HOSTS)  # noqa: B019 - lives as long as the proxy
    def context(self, host: str) -> ssl.SSLContext:
        """How to speak TLS as a host."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
        leaf = self._signed(
            name, (x509.SubjectAlternativeName([x509.DNSName(host)]), x509.BasicConstraints(False, None))
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with self._lock:
            chain = self._folder / "host.pem"
            chain.write_bytes(_pem(leaf) + self._secret)
            context.load_cert_chain(chain)
        return context

    def _signed(self, name: x509.Name, extensions: tuple[x509.ExtensionType, ...]) -> x509.Certificate:
        now = SystemClock().now()
        key = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        made = (
            x509.CertificateBuilder(self._name, name, self._key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + _LIVES)
            .add_extension(key, critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key), critical=False
            )
        )
        for extension in extensions:
            made = made.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return made.sign(self._key, hashes.SHA256())


def open_proxy(
    world: World, folder: Path, address: str = "127.0.0.1", seconds: float = 0.0
) -> ThreadingHTTPServer:
    """A proxy to the world; each answer takes `seconds`. The caller runs `serve_forever`; `folder` gets `ca.pem`."""
    authority, directory, lock = Authority(folder), Directory(world), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        """Answers GET for a whole address, and anything inside a tunnel."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_CONNECT(self) -> None:
            host = self.path.rpartition(":")[0]
            self.send_response(200)
            self.end_headers()
            try:
                self.connection = authority.context(host).wrap_socket(self.connection, server_side=True)
            except (OSError, ssl.SSLError):
                self.close_connection = True
                return
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.close_connection = False

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            host = (parts.netloc or self.headers.get("Host", "")).split(":")[0]
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            with lock:
                reply = directory.find(host, path)
            if reply is None:
                self.close_connection = True
                return
            time.sleep(seconds)
            if reply.status == 200 and reply.headers.get("etag", "") == self.headers.get("If-None-Match"):
                reply = Reply(reply.url, 304, {"etag": reply.headers["etag"]})
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Keeps quiet."""

    class Server(ThreadingHTTPServer):
        """Does not tell of clients that went away."""

        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that was killed is no news."""

    return Server((address, 0), Handler)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
