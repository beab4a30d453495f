"""The wire between us and a CRM, which can be cut: a TCP relay on a port of its own that dies and comes back there.

The CRM behind it keeps its state, as a server does whose process is killed and started again over its database.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

Moment = Literal["before", "middle", "after"]
"""Before a request reaches the CRM; in the middle of its answer; once it is done and before any answer."""

_RESET = struct.pack("ii", 1, 0)


class Lifeline:
    """Relays connections to a port; `die_at(n, moment)` has it die over the n-th request from now on."""

    def __init__(self, onward: int) -> None:
        self._onward = onward
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.RLock()
        self._left: int | None = None
        self._moment: Moment = "before"
        self._wanted: Callable[[bytes], bool] = lambda _: True
        self.deaths = 0
        self.port = 0
        self.live()

    def live(self) -> None:
        """Listens, at the same port as ever."""
        with self._lock:
            if self._listener is not None:
                return
            self._listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
            self.port = self._listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def die(self) -> None:
        """Cuts every connection with a reset; nobody listens from then on."""
        with self._lock:
            self.deaths += 1
            listener, self._listener = self._listener, None
            if listener is not None:
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)
                listener.close()
            for wire in list(self._open):
                _reset(wire)
            self._open.clear()

    def die_at(self, request: int, moment: Moment, wanted: Callable[[bytes], bool] = lambda _: True) -> None:
        """Dies over the n-th of the wanted requests (by their first bytes) from now on."""
        self._left, self._moment, self._wanted = request, moment, wanted

    def spare(self) -> None:
        """Takes back what `die_at` had in mind and has not come to."""
        self._left = None

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                wire, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                if self._listener is not listener:
                    _reset(wire)
                    return
                self._open.add(wire)
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire: socket.socket) -> None:
        """One connection: whole requests over, whole answers back."""
        try:
            with socket.create_connection(("127.0.0.1", self._onward)) as inner:
                inner.settimeout(30)
                while (request := _message(wire)) and self._relay(wire, inner, request):
                    pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(wire)
            wire.close()

    def _relay(self, wire: socket.socket, inner: socket.socket, request: bytes) -> bool:
        fatal = self._is_fatal(request)
        if fatal and self._moment == "before":
            self.die()
            return False
        inner.sendall(request)
        answer = _message(inner)
        if fatal and self._moment == "middle":
            wire.sendall(answer[: len(answer) // 2])
        if fatal:
            self.die()
            return False
        wire.sendall(answer)
        return bool(answer)

    def _is_fatal(self, request: bytes) -> bool:
        with self._lock:
            if self._left is None or not self._wanted(request):
                return False
            self._left -= 1
            if self._left > 0:
                return False
            self._left = None
            return True


def _reset(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)


def _message(wire: socket.socket) -> bytes:
    """One HTTP message with a length, whole; empty at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = wire.recv(65_536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        more = wire.recv(65_536)
        if not more:
            return b""
        body += more
    return head + b"\r\n\r\n" + body
