"""Connections that go only where we allow: the address that was checked is the address that is dialled.

The check sits inside the connection, below `requests`: each new socket resolves the host, drops the refused
addresses and connects to one that is left. TLS (SNI, certificate) keeps working on the host's name, and a name that
resolves to something else a moment later (DNS rebinding) changes nothing, because it is not asked again.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from accounts.errors import SourceUnavailable
from enrichers.web.addresses import Resolver, why_refused

_MOST_ADDRESSES = 4


class HopFailed(SourceUnavailable):
    """One request got no answer; `transient` says that asking again may help."""

    def __init__(self, what: str, *, remedy: str = "", url: str = "", transient: bool = False) -> None:
        self.transient = transient
        super().__init__(what, remedy=remedy, url=url)


class Lane:
    """One thread's way out: resolves, checks and dials, and can cut the exchange under way."""

    def __init__(self, resolver: Resolver, *, allow_loopback: bool) -> None:
        self._resolver = resolver
        self._allow_loopback = allow_loopback
        self._wire: socket.socket | None = None
        self._closed = False

    def dial(self, host: str, port: int, timeout: float | None, *, guarded: bool) -> socket.socket:
        """A socket connected to one of the host's addresses. Raises HopFailed.

        Not `guarded` is the way to a proxy, which the configuration vouches for and which lives inside.
        """
        error: OSError | None = None
        for address in self._addresses(host, port, guarded=guarded)[:_MOST_ADDRESSES]:
            try:
                wire = socket.create_connection((address, port), timeout)
            except OSError as caught:
                error = caught
                continue
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return wire
        if isinstance(error, TimeoutError):
            raise HopFailed(f"{host} did not answer within {timeout:g} s.", transient=True) from error
        raise HopFailed(f"{host} cannot be reached: {_reason(error)}.", transient=True) from error

    def _addresses(self, host: str, port: int, *, guarded: bool) -> list[str]:
        try:
            found = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise HopFailed(
                f"The name {host} does not resolve.", remedy="Check the address, or this machine's network."
            ) from error
        if not guarded:
            return found
        refusals = {a: why_refused(a, allow_loopback=self._allow_loopback) for a in found}
        allowed = [a for a, why in refusals.items() if why is None]
        if allowed:
            return allowed
        why = next(iter(refusals.values()), "no address") or ""
        raise HopFailed(
            f"{host} leads to an address that is not on the public internet ({why}); it was not asked.",
            remedy="Correct the website in the account.",
        )

    def hold(self, wire: socket.socket | None) -> None:
        """Takes the second handle of the connection that is used from now on."""
        self.rest()
        self._wire, self._closed = wire, False

    def let_go(self, wire: socket.socket) -> None:
        """Closes a handle whose connection was closed; the one in use is closed only when its body has been read."""
        if wire is self._wire:
            self._closed = True
        else:
            wire.close()

    def rest(self) -> None:
        """Closes the handle in use if its connection is closed: the exchange is over."""
        if self._closed and self._wire is not None:
            self._wire.close()
            self._wire, self._closed = None, False

    def cut(self) -> None:
        """Ends the exchange under way: whoever reads from it sees its end at once."""
        if self._wire is not None:
            with suppress(OSError):  # it may have ended by itself
                self._wire.shutdown(socket.SHUT_RDWR)


class GuardedAdapter(HTTPAdapter):
    """A `requests` adapter whose every direct connection is dialled by a lane."""

    def __init__(self, lane: Lane, **settings: Any) -> None:
        self._lane = lane
        super().__init__(**settings)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **settings: Any) -> None:
        """Makes the pools, with connections of ours in them."""
        self._pool_connections, self._pool_maxsize, self._pool_block = connections, maxsize, block
        pools = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **settings)
        pools.pool_classes_by_scheme = _pool_classes(self._lane, guards=True)
        self.poolmanager = pools

    def proxy_manager_for(self, proxy: str, **settings: Any) -> ProxyManager:
        """Makes the pools that go through a proxy: ours too, so that they can be cut."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **settings)
        if proxy.lower().startswith("http"):  # SOCKS brings connections of its own
            manager.pool_classes_by_scheme = _pool_classes(self._lane, guards=False)
        return manager


def guarded_pools(lane: Lane, context: ssl.SSLContext) -> PoolManager:
    """Pools of connections to hosts themselves, each dialled by the lane; `context` is shared, for making one takes milliseconds."""
    pools = PoolManager(num_pools=4, maxsize=2, ssl_context=context)
    pools.pool_classes_by_scheme = _pool_classes(lane, guards=True)
    return pools


def _pool_classes(lane: Lane, *, guards: bool) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools by scheme whose connections are dialled by the lane."""

    class Plain(_Dialled, HTTPConnection):
        out = lane
        guarded = guards

    class Secure(_Dialled, HTTPSConnection):
        out = lane
        guarded = guards

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Dialled(HTTPConnection):
    """The part of a connection that differs: how it is dialled, and that it can be cut.

    A second handle on the socket is kept for the cut: during a TLS handshake the first one is out of reach.
    """

    out: Lane
    guarded: bool
    _handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        timeout = self.timeout if isinstance(self.timeout, int | float) else None
        wire = self.out.dial(self._dns_host, self.port, timeout, guarded=self.guarded)
        self._drop_handle()
        self._handle = wire.dup()
        self.out.hold(self._handle)
        return wire

    def request(self, *args: Any, **settings: Any) -> None:
        self.out.hold(self._handle)
        super().request(*args, **settings)

    def close(self) -> None:
        super().close()
        self._drop_handle()

    def _drop_handle(self) -> None:
        if self._handle is not None:
            self.out.let_go(self._handle)
            self._handle = None


def _reason(error: OSError | None) -> str:
    if error is None:
        return "no address answered"
    return (error.strerror or type(error).__name__).lower()
