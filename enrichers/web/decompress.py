"""Bodies as they come over the wire, back to what was meant, within a bound."""

from __future__ import annotations

import zlib

from accounts.errors import SourceBroken

_GZIP = b"\x1f\x8b"
_MOST_LAYERS = 2


class TooLarge(SourceBroken):
    """The body is larger than we read."""


def decompress(body: bytes, encoding: str, limit: int) -> bytes:
    """The body with its `Content-Encoding` undone, at most `limit` bytes.

    A body that is not compressed although the header says so is taken as it is. Raises TooLarge above the
    limit (a bomb is never unpacked whole), SourceBroken for an unknown or damaged encoding.
    """
    layers = [layer.strip().lower() for layer in encoding.split(",")]
    layers = [layer.removeprefix("x-") for layer in layers if layer and layer != "identity"]
    if len(layers) > _MOST_LAYERS:
        raise SourceBroken(f"The body is wrapped {len(layers)} times.")
    for layer in reversed(layers):
        if layer == "gzip":
            body = _gunzip(body, limit) if body.startswith(_GZIP) else body
        elif layer == "deflate":
            body = _inflate(body, limit)
        else:
            raise SourceBroken(f"The body is encoded as {layer[:20]!r}, which was not asked for.")
    return body


def _gunzip(body: bytes, limit: int) -> bytes:
    """All members of a gzip body; what follows the last one is no part of it."""
    out: list[bytes] = []
    size = 0
    while body.startswith(_GZIP):
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        part = _bounded(member, body, limit - size)
        size += len(part)
        out.append(part)
        body = member.unused_data
    return b"".join(out)


def _inflate(body: bytes, limit: int) -> bytes:
    """A deflate body with the zlib header (RFC 9110) or, as some servers send it, without."""
    try:
        return _bounded(zlib.decompressobj(), body, limit)
    except TooLarge:
        raise
    except SourceBroken:
        return _bounded(zlib.decompressobj(-zlib.MAX_WBITS), body, limit)


def _bounded(member: zlib._Decompress, body: bytes, limit: int) -> bytes:
    try:
        out = member.decompress(body, limit + 1)
    except zlib.error as error:
        raise SourceBroken(f"The compressed body is damaged: {error}.") from error
    if len(out) > limit:
        raise TooLarge("The body unpacks to more than we read.")
    if not member.eof:
        raise SourceBroken("The compressed body ends too early.")
    return out
