"""Keys a source must send in the query: they travel, and are seen nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_HIDDEN = "***"
_SHORTEST = 6
"""Shorter values are not looked for in texts: they would be found in every one."""


def with_secrets(url: str, secrets: Mapping[str, str]) -> str:
    """The address as it is sent: with the secret parameters at its end.

    >>> with_secrets("https://a.test/x?q=1", {"key": "s3cr3t"})
    'https://a.test/x?q=1&key=s3cr3t'
    """
    return f"{url}{'&' if '?' in url else '?'}{urlencode(secrets)}" if secrets else url


def without_secrets(url: str, secrets: Mapping[str, str]) -> str:
    """An address that may be kept: a redirect's target without the parameters it repeats.

    >>> without_secrets("https://a.test/y?key=s3cr3t&q=1", {"key": "s3cr3t"})
    'https://a.test/y?q=1'
    """
    if not secrets:
        return url
    parts = urlsplit(url)
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in secrets]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def redacted(body: bytes, secrets: Mapping[str, str]) -> bytes:
    """A body without the secrets it repeats: some services quote the caller's key when they refuse."""
    for value in secrets.values():
        if len(value) >= _SHORTEST:
            body = body.replace(value.encode(), _HIDDEN.encode())
    return body
