"""Rows of a CRM export or a list, as companies: columns by their usual names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from accounts.account import Company
from accounts.values.web import registrable_domain
from matchers.attributes import place_codes

NEEDED = ("id", "name")
_CITY = re.compile(r"([\u4e00-\u9fff]{2,3})[市縣县]")
_ZIP = re.compile(r"\b(\d{3,6})\b")


def company_of(row: Mapping[str, str]) -> Company:
    """A company from one row; unknown columns are left alone, a city is read out of an address or a location."""
    get = row.get
    name = (get("name") or "").strip()
    address = {
        "street": get("address") or "",
        "city": _city(row),
        "region": get("province") or get("state") or get("region") or "",
        "postcode": get("zipcode") or get("postcode") or "",
        "country": get("country") or _country(get("location") or ""),
    }
    websites = tuple(w for w in (get("website"), get("domain")) if w)
    return Company(
        id=(get("id") or "").strip(),
        names=(name,) if name else (),
        websites=websites,
        email_domains=tuple(d for d in (get("email_domain"),) if d),
        phones=tuple(p for p in (get("phone"),) if p),
        address={part: text.strip() for part, text in address.items() if text.strip()},
        identifiers={"number": get("identifier") or ""} if get("identifier") else {},
        industry=get("industry") or get("sector") or None,
        description=get("description") or get("one_liner") or None,
    )


def _city(row: Mapping[str, str]) -> str:
    city = row.get("city") or ""
    if city:
        return city
    location = row.get("location") or ""
    if location:
        return ", ".join(part.strip() for part in location.split(";")[0].split(",")[:2])
    found = _CITY.search(row.get("address") or "")
    return found.group(1) if found and place_codes(found.group(1)) else ""


def _country(location: str) -> str:
    return location.split(";", maxsplit=1)[0].rsplit(",", 1)[-1].strip() if "," in location else ""


def label_of(company: Company) -> tuple[str, ...]:
    """The registrable labels of a company's domains ("acme" of acme.co.uk), without www and shared hosts."""
    found = (registrable_domain(text) for text in (*company.websites, *company.email_domains))
    return tuple(dict.fromkeys(d.split(".")[0] for d in found if d))


def rarity_of_cities(companies: Sequence[Company]) -> dict[str, float]:
    """How telling it is to sit in a city of this table: 0 (everybody does) to 1 (nobody else)."""
    import math  # noqa: PLC0415
    from collections import Counter  # noqa: PLC0415

    counts = Counter(city_key(c) for c in companies)
    counts.pop("", None)
    total = sum(counts.values()) or 1
    return {city: 1.0 - math.log1p(n - 1) / math.log1p(total) for city, n in counts.items()}


def city_key(company: Company) -> str:
    """A city's identity across scripts: its code where it is a Chinese region, else its folded name."""
    from matchers.folding import fold  # noqa: PLC0415

    city = company.address.get("city", "")
    codes = place_codes(city) if city else ()
    return codes[-1] if codes else "".join(c for c in fold(city).split(",")[0] if c.isalnum())
