"""Web addresses, domains and mailboxes.

Registrable domains follow the Public Suffix List (https://publicsuffix.org), as bundled with `tldextract`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from accounts.values.base import Hints, ValueType, no_hints, tidy

if TYPE_CHECKING:
    import tldextract

_MAILBOX = re.compile(r"^[\w.!#$%&'*+/=?^`{|}~-]+@(?P<domain>[\w-]+(?:\.[\w-]+)+)$")
_HOST = re.compile(r"^(?=.{1,253}$)[\w-]+(\.[\w-]+)+$")


#: Names reserved for examples and tests (RFC 2606): no registry holds them, and invented worlds live under them.
_RESERVED = ("example", "test")


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The bundled suffix list; never fetched, so a run needs no network for it."""
    import tldextract  # noqa: PLC0415 - brings an HTTP client along; who looks at no domain does without

    return tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True, extra_suffixes=_RESERVED
    )


_LONGEST_HOST = 253
"""RFC 1035, 2.3.4; longer ones cost the encoder time out of all proportion."""


def host_of(text: str) -> str | None:
    """The host a web address or bare domain names, in lower-case ASCII (IDNA), or None.

    >>> host_of("HTTP://www.Acme.co.uk/contact")
    'www.acme.co.uk'
    """
    text = tidy(text)
    if "//" not in text[:10]:
        text = "//" + text
    try:
        host = (urlsplit(text).hostname or "").strip(".")
        if len(host) > _LONGEST_HOST:
            return None
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except (UnicodeError, ValueError):
        return None
    return host.lower() if _HOST.match(host) else None


@cache
def _registrable(host: str) -> str | None:
    parts = _suffixes()(host)
    return f"{parts.domain}.{parts.suffix}" if parts.domain and parts.suffix else None


def registrable_domain(text: str) -> str | None:
    """The registrable domain of a web address, host or mailbox, or None.

    >>> registrable_domain("https://shop.acme.co.uk/x"), registrable_domain("info@mail.acme.com.cn")
    ('acme.co.uk', 'acme.com.cn')
    """
    host = host_of(text.rsplit("@", 1)[-1])
    return _registrable(host) if host else None


class UrlType(ValueType):
    """A web address; identity ignores scheme, `www.` and a trailing slash."""

    name = "url"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """An http(s) address with a lower-case host, or None; other schemes are refused."""
        text = tidy(text)
        if "://" not in text:
            text = "https://" + text.lstrip("/")
        try:
            parts = urlsplit(text)
        except ValueError:
            return None
        host = host_of(text)
        if parts.scheme.lower() not in ("http", "https") or host is None:
            return None
        port = f":{parts.port}" if _port(text) else ""
        return urlunsplit((parts.scheme.lower(), host + port, parts.path, parts.query, ""))

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """Host without `www.`, path without trailing slash, query."""
        known = self.canonical(text)
        if known is None:
            return super().key(text)
        parts = urlsplit(known)
        query = f"?{parts.query}" if parts.query else ""
        return parts.netloc.removeprefix("www.") + parts.path.rstrip("/") + query

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text names no web host."""
        return None if self.canonical(text) else "names no web host"


def _port(text: str) -> int | None:
    try:
        return urlsplit(text).port
    except ValueError:
        return None


class WebsiteType(UrlType):
    """A company's website: identity is the registrable domain; rendered as printed."""

    name = "website"

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The registrable domain, else the host."""
        return registrable_domain(text) or host_of(text) or ValueType.key(self, text)


class DomainType(ValueType):
    """A registrable domain."""

    name = "domain"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """The registrable domain, or None."""
        return registrable_domain(text)

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The registrable domain, else the text."""
        return registrable_domain(text) or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text names no registrable domain."""
        return None if registrable_domain(text) else "names no registrable domain"


class EmailType(ValueType):
    """A mailbox, kept in lower case."""

    name = "email"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """The bare mailbox in lower case, or None."""
        text = unquote(tidy(text)).removeprefix("mailto:").split("?")[0].strip("<>. ").lower()
        return text if _MAILBOX.match(text) else None

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The mailbox in lower case."""
        return self.canonical(text) or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text is no mailbox."""
        return None if self.canonical(text) else "is no e-mail address"
