"""Many names taken apart at once, shared out among processes where that pays."""

from __future__ import annotations

import marshal
from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter

from matchers.han import HanParts
from matchers.latin import LatinParts
from matchers.names import Name, parse_all
from matchers.workers import can_fork, cores, share_out

_WORTH_SHARING = 20_000
"""Names below which another process costs more than it brings."""

_HERE = 0.55
"""Share of the names taken apart here: the others' have to be packed and unpacked."""

_HAN, _LATIN = attrgetter(*HanParts.__slots__), attrgetter(*LatinParts.__slots__)


def parse_many(raws: Sequence[str]) -> list[Name]:
    """Equals `parse_all`: each distinct name taken apart once, equal ones the same object."""
    distinct = list(dict.fromkeys(raws))
    copies = min(cores(), 1 + len(distinct) // _WORTH_SHARING)
    if copies < 2 or not can_fork():
        return parse_all(raws)
    own = int(len(distinct) * max(_HERE, 1.0 / copies) if copies == 2 else len(distinct) / copies)
    edges = [0, *(own + (len(distinct) - own) * n // (copies - 1) for n in range(copies))]
    known: dict[str, Name] = {}

    def take(part: range) -> bytes:
        names = distinct[part.start : part.stop]
        if part.start:
            return _packed(parse_all(names))
        known.update(zip(names, parse_all(names), strict=True))
        return b""

    parts = [range(low, high) for low, high in pairwise(edges)]
    for part, packed in zip(parts[1:], share_out(take, parts)[1:], strict=True):
        names = distinct[part.start : part.stop]
        known.update(zip(names, _unpacked(names, packed), strict=True))
    return [known[raw] for raw in raws]


def _packed(names: Sequence[Name]) -> bytes:
    """Names as plain values, a quarter of what pickling them would take."""
    return marshal.dumps([
        (name.folded, name.traditional, name.han and _HAN(name.han), name.latin and _LATIN(name.latin)) for name in names
    ])  # fmt: skip


def _unpacked(raws: Sequence[str], packed: bytes) -> list[Name]:
    values = marshal.loads(packed)  # noqa: S302 - packed by a copy of this process
    return [
        Name(raw, folded, traditional, han and HanParts(*han), latin and LatinParts(*latin))
        for raw, (folded, traditional, han, latin) in zip(raws, values, strict=True)
    ]
