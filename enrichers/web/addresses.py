"""Which internet addresses we connect to: never into the machine's own network, whatever a name resolves to."""

from __future__ import annotations

import csv
import ipaddress
import socket
from collections.abc import Callable
from functools import cache
from importlib import resources

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]
"""Host and port to addresses as text, in the order to try. Raises OSError where the name does not resolve."""

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: how IPv6-only networks reach IPv4


def resolve(host: str, port: int) -> list[str]:
    """The addresses the system's resolver gives a host. Raises OSError (socket.gaierror) where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@cache
def _blocks() -> tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str], ...]:
    with resources.files("enrichers.web").joinpath("special_addresses.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return tuple((ipaddress.ip_network(row["block"]), row["name"]) for row in rows)


def why_refused(text: str, *, allow_loopback: bool = False) -> str | None:
    """Why an address is not connected to (`loopback`, `private`, …), or None where it may be.

    An IPv4 address inside an IPv6 one (mapped, compatible, translated) is judged as what it is.

    >>> why_refused("169.254.169.254"), why_refused("::ffff:10.0.0.1"), why_refused("93.184.215.14")
    ('link-local', 'private', None)
    """
    try:
        address = _unwrap(ipaddress.ip_address(text))
    except ValueError:
        return "not an address"
    if allow_loopback and address.is_loopback:
        return None
    for block, name in _blocks():
        if address.version == block.version and address in block:
            return name
    return None if address.is_global and not address.is_multicast else "not on the public internet"


def _unwrap(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    value = int(address)
    if address in _TRANSLATED or 1 < value < 1 << 32:  # the second: IPv4-compatible, long deprecated
        return ipaddress.IPv4Address(value & 0xFFFFFFFF)
    return address
