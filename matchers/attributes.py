"""What two descriptions of a company say about each other, attribute by attribute, as log-odds with a grade and words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from accounts.account import Company
from accounts.values.base import Hints
from accounts.values.phone import PhoneType, same_line
from accounts.values.place import country_code
from accounts.values.web import registrable_domain
from matchers.checks import number_checks
from matchers.folding import fold, has_han
from matchers.tables import regions, same_region, shared_hosts


@dataclass(frozen=True, slots=True)
class Evidence:
    """One attribute's say: `weight` in log-odds (natural), `grade` A (equal) to F (contradicts), words naming both values."""

    attribute: str
    weight: float
    grade: str
    words: str


def domains_of(company: Company) -> frozenset[str]:
    """Registrable domains of a company's sites and mail, hosts that many share left out."""
    found = (_domain(text) for text in (*company.websites, *company.email_domains))
    return frozenset(d for d in found if d and d not in shared_hosts())


@lru_cache(maxsize=1 << 16)
def _domain(text: str) -> str | None:
    return registrable_domain(text)


def compare_domains(left: Company, right: Company) -> Evidence | None:
    """Same registrable domain, same label under another suffix, or different ones."""
    ours, theirs = domains_of(left), domains_of(right)
    if not ours or not theirs:
        return None
    shared = ours & theirs
    if shared:
        return Evidence("domain", 6.5, "A", f"same registrable domain {min(shared)}")
    labels = {d.split(".")[0] for d in ours} & {d.split(".")[0] for d in theirs}
    if any(len(label) > 3 for label in labels):
        return Evidence("domain", 2.5, "B", f"domain {min(ours)} against {min(theirs)}, same label")
    return Evidence("domain", -2.0, "D", f"domain {min(ours)} against {min(theirs)}")


def compare_identifiers(left: Company, right: Company) -> Evidence | None:
    """Numbers of one scheme: equal or different; one that fails its check digit proves less, and contradicts less."""
    worst: Evidence | None = None
    for scheme in sorted(left.identifiers.keys() & right.identifiers.keys()):
        ours, theirs = (_written(c.identifiers[scheme]) for c in (left, right))
        if not ours or not theirs:
            continue
        sound = number_checks(scheme, ours) and number_checks(scheme, theirs)
        if ours.lstrip("0") == theirs.lstrip("0"):
            doubt = "" if sound else ", which fails its check digit"
            return Evidence(
                "identifier", 9.0 if sound else 5.0, "A" if sound else "B", f"same {scheme} {ours}{doubt}"
            )
        doubt = "" if sound else ", one of which fails its check digit"
        said = Evidence(
            "identifier",
            -6.0 if sound else -2.0,
            "F" if sound else "D",
            f"{scheme} {ours} against {theirs}{doubt}",
        )
        worst = said if worst is None or said.weight < worst.weight else worst
    return worst


def _written(number: str) -> str:
    return "".join(c for c in fold(number).upper() if c.isalnum())


def compare_phones(left: Company, right: Company) -> Evidence | None:
    """One telephone line in common, or different ones (companies have many: that says little)."""
    if not left.phones or not right.phones:
        return None
    ours, theirs = _lines(left), _lines(right)
    if any(same_line(a, b) for a in ours for b in theirs):
        return Evidence("phone", 4.0, "A", f"same phone {left.phones[0]}")
    return Evidence("phone", -0.3, "D", f"phone {left.phones[0]} against {right.phones[0]}")


def _lines(company: Company) -> list[str]:
    country = country_code(company.address.get("country", ""))
    return [_line(text, country) for text in company.phones[:8]]


@lru_cache(maxsize=1 << 14)
def _line(text: str, country: str | None) -> str:
    return PhoneType().key(text, Hints(country=country))


def compare_countries(left: Company, right: Company) -> Evidence | None:
    """Same country or different ones; Hong Kong, Macau and Taiwan against China count as unsaid."""
    ours, theirs = (_country(c.address.get("country", "")) for c in (left, right))
    if not ours or not theirs:
        return None
    if ours == theirs:
        return Evidence("country", 0.4, "A", f"country {ours} on both sides")
    if {ours, theirs} <= {"CN", "HK", "MO", "TW"}:
        return None
    return Evidence("country", -3.0, "F", f"country {ours} against {theirs}")


