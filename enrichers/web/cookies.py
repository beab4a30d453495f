"""Cookies within one chain of redirects, and never beyond: some sites set one and send you round once more."""

from __future__ import annotations

import re

_PAIR = re.compile(r"^\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100})=([\x21-\x3a\x3c-\x7e]{0,2000})\s*(?:;|$)")
_MOST = 20


class ChainCookies:
    """What each host has set during one `get`; a host is sent only its own."""

    def __init__(self) -> None:
        self._by_host: dict[str, dict[str, str]] = {}

    def take(self, host: str, lines: tuple[str, ...]) -> None:
        """Keeps what a host's `Set-Cookie` lines set; broken ones are passed over."""
        jar = self._by_host.setdefault(host, {})
        for line in lines:
            pair = _PAIR.match(line)
            if pair and (len(jar) < _MOST or pair.group(1) in jar):
                jar[pair.group(1)] = pair.group(2)

    def header(self, host: str) -> str:
        """The `Cookie` header for a host; empty where it has set none."""
        return "; ".join(f"{name}={value}" for name, value in self._by_host.get(host, {}).items())


def without_values(lines: tuple[str, ...]) -> str:
    """`Set-Cookie` lines as they may be kept: names tell technologies, values may identify.

    >>> without_values(("sid=secret; Path=/", "theme=dark"))
    'sid=, theme='
    """
    pairs = (_PAIR.match(line) for line in lines)
    return ", ".join(f"{pair.group(1)}=" for pair in pairs if pair)
