"""A mail server on loopback, just enough SMTP (RFC 5321, STARTTLS of RFC 3207) for one client at a time."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class MailServer:
    """Takes mails into `mails`; recipients in `refused` are refused. `port` is where it listens."""

    def __init__(self, folder: Path) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.refused: set[str] = set()
        self.in_the_clear = 0
        self.trust, self._tls = _certificate(folder)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> MailServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                wire, _ = self._socket.accept()
            except OSError:
                return
            try:
                self._talk(wire)
            except OSError:
                pass
            finally:
                wire.close()

    def _talk(self, wire: socket.socket) -> None:
        lines, to, secure = wire.makefile("rb"), "", False

        def say(*words: str) -> None:
            wire.sendall("".join(f"{word}\r\n" for word in words).encode())

        say("220 loopback")
        while line := lines.readline().decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb == "EHLO":
                say("250-loopback", *([] if secure else ["250-STARTTLS"]), "250 8BITMIME")
            elif verb == "STARTTLS":
                say("220 go on")
                wire = self._tls.wrap_socket(wire, server_side=True)
                lines, secure = wire.makefile("rb"), True
            elif verb == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                say("550 no such mailbox" if to in self.refused else "250 ok")
            elif verb == "DATA":
                say("354 go on")
                body = b""
                while (piece := lines.readline()) != b".\r\n":
                    body += piece.removeprefix(b".") if piece.startswith(b"..") else piece
                message = message_from_bytes(body, policy=default)
                self.mails.append((to, message))
                self.in_the_clear += not secure
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


def _certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a client trusts, and what the server shows: a certificate for 127.0.0.1, made now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), start, start.replace(year=2100)
        )
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, keys = folder / "server.pem", folder / "server.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    keys.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem, keys)
    return ssl.create_default_context(cafile=str(pem)), server