@lru_cache(maxsize=4096)
def _country(text: str) -> str | None:
    return country_code(text) if text else None


@lru_cache(maxsize=1 << 14)
def place_codes(text: str) -> tuple[str, ...]:
    """Codes of Chinese regions a place text names, Han or romanised, in order."""
    folded = fold(text)
    known = regions()
    if has_han(folded):
        found: list[str] = []
        at = 0
        while at < len(folded) and len(found) < 3:
            size = next((n for n in (5, 4, 3, 2) if folded[at : at + n] in known.han), 0)
            if size:
                found.append(known.han[folded[at : at + size]])
            at += size or 1
        return tuple(found)
    bare = "".join(c for c in folded.replace(" city", "").replace(" province", "") if c.isalnum())
    code = known.latin.get(bare)
    return (code,) if code else ()


def compare_cities(left: Company, right: Company) -> Evidence | None:
    """Same city (also across scripts) or different ones."""
    ours, theirs = left.address.get("city", ""), right.address.get("city", "")
    if not ours or not theirs:
        return None
    a, b = place_codes(ours), place_codes(theirs)
    words = f"{ours} against {theirs}"
    if a and b:
        if a[-1] == b[-1]:
            return Evidence(
                "city",
                1.6,
                "A",
                f"city {ours} on both sides" if ours == theirs else f"city {ours} is {theirs}",
            )
        return (
            Evidence("city", 0.6, "B", words)
            if same_region(a[-1], b[-1])
            else Evidence("city", -2.0, "F", words)
        )
    same = _plain(ours) == _plain(theirs)
    if same:
        return Evidence("city", 1.6, "A", f"city {ours} on both sides")
    return Evidence("city", -1.0, "D", words) if has_han(ours) == has_han(theirs) else None


def compare_regions(left: Company, right: Company) -> Evidence | None:
    """Same province or state, or different ones; a city stands for its Chinese province."""
    ours, theirs = (_region(c) for c in (left, right))
    if not ours or not theirs:
        return None
    if ours == theirs:
        return Evidence("region", 0.6, "A", f"region {ours} on both sides")
    return (
        Evidence("region", -1.0, "F", f"region {ours} against {theirs}")
        if ours.isdigit() == theirs.isdigit()
        else None
    )


def _region(company: Company) -> str:
    for part in ("region", "city"):
        codes = place_codes(company.address.get(part, ""))
        if codes:
            return codes[-1][:2]
    return _plain(company.address.get("region", ""))


def compare_postcodes(left: Company, right: Company) -> Evidence | None:
    """The same postcode; a Taiwanese address carries it in front."""
    ours, theirs = (_postcode(c) for c in (left, right))
    if ours and theirs and (ours.startswith(theirs) or theirs.startswith(ours)):
        return Evidence("postcode", 1.5, "A", f"postcode {ours}")
    return None


def _postcode(company: Company) -> str:
    code = "".join(c for c in fold(company.address.get("postcode", "")) if c.isalnum())
    street = company.address.get("street", "")
    return code or "".join(c for c in street[:6] if c.isdigit())[:6] if len(code) != 1 else ""


def _plain(place: str) -> str:
    return "".join(c for c in fold(place).split(",")[0] if c.isalnum())


def compare_attributes(left: Company, right: Company) -> list[Evidence]:
    """The say of every attribute but the name; one neither or only one side has stays silent."""
    says: Iterable[Evidence | None] = (
        compare_identifiers(left, right),
        compare_domains(left, right),
        compare_phones(left, right),
        compare_cities(left, right),
        compare_regions(left, right),
        compare_postcodes(left, right),
        compare_countries(left, right),
    )
    return [said for said in says if said is not None]


def by_weight(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Evidence with the strongest say first."""
    return sorted(evidence, key=lambda said: -abs(said.weight))
