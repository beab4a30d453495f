"""An address as a page gives it, and one entry an address over a whole site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from enrichers.firmographic.page import Page

PARTS = ("street", "city", "region", "postcode", "country")


@dataclass(frozen=True, slots=True)
class Address:
    """An address: parts by name, how it was found, where, and whether it is said to be the headquarters."""

    parts: dict[str, str]
    rule: str
    confidence: float
    passage: str
    node: etree._Element | None
    headquarters: bool = False
    order: int = 0
    page: Page | None = None

    @property
    def printed(self) -> str:
        """The address on one line, as its country writes it."""
        separator = "" if self.rule == "zh" else ", "
        order = ("region", "city", "street") if self.rule == "zh" else PARTS
        return separator.join(dict.fromkeys(self.parts[p] for p in order if self.parts.get(p)))


def settle_addresses(found: Sequence[Address]) -> list[Address]:
    """One entry an address, also where one page prints its postcode and another does not; headquarters first, then the best placed."""
    codes: dict[str, str] = {}
    for address in found:
        if address.parts.get("postcode"):
            codes.setdefault(_place(address), _code(address))
    merged: dict[str, Address] = {}
    for address in found:
        code = _code(address) or codes.get(_place(address)) or address.parts.get("city", "").lower()
        key = f"{code}|{_house(address)}"
        known = merged.get(key)
        merged[key] = address if known is None else _merge(known, address)
    return sorted(merged.values(), key=lambda a: (not a.headquarters, -round(a.confidence, 1), a.order))[:30]


def _merge(known: Address, address: Address) -> Address:
    """The fuller of two readings of one address, with what only the other has."""
    best, other = (known, address) if _worth(known) >= _worth(address) else (address, known)
    return replace(
        best, parts={**other.parts, **best.parts}, confidence=max(known.confidence, address.confidence),
        headquarters=known.headquarters or address.headquarters, order=known.order,
    )  # fmt: skip


def _worth(address: Address) -> tuple[int, float]:
    return len(address.parts), address.confidence


def _code(address: Address) -> str:
    return re.sub(r"[^0-9A-Z]", "", address.parts.get("postcode", "").upper())[:5]


def _house(address: Address) -> str:
    """The house number, else the head of the street."""
    street = address.parts.get("street", "")
    digits = re.search(r"\d+", street)
    return digits.group() if digits else street[:12].lower()


def _place(address: Address) -> str:
    return f"{address.parts.get('city', '').lower()}|{_house(address)}|{address.parts.get('street', '')[:6].lower()}"
